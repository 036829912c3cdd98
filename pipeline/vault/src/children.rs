//! The children to be erased.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// All keys, numbers and words that identify the children to be erased.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Children {
    /// The ids as the user gave them.
    pub asked: Vec<String>,
    /// Keys of the pupils.
    pub pupil_keys: BTreeSet<String>,
    /// Numbers of the pupils in the school systems.
    pub pupil_ids: BTreeSet<String>,
    /// Keys of the participants linked to them.
    pub participant_keys: BTreeSet<String>,
    /// Centre and number of those participants.
    pub participants: BTreeSet<(String, String)>,
    /// Keys of the rows of identifications and referrals about them.
    pub row_keys: BTreeSet<String>,
    /// Numbers and full names, to search texts for.
    pub words: BTreeSet<String>,
}
