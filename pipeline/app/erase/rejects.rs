//! Taking children's rows out of the refused rows of past nights: they hold what the extract said, names too.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use prane_base::disk::files_below;
use prane_base::error::{Error, Result};
use prane_contract::reject::timeless_workbook;
use prane_vault::Children;

/// Takes them out of every file of rejects; how many rows that were.
///
/// # Errors
/// Store errors.
pub fn erase(folder: &Path, children: &Children) -> Result<u64> {
    let mut gone = 0;
    for path in files_below(folder) {
        gone += match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => of_csv(&path, children)?,
            Some("xlsx") => of_workbook(&path, children)?,
            _ => 0,
        };
    }
    Ok(gone)
}

/// Whether a row tells of one of them: a cell holds a number or name of theirs, first and last name stand side by side, or a
/// centre's code and its number of the child.
fn theirs<'a>(cells: impl Iterator<Item = &'a str>, children: &Children) -> bool {
    let row = cells.collect::<Vec<_>>().join(" ").replace([',', ';', '\t'], " ");
    let holds = |word: &str| row.split(' ').any(|part| part == word);
    if children.pupil_ids.iter().any(|id| holds(id)) || children.participants.iter().any(|(centre, id)| holds(centre) && holds(id)) {
        return true;
    }
    children.words.iter().any(|word| holds(word) || (word.contains(' ') && row.contains(word.as_str())))
}

fn of_csv(path: &Path, children: &Children) -> Result<u64> {
    let told = |e: csv::Error| Error::store(path.display().to_string(), e);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).map_err(told)?;
    let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(told)?;
    let kept: Vec<_> = rows.iter().enumerate().filter(|(at, row)| *at == 0 || !theirs(row.iter(), children)).map(|(_, row)| row).collect();
    if kept.len() < rows.len() {
        let aside = path.with_extension("aside");
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&aside).map_err(told)?;
        for row in &kept {
            writer.write_record(*row).map_err(told)?;
        }
        writer.flush().map_err(|e| Error::io(&aside, e))?;
        drop(writer);
        std::fs::rename(&aside, path).map_err(|e| Error::io(path, e))?;
    }
    Ok((rows.len() - kept.len()) as u64)
}

fn of_workbook(path: &Path, children: &Children) -> Result<u64> {
    let told = |e: &dyn std::fmt::Display| Error::store(path.display().to_string(), e.to_string());
    let mut book: Xlsx<_> = open_workbook(path).map_err(|e: calamine::XlsxError| told(&e))?;
    let Some(Ok(range)) = book.worksheet_range_at(0) else { return Ok(0) };
    let rows: Vec<Vec<String>> = range
        .rows()
        .map(|row| row.iter().map(|cell| if *cell == Data::Empty { String::new() } else { cell.to_string() }).collect())
        .collect();
    let kept: Vec<&Vec<String>> = rows
        .iter()
        .enumerate()
        .filter(|(at, row)| *at == 0 || !theirs(row.iter().map(String::as_str), children))
        .map(|(_, row)| row)
        .collect();
    let gone = (rows.len() - kept.len()) as u64;
    if gone == 0 {
        return Ok(0);
    }
    let name = book.sheet_names().first().cloned().unwrap_or_default();
    let mut written = timeless_workbook().map_err(|e| told(&e))?;
    let sheet = written.add_worksheet().set_name(name).map_err(|e| told(&e))?;
    for (at, row) in (0_u32..).zip(&kept) {
        for (column, cell) in (0_u16..).zip(row.iter()).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, cell).map_err(|e| told(&e))?;
        }
    }
    let aside = path.with_extension("aside");
    written.save(&aside).map_err(|e| told(&e))?;
    std::fs::rename(&aside, path).map_err(|e| Error::io(path, e))?;
    Ok(gone)
}
