//! The list on paper: [`PlacePage`] → view ([`paper`]) → `templates/list.typ` → pages → PDF.
//!
//! The template reads one file, `data.json`. Whatever a register holds arrives there as a value and is set
//! as text: nothing of it is ever read as markup or code. The typesetter sees no disk, no network, no
//! packages, no fonts of the machine and no clock.

mod child;
mod drawing;
mod paper;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use az::UnwrappedAs;
use chrono::{Datelike, NaiveDate};
use typst::comemo;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::error::Error;
use crate::list::{Edition, PlacePage};
use crate::page::Renderer;
use crate::pdf::paper::Paper;
use crate::words::Words;

/// The template, as errors name it.
const TEMPLATE: &str = "list.typ";
/// How many documents a memoised piece of layout outlives its last use. Places have little in common but the
/// template: what is kept longer only fills the memory over some thousand places.
const KEPT: usize = 1;

/// What all documents share: made once, when the first is asked for.
static PRESS: LazyLock<Result<Press, Error>> = LazyLock::new(Press::new);

impl Renderer {
    /// `list.pdf` of one school or centre, for A4: the list, then a page a pupil, then the rest of the page; with names.
    /// Tagged, and PDF/UA-1 wherever the fonts have every letter.
    ///
    /// # Errors
    /// [`Error::Template`], [`Error::Words`] or [`Error::Chart`]; all of them are mistakes of this crate.
    pub fn list_pdf(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Error> {
        let press = PRESS.as_ref().map_err(Clone::clone)?;
        let made = press.print(page, edition, self.words(edition.language));
        comemo::evict(KEPT);
        made
    }
}

/// Fonts, library and template, parsed.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: FileId,
}

impl Press {
    fn new() -> Result<Self, Error> {
        let file = |name: &str| -> Result<FileId, Error> {
            let path = VirtualPath::new(name).map_err(|_| fault("a file has no proper name", None))?;
            Ok(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        let fonts: Vec<Font> = typst_assets::fonts().flat_map(|font| Font::iter(Bytes::new(font))).collect();
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(file(TEMPLATE)?, include_str!("../../templates/list.typ").to_owned()),
            data: file("data.json")?,
        })
    }

    /// Pages, laid out.
    fn set(&self, page: &PlacePage, edition: &Edition, words: &Words) -> Result<PagedDocument, Error> {
        let data = serde_json::to_vec(&Paper::new(page, edition, words)?).map_err(|_| fault("the data are no JSON", None))?;
        let sheet = Sheet { press: self, data: Bytes::new(data), day: day_of(edition.as_of) };
        typst::compile(&sheet).output.map_err(|errors| self.told(&errors, &sheet))
    }

    fn print(&self, page: &PlacePage, edition: &Edition, words: &Words) -> Result<Vec<u8>, Error> {
        let document = self.set(page, edition, words)?;
        let options = |standards| PdfOptions {
            ident: Smart::Custom(format!("{} {:?} {}", edition.run_id, page.place.kind, page.place.id)),
            creator: Smart::Custom(Some(format!("Pranë {}", edition.version))),
            timestamp: day_of(edition.as_of).map(Timestamp::new_utc),
            standards,
            ..PdfOptions::default()
        };
        let accessible = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|_| fault("no such standard", None))?;
        // A name may hold a letter that no font here has. Such a file is no PDF/UA, but a list there must be.
        typst_pdf::pdf(&document, &options(accessible))
            .or_else(|_| typst_pdf::pdf(&document, &options(PdfStandards::default())))
            .map_err(|_| fault("the pages cannot be written", None))
    }

    /// The first of the typesetter's complaints, without what it quotes: a quotation may hold a name.
    fn told(&self, errors: &[SourceDiagnostic], sheet: &Sheet<'_>) -> Error {
        let Some(error) = errors.first() else {
            return fault("cannot be set", None);
        };
        let line = sheet.range(error.span).and_then(|range| self.template.lines().byte_to_line(range.start));
        fault(error.message.split(['"', '`', '(', '[', ':']).next().unwrap_or_default().trim_end(), line)
    }
}

/// All that the typesetter may see of the world while one document is made.
struct Sheet<'a> {
    press: &'a Press,
    data: Bytes,
    day: Option<Datetime>,
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.template.id() { Ok(self.press.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.day
    }
}

fn day_of(date: NaiveDate) -> Option<Datetime> {
    Datetime::from_ymd(date.year(), date.month().unwrapped_as::<u8>(), date.day().unwrapped_as::<u8>())
}

fn fault(cause: &str, line: Option<usize>) -> Error {
    let line = line.map(|line| format!(" in line {}", line + 1)).unwrap_or_default();
    Error::Template { template: TEMPLATE.to_owned(), cause: format!("{cause}{line}") }
}
