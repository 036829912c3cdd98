//! Work folders, and their removal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use prane_base::disk::restrict;
use prane_base::error::{Error, Result};
use prane_base::project::Project;

/// A private folder for work in progress, removed when this value is dropped. It lies in the project, so that files can be moved
/// into the store by a rename; for rehearsals and questions it is a temporary folder.
pub struct WorkFolder {
    /// Its path.
    pub path: PathBuf,
}

/// Temporary folders of this process that are in use.
static IN_USE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Prefix of the names of temporary folders, before the id of the process.
const PREFIX: &str = "prane-work-";

impl WorkFolder {
    /// Creates an empty folder.
    ///
    /// # Errors
    /// A store error.
    pub fn new(project: &Project, temporary: bool) -> Result<Self> {
        if temporary {
            remove_abandoned(&std::env::temp_dir());
            let mut builder = tempfile::Builder::new();
            // Created with this mode, so that other accounts cannot open it even for a moment.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let prefix = format!("{PREFIX}{}-", std::process::id());
            let path = builder.prefix(&prefix).tempdir().map_err(|e| Error::io(&std::env::temp_dir(), e))?.keep();
            IN_USE.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
            return Ok(Self { path });
        }
        let path = project.staging();
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|e| Error::io(&path, e))?;
        }
        std::fs::create_dir_all(&path).map_err(|e| Error::io(&path, e))?;
        restrict(&path, 0o700)?;
        Ok(Self { path })
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the temporary folders of this process, for an exit that drops no values, as on Ctrl-C.
pub fn clear() {
    let folders = std::mem::take(&mut *IN_USE.lock().unwrap_or_else(PoisonError::into_inner));
    for folder in folders {
        // Repeated, because a running thread may create a file while the folder is removed.
        for _ in 0..3 {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// Removes temporary folders of processes that were killed.
fn remove_abandoned(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_string();
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).and_then(|id| id.parse::<u32>().ok());
        if process.is_some_and(|id| !is_running(id)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a process with this id is running. Without `/proc` every process counts as running.
fn is_running(process: u32) -> bool {
    let proc = Path::new("/proc");
    !proc.join("self").exists() || proc.join(process.to_string()).exists()
}
