//! The structs of the coordinators' page, which has aggregates without names, and of the front page.
//!
//! A count is `None` where its cell was suppressed. The caller is responsible for suppression, complementary cells included; this
//! crate hides small counts in any case. A rate that may be shown only as below or above a bound is `None`, and the bound is in a field
//! of its own.

use chrono::NaiveDate;

use crate::list::PlaceKind;

/// The coordinators' page.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    pub schools: Vec<SchoolSummary>,
    pub by_region: Vec<Group>,
    pub by_municipality: Vec<Group>,
    pub by_grade: Vec<Group>,
    /// `name` is `F`, `M` or empty (not recorded).
    pub by_sex: Vec<Group>,
    /// Oldest first.
    pub trend: Vec<WeekRate>,
    /// The same by municipality, sorted by name, without municipalities that are too small.
    pub municipality_trends: Vec<MunicipalityTrend>,
    pub programme: Vec<Programme>,
    /// In the order to be shown; the latest month is enough.
    pub reach: Vec<Reach>,
}

/// One school.
#[derive(Debug, Clone, Default)]
pub struct SchoolSummary {
    pub school_id: String,
    pub municipality: String,
    pub region: String,
    /// Counts of its pupils; the name is that of the school.
    pub group: Group,
    pub data_through: Option<NaiveDate>,
    /// Records older than they should be, or none.
    pub stale: bool,
}

/// One region, municipality, school, grade level or sex.
#[derive(Debug, Clone, Default)]
pub struct Group {
    pub name: String,
    pub pupils: Option<u32>,
    pub assessable: Option<u32>,
    pub level_3: Option<u32>,
    pub level_2: Option<u32>,
    pub level_1: Option<u32>,
    pub absence_rate: Option<f64>,
    pub absence_below: Option<f64>,
    pub absence_above: Option<f64>,
}

/// Absence of all schools in one school week.
#[derive(Debug, Clone, Copy, Default)]
pub struct WeekRate {
    /// Monday of the week.
    pub week: NaiveDate,
    pub absence_rate: f64,
    /// Schools with records that week.
    pub schools: u32,
    pub pupils: u32,
}

/// Absence of the schools of one municipality over the year.
#[derive(Debug, Clone, Default)]
pub struct MunicipalityTrend {
    pub municipality: String,
    /// Oldest first.
    pub weeks: Vec<WeekRate>,
}

/// Absence at school before and after children first joined a service.
#[derive(Debug, Clone, Default)]
pub struct Programme {
    /// One of [`crate::SERVICES`], or `all`.
    pub service: String,
    /// Children with enough records on both sides.
    pub pupils: Option<u32>,
    /// Of these, less absent after than before.
    pub less_absent: Option<u32>,
    /// Absence rates of the children, 0-1.
    pub absence_before: Option<f64>,
    pub before_below: Option<f64>,
    pub before_above: Option<f64>,
    pub absence_after: Option<f64>,
    pub after_below: Option<f64>,
    pub after_above: Option<f64>,
    /// Absence rates of their schools in the same weeks.
    pub school_before: Option<f64>,
    pub school_after: Option<f64>,
    /// The children's change minus that of their schools, as a rate; negative is less absence.
    pub change_beside_school: Option<f64>,
}

/// Participation in one service of one centre in one month.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Name of the centre.
    pub centre: String,
    pub municipality: String,
    /// One of [`crate::SERVICES`].
    pub service: String,
    /// First day of the month.
    pub month: NaiveDate,
    pub participants: Option<u32>,
    /// Participants who attended at least once.
    pub attending: Option<u32>,
    /// Share of sessions attended, 0-1.
    pub attended_rate: Option<f64>,
    pub attended_below: Option<f64>,
    pub attended_above: Option<f64>,
}

/// The front page of a night.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub entries: Vec<IndexEntry>,
    /// Relative addresses of further files (`overview/index.html`, `run.json`).
    pub files: Vec<String>,
    /// Notes about the extracts.
    pub notes: Vec<Note>,
}

/// A note about the extracts on the front page; `run.json` has the details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A canonical table that no extract gives.
    NoExtract {
        /// Its code, such as `calendar`.
        table: String,
    },
    /// A file that was refused as a whole.
    FileRefused {
        /// Its name within the inbox.
        file: String,
    },
    /// A file with refused rows.
    RowsRejected {
        /// Its name within the inbox.
        file: String,
        /// Number of refused rows.
        rows: u32,
    },
    /// A file that was read, but about which there are messages.
    FileRead {
        /// Its name within the inbox.
        file: String,
    },
}

/// One school's or centre's folder.
#[derive(Debug, Clone, Default)]
pub struct IndexEntry {
    pub kind: PlaceKind,
    pub id: String,
    pub name: String,
    pub municipality: String,
    pub region: String,
    /// Relative addresses of the files there (`schools/S0001/list.html`).
    pub files: Vec<String>,
    pub level_3: u32,
    pub level_2: u32,
    pub level_1: u32,
    pub on_list: u32,
    pub left_off: u32,
    pub not_assessable: u32,
    pub data_through: Option<NaiveDate>,
    pub stale: bool,
    /// Whether the records are so incomplete that an empty list means nothing; no counts are shown then.
    pub not_known: bool,
    /// Whether only an encrypted file is published; no counts are shown then.
    pub sealed: bool,
}
