//! The structs that a caller fills for the page of a school or centre.
//!
//! Rates are 0-1; absences are in days, with fractions for missed lessons; levels are 3 (contact now), 2 (plan support) and 1 (keep in
//! view). Codes (`status`, `next_step`, `suggested_service`, `services`, `cause`, `confidence`) are translated by this crate; a code
//! without a translation is shown unchanged. All structs have defaults, so that a caller can write `..Default::default()`.

use chrono::NaiveDate;

/// The language of pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Albanian.
    #[default]
    Sq,
    En,
}

impl Language {
    /// The BCP 47 tag, as in `lang="sq"`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Sq => "sq",
            Self::En => "en",
        }
    }
}

/// First and last name, without surrounding spaces.
pub(crate) fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

/// Facts about a night that every page shows.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    pub language: Language,
    /// Name of the project, as in `[project] name`.
    pub project: String,
    pub as_of: NaiveDate,
    pub run_id: String,
    /// Version of the program.
    pub version: String,
    /// The overview hides counts of pupils below this, except 0.
    pub min_cell: u32,
}

/// The kind of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceKind {
    #[default]
    School,
    Centre,
}

impl PlaceKind {
    /// Its code in tables and workbooks.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Centre => "centre",
        }
    }
}

/// A school or a centre.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub kind: PlaceKind,
    pub id: String,
    pub name: String,
    pub municipality: String,
    pub region: String,
}

/// Everything on the page, workbook and table of one place.
#[derive(Debug, Clone, Default)]
pub struct PlacePage {
    pub place: Place,
    /// Last recorded date at the place.
    pub data_through: Option<NaiveDate>,
    /// Share of enrolled pupil-days of the recent weeks with a record, 0-1.
    pub coverage: Option<f64>,
    /// Days by which the records are older than they should be; `None` when they are fresh.
    pub stale_days: Option<i64>,
    /// Pupils enrolled (participants, for a centre).
    pub pupils: u32,
    /// Capacity of the list.
    pub capacity: u32,
    /// Pupils with a level who are not on the list because of its capacity.
    pub left_off: u32,
    /// Pass mark; lower marks are highlighted.
    pub pass_mark: Option<f64>,
    /// In order of rank: pupils on the list, then those left off. The page shows the first five of the latter as next in line; table
    /// and workbook have every row.
    pub rows: Vec<Row>,
    /// Cards, matched to rows by `pupil_key`.
    pub cards: Vec<Card>,
    pub not_assessable: Vec<NotAssessable>,
    pub changes: Vec<Change>,
    pub events: Vec<Event>,
    /// Oldest first, this week last.
    pub level_history: Vec<LevelWeek>,
    /// Numbers of pupils by level before and after, for each two consecutive lists; oldest first.
    pub level_flow: Vec<LevelFlow>,
    pub absence_by_grade: Vec<GradeAbsence>,
    /// In the recent weeks, in order of class.
    pub absence_by_class: Vec<ClassAbsence>,
    /// Whether the records are so incomplete that an empty list does not mean that nobody needs support.
    pub too_little_known: bool,
    /// Day of the list that the rows of status `last_known` come from: the last one before the school fell silent.
    pub last_known: Option<NaiveDate>,
    /// Receipt for the last list that the place sent back.
    pub receipt: Option<Receipt>,
    /// First session day of the school year; every calendar strip starts there.
    pub first_day: Option<NaiveDate>,
    /// Offers of centres nearby, by service and centre; on the page of a centre, its own.
    pub offers: Vec<Offer>,
    /// Centres only: everyone enrolled there, with the absence at school.
    pub participants: Vec<Participant>,
    /// Centres only: children of the municipality with a level, enrolled at no centre.
    pub referral_candidates: Vec<Row>,
}

