//! Rejects: every refused row with its file, row number, column, raw value and reason.
//!
//! They are written to `rejects/<run>/<table>.csv` and to a workbook that a school office can correct and send back. Raw rows may
//! hold names: the folder is closed to other accounts (mode 0700), and nothing of it is logged.

use std::collections::BTreeMap;
use std::path::Path;

use az::UnwrappedAs;
use prane_base::error::{Error, Result};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::value::Why;

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Number of the row in the file; the header is row 1.
    pub row: u64,
    /// Canonical column at error; empty where the whole row is.
    pub column: String,
    /// The raw value.
    pub value: String,
    /// What kind of error it is.
    pub why: Why,
    /// Why, in plain words.
    pub reason: String,
    /// The raw values of the canonical columns, in the contract's order.
    pub raw: Vec<String>,
}

/// The rejects of one file.
#[derive(Debug, Clone, Default)]
pub struct FileRejects {
    /// Name of the file within the inbox.
    pub file: String,
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// Its refused rows, in the order of the file.
    pub rows: Vec<Reject>,
}

/// Most rows of a workbook: a person cannot correct more.
const WORKBOOK_ROWS: usize = 50_000;
/// Most rows that are written of one file: a file with more rejects has to be exported anew. The account counts all.
const MOST_ROWS: usize = 50_000;
/// File that notes which rejects were written: hash of the extract → hash of its rejects, and the run that wrote them.
const WRITTEN: &str = ".written.json";

/// Characters that a cell of a workbook can hold, with room for those that count twice.
const LONGEST_CELL: usize = 16_000;

/// Writes `<table>.csv` and `<table>-mend.xlsx` into `folder`.
///
/// # Errors
/// A store error when the files cannot be written.
pub fn write(folder: &Path, table: &str, columns: &[String], files: &[FileRejects]) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    prane_base::disk::restrict(folder, 0o700)?;
    if let Some(all) = folder.parent() {
        prane_base::disk::restrict(all, 0o700)?;
    }
    let path = folder.join(format!("{table}.csv"));
    let mut csv = csv::Writer::from_path(&path).map_err(|e| Error::store(path.display().to_string(), e))?;
    let store_error = |e: csv::Error| Error::store(path.display().to_string(), e);
    csv.write_record(["file", "row", "column", "value", "reason"]).map_err(store_error)?;
    for file in files {
        for reject in file.rows.iter().take(MOST_ROWS) {
            csv.write_record([&file.file, &reject.row.to_string(), &reject.column, &harmless(&reject.value), &reject.reason])
                .map_err(store_error)?;
        }
        if file.rows.len() > MOST_ROWS {
            let more = format!("{} more rows of this file are refused, and not written", file.rows.len() - MOST_ROWS);
            csv.write_record([file.file.as_str(), "", "", "", more.as_str()]).map_err(store_error)?;
        }
    }
    csv.flush().map_err(|e| Error::io(&path, e))?;
    let path = folder.join(format!("{table}-mend.xlsx"));
    mend_workbook(&path, table, columns, files).map_err(|e| Error::store(path.display().to_string(), e))
}

/// Leaves out the files whose rejects an earlier run wrote identically, while its folder still exists; returns the other files,
/// and a note for each one left out. Records what this run is about to write.
///
/// # Errors
/// A store error.
pub fn not_written_yet(folder: &Path, files: Vec<FileRejects>) -> Result<(Vec<FileRejects>, Vec<String>)> {
    let (Some(all), Some(run)) = (folder.parent(), folder.file_name().map(|name| name.to_string_lossy().to_string())) else {
        return Ok((files, Vec::new()));
    };
    let path = all.join(WRITTEN);
    let mut written: BTreeMap<String, (String, String)> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let (mut new, mut notes) = (Vec::new(), Vec::new());
    for file in files.into_iter().filter(|file| !file.rows.is_empty()) {
        let hash = hash_of(&file);
        match written.get(&file.blake3) {
            Some((known_hash, before)) if *known_hash == hash && *before != run && all.join(before).is_dir() => {
                notes.push(format!("{}: its refused rows are the same as those under rejects/{before}/", file.file));
            }
            _ => {
                written.insert(file.blake3.clone(), (hash, run.clone()));
                new.push(file);
            }
        }
    }
    if !new.is_empty() {
        std::fs::create_dir_all(all).map_err(|e| Error::io(all, e))?;
        prane_base::disk::restrict(all, 0o700)?;
        let text = serde_json::to_vec(&written).map_err(|e| Error::Bug(e.to_string()))?;
        prane_base::disk::write_private(&path, &text)?;
    }
    Ok((new, notes))
}

fn hash_of(file: &FileRejects) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(file.file.as_bytes());
    for reject in &file.rows {
        hasher.update(&reject.row.to_le_bytes()).update(reject.column.as_bytes()).update(reject.reason.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex().to_string()
}

/// A new workbook with a constant creation time: the same cells give the same bytes.
///
/// # Errors
/// None in practice: the constant date is valid.
pub fn timeless_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    Ok(workbook)
}

/// Writes the refused rows in canonical columns, so that the corrected sheet can be put into the inbox as it is: its name starts
/// with that of the table, and the reader ignores the three columns at the end.
fn mend_workbook(path: &Path, table: &str, columns: &[String], files: &[FileRejects]) -> Result<(), XlsxError> {
    let mut workbook = timeless_workbook()?;
    let bold = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    let at_error = Format::new().set_num_format("@").set_background_color("#FFE9B8");
    let sheet = workbook.add_worksheet().set_name(table)?;
    let extra = ["reject_reason", "reject_file", "reject_row"];
    for (at, name) in columns.iter().map(String::as_str).chain(extra).enumerate() {
        sheet.write_string_with_format(0, column_number(at), name, &bold)?;
    }
    let mut row = 1;
    for file in files {
        for reject in &file.rows {
            if row as usize > WORKBOOK_ROWS {
                break;
            }
            for (at, value) in reject.raw.iter().enumerate() {
                let format = if columns.get(at) == Some(&reject.column) { &at_error } else { &text };
                sheet.write_string_with_format(row, column_number(at), cut(value), format)?;
            }
            let end = columns.len();
            let is_cut = reject.raw.iter().any(|value| cut(value).len() < value.len());
            let note = if is_cut { " (a value is cut: it is longer than a cell can hold)" } else { "" };
            sheet.write_string(row, column_number(end), format!("{}{note}", reject.reason))?;
            sheet.write_string(row, column_number(end + 1), &file.file)?;
            sheet.write_string(row, column_number(end + 2), reject.row.to_string())?;
            row += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    workbook.save(path)
}

/// A value, cut to what a cell can hold.
fn cut(value: &str) -> &str {
    value.char_indices().nth(LONGEST_CELL).map_or(value, |(at, _)| &value[..at])
}

fn column_number(at: usize) -> u16 {
    at.unwrapped_as()
}

pub use prane_reports::harmless;
