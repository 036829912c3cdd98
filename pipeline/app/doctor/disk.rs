//! Examines the lock, the folders, their modes and the free space.

use std::path::Path;

use prane_base::disk::{files_below, free_bytes};
use prane_base::error::Error;
use prane_base::project::Project;

use super::{Finding, Health, Report, entries};
use crate::publish;

/// Free bytes below which a night may not fit.
const LEAST_FREE: u64 = 1 << 30;

impl Report {
    /// The lock. Returns whether no run is active.
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
            Err(error) => {
                self.error(&error);
                true
            }
        }
    }

    pub(super) fn staging(&mut self, project: &Project, is_idle: bool) {
        if is_idle && !entries(&project.staging()).is_empty() {
            self.warn(".staging/ holds what an interrupted run left behind", "nothing of it was published; the next run empties it");
        }
    }

    pub(super) fn folders(&mut self, project: &Project) {
        let folders = [project.root.clone(), project.store(), project.vault(), project.rejects(), project.published(), project.runs()];
        let mut all_writable = true;
        for folder in folders.iter().filter(|f| f.is_dir()) {
            if let Err(e) = tempfile::tempfile_in(folder) {
                all_writable = false;
                self.fail(
                    format!("{} cannot be written to: {e}", folder.display()),
                    "give the account that runs prane the right to write there",
                );
            }
        }
        if all_writable {
            self.ok("folders can be written to");
        }
        if let Some(free) = free_bytes(&project.root) {
            let gigabytes = format!("{}.{} GB free on this disk", free >> 30, ((free >> 20) % 1024) * 10 / 1024);
            if free < LEAST_FREE {
                self.warn(gigabytes, "free some space: a night stages its tables before they replace the old ones");
            } else {
                self.ok(gigabytes);
            }
        }
    }

    /// Whether other accounts can read a folder that holds names.
    pub(super) fn modes(&mut self, folder: &Path, name: &str, health: Health) {
        if !folder.is_dir() {
            return;
        }
        let open = match health {
            // Nobody else can reach files in a folder that only its owner can enter.
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
        self.findings.push(Finding { health, what: format!("{name} holds names, and accounts other than its owner can read it"), next });
    }
}

/// Whether accounts other than the owner have any permission.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
