//! Commits the additions of a night to the vault together with the store.
//!
//! `vault/.next/` holds the new sheets, sealed like those in place, and the name of their night. Once `nights.json` has that
//! night they count and are moved into place; otherwise the night was never committed and they are deleted. A night may
//! therefore be interrupted anywhere: whoever opens the vault next reads the names that belong to the store.

use std::path::{Path, PathBuf};

use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_store as store;

const NEXT: &str = ".next";
const HALF_WRITTEN: &str = ".next.half";
/// The file that names the night: its position among the nights of the store, and its run.
const NIGHT: &str = "night";

/// Writes sealed files to `.next/` for the night that will be number `at` of the store.
///
/// # Errors
/// A store error; then there is no `.next/`.
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

/// `.next/`, where the store has its night: its files take precedence over those in place.
///
/// # Errors
/// A store error when the nights cannot be read.
pub(super) fn committed(project: &Project) -> Result<Option<PathBuf>> {
    let next = project.vault().join(NEXT);
    Ok(if next.is_dir() && has_night(project, &next)? { Some(next) } else { None })
}

/// Completes an interrupted night: moves its files into place where the store has that night, else deletes them.
///
/// # Errors
/// A store error; a vault error where the store is missing.
pub(super) fn settle(project: &Project) -> Result<()> {
    let folder = project.vault();
    remove(&folder.join(HALF_WRITTEN))?;
    let next = folder.join(NEXT);
    if !next.is_dir() {
        return Ok(());
    }
    if has_night(project, &next)? { bring_in(&folder) } else { remove(&next) }
}

/// Moves the files of `.next/` into place; the file that names the night is removed last.
///
/// # Errors
/// A store error; whoever opens the vault next completes the move.
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
    // The name is removed last: without it nothing is left to move.
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(false) };
    let named = text.trim().split_once(' ').and_then(|(at, run)| Some((at.parse::<usize>().ok()?, run)));
    let (at, run_id) =
        named.ok_or_else(|| Error::vault("vault/.next/night", "does not name a night", "restore vault/ and store/ from one backup"))?;
    let nights = store::nights_of(&project.store())?;
    if nights.is_empty() && at > 0 {
        return Err(Error::vault(
            format!("{}/nights.json", project.config.store.url),
            "is missing, though the vault holds additions of an interrupted night",
            "mount the disk of the store, or restore the store from a backup",
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
