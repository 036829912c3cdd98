//! The name of a run: the same night made again keeps its name, and no other night ever has it.
//!
//! What a night is made of (inputs, settings, queries) is known before it reads; whether a file that was refused before is
//! taken now is known after. So a night is named anew by what it is made of and by how many nights the store has, and goes
//! back to the name of the night it repeats only where it brought nothing.

use std::collections::BTreeSet;
use std::path::Path;

use prane_base::error::{Error, Result};
use prane_intake::Intake;
use prane_intake::extract::Inbox;
use prane_rules::Rulebook;
use prane_store::Store;

use crate::night::RunOptions;

/// The name of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The name.
    pub run_id: String,
    /// Hash of the inputs, settings, queries and version, and of the day asked for.
    pub made_of: String,
    /// Whether it is the name of a night of the store, made again.
    pub again: bool,
}

impl Naming {
    /// The name under which a night begins. A past night keeps the name it had.
    #[must_use]
    pub fn new(settings: &str, rulebook: &Rulebook, options: &RunOptions, store: &Store, inbox: &Inbox) -> Self {
        let mut known: BTreeSet<String> = store.taken().into_keys().collect();
        known.extend(inbox.extracts.iter().map(|e| blake3::Hash::from(e.hash).to_hex().to_string()));
        let asked_for = options.as_of.map(|d| d.to_string()).unwrap_or_default();
        let queries = rulebook.library.hash();
        let parts = known.iter().map(String::as_str).chain([settings, &queries, env!("CARGO_PKG_VERSION"), &asked_for]);
        let made_of = hash(parts);
        if (store.is_past() || !options.take_in)
            && let Some(record) = store.nights().iter().rev().find(|n| options.as_of.is_none_or(|d| n.as_of == d.to_string()))
        {
            return Self { run_id: record.run_id.clone(), made_of, again: true };
        }
        let run_id = format!("run-{}", &hash([made_of.as_str(), &store.nights().len().to_string()])[..12]);
        Self { run_id, made_of, again: false }
    }

    /// The name of the night that this one repeats, where it took nothing in and changed nothing; its rejects go with it.
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
