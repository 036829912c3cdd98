//! Drawing a night: every page, workbook and table written aside by the reports crate.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::RecordBatch;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::recipient::{ANALYSTS, COORDINATOR, Recipients};
use prane_contract::Account;
use prane_reports::{Edition, Index, IndexEntry, Note, Overview, PlaceKind, PlacePage, Renderer};
use prane_rules::answer;
use rayon::prelude::*;

use crate::night::Night;
use crate::publish::Aside;
use crate::recipients;

/// Draws the pages of one night.
pub struct Artist {
    renderer: Renderer,
    edition: Edition,
    recipients: Recipients,
}

/// What a night draws.
pub struct Drawn {
    /// Schools, then centres.
    pub places: Vec<PlacePage>,
    /// What coordinators see.
    pub overview: Overview,
    /// The list as analysts get it (`pages.analysts`).
    pub list: Vec<RecordBatch>,
    /// What the front page says of the night's data.
    pub notes: Vec<Note>,
}

/// What is drawn of a place, in this order.
#[cfg(not(feature = "pdf"))]
const FILES: [&str; 3] = ["list.html", "list.xlsx", "list.csv"];
#[cfg(feature = "pdf")]
const FILES: [&str; 4] = ["list.html", "list.xlsx", "list.csv", "list.pdf"];
/// The one file that is published of a place whose files are sealed.
const SEALED: &str = "list.zip.age";
/// The same of the overview.
const SEALED_OVERVIEW: &str = "overview.zip.age";
/// The folder of what analysts get, and the one file there where it is sealed.
const ANALYSTS_FOLDER: &str = "analysts";
const SEALED_LISTS: &str = "lists.zip.age";

fn told(e: prane_reports::Error) -> Error {
    Error::Bug(format!("a page cannot be drawn: {e}"))
}

impl Artist {
    /// Reads words and templates.
    ///
    /// # Errors
    /// A bug in a template.
    pub fn new(project: &Project, night: &Night) -> Result<Self> {
        Ok(Self {
            renderer: Renderer::new().map_err(told)?,
            edition: edition(project, night),
            recipients: Recipients::of(&project.config, "prane.toml")?,
        })
    }

    /// Stops the night where a recipient's place is not among these: by a slip of a letter the true place's files would be
    /// published in the clear.
    ///
    /// # Errors
    /// A configuration error that names them.
    pub fn no_recipient_nowhere(&self, places: &[PlacePage]) -> Result<()> {
        let known: BTreeSet<String> = places.iter().map(whom).collect();
        let nowhere = self.recipients.nowhere(&known);
        if nowhere.is_empty() {
            return Ok(());
        }
        Err(Error::configuration(
            "prane.toml",
            format!("a [[recipient]] is for {}, of which there is no list", nowhere.join(", ")),
            "nothing was published: mend the code, or take the [[recipient]] out until the school or centre hands something in",
        ))
    }

    /// Draws everything of a night, into `folder` where there is one; name → hash of each file. The tables of all schools are
    /// written by one thread, beside those that draw the places.
    ///
    /// # Errors
    /// A store error, or a bug in a template.
    pub fn night(&self, folder: Option<&Path>, drawn: &Drawn) -> Result<Vec<(String, String)>> {
        let (rest, places) = rayon::join(|| self.rest(folder, drawn), || self.places(folder, &drawn.places));
        Ok([places?, rest?].concat())
    }

    /// The lists of schools and centres, several at once.
    fn places(&self, folder: Option<&Path>, places: &[PlacePage]) -> Result<Vec<(String, String)>> {
        let written: Vec<Result<Vec<(String, String)>>> = places.par_iter().map(|page| self.place(folder, page)).collect();
        Ok(written.into_iter().collect::<Result<Vec<_>>>()?.concat())
    }

    fn place(&self, folder: Option<&Path>, page: &PlacePage) -> Result<Vec<(String, String)>> {
        let place = recipients::place_folder(page.place.kind, &page.place.id);
        let drawn = [
            self.renderer.list_html(page, &self.edition).map_err(told)?.into_bytes(),
            self.renderer.list_xlsx(page, &self.edition).map_err(told)?,
            self.renderer.list_csv(page, &self.edition).map_err(told)?,
            #[cfg(feature = "pdf")]
            self.renderer.list_pdf(page, &self.edition).map_err(told)?,
        ];
        let drawn = FILES.map(String::from).into_iter().zip(drawn).collect();
        recipients::published(&self.recipients, &whom(page), SEALED, drawn)?
            .into_iter()
            .map(|(name, bytes)| {
                let name = format!("{place}/{name}");
                let hash = Aside::write_at(folder, &name, &bytes)?;
                Ok((name, hash))
            })
            .collect()
    }

