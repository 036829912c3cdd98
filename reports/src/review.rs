//! The review workbook: pairs of records that may be of the same child, for a person to decide. It comes back through the inbox as
//! `link_decisions`, so the columns that are read have their canonical names.

use az::UnwrappedAs;
use chrono::NaiveDate;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet,
};

use crate::error::Error;
use crate::list::{Edition, full_name};
use crate::table::harmless;
use crate::words::Words;

/// The possible decisions, as canonical codes.
pub const DECISIONS: [&str; 3] = ["same", "different", "no_pupil"];
/// Columns that are read back; the first five identify the pair.
pub const DECISION_COLUMNS: [&str; 8] =
    ["centre_id", "participant_id", "identification_id", "other_pupil_id", "pupil_id", "decision", "by", "date"];
/// Further columns for the reader: id of the header, width in characters.
const INFO_COLUMNS: [(&str, f64); 12] = [
    ("review-record-name", 22.0),
    ("review-pupil-name", 22.0),
    ("review-record-birth", 11.0),
    ("review-pupil-birth", 11.0),
    ("review-record-sex", 6.0),
    ("review-pupil-sex", 6.0),
    ("review-record-school", 10.0),
    ("review-pupil-school", 14.0),
    ("review-record-id", 13.0),
    ("review-pupil-national-id", 13.0),
    ("review-doubt", 44.0),
    ("review-weight", 8.0),
];
/// Widths of the columns that are read back.
const WIDTHS: [f64; 8] = [9.0, 13.0, 15.0, 14.0, 12.0, 11.0, 14.0, 11.0];
/// First column to fill in.
const FILL: u16 = 5;

/// One record of a pair.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReviewPerson {
    pub first_name: String,
    pub last_name: String,
    pub birth_date: Option<NaiveDate>,
    /// `F`, `M` or empty.
    pub sex: String,
    /// Codes of schools.
    pub schools: String,
    pub national_id: String,
}

/// One pair for a person to decide.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReviewPair {
    pub centre_id: String,
    pub participant_id: String,
    pub identification_id: String,
    /// Another number that may be of the same pupil.
    pub other_pupil_id: String,
    pub pupil_id: String,
    pub record: ReviewPerson,
    pub pupil: ReviewPerson,
    /// Code of the reason for the review.
    pub doubt: String,
    /// Match weight in bits.
    pub weight: f64,
}

/// The workbook for these pairs, in their order.
pub(crate) fn workbook(pairs: &[ReviewPair], edition: &Edition, words: &Words) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    // The first sheet must be that of the pairs, because only it is read back.
    pairs_sheet(workbook.add_worksheet(), pairs, edition, words)?;
    help_sheet(workbook.add_worksheet(), words)?;
    Ok(workbook.save_to_buffer()?)
}

fn pairs_sheet(sheet: &mut Worksheet, pairs: &[ReviewPair], edition: &Edition, words: &Words) -> Result<(), Error> {
    sheet.set_name("link_decisions")?;
    let (text, day) = (Format::new().set_num_format("@").set_align(FormatAlign::Top), Format::new().set_num_format("yyyy-mm-dd"));
    let fill = Color::RGB(0x00FF_F7DC);
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    for (column, (name, width)) in (0_u16..).zip(DECISION_COLUMNS.iter().zip(WIDTHS)) {
        let is_fill = column >= FILL;
        sheet.write_string_with_format(0, column, *name, &if is_fill { head.clone().set_background_color(fill) } else { head.clone() })?;
        let look = if *name == "date" { &day } else { &text };
        let look = if is_fill { look.clone().set_background_color(fill) } else { look.clone() };
        sheet.set_column_width(column, width)?.set_column_format(column, &look)?;
    }
    let first_info = DECISION_COLUMNS.len().unwrapped_as::<u16>();
    for (column, (id, width)) in (first_info..).zip(INFO_COLUMNS) {
        sheet.write_string_with_format(0, column, words.say(id), &head)?;
        sheet.set_column_width(column, width)?.set_column_format(column, &text)?;
    }
    sheet.set_row_height(0, 45)?;
    let mut last = 0;
    for (at, pair) in (1_u32..).zip(pairs) {
        let date = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
        let name = |p: &ReviewPerson| full_name(&p.first_name, &p.last_name);
        let (record, pupil) = (&pair.record, &pair.pupil);
        let doubt = words.of("doubt", &pair.doubt);
        let cells =
            [&pair.centre_id, &pair.participant_id, &pair.identification_id, &pair.other_pupil_id, &pair.pupil_id].map(String::clone);
        let info = [
            name(record),
            name(pupil),
            date(record.birth_date),
            date(pupil.birth_date),
            record.sex.clone(),
            pupil.sex.clone(),
            record.schools.clone(),
            pupil.schools.clone(),
            record.national_id.clone(),
            pupil.national_id.clone(),
            doubt,
        ];
        for (column, cell) in (0_u16..).zip(&cells).chain((first_info..).zip(&info)).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, harmless(cell))?;
        }
        sheet.write_number(at, first_info + info.len().unwrapped_as::<u16>(), (pair.weight * 10.0).round() / 10.0)?;
        last = at;
    }
    let choice = DataValidation::new()
        .allow_list_strings(&DECISIONS)?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title(words.say("bad-choice-title"))?
        .set_error_message(DECISIONS.join(", "))?;
    sheet.add_data_validation(1, FILL, last.max(1), FILL, &choice)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last.max(1), first_info + INFO_COLUMNS.len().unwrapped_as::<u16>() - 1)?;
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?
        .set_header(format!("&L&B{}", words.say("review-title").replace('&', "&&")))
        .set_footer(format!("&L{} · {}&R&P / &N", edition.project.replace('&', "&&"), edition.run_id.replace('&', "&&")));
    Ok(())
}

fn help_sheet(sheet: &mut Worksheet, words: &Words) -> Result<(), Error> {
    sheet.set_name(words.say("sheet-help"))?;
    sheet.set_column_width(0, 110)?;
    sheet.write_string_with_format(0, 0, words.say("review-title"), &Format::new().set_bold().set_font_size(14))?;
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, id) in (2_u32..).zip(["review-help-1", "review-help-2", "review-help-3", "review-help-4", "review-help-5"]) {
        sheet.write_string_with_format(at, 0, words.say(id), &wrap)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Language;

    #[test]
    fn every_header_and_doubt_has_a_word() {
        for language in [Language::Sq, Language::En] {
            let words = Words::new(language).unwrap();
            for (id, _) in INFO_COLUMNS {
                assert!(words.get(id).is_some(), "{id} has no word in {}", language.tag());
            }
            for doubt in [
                "unlikely",
                "rivals",
                "ids",
                "birth_dates",
                "names_only",
                "first_names",
                "last_names",
                "no_place",
                "two_numbers",
                "shared_id",
            ] {
                assert!(words.get(&format!("doubt-{doubt}")).is_some(), "{doubt} has no word in {}", language.tag());
            }
        }
    }
}
