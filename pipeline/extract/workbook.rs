//! Workbooks (`.xlsx`) by calamine: real dates become ISO text, whole numbers lose their fraction.

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::{Extract, FileFault, Rows};

pub(super) fn all_records(extract: &Extract) -> Result<Rows, FileFault> {
    let mut workbook: Xlsx<_> =
        open_workbook(&extract.path).map_err(|e: calamine::XlsxError| FileFault::new(format!("cannot be opened as a workbook: {e}")))?;
    let names = workbook.sheet_names();
    let wanted = extract.source.sheet.as_str();
    let sheet = if wanted.is_empty() { names.first().cloned() } else { names.iter().find(|n| n.as_str() == wanted).cloned() };
    let Some(sheet) = sheet else {
        return Err(FileFault::new(format!("has no sheet \"{wanted}\"; it has: {}", names.join(", "))));
    };
    let range = workbook.worksheet_range(&sheet).map_err(|e| FileFault::new(format!("sheet \"{sheet}\" cannot be read: {e}")))?;
    let skip = usize::try_from(extract.source.header_row.unwrap_or(1).max(1) - 1).unwrap_or(0);
    let top = range.start().map_or(0, |(row, _)| row as usize);
    let mut rows = range.rows().skip(skip.saturating_sub(top));
    let Some(header) = rows.next() else { return Err(FileFault::new("the file is empty")) };
    let headers: Vec<String> = header.iter().map(|c| text_of(c).trim().to_string()).collect();
    // Rows of formatting without content are no records; spreadsheets keep them at the end of a sheet.
    let first_row = skip.max(top) as u64 + 2;
    let (numbers, records) = (first_row..)
        .zip(rows.map(|row| row.iter().map(text_of).collect::<Vec<String>>()))
        .filter(|(_, record)| record.iter().any(|f| !f.trim().is_empty()))
        .unzip();
    Ok(Rows { headers, records, first_row, numbers })
}

pub(super) fn text_of(cell: &Data) -> String {
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
