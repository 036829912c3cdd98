//! Who ran what shows names: `runs/audit.jsonl`, a line a use, added to and never rewritten. Each line holds the hash of
//! the line before, so that a line taken out or changed is seen (`prane doctor`). It names nobody but the account that ran
//! the command.
//!
//! It cannot show that lines were cut off its end: who fears that copies the last hash away.

use std::io::{Read, Seek, SeekFrom, Write};

use chrono::{DateTime, Utc};
use prane_base::disk::restrict;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use serde::{Deserialize, Serialize};

/// One use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// The account on this machine.
    pub who: String,
    /// The command: `run`, `link export`, …
    pub what: String,
    /// Of what: a run, a count, never a name.
    pub of: String,
    /// Hash of the line before; zeros at the start.
    pub before: String,
    /// Hash of all the above.
    pub hash: String,
}

impl Entry {
    fn true_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.at.to_rfc3339(), &self.who, &self.what, &self.of, &self.before] {
            hasher.update(part.as_bytes()).update(b"\0");
        }
        hasher.finalize().to_hex().to_string()
    }
}

const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Adds a line. `what` and `of` hold no name.
///
/// # Errors
/// A store error: what cannot be logged must not be shown.
pub fn note(project: &Project, at: DateTime<Utc>, what: &str, of: &str) -> Result<()> {
    std::fs::create_dir_all(project.runs()).map_err(|e| Error::io(&project.runs(), e))?;
    restrict(&project.runs(), 0o700)?;
    let path = project.audit();
    let io = |e: std::io::Error| Error::io(&path, e);
    let mut file = std::fs::File::options().create(true).append(true).read(true).open(&path).map_err(io)?;
    restrict(&path, 0o600)?;
    // Commands that only ask run beside each other.
    file.lock().map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(io)?;
    let before = match text.lines().last() {
        Some(line) => serde_json::from_str::<Entry>(line).map_or_else(|_| blake3::hash(line.as_bytes()).to_hex().to_string(), |e| e.hash),
        None => START.into(),
    };
    let who = whoami::username().unwrap_or_else(|_| "unknown".into());
    let mut entry = Entry { at, who, what: what.into(), of: of.into(), before, hash: String::new() };
    entry.hash = entry.true_hash();
    let line = serde_json::to_string(&entry).map_err(|e| Error::Bug(e.to_string()))?;
    // A line that a full disk cut off stays for itself, to be seen.
    let line = if text.is_empty() || text.ends_with('\n') { line } else { format!("\n{line}") };
    writeln!(file, "{line}").and_then(|()| file.sync_all()).map_err(io)
}

/// How many lines it has.
///
/// # Errors
/// A sentence that names the first line that is not as it was written.
pub fn verify(project: &Project) -> Result<usize, String> {
    let text = match std::fs::read_to_string(project.audit()) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(format!("cannot be read: {e}")),
    };
    let mut before = START.to_string();
    for (at, line) in text.lines().enumerate() {
        let entry: Entry = serde_json::from_str(line).map_err(|_| format!("line {} cannot be read", at + 1))?;
        if entry.hash != entry.true_hash() {
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
