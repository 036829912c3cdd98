//! Lists that come back: a `list.xlsx` of ours, filled in, whatever became of its name, its columns and its order.
//!
//! The hidden sheet `prane` says what each header and each word of a dropdown is called in the contract; where a program
//! lost it, the headers of either language do. A line in which nothing was filled in is no record: nobody was contacted.

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

/// The table that filled lines become.
pub(super) const TABLE: &str = "contacts";
/// The hidden sheet that tells what is what.
const MACHINE_SHEET: &str = "prane";
/// Rows within which the headers are looked for: somebody may have put lines above them.
const HEADER_WITHIN: usize = 20;
/// Bytes of a table of contents that are looked through for the mark.
const LONGEST_CONTENTS: u64 = 1 << 22;
/// What a line holds before anybody fills it in.
const NOT_FILLED_IN: &str = "pupil_id";

/// Headers and words of one list: canonical → shown for columns, shown → canonical for the words of each.
#[derive(Default)]
struct Key {
    columns: BTreeMap<String, String>,
    codes: BTreeMap<String, BTreeMap<String, String>>,
    /// Whose list it is; none where the hidden sheet is lost.
    of: Option<ListOf>,
}

/// Whether a workbook is a list of ours by its hidden sheet; only its table of contents is read.
pub(super) fn is_marked(path: &Path) -> bool {
    let contents = || -> Option<String> {
        let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
        let mut text = String::new();
        archive.by_name("xl/workbook.xml").ok()?.take(LONGEST_CONTENTS).read_to_string(&mut text).ok()?;
        Some(text)
    };
    contents().is_some_and(|text| text.contains(&format!("name=\"{MACHINE_SHEET}\"")))
}

/// Whether a workbook has the headers of a list of ours, in either language; for files that nothing else explains.
pub(super) fn is_headed(path: &Path) -> bool {
    let Ok(mut book) = workbook::open(path) else { return false };
    key(&mut book).is_some_and(|key| find_list(&mut book, &key).is_some())
}

/// The filled lines of a list, and how to read them.
///
/// # Errors
/// The file's error in plain words.
pub(super) fn records(extract: &Extract) -> Result<(Source, Rows), FileError> {
    let mut book = workbook::open(&extract.path)?;
    let missing =
        || FileError::new("is a list that came back, but the headers of its columns to fill in are gone: put them back as they were");
    let key = key(&mut book).ok_or_else(missing)?;
    let mut rows = find_list(&mut book, &key).ok_or_else(missing)?.into_iter();
    let (header_at, headers) = rows.next().ok_or_else(missing)?;
    let places: Vec<(usize, &str)> =
        key.columns.iter().filter_map(|(name, shown)| Some((headers.iter().position(|h| same(h, shown))?, name.as_str()))).collect();
    let filled = |row: &Vec<String>| places.iter().any(|(at, name)| *name != NOT_FILLED_IN && row.get(*at).is_some_and(|f| !f.is_empty()));
    let first_row = header_at + 1;
    let (numbers, mut records): (Vec<u64>, Vec<Vec<String>>) = rows.filter(|(_, row)| filled(row)).unzip();
    for row in &mut records {
        for (at, name) in &places {
            if let Some(field) = row.get_mut(*at) {
                *field = read_as(name, field, &key);
            }
        }
    }
    let source = Source { table: TABLE.into(), format: "xlsx".into(), columns: key.columns, ..Source::default() };
    Ok((source, Rows { headers, records, first_row, numbers, notes: Vec::new(), of: key.of }))
}

/// A field as the contract wants it: our word for theirs, a typed day as a day.
fn read_as(column: &str, field: &str, key: &Key) -> String {
    let shown = plain(field.trim());
    let shown = shown.as_str();
    if let Some(words) = key.codes.get(column) {
        let found = words.iter().find(|(theirs, _)| same(theirs, shown));
        return found.map_or_else(|| shown.to_string(), |(_, ours)| ours.clone());
    }
    if matches!(column, "date" | "review_date") {
        // A day that the spreadsheet did not take for one stays as it was typed.
        let typed =
            ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y"].iter().find_map(|format| NaiveDate::parse_from_str(shown, format).ok());
        return typed.map_or_else(|| shown.to_string(), |day| day.to_string());
    }
    shown.to_string()
}

/// What the hidden sheet says; without it, the language whose headers are there.
fn key(book: &mut Book) -> Option<Key> {
    if let Ok(rows) = workbook::filled_rows(book, MACHINE_SHEET) {
        let mut key = Key::default();
        let mut of = ListOf::default();
        for (_, row) in rows {
            let field = |at: usize| row.get(at).cloned().unwrap_or_default();
            match field(0).as_str() {
                "column" => _ = key.columns.insert(field(2), field(1)),
                "meta" if field(1) == "place_kind" => of.kind = field(2),
                "meta" if field(1) == "place_id" => of.place = plain(&field(2)),
                "pupil" => _ = of.pupils.insert(plain(&field(2))),
                kind @ ("action" | "outcome") => _ = key.codes.entry(kind.into()).or_default().insert(field(1), field(2)),
                _ => {}
            }
        }
        key.of = Some(of).filter(|of| !of.place.is_empty());
        return (!key.columns.is_empty()).then_some(key);
    }
    let keys: Vec<Key> =
        [Language::Sq, Language::En].into_iter().filter_map(|language| Some(key_of(&Words::new(language).ok()?))).collect();
    keys.into_iter().find(|key| find_list(book, key).is_some())
}

fn key_of(words: &Words) -> Key {
    let columns = contact_headers(words).into_iter().map(|(shown, canonical)| (canonical.to_string(), shown)).collect();
    let of = |kind: &str, codes: &[&str]| codes.iter().map(|code| (words.of(kind, code), (*code).to_string())).collect();
    Key {
        columns,
        codes: BTreeMap::from([("action".into(), of("action", &ACTIONS)), ("outcome".into(), of("outcome", &OUTCOMES))]),
        of: None,
    }
}

/// The rows of the list from its headers on, with their numbers; on whichever sheet it lies.
fn find_list(book: &mut Book, key: &Key) -> Option<workbook::Filled> {
    let wanted: Vec<&String> = ["pupil_id", "date", "by", "action"].iter().filter_map(|name| key.columns.get(*name)).collect();
    for name in book.sheet_names() {
        let Ok(mut rows) = workbook::filled_rows(book, &name) else { continue };
        for field in rows.iter_mut().flat_map(|(_, row)| row) {
            *field = field.trim().to_string();
        }
        let is_header = |row: &Vec<String>| wanted.len() == 4 && wanted.iter().all(|header| row.iter().any(|field| same(field, header)));
        let at = rows.iter().take(HEADER_WITHIN).position(|(_, row)| is_header(row));
        if let Some(at) = at {
            return Some(rows.split_off(at));
        }
    }
    None
}

/// The same word, however it is written in capitals and spaces.
fn same(one: &str, other: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    one == other || words(one) == words(other)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_and_days_are_read_however_they_are_written() {
        let key = key_of(&Words::new(Language::Sq).unwrap());
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
            assert_eq!(read_as(column, typed, &key), meant, "{column} {typed}");
        }
    }
}
