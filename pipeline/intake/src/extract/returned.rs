//! Reads returned lists: a `list.xlsx` of ours, filled in, whatever its name and the order of its columns and rows.
//!
//! The hidden sheet `prane` maps headers and words of dropdowns to columns and codes of the contract; where it was lost, the
//! headers of either language are used. A line without anything filled in is not a record: nobody was contacted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::Reader;
use chrono::NaiveDate;
use prane_base::config::Source;
use prane_reports::{ACTIONS, Language, OUTCOMES, Words, contact_headers, plain};

use super::workbook::{self, Book};
use super::{Extract, FileError, ListOf, Rows};

/// The table of the filled lines.
pub(super) const TABLE: &str = "contacts";
/// The hidden sheet with the mapping.
const MACHINE_SHEET: &str = "prane";
/// The headers are searched for within this many rows: somebody may have inserted lines above them.
const HEADER_WITHIN: usize = 20;
/// Most bytes of `xl/workbook.xml` that are searched for the hidden sheet.
const LONGEST_CONTENTS: u64 = 1 << 22;
/// The column that is filled before anybody fills in a line.
const PREFILLED: &str = "pupil_id";

/// The mapping of one list.
#[derive(Default)]
struct Mapping {
    /// Canonical column → header.
    columns: BTreeMap<String, String>,
    /// Canonical column → its words → codes.
    codes: BTreeMap<String, BTreeMap<String, String>>,
    /// The place of the list; `None` where the hidden sheet is lost.
    of: Option<ListOf>,
}

/// Whether a workbook is a list of ours by its hidden sheet; only `xl/workbook.xml` is read.
pub(super) fn is_marked(path: &Path) -> bool {
    let contents = || -> Option<String> {
        let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
        let mut text = String::new();
        archive.by_name("xl/workbook.xml").ok()?.take(LONGEST_CONTENTS).read_to_string(&mut text).ok()?;
        Some(text)
    };
    contents().is_some_and(|text| text.contains(&format!("name=\"{MACHINE_SHEET}\"")))
}

/// Whether a workbook has the headers of a list of ours, in either language; for files whose table is not known otherwise.
pub(super) fn is_headed(path: &Path) -> bool {
    let Ok(mut book) = workbook::open(path) else { return false };
    mapping(&mut book).is_some_and(|mapping| find_list(&mut book, &mapping).is_some())
}

/// The filled lines of a list, and how to read them.
///
/// # Errors
/// The file's error in plain words.
pub(super) fn records(extract: &Extract) -> Result<(Source, Rows), FileError> {
    let mut book = workbook::open(&extract.path)?;
    let missing =
        || FileError::new("is a list that came back, but the headers of its columns to fill in are gone: put them back as they were");
    let mapping = mapping(&mut book).ok_or_else(missing)?;
    let mut rows = find_list(&mut book, &mapping).ok_or_else(missing)?.into_iter();
    let (header_at, headers) = rows.next().ok_or_else(missing)?;
    let places: Vec<(usize, &str)> =
        mapping.columns.iter().filter_map(|(name, shown)| Some((headers.iter().position(|h| is_same(h, shown))?, name.as_str()))).collect();
    let filled = |row: &Vec<String>| places.iter().any(|(at, name)| *name != PREFILLED && row.get(*at).is_some_and(|f| !f.is_empty()));
    let first_row = header_at + 1;
    let (numbers, mut records): (Vec<u64>, Vec<Vec<String>>) = rows.filter(|(_, row)| filled(row)).unzip();
    for row in &mut records {
        for (at, name) in &places {
            if let Some(field) = row.get_mut(*at) {
                *field = read_as(name, field, &mapping);
            }
        }
    }
    let source = Source { table: TABLE.into(), format: "xlsx".into(), columns: mapping.columns, ..Source::default() };
    Ok((source, Rows { headers, records, first_row, numbers, notes: Vec::new(), of: mapping.of }))
}

