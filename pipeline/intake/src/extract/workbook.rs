//! Reads workbooks (`.xlsx`) with calamine: date cells become ISO text, whole numbers lose their fraction.
//!
//! Cells are streamed and only filled ones are kept, so that a cell far outside the table costs no memory for the cells between.
//! No message repeats text of the workbook, neither names of sheets nor messages of the library.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx, open_workbook};
use chrono::{DateTime, SecondsFormat};
use prane_base::error::plural;
use prane_reports::{Language, Words};

use super::{Extract, FileError, Rows};

pub(super) type Book = Xlsx<BufReader<File>>;

/// Most columns of a sheet; a wide register of a whole school year has some 250.
const MOST_COLUMNS: u32 = 2_000;
/// Most fields of a sheet, rows times columns.
const MOST_FIELDS: usize = 40_000_000;
/// Most bytes of an unpacked workbook.
const MOST_BYTES: u64 = 2 << 30;

/// The filled rows of a sheet with their numbers, all of one width, from the first filled column on.
pub(super) type Filled = Vec<(u64, Vec<String>)>;

/// Opens a workbook, unless it unpacks to more than can be read.
///
/// # Errors
/// The file's error in plain words.
pub(super) fn open(path: &Path) -> Result<Book, FileError> {
    let damaged = || {
        FileError::new(
            "cannot be opened as a workbook: it is damaged, or something else under this name; open it in a spreadsheet program and save it as .xlsx",
        )
    };
    let file = File::open(path).map_err(|e| FileError::new(format!("cannot be opened: {e}")))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    let mut bytes = 0_u64;
    for at in 0..archive.len() {
        // A crafted archive may declare any sizes: their sum must not overflow.
        bytes = bytes.saturating_add(archive.by_index_raw(at).map_err(|_| damaged())?.size());
    }
    if bytes > MOST_BYTES {
        return Err(FileError::new(format!(
            "unpacks to {} MB, and {} MB are the most that is read of a workbook: save its table as CSV",
            bytes >> 20,
            MOST_BYTES >> 20
        )));
    }
    open_workbook(path).map_err(|_: calamine::XlsxError| damaged())
}

