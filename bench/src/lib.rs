//! The invented world that every bench reads: 2,000 pupils, one school year, records at centres as damaged as real ones.

use std::error::Error;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use prane::night::RunOptions;
use prane_base::project::Project;
use tempfile::TempDir;

/// Whatever stops a bench.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Pupils of the world.
pub const PUPILS: u32 = 2_000;

/// A project folder that goes with the value.
pub struct World {
    folder: TempDir,
}

impl World {
    /// Writes the world.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = prane_synth::Options { pupils: PUPILS, hard_links: true, ..prane_synth::Options::default() };
        prane_synth::write(folder.path(), &options, &|_, _| ())?;
        Ok(Self { folder })
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of its inbox.
    #[must_use]
    pub fn inbox(&self, name: &str) -> PathBuf {
        self.path().join("inbox").join(name)
    }

    /// Its project.
    ///
    /// # Errors
    /// A configuration error.
    pub fn project(&self) -> Result<Project> {
        Ok(Project::open(self.path())?)
    }
}

/// A moment after the last day of the world.
///
/// # Errors
/// Never met.
pub fn moment() -> Result<DateTime<Utc>> {
    Ok("2027-01-01T00:00:00Z".parse()?)
}

/// A night, or a question, that knows all of the world.
///
/// # Errors
/// Never met.
pub fn options() -> Result<RunOptions> {
    let moment = moment()?;
    Ok(RunOptions { as_of: None, known_at: moment, clock: moment, asked_at: moment, take_in: true, rehearsal: false })
}
