//! Publishing: files are staged in a folder of their own, which then replaces the published folder by a rename, under a lock.
//! A reader sees the previous night or the new one, never a mixture.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use prane_base::disk::{exchange, restrict};
use prane_base::error::{Error, Result};
use prane_base::project::Project;

/// The lock of a project; the system releases it when the process ends.
pub struct Lock(#[allow(dead_code)] File);

/// Takes the lock.
///
/// # Errors
/// [`Error::Locked`] when another run holds it.
pub fn lock(project: &Project) -> Result<Lock> {
    let path = project.root.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| Error::io(&path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Locked { project: project.root.clone() }),
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io(&path, e)),
    }
}

/// A folder of files to publish, not yet visible to readers.
pub struct StagedPublication {
    folder: PathBuf,
    files: BTreeMap<String, String>,
}

impl StagedPublication {
    /// Creates an empty folder `published` in `staging`.
    ///
    /// # Errors
    /// A store error.
    pub fn new(staging: &Path) -> Result<Self> {
        let folder = staging.join("published");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
        }
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
        Ok(Self { folder, files: BTreeMap::new() })
    }

    /// Writes one file and returns its hash. In a rehearsal `folder` is `None` and nothing is written, so that no name reaches the
    /// disk.
    ///
    /// # Errors
    /// A store error.
    pub fn write_at(folder: Option<&Path>, name: &str, bytes: &[u8]) -> Result<String> {
        let hash = blake3::hash(bytes).to_hex().to_string();
        let Some(path) = folder.map(|folder| folder.join(name)) else { return Ok(hash) };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
        }
        std::fs::write(&path, bytes).map_err(|e| Error::io(&path, e))?;
        Ok(hash)
    }

    /// The staging folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes one file and remembers its hash.
    ///
    /// # Errors
    /// A store error.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let hash = Self::write_at(Some(&self.folder), name, bytes)?;
        self.files.insert(name.to_string(), hash);
        Ok(())
    }

    /// Adds files that were written by [`StagedPublication::write_at`].
    pub fn add_written(&mut self, files: impl IntoIterator<Item = (String, String)>) {
        self.files.extend(files);
    }

    /// Name → BLAKE3 of each file staged so far.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Moves the staged folder to `published/<as_of>`, in place of an earlier one, and updates `published/latest`.
    ///
    /// # Errors
    /// A store error; the folder published before is then still in place.
    pub fn swap_in(self, published: &Path, as_of: NaiveDate) -> Result<PathBuf> {
        std::fs::create_dir_all(published).map_err(|e| Error::io(published, e))?;
        restrict(published, 0o700)?;
        let target = published.join(as_of.to_string());
        if target.exists() {
            exchange(&self.folder, &target)?;
            std::fs::remove_dir_all(&self.folder).map_err(|e| Error::io(&self.folder, e))?;
        } else {
            std::fs::rename(&self.folder, &target).map_err(|e| Error::io(&target, e))?;
        }
        point_latest(published)?;
        Ok(target)
    }
}

/// Points `published/latest` to the latest published day: a symbolic link on Unix, elsewhere a file that holds the day.
///
/// # Errors
/// A store error.
pub fn point_latest(published: &Path) -> Result<()> {
    let days = std::fs::read_dir(published).map_err(|e| Error::io(published, e))?;
    let latest = days.flatten().filter_map(|e| e.file_name().to_string_lossy().parse::<NaiveDate>().ok()).max();
    let (link, new_link) = (published.join("latest"), published.join(".latest"));
    let Some(latest) = latest else {
        let _ = std::fs::remove_file(&link);
        return Ok(());
    };
    let _ = std::fs::remove_file(&new_link);
    #[cfg(unix)]
    std::os::unix::fs::symlink(latest.to_string(), &new_link).map_err(|e| Error::io(&new_link, e))?;
    #[cfg(not(unix))]
    std::fs::write(&new_link, latest.to_string()).map_err(|e| Error::io(&new_link, e))?;
    std::fs::rename(&new_link, &link).map_err(|e| Error::io(&link, e))
}
