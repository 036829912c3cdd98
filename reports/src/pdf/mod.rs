//! The list as PDF, typeset by Typst: [`PlacePage`] → [`paper`] → `templates/list.typ` → PDF.
//!
//! The template reads one file, `data.json`. Values from extracts are data there and are never evaluated as markup or code. Typst has no
//! access to the disk, the network, packages, system fonts or the clock.

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

/// The name of the template in errors.
const TEMPLATE: &str = "list.typ";
/// Number of documents after which unused memoised layout is dropped. Places have little in common, so keeping more would only use
/// memory.
const MAX_CACHE_AGE: usize = 1;

/// Shared by all documents, created on first use.
static TYPESETTER: LazyLock<Result<Typesetter, Error>> = LazyLock::new(Typesetter::new);

impl Renderer {
    /// `list.pdf` of one school or centre in A4, with names: the list, one page per pupil, then the other sections. The PDF is tagged, and
    /// conforms to PDF/UA-1 if the fonts have every letter.
    ///
    /// # Errors
    /// [`Error::Template`], [`Error::Words`] or [`Error::Chart`]; all of them are mistakes of this crate.
    pub fn list_pdf(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Error> {
        let typesetter = TYPESETTER.as_ref().map_err(Clone::clone)?;
        let pdf = typesetter.pdf(page, edition, self.words(edition.language));
        comemo::evict(MAX_CACHE_AGE);
        pdf
    }
}

/// Fonts, library and the parsed template.
struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: FileId,
}

impl Typesetter {
    fn new() -> Result<Self, Error> {
        let file = |name: &str| -> Result<FileId, Error> {
            let path = VirtualPath::new(name).map_err(|_| template_error("a file has no proper name", None))?;
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

    /// Lays out the pages.
    fn layout(&self, page: &PlacePage, edition: &Edition, words: &Words) -> Result<PagedDocument, Error> {
        let data = serde_json::to_vec(&Paper::new(page, edition, words)?).map_err(|_| template_error("the data are no JSON", None))?;
        let world = DocumentWorld { typesetter: self, data: Bytes::new(data), day: day_of(edition.as_of) };
        typst::compile(&world).output.map_err(|errors| self.diagnostic(&errors, &world))
    }

    fn pdf(&self, page: &PlacePage, edition: &Edition, words: &Words) -> Result<Vec<u8>, Error> {
        let document = self.layout(page, edition, words)?;
        let options = |standards| PdfOptions {
            ident: Smart::Custom(format!("{} {:?} {}", edition.run_id, page.place.kind, page.place.id)),
            creator: Smart::Custom(Some(format!("Pranë {}", edition.version))),
            timestamp: day_of(edition.as_of).map(Timestamp::new_utc),
            standards,
            ..PdfOptions::default()
        };
        let accessible = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|_| template_error("no such standard", None))?;
        // A name may have a letter that no font has. The file is then not PDF/UA, but it must be written.
        typst_pdf::pdf(&document, &options(accessible))
            .or_else(|_| typst_pdf::pdf(&document, &options(PdfStandards::default())))
            .map_err(|_| template_error("the pages cannot be written", None))
    }

    /// The first diagnostic of Typst, without quoted text, which may be a name.
    fn diagnostic(&self, errors: &[SourceDiagnostic], world: &DocumentWorld<'_>) -> Error {
        let Some(error) = errors.first() else {
            return template_error("cannot be set", None);
        };
        let line = world.range(error.span).and_then(|range| self.template.lines().byte_to_line(range.start));
        template_error(error.message.split(['"', '`', '(', '[', ':']).next().unwrap_or_default().trim_end(), line)
    }
}

/// Everything that Typst can access while it makes one document.
struct DocumentWorld<'a> {
    typesetter: &'a Typesetter,
    data: Bytes,
    day: Option<Datetime>,
}

impl World for DocumentWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.typesetter.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.typesetter.template.id() { Ok(self.typesetter.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.typesetter.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.day
    }
}

fn day_of(date: NaiveDate) -> Option<Datetime> {
    Datetime::from_ymd(date.year(), date.month().unwrapped_as::<u8>(), date.day().unwrapped_as::<u8>())
}

fn template_error(cause: &str, line: Option<usize>) -> Error {
    let line = line.map(|line| format!(" in line {}", line + 1)).unwrap_or_default();
    Error::Template { template: TEMPLATE.to_owned(), cause: format!("{cause}{line}") }
}