/// One pupil of the ranked list.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// From 1.
    pub rank: u32,
    pub pupil_key: String,
    pub pupil_id: String,
    pub first_name: String,
    pub last_name: String,
    pub class: String,
    pub grade_level: u8,
    /// Name of the pupil's school; shown on the pages of centres.
    pub school: String,
    /// 1, 2 or 3.
    pub level: u8,
    /// One of [`crate::STATUSES`].
    pub status: String,
    pub weeks_on_list: u32,
    /// 0-1; `None` without a model.
    pub risk: Option<f64>,
    pub flags: Vec<Flag>,
    /// Sentences made by [`crate::Words::reason`].
    pub reasons: Vec<String>,
    pub absence_rate: Option<f64>,
    pub recent_absent: f64,
    pub recent_recorded: u32,
    /// Absence rate before the recent weeks.
    pub before_rate: Option<f64>,
    pub absence_streak: u32,
    /// Change of the weekly absence rate per week.
    pub absence_trend: Option<f64>,
    pub mark_change: Option<f64>,
    pub failing_subjects: Option<u32>,
    /// `None` where the reader may not know.
    pub known_to_centre: Option<bool>,
    /// Codes of open services; empty where the reader may not know them.
    pub services: Vec<String>,
    /// One of [`crate::NEXT_STEPS`].
    pub next_step: String,
    /// One of [`crate::ESCALATIONS`] where escalation demands more than the flags; else empty.
    pub escalation: String,
    /// Unexcused days in a row at the end of the records.
    pub unexcused_streak: u32,
    /// Unanswered contacts since the family was last reached.
    pub unanswered_contacts: u32,
    /// One of [`crate::SERVICES`], or empty.
    pub suggested_service: String,
    pub last_contact: Option<NaiveDate>,
    pub contact_by: Option<String>,
    /// One of [`crate::ACTIONS`], or free text; empty without a contact.
    pub last_action: String,
    /// One of [`crate::OUTCOMES`], free text, or empty.
    pub last_outcome: String,
    pub review_date: Option<NaiveDate>,
    /// Whether the agreed day of review has come.
    pub review_due: bool,
    /// One of [`crate::CONFIDENCES`].
    pub confidence: String,
    /// Whether the pupil is on the list, within its capacity.
    pub on_list: bool,
}

/// A raised flag.
#[derive(Debug, Clone, Default)]
pub struct Flag {
    pub flag: String,
    pub value: f64,
    pub threshold: f64,
    pub since_date: Option<NaiveDate>,
    pub level: u8,
}

/// The card of one pupil.
#[derive(Debug, Clone, Default)]
pub struct Card {
    pub pupil_key: String,
    /// Session days of the pupil's school year, oldest first; other days had no school. Without days the calendar strip is left out.
    pub days: Vec<CardDay>,
    /// School weeks, oldest first.
    pub weeks: Vec<CardWeek>,
    /// The pupil's usual absence rate, 0-1.
    pub usual_rate: Option<f64>,
    /// Lower and upper limit of the pupil's ordinary weekly absence rate, 0-1.
    pub usual_band: Option<(f64, f64)>,
    pub marks: Vec<SubjectMarks>,
    /// Contacts so far, newest first.
    pub contacts: Vec<Contact>,
}

/// The record of one pupil on one session day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DayMark {
    Present,
    Absent,
    Excused,
    Late,
    /// Absent for some lessons of the day.
    Part,
    /// The whole school was kept away; the day counts for nobody.
    Disrupted,
    #[default]
    NotRecorded,
}

