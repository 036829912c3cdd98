//! The account of one file: every row read is stored, superseded or rejected.

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
    /// Rows replaced by a later row of the same key in the same run.
    pub superseded: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Superseded rows with other values than the row that counts.
    pub conflicts: u64,
    /// Why the whole file was refused, if it was.
    pub refused: Option<String>,
    /// Messages for whoever handed in the file, such as rows that contradict another file or the store.
    #[serde(rename = "told", default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// Whether the next night reads the file again: it has rows of days in the future.
    #[serde(skip)]
    pub read_again: bool,
}

impl Account {
    /// The account of an entry of the inbox that is not read at all.
    #[must_use]
    pub fn unread((file, why): (String, String)) -> Self {
        Self { file, refused: Some(why), ..Self::default() }
    }

    /// Refuses the file as a whole.
    pub fn refuse(&mut self, why: String) {
        self.refused = Some(why);
        (self.stored, self.superseded, self.rejected) = (0, 0, self.read);
    }

    /// Counts `superseded` rows as superseded, and the others that are not rejected as stored.
    pub fn supersede(&mut self, superseded: u64) {
        self.superseded = superseded;
        self.stored = self.read - superseded - self.rejected;
    }
}
