//! Draws every page, workbook and table of a night into the staging folder.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::RecordBatch;
use az::UnwrappedAs;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::recipient::{ANALYSTS, COORDINATOR, Recipients};
use prane_contract::Account;
use prane_reports::{Edition, Index, IndexEntry, Note, Overview, PlaceKind, PlacePage, Renderer};
use prane_rules::answer;
use rayon::prelude::*;

use crate::night::Night;
use crate::publish::StagedPublication;
use crate::recipients;

/// Draws the pages of one night.
pub struct Artist {
    renderer: Renderer,
    edition: Edition,
    recipients: Recipients,
}

/// The contents of the files of one night.
pub struct Drawn {
    /// Schools, then centres.
    pub places: Vec<PlacePage>,
    /// The coordinators' page.
    pub overview: Overview,
    /// The list for analysts (`pages.analysts`).
    pub list: Vec<RecordBatch>,
    /// Notes about the extracts, for the front page.
    pub notes: Vec<Note>,
}

/// The files of a place, in the order in which they are drawn.
#[cfg(not(feature = "pdf"))]
const FILES: [&str; 3] = ["list.html", "list.xlsx", "list.csv"];
#[cfg(feature = "pdf")]
const FILES: [&str; 4] = ["list.html", "list.xlsx", "list.csv", "list.pdf"];
/// The only file of a place that has a recipient.
const SEALED: &str = "list.zip.age";
/// The same for the overview.
const SEALED_OVERVIEW: &str = "overview.zip.age";
/// The folder of the tables for analysts, and its only file where analysts are a recipient.
const ANALYSTS_FOLDER: &str = "analysts";
const SEALED_LISTS: &str = "lists.zip.age";

fn reports_error(error: prane_reports::Error) -> Error {
    Error::Bug(format!("a page cannot be drawn: {error}"))
}

impl Artist {
    /// Loads the translations and the recipients.
    ///
    /// # Errors
    /// A bug in a file of translations; a configuration error of a `[[recipient]]`.
    pub fn new(project: &Project, night: &Night) -> Result<Self> {
        Ok(Self {
            renderer: Renderer::new().map_err(reports_error)?,
            edition: edition(project, night),
            recipients: Recipients::of(&project.config, "prane.toml")?,
        })
    }

    /// Checks that the place of every `[[recipient]]` is one of `places`: if its code is misspelt, the files of the intended
    /// place would be published unencrypted.
    ///
    /// # Errors
    /// A configuration error that names the unknown places.
    pub fn check_recipients(&self, places: &[PlacePage]) -> Result<()> {
        let known: BTreeSet<String> = places.iter().map(recipient_id).collect();
        let unknown = self.recipients.nowhere(&known);
        if unknown.is_empty() {
            return Ok(());
        }
        Err(Error::configuration(
            "prane.toml",
            format!("a [[recipient]] is for {}, of which there is no list", unknown.join(", ")),
            "nothing was published: mend the code, or take the [[recipient]] out until the school or centre hands something in",
        ))
    }

    /// Draws every file of a night into `folder`, or only in memory without one; returns the name and hash of each file. The
    /// tables of all schools are written in parallel with the places.
    ///
    /// # Errors
    /// A store error, or a bug in a template.
    pub fn night(&self, folder: Option<&Path>, drawn: &Drawn) -> Result<Vec<(String, String)>> {
        let (rest, places) = rayon::join(|| self.rest(folder, drawn), || self.places(folder, &drawn.places));
        Ok([places?, rest?].concat())
    }

    /// Draws the lists of schools and centres in parallel.
    fn places(&self, folder: Option<&Path>, places: &[PlacePage]) -> Result<Vec<(String, String)>> {
        let drawn: Vec<Result<Vec<(String, String)>>> = places.par_iter().map(|page| self.place(folder, page)).collect();
        Ok(drawn.into_iter().collect::<Result<Vec<_>>>()?.concat())
    }

