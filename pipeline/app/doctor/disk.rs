//! Looks at the lock, the folders, their modes and the room on the disk.

use std::path::Path;

use prane_base::disk::{files_below, free_bytes};
use prane_base::error::Error;
use prane_base::project::Project;

use super::{Finding, Health, Patient, entries};
use crate::publish;

/// Free bytes below which a night may not fit.
const LEAST_FREE: u64 = 1 << 30;

impl Patient {
    /// Whether a run is under way; true when none is.
    pub(super) fn lock(&mut self, project: &Project) -> bool {
        if !project.root.join(".lock").exists() {
            self.ok("no run is under way");
            return true;
        }
        match publish::lock(project) {
            Ok(_free) => {
                self.ok("no run is under way");
                true
            }
            Err(Error::Locked { .. }) => {
                self.warn("a run is under way", "what follows may change while it works");
                false
            }
            Err(fault) => {
                self.fault(&fault);
                true
            }
        }
    }

    pub(super) fn staging(&mut self, project: &Project, free: bool) {
        if free && !entries(&project.staging()).is_empty() {
            self.warn(".staging/ holds what an interrupted run left behind", "nothing of it was published; the next run empties it");
        }
    }

    pub(super) fn folders(&mut self, project: &Project) {
        let folders = [project.root.clone(), project.store(), project.vault(), project.rejects(), project.published(), project.runs()];
        let mut shut = false;
        for folder in folders.iter().filter(|f| f.is_dir()) {
            if let Err(e) = tempfile::tempfile_in(folder) {
                shut = true;
                self.fail(
                    format!("{} cannot be written to: {e}", folder.display()),
                    "give the account that runs prane the right to write there",
                );
            }
        }
        if !shut {
            self.ok("folders can be written to");
        }
        if let Some(free) = free_bytes(&project.root) {
            let gigabytes = format!("{}.{} GB free on this disk", free >> 30, ((free >> 20) % 1024) * 10 / 1024);
            if free < LEAST_FREE {
                self.warn(gigabytes, "make room: a night writes its tables aside before it swaps them in");
            } else {
                self.ok(gigabytes);
            }
        }
    }

    /// Folders with names in them are their owner's alone.
    pub(super) fn modes(&mut self, folder: &Path, name: &str, health: Health) {
        if !folder.is_dir() {
            return;
        }
        let open = match health {
            // Within a folder that only its owner enters, files are out of reach.
            Health::Warn => usize::from(is_open(folder)),
            _ => files_below(folder).iter().chain([&folder.to_path_buf()]).filter(|p| is_open(p)).count(),
        };
        if open == 0 {
            if health == Health::Fail {
                self.ok(format!("{name} can be read by its owner alone"));
            }
            return;
        }
        let next = format!("chmod -R go= {}", folder.display());
        self.findings.push(Finding { health, what: format!("{name} holds names, and others than its owner may read it"), next });
    }
}

/// Whether others than the owner have any right to it.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