    /// What is drawn once a night: the overview, the list of all schools, and the index of the places.
    fn rest(&self, folder: Option<&Path>, drawn: &Drawn) -> Result<Vec<(String, String)>> {
        let page = self.renderer.overview_html(&drawn.overview, &self.edition).map_err(told)?.into_bytes();
        let overview = recipients::published(&self.recipients, COORDINATOR, SEALED_OVERVIEW, vec![("index.html".to_string(), page)])?;
        let overview = overview.into_iter().map(|(name, bytes)| (format!("overview/{name}"), bytes));
        let mut files: Vec<(String, Vec<u8>)> = overview.collect();
        let index = Index {
            entries: drawn.places.iter().map(|page| entry(page, self.recipients.has(&whom(page)))).collect(),
            files: files.iter().map(|(name, _)| name.clone()).chain(["run.json".to_string()]).collect(),
            notes: drawn.notes.clone(),
        };
        // The front page goes to everyone: what analysts get is not offered there.
        let tables = [("lists.csv", answer::Format::Csv), ("lists.parquet", answer::Format::Parquet)];
        let tables = tables.into_iter().map(|(name, format)| Ok((name.to_string(), answer::bytes_of(&drawn.list, format)?)));
        let tables = recipients::published(&self.recipients, ANALYSTS, SEALED_LISTS, tables.collect::<Result<_>>()?)?;
        files.extend(tables.into_iter().map(|(name, bytes)| (format!("{ANALYSTS_FOLDER}/{name}"), bytes)));
        files.push(("index.html".into(), self.renderer.index_html(&index, &self.edition).map_err(told)?.into_bytes()));
        files.into_iter().map(|(name, bytes)| Ok((name.clone(), Aside::write_at(folder, &name, &bytes)?))).collect()
    }
}

/// What the front page says of the extracts: tables that none gives, and files that somebody should look at.
#[must_use]
pub fn notes(missing: &[&str], inputs: &[Account]) -> Vec<Note> {
    let of_file = |account: &Account| {
        let file = account.file.clone();
        match (&account.refused, account.rejected) {
            (Some(_), _) => Some(Note::FileRefused { file }),
            (None, 0) if account.messages.is_empty() => None,
            (None, 0) => Some(Note::FileRead { file }),
            (None, rows) => Some(Note::RowsRejected { file, rows: u32::try_from(rows).unwrap_or(u32::MAX) }),
        }
    };
    let missing = missing.iter().map(|table| Note::NoExtract { table: (*table).to_string() });
    missing.chain(inputs.iter().filter_map(of_file)).collect()
}

/// What every page of a night says of it.
#[must_use]
pub fn edition(project: &Project, night: &Night) -> Edition {
    Edition {
        language: answer::page_language(project.config.project.language),
        project: project.config.project.name.clone(),
        as_of: night.as_of,
        run_id: night.run_id.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        min_cell: project.config.suppress.min_cell,
    }
}

/// A place's line in the index.
fn entry(page: &PlacePage, sealed: bool) -> IndexEntry {
    let place = recipients::place_folder(page.place.kind, &page.place.id);
    // As the tiles of the page itself: children with a place on the list. Those left off are a number of their own.
    let level = |level: u8| u32::try_from(page.rows.iter().filter(|r| r.on_list && r.level == level).count()).unwrap_or(u32::MAX);
    IndexEntry {
        kind: page.place.kind,
        id: page.place.id.clone(),
        name: page.place.name.clone(),
        municipality: page.place.municipality.clone(),
        region: page.place.region.clone(),
        files: if sealed { &[SEALED][..] } else { &FILES }.iter().map(|f| format!("{place}/{f}")).collect(),
        level_3: level(3),
        level_2: level(2),
        level_1: level(1),
        on_list: u32::try_from(page.rows.iter().filter(|r| r.on_list).count()).unwrap_or(u32::MAX),
        left_off: page.left_off,
        data_through: page.data_through,
        stale: page.stale_days.is_some(),
        not_assessable: u32::try_from(page.not_assessable.len()).unwrap_or(u32::MAX),
        not_known: page.rows.is_empty() && page.too_little_known,
        sealed,
    }
}

/// A place as `[[recipient]]` calls it.
fn whom(page: &PlacePage) -> String {
    match page.place.kind {
        PlaceKind::School => format!("school:{}", page.place.id),
        PlaceKind::Centre => format!("centre:{}", page.place.id),
    }
}
