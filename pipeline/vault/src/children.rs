//! Who is to be erased.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Everything by which children to be erased are known.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Children {
    /// As they were asked for.
    pub asked: Vec<String>,
    /// Keys of the pupils.
    pub pupil_keys: BTreeSet<String>,
    /// Numbers of the school systems.
    pub pupil_ids: BTreeSet<String>,
    /// Keys of the participants linked to them.
    pub participant_keys: BTreeSet<String>,
    /// Centre and number of those participants.
    pub participants: BTreeSet<(String, String)>,
    /// Rows of identifications and referrals that are of them.
    pub row_keys: BTreeSet<String>,
    /// Words that only tell of them: numbers and full names, to look for in texts.
    pub words: BTreeSet<String>,
}