impl DayMark {
    /// The last part of the id of its message.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Excused => "excused",
            Self::Late => "late",
            Self::Part => "part",
            Self::Disrupted => "disrupted",
            Self::NotRecorded => "not_recorded",
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct CardDay {
    pub date: NaiveDate,
    pub mark: DayMark,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct CardWeek {
    /// Monday of the week.
    pub week: NaiveDate,
    pub recorded: u32,
    pub absent: f64,
    /// Absence rate of the whole school that week.
    pub school_rate: Option<f64>,
}

#[derive(Debug, Clone, Default)]
pub struct SubjectMarks {
    /// Code or name of the subject; known codes are translated.
    pub subject: String,
    /// (term from 1, mean mark).
    pub by_term: Vec<(u8, f64)>,
}

#[derive(Debug, Clone, Default)]
pub struct Contact {
    pub date: NaiveDate,
    pub by: String,
    /// One of [`crate::ACTIONS`], or free text.
    pub action: String,
    /// One of [`crate::OUTCOMES`], free text, or empty.
    pub outcome: String,
}

/// A pupil with too few records.
#[derive(Debug, Clone, Default)]
pub struct NotAssessable {
    pub pupil_key: String,
    pub pupil_id: String,
    pub first_name: String,
    pub last_name: String,
    pub class: String,
    /// One of [`crate::NOT_ASSESSABLE_CAUSES`].
    pub cause: String,
    pub last_recorded: Option<NaiveDate>,
}

/// The change of one pupil since the last list.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub pupil_key: String,
    pub pupil_id: String,
    pub first_name: String,
    pub last_name: String,
    pub class: String,
    /// One of [`crate::STATUSES`] or [`crate::CAUSES`].
    pub status: String,
    pub level_before: Option<u8>,
    pub level_now: Option<u8>,
    /// One of [`crate::CAUSES`], for those who are off the list.
    pub cause: Option<String>,
    /// The causes of the change, of [`crate::MOVERS`].
    pub because: Vec<String>,
}

/// A disrupted day: something kept the whole school away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Event {
    pub date: NaiveDate,
    pub absence_rate: f64,
}

/// Numbers of pupils by level in one week.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelWeek {
    pub as_of: NaiveDate,
    pub level_3: u32,
    pub level_2: u32,
    pub level_1: u32,
}

/// Number of pupils with one level on a list and another on the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelFlow {
    /// The later of the two lists.
    pub as_of: NaiveDate,
    /// 3, 2, 1, or 0 for no level.
    pub from: u8,
    pub to: u8,
    pub pupils: u32,
}

/// Absence of one class in the recent weeks, by day of the week.
#[derive(Debug, Clone, Default)]
pub struct ClassAbsence {
    pub class: String,
    /// In order of weekday.
    pub by_weekday: Vec<WeekdayAbsence>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct WeekdayAbsence {
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// Pupil-days recorded.
    pub recorded: u32,
    /// Full days of absence among these.
    pub absent: u32,
}

/// Receipt for a list that a place filled in and sent back.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// Day on which it was read.
    pub day: NaiveDate,
    /// Number of accepted lines.
    pub taken: u32,
    /// Cells that were rejected or changed, in the order of their rows.
    pub lines: Vec<ReceiptLine>,
}

/// A cell that was rejected or changed.
#[derive(Debug, Clone, Default)]
pub struct ReceiptLine {
    /// Row of the workbook, counted from 1.
    pub row: u32,
    /// Number of the pupil as it was entered.
    pub pupil_id: String,
    /// Canonical column; empty for the whole row.
    pub column: String,
    /// One of [`crate::RECEIPTS`].
    pub why: String,
    /// The value as it was entered.
    pub value: String,
}

/// The offer of one service by one centre.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// One of [`crate::SERVICES`].
    pub service: String,
    /// Name of the centre; empty where the reader may not know it.
    pub centre: String,
    /// Free places; `None` where the capacity is unknown.
    pub room: Option<u32>,
    /// Open referrals to this service.
    pub waiting: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct GradeAbsence {
    pub grade_level: u8,
    pub pupils: u32,
    pub absence_rate: f64,
}

/// A participant of a centre.
#[derive(Debug, Clone, Default)]
pub struct Participant {
    /// Empty while the participant is linked to no pupil.
    pub pupil_key: String,
    pub participant_id: String,
    pub first_name: String,
    pub last_name: String,
    pub services: Vec<String>,
    /// Sessions held for the participant in the recent weeks, and attended.
    pub sessions_recent: u32,
    pub attended_recent: u32,
    pub last_attended: Option<NaiveDate>,
    pub school: String,
    pub class: String,
    pub recent_absent: f64,
    /// 0 while no school record is linked.
    pub recent_recorded: u32,
    pub before_rate: Option<f64>,
    /// 1-3, or `None` without a level.
    pub level: Option<u8>,
    /// Stopped coming to the centre.
    pub stopped: bool,
}
