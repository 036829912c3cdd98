//! Removes children's rows from the rejects of past nights, which hold the values of the extracts, names included.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use prane_base::disk::files_below;
use prane_base::error::{Error, Result};
use prane_contract::reject::timeless_workbook;
use prane_vault::Children;

/// Removes the children's rows from every file of rejects; returns the number of rows.
///
/// # Errors
/// Store errors.
pub fn erase(folder: &Path, children: &Children) -> Result<u64> {
    let mut removed = 0;
    for path in files_below(folder) {
        removed += match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => of_csv(&path, children)?,
            Some("xlsx") => of_workbook(&path, children)?,
            _ => 0,
        };
    }
    Ok(removed)
}

/// Whether a row identifies one of the children: by a number or name in a cell, by first and last name in neighbouring cells, or by
/// the code of a centre and its number of the child.
fn identifies<'a>(cells: impl Iterator<Item = &'a str>, children: &Children) -> bool {
    let row = cells.collect::<Vec<_>>().join(" ").replace([',', ';', '\t'], " ");
    let holds = |word: &str| row.split(' ').any(|part| part == word);
    if children.pupil_ids.iter().any(|id| holds(id)) || children.participants.iter().any(|(centre, id)| holds(centre) && holds(id)) {
        return true;
    }
    children.words.iter().any(|word| holds(word) || (word.contains(' ') && row.contains(word.as_str())))
}

fn of_csv(path: &Path, children: &Children) -> Result<u64> {
    let csv_error = |e: csv::Error| Error::store(path.display().to_string(), e);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).map_err(csv_error)?;
    let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(csv_error)?;
    let kept: Vec<_> =
        rows.iter().enumerate().filter(|(at, row)| *at == 0 || !identifies(row.iter(), children)).map(|(_, row)| row).collect();
    if kept.len() < rows.len() {
        let rewritten = path.with_extension("aside");
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&rewritten).map_err(csv_error)?;
        for row in &kept {
            writer.write_record(*row).map_err(csv_error)?;
        }
        writer.flush().map_err(|e| Error::io(&rewritten, e))?;
        drop(writer);
        std::fs::rename(&rewritten, path).map_err(|e| Error::io(path, e))?;
    }
    Ok((rows.len() - kept.len()) as u64)
}

fn of_workbook(path: &Path, children: &Children) -> Result<u64> {
    let store_error = |e: &dyn std::fmt::Display| Error::store(path.display().to_string(), e.to_string());
    let mut book: Xlsx<_> = open_workbook(path).map_err(|e: calamine::XlsxError| store_error(&e))?;
    let Some(Ok(range)) = book.worksheet_range_at(0) else { return Ok(0) };
    let rows: Vec<Vec<String>> = range
        .rows()
        .map(|row| row.iter().map(|cell| if *cell == Data::Empty { String::new() } else { cell.to_string() }).collect())
        .collect();
    let kept: Vec<&Vec<String>> = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| *at == 0 || !identifies(row.iter().map(String::as_str), children))
        .map(|(_, row)| row)
        .collect();
    let removed = (rows.len() - kept.len()) as u64;
    if removed == 0 {
        return Ok(0);
    }
    let name = book.sheet_names().first().cloned().unwrap_or_default();
    let mut new_book = timeless_workbook().map_err(|e| store_error(&e))?;
    let sheet = new_book.add_worksheet().set_name(name).map_err(|e| store_error(&e))?;
    for (at, row) in (0_u32..).zip(&kept) {
        for (column, cell) in (0_u16..).zip(row.iter()).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, cell).map_err(|e| store_error(&e))?;
        }
    }
    let rewritten = path.with_extension("aside");
    new_book.save(&rewritten).map_err(|e| store_error(&e))?;
    std::fs::rename(&rewritten, path).map_err(|e| Error::io(path, e))?;
    Ok(removed)
}
