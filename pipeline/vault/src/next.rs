//! What a night adds to the vault, kept aside until the store has the night: both move together.
//!
//! `vault/.next/` holds the sheets, sealed like those in place, and names the night they are of. Once `nights.json` has
//! that night they count, and are moved into place; without it that night never was, and they are thrown away. So a
//! night may be cut off anywhere: whoever opens the vault next sees the names that belong to the store.

use std::path::{Path, PathBuf};

use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_store as store;

const NEXT: &str = ".next";
const HALF_WRITTEN: &str = ".next.half";
/// The file that names the night: its place among the nights of the store, and its run.
const NIGHT: &str = "night";

/// Writes sealed files aside for the night that will be number `at` of the store.
///
/// # Errors
/// A store error; then nothing is aside.
pub(super) fn write(folder: &Path, at: usize, run_id: &str, sealed: &[(String, Vec<u8>)]) -> Result<()> {
    let (half, next) = (folder.join(HALF_WRITTEN), folder.join(NEXT));
    remove(&half)?;
    remove(&next)?;
    std::fs::create_dir_all(&half).map_err(|e| Error::io(&half, e))?;
    restrict(folder, 0o700)?;
    restrict(&half, 0o700)?;
    for (name, bytes) in sealed {
        write_private(&half.join(name), bytes)?;
    }
    write_private(&half.join(NIGHT), format!("{at} {run_id}\n").as_bytes())?;
    std::fs::rename(&half, &next).map_err(|e| Error::io(&next, e))
}

/// The folder whose files count before those in place, where a night was cut off after the store had it.
///
/// # Errors
/// A store error where it cannot be told.
pub(super) fn counting(project: &Project) -> Result<Option<PathBuf>> {
    let next = project.vault().join(NEXT);
    Ok(if next.is_dir() && has_night(project, &next)? { Some(next) } else { None })
}

/// Brings what a cut-off night left to its end: into place where the store has that night, else away.
///
/// # Errors
/// A store error; a vault error where the store is not there to say.
pub(super) fn settle(project: &Project) -> Result<()> {
    let folder = project.vault();
    remove(&folder.join(HALF_WRITTEN))?;
    let next = folder.join(NEXT);
    if !next.is_dir() {
        return Ok(());
    }
    if has_night(project, &next)? { bring_in(&folder) } else { remove(&next) }
}

/// Moves what is aside into place; the name of the night goes last.
///
/// # Errors
/// A store error; the next who opens the vault goes on.
pub(super) fn bring_in(folder: &Path) -> Result<()> {
    let next = folder.join(NEXT);
    if !next.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(&next).map_err(|e| Error::io(&next, e))? {
        let path = entry.map_err(|e| Error::io(&next, e))?.path();
        let Some(name) = path.file_name().filter(|name| *name != NIGHT) else { continue };
        let to = folder.join(name);
        std::fs::rename(&path, &to).map_err(|e| Error::io(&to, e))?;
    }
    remove(&next)
}

/// Whether the store has the night that is named in the folder.
fn has_night(project: &Project, next: &Path) -> Result<bool> {
    let path = next.join(NIGHT);
    // Without its name (removed last, with the folder) nothing is left to bring in.
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(false) };
    let named = text.trim().split_once(' ').and_then(|(at, run)| Some((at.parse::<usize>().ok()?, run)));
    let (at, run_id) =
        named.ok_or_else(|| Error::vault("vault/.next/night", "does not name a night", "restore vault/ and store/ from one backup"))?;
    let nights = store::nights_of(&project.store())?;
    if nights.is_empty() && at > 0 {
        return Err(Error::vault(
            format!("{}/nights.json", project.config.store.url),
            "is not there, though the vault keeps what a cut-off night added",
            "mount the disk of the store, or restore the store from a backup; nothing was changed",
        ));
    }
    Ok(nights.get(at).is_some_and(|night| night.run_id == run_id))
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(folder, e)),
        _ => Ok(()),
    }
}
