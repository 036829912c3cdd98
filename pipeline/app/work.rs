//! Where work in progress lies, and that nothing of it stays.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use prane_base::disk::restrict;
use prane_base::error::{Error, Result};
use prane_base::project::Project;

/// A private folder for work in progress: in the project (so that files can be moved into the store), or a temporary
/// one for rehearsals and questions. It goes when the work ends.
pub struct WorkFolder {
    /// Where it is.
    pub path: PathBuf,
}

/// Temporary folders of this process that are in use.
static IN_USE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// What names of temporary folders begin with; the process that made one follows.
const PREFIX: &str = "prane-work-";

impl WorkFolder {
    /// An empty one.
    ///
    /// # Errors
    /// A store error.
    pub fn new(project: &Project, temporary: bool) -> Result<Self> {
        if temporary {
            sweep_left_behind(&std::env::temp_dir());
            let mut builder = tempfile::Builder::new();
            // Closed from the moment it is there: what lies in it is nobody else's.
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

/// Removes the temporary folders of this process: for a process that ends without unwinding, as on Ctrl-C.
pub fn clear() {
    let folders = std::mem::take(&mut *IN_USE.lock().unwrap_or_else(PoisonError::into_inner));
    for folder in folders {
        // A thread that is still at work may put a file where one was just removed.
        for _ in 0..3 {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// Removes folders of processes that were killed.
fn sweep_left_behind(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_string();
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).and_then(|id| id.parse::<u32>().ok());
        if process.is_some_and(|id| !is_running(id)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a process with this number runs; where the system does not tell, it is taken for running.
fn is_running(process: u32) -> bool {
    let all = Path::new("/proc");
    !all.join("self").exists() || all.join(process.to_string()).exists()
}
