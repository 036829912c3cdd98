//! `list.xlsx`: the rows of a list, with columns to fill in that come back through the inbox as `contacts`.
//!
//! It has three sheets: the list (headers in row 1, one row per pupil, empty rows below for second contacts), instructions, and a hidden
//! sheet `prane` that says whose list it is and maps headers and words to canonical names. A workbook can therefore be read after it was
//! renamed or sorted, or its columns were moved or added to.
//!
//! # The hidden sheet
//! Three columns of text, `kind`, `shown`, `canonical`, with these words in the first row. A reader looks rows up by `kind` and ignores
//! unknown kinds. Only the position of the second row is fixed.
//!
//! | kind | shown | canonical |
//! |---|---|---|
//! | `format` | `contacts` | `1`; the second row, which identifies the workbook whatever its name |
//! | `meta` | `table` | `contacts` |
//! | `meta` | `sheet` | name of the sheet with the list, which is the first one |
//! | `meta` | `header_row` | `1` |
//! | `meta` | `language` | `sq`, `en` |
//! | `meta` | `as_of`, `run_id` | of the list: `2021-03-12`, … |
//! | `meta` | `place_kind`, `place_id` | `school` or `centre`, and its code |
//! | `meta` | `school` or `centre` | the same code again |
//! | `column` | header on the sheet | column of `contacts`; other headers are not read |
//! | `action`, `outcome` | word of the dropdown | code |
//! | `pupil` | name | `pupil_id`: the pupils of the list, and those of the place who were not assessable |
//!
//! Names, numbers and codes are escaped by [`crate::harmless`] on all sheets; [`crate::plain`] is the inverse.
//!
//! # What it never does
//! No cell of data is a formula. The only formula looks up the name for a number chosen below the list, and it is not read back.
//! There is no password: the protection prevents accidental changes only.

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

/// Columns of `contacts` that are read back from the workbook, and the ids of their headers.
pub const CONTACT_COLUMNS: [(&str, &str); 7] = [
    ("pupil_id", "pupil-id"),
    ("date", "sheet-contact-date"),
    ("by", "sheet-by"),
    ("action", "sheet-action"),
    ("outcome", "sheet-outcome"),
    ("review_date", "sheet-review-date"),
    ("note", "sheet-note"),
];

/// From 1 to 9. At level 6 a workbook is a quarter smaller, but takes 50 % longer to write.
const COMPRESSION_LEVEL: u8 = 1;

/// The id of the header of a column of `contacts`.
#[must_use]
pub(crate) fn header_of(column: &str) -> Option<&'static str> {
    CONTACT_COLUMNS.iter().find(|(canonical, _)| *canonical == column).map(|(_, id)| *id)
}

/// Header and canonical column, for workbooks without the hidden sheet.
#[must_use]
pub fn contact_headers(words: &Words) -> Vec<(String, &'static str)> {
    CONTACT_COLUMNS.iter().map(|(canonical, id)| (words.say(id), *canonical)).collect()
}

pub fn list_xlsx(page: &PlacePage, edition: &Edition, words: &Words) -> Result<Vec<u8>, Error> {
    let plan = Plan::of(page.place.kind);
    let metadata = machine::lines(page, edition, words);
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION_LEVEL);
    workbook.set_properties(
        &DocProperties::new()
            .set_author("Pranë")
            .set_title(title(page, edition, words)?)
            .set_creation_datetime(&excel_date(edition.as_of)?),
    );
    let any_pupil = machine::rows_of(&metadata, "pupil").is_some();
    sheet::write(workbook.add_worksheet(), page, edition, words, &plan, any_pupil)?;
    help::write(workbook.add_worksheet(), page, edition, words)?;
    machine::write(workbook.add_worksheet(), &metadata)?;
    // Named ranges, because old spreadsheets do not support dropdowns with cells of another sheet.
    for (name, kind, column) in
        [(entry::ACTIONS, "action", 'B'), (entry::OUTCOMES, "outcome", 'B'), (entry::PUPILS, "pupil", 'C'), (entry::NAMES, "pupil", 'B')]
    {
        if let Some((first, last)) = machine::rows_of(&metadata, kind) {
            workbook.define_name(name, &format!("={}!${column}${first}:${column}${last}", machine::SHEET))?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn title(page: &PlacePage, edition: &Edition, words: &Words) -> Result<String, Error> {
    words.sentence("title-list", [("place", page.place.name.as_str().into()), ("date", words.date(edition.as_of).into())])
}

/// Allows everything except changes of locked cells.
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