    fn place(&self, folder: Option<&Path>, page: &PlacePage) -> Result<Vec<(String, String)>> {
        let place = recipients::place_folder(page.place.kind, &page.place.id);
        let drawn = [
            self.renderer.list_html(page, &self.edition).map_err(reports_error)?.into_bytes(),
            self.renderer.list_xlsx(page, &self.edition).map_err(reports_error)?,
            self.renderer.list_csv(page, &self.edition).map_err(reports_error)?,
            #[cfg(feature = "pdf")]
            self.renderer.list_pdf(page, &self.edition).map_err(reports_error)?,
        ];
        let drawn = FILES.map(String::from).into_iter().zip(drawn).collect();
        recipients::published(&self.recipients, &recipient_id(page), SEALED, drawn)?
            .into_iter()
            .map(|(name, bytes)| {
                let name = format!("{place}/{name}");
                let hash = StagedPublication::write_at(folder, &name, &bytes)?;
                Ok((name, hash))
            })
            .collect()
    }

    /// Draws the files of which a night has one: the overview, the tables of all schools, and the index of the places.
    fn rest(&self, folder: Option<&Path>, drawn: &Drawn) -> Result<Vec<(String, String)>> {
        let page = self.renderer.overview_html(&drawn.overview, &self.edition).map_err(reports_error)?.into_bytes();
        let overview = recipients::published(&self.recipients, COORDINATOR, SEALED_OVERVIEW, vec![("index.html".to_string(), page)])?;
        let overview = overview.into_iter().map(|(name, bytes)| (format!("overview/{name}"), bytes));
        let mut files: Vec<(String, Vec<u8>)> = overview.collect();
        let index = Index {
            entries: drawn.places.iter().map(|page| entry(page, self.recipients.has(&recipient_id(page)))).collect(),
            files: files.iter().map(|(name, _)| name.clone()).chain(["run.json".to_string()]).collect(),
            notes: drawn.notes.clone(),
        };
        // Everyone gets the front page, so it does not link to the tables for analysts.
        let tables = [("lists.csv", answer::Format::Csv), ("lists.parquet", answer::Format::Parquet)];
        let tables = tables.into_iter().map(|(name, format)| Ok((name.to_string(), answer::bytes_of(&drawn.list, format)?)));
        let tables = recipients::published(&self.recipients, ANALYSTS, SEALED_LISTS, tables.collect::<Result<_>>()?)?;
        files.extend(tables.into_iter().map(|(name, bytes)| (format!("{ANALYSTS_FOLDER}/{name}"), bytes)));
        files.push(("index.html".into(), self.renderer.index_html(&index, &self.edition).map_err(reports_error)?.into_bytes()));
        files.into_iter().map(|(name, bytes)| Ok((name.clone(), StagedPublication::write_at(folder, &name, &bytes)?))).collect()
    }
}

/// Notes for the front page: tables that no extract gives, and files with refused rows or messages.
#[must_use]
pub fn notes(missing: &[&str], inputs: &[Account]) -> Vec<Note> {
    let file_note = |account: &Account| {
        let file = account.file.clone();
        match (&account.refused, account.rejected) {
            (Some(_), _) => Some(Note::FileRefused { file }),
            (None, 0) if account.messages.is_empty() => None,
            (None, 0) => Some(Note::FileRead { file }),
            (None, rows) => Some(Note::RowsRejected { file, rows: rows.unwrapped_as::<u32>() }),
        }
    };
    let missing = missing.iter().map(|table| Note::NoExtract { table: (*table).to_string() });
    missing.chain(inputs.iter().filter_map(file_note)).collect()
}

/// The facts about a night that every page shows.
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
    // Counts pupils on the list, as the tiles of the page do; those left off for capacity are counted separately.
    let level = |level: u8| page.rows.iter().filter(|r| r.on_list && r.level == level).count().unwrapped_as::<u32>();
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
        on_list: page.rows.iter().filter(|r| r.on_list).count().unwrapped_as::<u32>(),
        left_off: page.left_off,
        data_through: page.data_through,
        stale: page.stale_days.is_some(),
        not_assessable: page.not_assessable.len().unwrapped_as::<u32>(),
        not_known: page.rows.is_empty() && page.too_little_known,
        sealed,
    }
}

/// A place as `[[recipient]]` writes it, `school:S0001`.
fn recipient_id(page: &PlacePage) -> String {
    match page.place.kind {
        PlaceKind::School => format!("school:{}", page.place.id),
        PlaceKind::Centre => format!("centre:{}", page.place.id),
    }
}