/// A field in the form of the contract: the code of a word, an ISO date for a day.
fn read_as(column: &str, field: &str, mapping: &Mapping) -> String {
    let shown = plain(field.trim());
    let shown = shown.as_str();
    if let Some(words) = mapping.codes.get(column) {
        let found = words.iter().find(|(word, _)| is_same(word, shown));
        return found.map_or_else(|| shown.to_string(), |(_, code)| code.clone());
    }
    if matches!(column, "date" | "review_date") {
        // A day that the spreadsheet did not recognise is text, as it was typed.
        let typed =
            ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y"].iter().find_map(|format| NaiveDate::parse_from_str(shown, format).ok());
        return typed.map_or_else(|| shown.to_string(), |day| day.to_string());
    }
    shown.to_string()
}

/// The mapping of the hidden sheet; without it, that of the language whose headers the list has.
fn mapping(book: &mut Book) -> Option<Mapping> {
    if let Ok(rows) = workbook::filled_rows(book, MACHINE_SHEET) {
        let mut mapping = Mapping::default();
        let mut of = ListOf::default();
        for (_, row) in rows {
            let field = |at: usize| row.get(at).cloned().unwrap_or_default();
            match field(0).as_str() {
                "column" => _ = mapping.columns.insert(field(2), field(1)),
                "meta" if field(1) == "place_kind" => of.kind = field(2),
                "meta" if field(1) == "place_id" => of.place = plain(&field(2)),
                "pupil" => _ = of.pupils.insert(plain(&field(2))),
                kind @ ("action" | "outcome") => _ = mapping.codes.entry(kind.into()).or_default().insert(field(1), field(2)),
                _ => {}
            }
        }
        mapping.of = Some(of).filter(|of| !of.place.is_empty());
        return (!mapping.columns.is_empty()).then_some(mapping);
    }
    let mappings: Vec<Mapping> =
        [Language::Sq, Language::En].into_iter().filter_map(|language| Some(mapping_of(&Words::new(language).ok()?))).collect();
    mappings.into_iter().find(|mapping| find_list(book, mapping).is_some())
}

fn mapping_of(words: &Words) -> Mapping {
    let columns = contact_headers(words).into_iter().map(|(shown, canonical)| (canonical.to_string(), shown)).collect();
    let words_of = |kind: &str, codes: &[&str]| codes.iter().map(|code| (words.of(kind, code), (*code).to_string())).collect();
    Mapping {
        columns,
        codes: BTreeMap::from([("action".into(), words_of("action", &ACTIONS)), ("outcome".into(), words_of("outcome", &OUTCOMES))]),
        of: None,
    }
}

/// The rows of the list from its headers on, with their numbers, on whichever sheet it is.
fn find_list(book: &mut Book, mapping: &Mapping) -> Option<workbook::Filled> {
    let wanted: Vec<&String> = ["pupil_id", "date", "by", "action"].iter().filter_map(|name| mapping.columns.get(*name)).collect();
    for name in book.sheet_names() {
        let Ok(mut rows) = workbook::filled_rows(book, &name) else { continue };
        for field in rows.iter_mut().flat_map(|(_, row)| row) {
            *field = field.trim().to_string();
        }
        let is_header = |row: &Vec<String>| wanted.len() == 4 && wanted.iter().all(|header| row.iter().any(|field| is_same(field, header)));
        let at = rows.iter().take(HEADER_WITHIN).position(|(_, row)| is_header(row));
        if let Some(at) = at {
            return Some(rows.split_off(at));
        }
    }
    None
}

/// Whether two texts are equal apart from case and spaces.
fn is_same(left: &str, right: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    left == right || words(left) == words(right)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_and_days_are_read_however_they_are_written() {
        let mapping = mapping_of(&Words::new(Language::Sq).unwrap());
        for (column, typed, meant) in [
            ("action", " Vizitë  NË shtëpi", "home_visit"),
            ("action", "takim në rrugë", "takim në rrugë"),
            ("outcome", "NUK U GJET", "not_reached"),
            ("date", "24.2.2026", "2026-02-24"),
            ("date", "24/02/2026", "2026-02-24"),
            ("review_date", "2026-02-24", "2026-02-24"),
            ("date", "nesër", "nesër"),
            ("pupil_id", "'-17", "-17"),
            ("note", "'=1+1", "=1+1"),
        ] {
            assert_eq!(read_as(column, typed, &mapping), meant, "{column} {typed}");
        }
    }
}
