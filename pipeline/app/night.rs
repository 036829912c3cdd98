//! The day and the run of a night, and the options that it was started with.

use chrono::{DateTime, NaiveDate, Utc};

/// The identity of a night, and its only clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// The day of the lists.
    pub as_of: NaiveDate,
    /// Its school year.
    pub school_year: String,
    /// The run id.
    pub run_id: String,
    /// Only what had been handed in by this time counts.
    pub known_at: DateTime<Utc>,
}

/// The options that a run was started with.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The day of the lists; `None` for the last recorded day.
    pub as_of: Option<NaiveDate>,
    /// Only what had been handed in by this time counts.
    pub known_at: DateTime<Utc>,
    /// The time now: rows with a later date are rejected.
    pub clock: DateTime<Utc>,
    /// When the command was started, for the audit log.
    pub asked_at: DateTime<Utc>,
    /// Whether to read new files of the inbox.
    pub take_in: bool,
    /// Whether to write nothing into the project.
    pub rehearsal: bool,
}
