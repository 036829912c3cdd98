//! The sample project: a small invented place with planted children, each of whom proves one rule or one trap.
//! The README that names them is made from the same list, so that it cannot go stale. `cases/` beside it holds other
//! people's layouts and is not touched here.

mod broken;
mod centre;
mod children;
mod files;
mod planted;
mod planted_traps;
mod town;

use std::fs;
use std::io;
use std::path::Path;

/// Writes the sample project: `prane.toml`, `README.md`, `inbox/`, `later/`, `broken/`.
///
/// # Errors
/// Whatever the disk says.
pub fn write_samples(dir: &Path) -> io::Result<()> {
    let mut town = town::Town::new();
    planted::plant(&mut town);
    town.fill_with_others();
    let centre = centre::Centre::new(&town);

    fs::create_dir_all(dir)?;
    fs::write(dir.join("prane.toml"), include_str!("prane.toml"))?;
    fs::write(dir.join("README.md"), files::readme(&town, &centre))?;
    files::write_inbox(&town, &dir.join("inbox"))?;
    centre.write(&dir.join("inbox"))?;
    files::write_later(&town, &dir.join("later"))?;
    broken::write(&town, &dir.join("broken"))
}
