//! The audit log `runs/audit.jsonl`: who ran a command that shows names. Lines are appended and never rewritten. Each line holds
//! the hash of the line before it, so that `prane doctor` detects a changed or removed line. The only name in it is the account
//! that ran the command.
//!
//! Lines removed from the end are not detected, unless the last hash is also kept in another place.

use std::io::{Read, Seek, SeekFrom, Write};

use chrono::{DateTime, Utc};
use prane_base::disk::restrict;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use serde::{Deserialize, Serialize};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When the command was run.
    pub at: DateTime<Utc>,
    /// The account on this machine.
    pub who: String,
    /// The command: `run`, `link export`, …
    pub what: String,
    /// What it was run for: a run id or a count, never a name.
    pub of: String,
    /// Hash of the previous line; zeros in the first.
    pub before: String,
    /// Hash of the fields above.
    pub hash: String,
}

impl Entry {
    fn computed_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.at.to_rfc3339(), &self.who, &self.what, &self.of, &self.before] {
            hasher.update(part.as_bytes()).update(b"\0");
        }
        hasher.finalize().to_hex().to_string()
    }
}

const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Appends a line. `what` and `of` must hold no name.
///
/// # Errors
/// A store error; the caller must then show no names.
pub fn note(project: &Project, at: DateTime<Utc>, what: &str, of: &str) -> Result<()> {
    std::fs::create_dir_all(project.runs()).map_err(|e| Error::io(&project.runs(), e))?;
    restrict(&project.runs(), 0o700)?;
    let path = project.audit();
    let io_error = |e: std::io::Error| Error::io(&path, e);
    let mut file = std::fs::File::options().create(true).append(true).read(true).open(&path).map_err(io_error)?;
    restrict(&path, 0o600)?;
    // Read-only commands may run at the same time.
    file.lock().map_err(io_error)?;
    file.seek(SeekFrom::Start(0)).map_err(io_error)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(io_error)?;
    let before = match text.lines().last() {
        Some(line) => serde_json::from_str::<Entry>(line).map_or_else(|_| blake3::hash(line.as_bytes()).to_hex().to_string(), |e| e.hash),
        None => START.into(),
    };
    let who = whoami::username().unwrap_or_else(|_| "unknown".into());
    let mut entry = Entry { at, who, what: what.into(), of: of.into(), before, hash: String::new() };
    entry.hash = entry.computed_hash();
    let line = serde_json::to_string(&entry).map_err(|e| Error::Bug(e.to_string()))?;
    // A line that a full disk cut off stays on a line of its own, so that it is detected.
    let line = if text.is_empty() || text.ends_with('\n') { line } else { format!("\n{line}") };
    writeln!(file, "{line}").and_then(|()| file.sync_all()).map_err(io_error)
}

/// Verifies the chain of hashes; returns the number of lines.
///
/// # Errors
/// A sentence about the first line that was changed, removed or inserted.
pub fn verify(project: &Project) -> Result<usize, String> {
    let text = match std::fs::read_to_string(project.audit()) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(format!("cannot be read: {e}")),
    };
    let mut before = START.to_string();
    for (at, line) in text.lines().enumerate() {
        let entry: Entry = serde_json::from_str(line).map_err(|_| format!("line {} cannot be read", at + 1))?;
        if entry.hash != entry.computed_hash() {
            return Err(format!("line {} is not as it was written", at + 1));
        }
        if entry.before != before {
            return Err(format!("a line was taken out or put in before line {}", at + 1));
        }
        before = entry.hash;
    }
    Ok(text.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_changed_or_taken_out_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let project =
            Project { root: folder.path().to_path_buf(), config: prane_base::config::Config::default(), config_text: String::new() };
        assert_eq!(verify(&project), Ok(0));
        for what in ["run", "link export", "run"] {
            note(&project, DateTime::UNIX_EPOCH, what, "a test").unwrap();
        }
        assert_eq!(verify(&project), Ok(3));
        let text = std::fs::read_to_string(project.audit()).unwrap();
        std::fs::write(project.audit(), text.replace("link export", "run")).unwrap();
        assert_eq!(verify(&project), Err("line 2 is not as it was written".into()));
        let without: Vec<&str> = text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
        std::fs::write(project.audit(), without.join("\n")).unwrap();
        assert_eq!(verify(&project), Err("a line was taken out or put in before line 2".into()));
    }
}
