//! The data of the front page template.

use askama::Template;

use crate::list::{Edition, PlaceKind};
use crate::localized::{Localized, Message, filters};
use crate::overview::{Index, IndexEntry, Note};
use crate::words::Words;

#[derive(Template)]
#[template(path = "index.html")]
pub struct IndexView<'a> {
    words: &'a Words,
    lang: &'static str,
    edition: &'a Edition,
    schools: Vec<EntryView<'a>>,
    centres: Vec<EntryView<'a>>,
    files: &'a [String],
    notes: &'a [Note],
}

struct EntryView<'a> {
    entry: &'a IndexEntry,
    /// The page to open first.
    first: Option<&'a str>,
    level_3: Option<u32>,
    level_2: Option<u32>,
    level_1: Option<u32>,
    left_off: Option<u32>,
    not_assessable: Option<u32>,
}

impl<'a> IndexView<'a> {
    pub fn new(index: &'a Index, edition: &'a Edition, words: &'a Words) -> Self {
        let entries = |kind: PlaceKind| index.entries.iter().filter(|entry| entry.kind == kind).map(EntryView::new).collect();
        Self {
            words,
            lang: edition.language.tag(),
            edition,
            schools: entries(PlaceKind::School),
            centres: entries(PlaceKind::Centre),
            files: &index.files,
            notes: &index.notes,
        }
    }
}

impl IndexView<'_> {
    /// A note in the reader's language.
    fn note<'a>(&'a self, note: &'a Note) -> Message<'a> {
        match note {
            Note::NoExtract { table } => self.message(match table.as_str() {
                "schools" => "no-extract-schools",
                "enrolments" => "no-extract-enrolments",
                "calendar" => "no-extract-calendar",
                "marks" => "no-extract-marks",
                "pupils" => "no-extract-pupils",
                "centre_participants" => "no-extract-centre-participants",
                _ => "no-extract-other",
            }),
            Note::FileRefused { file } => self.message("note-file-refused").with("file", file),
            Note::RowsRejected { file, rows } => self.message("note-rows-rejected").with("file", file).with("rows", *rows),
            Note::FileRead { file } => self.message("note-file-read").with("file", file),
        }
    }
}

impl Localized for IndexView<'_> {
    fn words(&self) -> &Words {
        self.words
    }
}

impl<'a> EntryView<'a> {
    fn new(entry: &'a IndexEntry) -> Self {
        // Counts of an encrypted list are hidden, even large ones: the overview may have suppressed them as complementary cells.
        let unsealed = |count: u32| (!entry.sealed).then_some(count);
        Self {
            entry,
            first: entry.files.first().map(String::as_str),
            level_3: unsealed(entry.level_3),
            level_2: unsealed(entry.level_2),
            level_1: unsealed(entry.level_1),
            left_off: unsealed(entry.left_off),
            not_assessable: unsealed(entry.not_assessable),
        }
    }
}
