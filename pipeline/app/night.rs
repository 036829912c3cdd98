//! The night: which day and which run it is, and what was asked of it.

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

/// What is asked of a night.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The day of the lists; the last recorded day where none.
    pub as_of: Option<NaiveDate>,
    /// What was known then.
    pub known_at: DateTime<Utc>,
    /// What the clock says: nothing can have happened after its day.
    pub clock: DateTime<Utc>,
    /// The hour at which it is asked, for the log of who saw names.
    pub asked_at: DateTime<Utc>,
    /// Take the inbox in.
    pub take_in: bool,
    /// Leave the project as it is.
    pub rehearsal: bool,
}
