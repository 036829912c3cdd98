//! `list.xlsx`: the rows of a list, with columns to fill that come back through the inbox as `contacts`.
//!
//! Three sheets: the list (headers in row 1, one row a pupil, empty rows below for second contacts), how to fill it in, and
//! a hidden sheet `prane` from which a reading program learns whose list it is and what everything is called in the
//! contract. So a workbook may be renamed, sorted, given further columns or have its columns moved, and is still understood.
//!
//! # The hidden sheet
//! Three columns of text, `kind`, `shown`, `canonical`, with these words as its first row. A reader looks rows up by `kind`
//! and passes over kinds that it does not know; the order of rows is not promised, but for the second.
//!
//! | kind | shown | canonical |
//! |---|---|---|
//! | `format` | `contacts` | `1`; the second row, by which the workbook is recognised whatever it is called |
//! | `meta` | `table` | `contacts` |
//! | `meta` | `sheet` | name that the list's sheet was given; it is the first one |
//! | `meta` | `header_row` | `1` |
//! | `meta` | `language` | `sq`, `en` |
//! | `meta` | `as_of`, `run_id` | of the list: `2021-03-12`, … |
//! | `meta` | `place_kind`, `place_id` | `school` or `centre`, and its code |
//! | `meta` | `school` or `centre` | the same code once more |
//! | `column` | header on the sheet | column of `contacts` that comes back under it; any other header is not to be read |
//! | `action`, `outcome` | word of the dropdown | code |
//! | `pupil` | name | `pupil_id`: the pupils of the list, and those of the place who were not assessable |
//!
//! A name, a number or a code that would open a formula stands there behind the guard of [`crate::harmless`]; so it does on
//! the list. [`crate::plain`] takes it off.
//!
//! # What it never does
//! No cell of data is a formula. The one formula there is finds the name to a number chosen below the list, and nothing
//! reads it back. Nothing is locked by a password: the lock keeps slips out, not people.

mod columns;
mod entry;
mod help;
mod machine;
mod sheet;

use az::UnwrappedAs;
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, ProtectionOptions, Workbook};

use crate::error::Error;
use crate::list::{Edition, PlacePage};
use crate::words::Words;
use columns::Plan;

/// Columns of the `contacts` table that the workbook brings back, with the ids of their headers.
pub const CONTACT_COLUMNS: [(&str, &str); 7] = [
    ("pupil_id", "pupil-id"),
    ("date", "sheet-contact-date"),
    ("by", "sheet-by"),
    ("action", "sheet-action"),
    ("outcome", "sheet-outcome"),
    ("review_date", "sheet-review-date"),
    ("note", "sheet-note"),
];

/// Of 1 to 9. At 6 a workbook is a quarter smaller, and takes half as long again to write.
const SQUEEZED: u8 = 1;

/// The words of a column that a list is filled in by.
#[must_use]
pub(crate) fn header_of(column: &str) -> Option<&'static str> {
    CONTACT_COLUMNS.iter().find(|(canonical, _)| *canonical == column).map(|(_, id)| *id)
}

/// Header in the workbook and canonical column, for readers that know the language but not the hidden sheet.
#[must_use]
pub fn contact_headers(words: &Words) -> Vec<(String, &'static str)> {
    CONTACT_COLUMNS.iter().map(|(canonical, id)| (words.say(id), *canonical)).collect()
}

pub fn list_xlsx(page: &PlacePage, edition: &Edition, words: &Words) -> Result<Vec<u8>, Error> {
    let plan = Plan::of(page.place.kind);
    let told = machine::lines(page, edition, words);
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(SQUEEZED);
    workbook.set_properties(
        &DocProperties::new()
            .set_author("Pranë")
            .set_title(title(page, edition, words)?)
            .set_creation_datetime(&excel_date(edition.as_of)?),
    );
    let any_pupil = machine::rows_of(&told, "pupil").is_some();
    sheet::write(workbook.add_worksheet(), page, edition, words, &plan, any_pupil)?;
    help::write(workbook.add_worksheet(), page, edition, words)?;
    machine::write(workbook.add_worksheet(), &told)?;
    // By name, because old spreadsheets take no dropdown from the cells of another sheet.
    for (name, kind, column) in
        [(entry::ACTIONS, "action", 'B'), (entry::OUTCOMES, "outcome", 'B'), (entry::PUPILS, "pupil", 'C'), (entry::NAMES, "pupil", 'B')]
    {
        if let Some((first, last)) = machine::rows_of(&told, kind) {
            workbook.define_name(name, &format!("={}!${column}${first}:${column}${last}", machine::SHEET))?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn title(page: &PlacePage, edition: &Edition, words: &Words) -> Result<String, Error> {
    words.sentence("title-list", [("place", page.place.name.as_str().into()), ("date", words.date(edition.as_of).into())])
}

/// What may be done beside filling in: all that leaves the words and numbers of the list alone.
fn protection() -> ProtectionOptions {
    ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        insert_columns: true,
        insert_rows: true,
        delete_columns: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        edit_objects: true,
        ..ProtectionOptions::new()
    }
}

fn excel_date(date: NaiveDate) -> Result<ExcelDateTime, Error> {
    let year = u16::try_from(date.year()).map_err(|_| Error::Workbook { cause: "DateTimeRangeError".to_owned() })?;
    Ok(ExcelDateTime::from_ymd(year, date.month().unwrapped_as::<u8>(), date.day().unwrapped_as::<u8>())?)
}
