//! Drawing a night: every page, workbook and table written aside by the reports crate.

use arrow::array::RecordBatch;
use prane_reports::{Edition, Index, IndexEntry, PlaceKind, Renderer};
use rayon::prelude::*;

use crate::caseload;
use crate::fault::{Fault, Outcome};
use crate::nightly::Night;
use crate::project::Project;
use crate::publish::Aside;
use crate::shell;
use crate::telemetry::Progress;

/// Writes every page aside.
///
/// # Errors
/// A store fault, or a bug in a template.
pub fn draw(
    aside: &mut Aside,
    project: &Project,
    night: &Night,
    pages: caseload::Pages,
    list: &[RecordBatch],
    notes: &[String],
    progress: &Progress,
) -> Outcome<()> {
    let told = |e: prane_reports::Fault| Fault::Bug(format!("a page cannot be drawn: {e}"));
    let renderer = Renderer::new().map_err(told)?;
    let edition = Edition {
        language: project.config.project.language.into(),
        project: project.config.project.name.clone(),
        as_of: night.as_of,
        run_id: night.run_id.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        min_cell: project.config.suppress.min_cell,
    };
    progress.step("lists");
    let folder = aside.folder().to_path_buf();
    let written: Vec<Outcome<Vec<(String, String)>>> = pages
        .places
        .par_iter()
        .map(|page| {
            let place = place_folder(page.place.kind, &page.place.id);
            let mut files = Vec::new();
            for (name, bytes) in [
                ("list.html", renderer.list_html(page, &edition).map_err(told)?.into_bytes()),
                ("list.xlsx", renderer.list_xlsx(page, &edition).map_err(told)?),
                ("list.csv", renderer.list_csv(page, &edition).map_err(told)?),
            ] {
                let name = format!("{place}/{name}");
                let hash = Aside::write_at(&folder, &name, &bytes)?;
                files.push((name, hash));
            }
            Ok(files)
        })
        .collect();
    for files in written {
        aside.note(files?);
    }
    aside.put("overview/index.html", renderer.overview_html(&pages.overview, &edition).map_err(told)?.as_bytes())?;
    aside.put("lists.csv", &shell::bytes_of(list, shell::Format::Csv)?)?;
    aside.put("lists.parquet", &shell::bytes_of(list, shell::Format::Parquet)?)?;
    let level = |page: &prane_reports::PlacePage, level: u8| {
        u32::try_from(page.rows.iter().filter(|r| r.level == level).count()).unwrap_or(u32::MAX)
    };
    let entries = pages
        .places
        .iter()
        .map(|page| {
            let place = place_folder(page.place.kind, &page.place.id);
            IndexEntry {
                kind: page.place.kind,
                id: page.place.id.clone(),
                name: page.place.name.clone(),
                municipality: page.place.municipality.clone(),
                files: ["list.html", "list.xlsx", "list.csv"].iter().map(|f| format!("{place}/{f}")).collect(),
                level_3: level(page, 3),
                level_2: level(page, 2),
                level_1: level(page, 1),
                left_off: page.left_off,
                not_assessable: u32::try_from(page.not_assessable.len()).unwrap_or(u32::MAX),
                ..IndexEntry::default()
            }
        })
        .collect();
    let index = Index {
        entries,
        files: vec!["overview/index.html".into(), "lists.csv".into(), "lists.parquet".into(), "run.json".into()],
        notes: notes.to_vec(),
    };
    aside.put("index.html", renderer.index_html(&index, &edition).map_err(told)?.as_bytes())
}

/// `schools/S0001`; ids come from extracts, and a folder's name must stay below its own folder.
fn place_folder(kind: PlaceKind, id: &str) -> String {
    let safe: String = id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
    let name = if safe == id { safe } else { format!("{safe}-{}", &blake3::hash(id.as_bytes()).to_hex()[..6]) };
    match kind {
        PlaceKind::School => format!("schools/{name}"),
        PlaceKind::Centre => format!("centres/{name}"),
    }
}