/// The filled rows of a sheet.
///
/// # Errors
/// The file's error in plain words: a sheet that is damaged, or larger than a table can be.
pub(super) fn filled_rows(book: &mut Book, name: &str) -> Result<Filled, FileError> {
    let damaged = |_| FileError::new("a sheet cannot be read: the workbook is damaged; open it in a spreadsheet program and save it again");
    let mut cells = book.worksheet_cells_reader(name).map_err(damaged)?;
    let mut rows: BTreeMap<u32, Vec<(u32, String)>> = BTreeMap::new();
    let (mut first, mut last) = (u32::MAX, 0);
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let text = text_of(&Data::from(cell.get_value().clone()));
        if text.is_empty() {
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(FileError::new(format!(
                "a sheet has a filled cell in row {}, column {}, and {MOST_COLUMNS} columns are the most that are read: clear what stands far outside the table",
                row + 1,
                column + 1
            )));
        }
        (first, last) = (first.min(column), last.max(column));
        rows.entry(row).or_default().push((column, text));
        if rows.len().saturating_mul((last - first + 1) as usize) > MOST_FIELDS {
            return Err(FileError::new(format!(
                "a sheet has {} columns and more rows than can be read with so many: clear what stands outside the table, or save it as CSV",
                last - first + 1
            )));
        }
    }
    let width = if rows.is_empty() { 0 } else { (last - first + 1) as usize };
    let whole = |(row, cells): (u32, Vec<(u32, String)>)| {
        let mut fields = vec![String::new(); width];
        for (column, text) in cells {
            if let Some(field) = fields.get_mut((column - first) as usize) {
                *field = text;
            }
        }
        (u64::from(row) + 1, fields)
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// When a workbook was saved, according to its own properties; `None` where they have no time.
pub(super) fn saved_inside(path: &Path) -> Option<String> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let mut text = String::new();
    archive.by_name("docProps/core.xml").ok()?.take(1 << 20).read_to_string(&mut text).ok()?;
    let (_, rest) = text.split_once("<dcterms:modified")?;
    let (moment, _) = rest.split_once('>')?.1.split_once('<')?;
    let moment = DateTime::parse_from_rfc3339(moment.trim()).ok()?.to_utc();
    Some(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Whether a sheet has a filled cell.
fn is_filled(book: &mut Book, name: &str) -> bool {
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return true };
    loop {
        match cells.next_cell() {
            Ok(Some(cell)) if text_of(&Data::from(cell.get_value().clone())).trim().is_empty() => {}
            Ok(None) => return false,
            // A sheet that cannot be read does not count as empty.
            Ok(Some(_)) | Err(_) => return true,
        }
    }
}

/// The sheet to read, and notes about the other sheets.
fn sheet_to_read(book: &mut Book, wanted: &str) -> Result<(String, Vec<String>), FileError> {
    let sheets: Vec<_> = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).cloned().collect();
    if !wanted.is_empty() && !sheets.iter().any(|s| s.name == wanted) {
        return Err(FileError::new(format!("has no sheet \"{wanted}\" (it has {})", plural(sheets.len(), "sheet"))));
    }
    // The sheet with help in our own workbooks is not a table.
    let help: Vec<String> =
        [Language::Sq, Language::En].into_iter().filter_map(|l| Some(Words::new(l).ok()?.say("sheet-help").clone())).collect();
    let filled: Vec<_> = sheets.iter().filter(|s| !help.contains(&s.name) && is_filled(book, &s.name)).collect();
    let visible: Vec<_> = filled.iter().filter(|s| s.visible == SheetVisible::Visible).collect();
    let chosen = match (wanted, visible.as_slice()) {
        ("", []) => filled.first().map(|s| s.name.clone()).or_else(|| sheets.first().map(|s| s.name.clone())),
        ("", [only]) => Some(only.name.clone()),
        ("", several) => {
            return Err(FileError::new(format!(
                "has {} with something in them, and one sheet of a file is read: say which by sheet = \"…\" in its [[source]] of prane.toml, and hand in the others as files of their own",
                plural(several.len(), "sheet")
            )));
        }
        (wanted, _) => Some(wanted.to_string()),
    };
    let chosen = chosen.ok_or_else(|| FileError::new("the file is empty"))?;
    let others = |hidden: bool| filled.iter().filter(|s| s.name != chosen && (s.visible != SheetVisible::Visible) == hidden).count();
    let unread = [(others(false), "sheet"), (others(true), "hidden sheet")];
    let unread = unread.iter().filter(|(count, _)| *count > 0);
    Ok((chosen, unread.map(|(count, what)| format!("{} of it not read", plural(*count, what))).collect()))
}

pub(super) fn all_records(extract: &Extract) -> Result<Rows, FileError> {
    let mut book = open(&extract.path)?;
    let (sheet, notes) = sheet_to_read(&mut book, &extract.source.sheet)?;
    let header_row = extract.source.header_row.unwrap_or(1).max(1);
    let mut rows = filled_rows(&mut book, &sheet)?.into_iter().skip_while(|(row, _)| *row < header_row);
    let Some((header_at, header)) = rows.next() else { return Err(FileError::new("the file is empty")) };
    let headers: Vec<String> = header.iter().map(|c| c.trim().to_string()).collect();
    // Spreadsheets keep rows of spaces at the end of a sheet: they are not records.
    let (numbers, records) = rows.filter(|(_, record)| record.iter().any(|f| !f.trim().is_empty())).unzip();
    Ok(Rows { headers, records, first_row: header_at + 1, numbers, notes, of: None })
}

fn text_of(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => yes.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::Float(number) => number.to_string(),
        Data::DateTime(stamp) => {
            let (year, month, day, hour, minute, second, _) = stamp.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        Data::Error(error) => format!("#{error:?}"),
    }
}
