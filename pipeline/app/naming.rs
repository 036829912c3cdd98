//! The run id: a repeated night keeps its id, and no other night ever gets it.
//!
//! The inputs, settings and queries of a night are known before it reads its files, but whether it stores anything is known only
//! afterwards: a file that was refused before may be accepted now. A night therefore starts with a new id, a hash of its inputs
//! and of the number of nights in the store, and takes the id of the night that it repeats only where it stored nothing.

use std::collections::BTreeSet;
use std::path::Path;

use prane_base::error::{Error, Result};
use prane_intake::Intake;
use prane_intake::extract::Inbox;
use prane_rules::Rulebook;
use prane_store::Store;

use crate::night::RunOptions;

/// The identity of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The run id.
    pub run_id: String,
    /// Hash of the inputs, settings, queries and version, and of the day asked for.
    pub made_of: String,
    /// Whether this run repeats a night of the store and has its id.
    pub again: bool,
}

impl Naming {
    /// The identity with which a night starts. A night of the past keeps its id.
    #[must_use]
    pub fn new(settings: &str, rulebook: &Rulebook, options: &RunOptions, store: &Store, inbox: &Inbox) -> Self {
        let mut known: BTreeSet<String> = store.taken().into_keys().collect();
        known.extend(inbox.extracts.iter().map(|e| blake3::Hash::from(e.hash).to_hex().to_string()));
        let as_of = options.as_of.map(|d| d.to_string()).unwrap_or_default();
        let queries = rulebook.library.hash();
        let parts = known.iter().map(String::as_str).chain([settings, &queries, env!("CARGO_PKG_VERSION"), &as_of]);
        let made_of = hash(parts);
        if (store.is_past() || !options.take_in)
            && let Some(record) = store.nights().iter().rev().find(|n| options.as_of.is_none_or(|d| n.as_of == d.to_string()))
        {
            return Self { run_id: record.run_id.clone(), made_of, again: true };
        }
        let run_id = format!("run-{}", &hash([made_of.as_str(), &store.nights().len().to_string()])[..12]);
        Self { run_id, made_of, again: false }
    }

    /// Takes the id of the night that this run repeats, where it stored nothing and changed nothing, and moves its rejects to the
    /// folder of that id.
    ///
    /// # Errors
    /// A store error.
    pub fn settle(self, intake: &Intake, store: &Store, rejects: &Path) -> Result<Self> {
        if self.again || !intake.taken.is_empty() || store.is_changed() {
            return Ok(self);
        }
        for night in store.nights().iter().rev() {
            if night.made_of == self.made_of {
                move_rejects(&rejects.join(&self.run_id), &rejects.join(&night.run_id))?;
                return Ok(Self { run_id: night.run_id.clone(), again: true, ..self });
            }
            if !night.taken.is_empty() {
                break;
            }
        }
        Ok(self)
    }
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex()[..16].to_string()
}

fn move_rejects(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    if to.is_dir() {
        std::fs::remove_dir_all(to).map_err(|e| Error::io(to, e))?;
    }
    std::fs::rename(from, to).map_err(|e| Error::io(to, e))
}
