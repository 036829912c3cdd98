//! The disk: private files and folders, an atomic swap of two folders, and the files below a folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Writes a file that only its owner can read. The write is atomic: a process that is killed leaves the old contents or the new
/// ones.
///
/// # Errors
/// A store error.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(|e| Error::io(path, e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::io(path, e))?;
    std::fs::rename(&part, path).map_err(|e| Error::io(path, e))
}

/// Sets the permissions of a file or folder to `mode`; does nothing where the system has no such modes.
///
/// # Errors
/// A store error.
pub fn restrict(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).map_err(|e| Error::io(path, e))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// Swaps two folders in one atomic rename, or in several renames where the system has none.
///
/// # Errors
/// A store error; then both folders are where they were.
pub fn exchange(new: &Path, old: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    if rustix::fs::renameat_with(rustix::fs::CWD, new, rustix::fs::CWD, old, rustix::fs::RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let temporary = new.with_extension("old");
    std::fs::rename(old, &temporary).map_err(|e| Error::io(old, e))?;
    if let Err(e) = std::fs::rename(new, old) {
        let _ = std::fs::rename(&temporary, old);
        return Err(Error::io(old, e));
    }
    std::fs::rename(&temporary, new).map_err(|e| Error::io(new, e))
}

/// Files at any depth below a folder, sorted by path. Symbolic links are not followed; folders that cannot be read are skipped.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_below(&path)),
            Ok(kind) if kind.is_file() => files.push(path),
            _ => {}
        }
    }
    files.sort();
    files
}

/// Free bytes on the disk of a folder, where the system reports them; `u64::MAX` where the number does not fit.
#[cfg(unix)]
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
#[must_use]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_file_is_replaced_atomically() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        write_private(&path, b"before").unwrap();
        let mut before = std::fs::File::open(&path).unwrap();
        write_private(&path, b"after").unwrap();
        let mut text = String::new();
        before.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), std::fs::read(&path).unwrap().as_slice()), ("before", b"after".as_slice()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }
}
