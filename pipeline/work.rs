//! Where work in progress lies, and that nothing of it stays.

use std::path::PathBuf;

use crate::fault::{Fault, Outcome};
use crate::identity::restrict;
use crate::project::Project;

/// A private folder for work in progress: in the project (so that files can be moved into the store), or a temporary
/// one for rehearsals and questions. It goes when the work ends.
pub struct WorkFolder {
    /// Where it is.
    pub path: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl WorkFolder {
    /// An empty one.
    ///
    /// # Errors
    /// A store fault.
    pub fn new(project: &Project, temporary: bool) -> Outcome<Self> {
        if temporary {
            let mut builder = tempfile::Builder::new();
            // Closed from the moment it is there: what lies in it is nobody else's.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let folder = builder.prefix("prane-").tempdir().map_err(|e| Fault::io(&std::env::temp_dir(), &e))?;
            return Ok(Self { path: folder.path().to_path_buf(), _temporary: Some(folder) });
        }
        let path = project.staging();
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|e| Fault::io(&path, &e))?;
        }
        std::fs::create_dir_all(&path).map_err(|e| Fault::io(&path, &e))?;
        restrict(&path, 0o700)?;
        Ok(Self { path, _temporary: None })
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
