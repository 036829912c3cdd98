//! Lists, pages, workbooks and charts of Pranë: plain structs in, bytes out.
//!
//! The caller fills a [`PlacePage`], an [`Overview`] or an [`Index`]; a [`Renderer`], built once and
//! shared by every thread, turns them into HTML, XLSX and CSV. What is written depends on nothing but
//! what is handed in: the same input gives the same bytes.
//!
//! This crate never opens a file, asks the clock, or decides who belongs on a list. Templates and
//! words are compiled in; both are plain files (`templates/`, `words/`) that a team can edit.

// The invented school of `tests/` is a caller's: it knows this crate by name.
#[cfg(all(test, feature = "pdf"))]
extern crate self as prane_reports;

mod chart;
mod codes;
mod error;
mod flow;
mod heat;
mod ink;
mod list;
mod marks;
mod moves;
mod offers;
mod overview;
mod page;
#[cfg(feature = "pdf")]
mod pdf;
mod review;
mod school_chart;
mod strip;
mod table;
mod trend;
mod view;
mod view_index;
mod view_overview;
mod voice;
mod words;
mod workbook;
mod year;

pub use codes::{
    ACTIONS, CAUSES, CONFIDENCES, ESCALATIONS, FLAGS, MOVERS, NEXT_STEPS, NOT_ASSESSABLE_CAUSES, OUTCOMES, RECEIPTS, SERVICES, STATUSES,
};
pub use error::Error;
pub use list::{
    Card, CardDay, CardWeek, Change, ClassAbsence, Contact, DayMark, Edition, Event, Flag, GradeAbsence, Language, LevelFlow, LevelWeek,
    NotAssessable, Offer, Participant, Place, PlaceKind, PlacePage, Receipt, ReceiptLine, Row, SubjectMarks, WeekdayAbsence,
};
pub use overview::{Group, Index, IndexEntry, MunicipalityTrend, Note, Overview, Programme, Reach, SchoolSummary, WeekRate};
pub use page::Renderer;
pub use review::{DECISION_COLUMNS, DECISIONS, ReviewPair, ReviewPerson};
pub use table::{LIST_COLUMNS, harmless, legible, plain};
pub use words::{Reason, Words};
pub use workbook::{CONTACT_COLUMNS, contact_headers};
