//! The night: which day, which run.

use chrono::{DateTime, NaiveDate, Utc};

/// The only clock of a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// The day of the lists.
    pub as_of: NaiveDate,
    /// Its school year.
    pub school_year: String,
    /// The run.
    pub run_id: String,
    /// What is known at this time counts; nothing after it.
    pub known_at: DateTime<Utc>,
}
