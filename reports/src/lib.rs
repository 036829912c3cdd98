//! Renders the lists, pages, workbooks and charts of Pranë from plain structs.
//!
//! The caller fills a [`PlacePage`], an [`Overview`] or an [`Index`]. A [`Renderer`], built once and shared by every thread, turns it
//! into HTML, XLSX or CSV. The output depends on the input only: the same structs give the same bytes.
//!
//! This crate never opens a file, reads the clock, or decides who belongs on a list. Templates and translations are compiled in from
//! plain files (`templates/`, `words/`) that a team can edit.

// The fixtures of `tests/` use this crate by its name, like any other caller.
#[cfg(all(test, feature = "pdf"))]
extern crate self as prane_reports;

mod change_groups;
mod chart;
mod codes;
mod error;
mod flow;
mod heat;
mod ink;
mod list;
mod localized;
mod marks;
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
