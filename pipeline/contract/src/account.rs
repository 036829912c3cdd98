//! The account of one file: every row that was read is stored, superseded or rejected.

use serde::{Deserialize, Serialize};

/// What became of the rows of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name within the inbox.
    pub file: String,
    /// Canonical table.
    pub table: String,
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// Rows read.
    pub read: u64,
    /// Rows that count, or that repeat a row that counts.
    pub stored: u64,
    /// Rows replaced by a later row of the same key in the same night.
    pub superseded: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Superseded rows that said something else.
    pub conflicts: u64,
    /// Why the whole file was refused, if it was.
    pub refused: Option<String>,
    /// What whoever handed it in should hear of: rows that say otherwise than another file or the store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// Whether the file is read again on the next night: it has rows of days that had not come.
    #[serde(skip)]
    pub read_again: bool,
}

impl Account {
    /// The account of something in the inbox that is not read at all.
    #[must_use]
    pub fn unread((file, why): (String, String)) -> Self {
        Self { file, refused: Some(why), ..Self::default() }
    }

    /// Refuses the file whole.
    pub fn refuse(&mut self, why: String) {
        self.refused = Some(why);
        (self.stored, self.superseded, self.rejected) = (0, 0, self.read);
    }

    /// Of the rows read and not refused, so many were replaced; the others are stored.
    pub fn supersede(&mut self, superseded: u64) {
        self.superseded = superseded;
        self.stored = self.read - superseded - self.rejected;
    }
}
