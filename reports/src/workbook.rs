//! `list.xlsx`: the rows of a list, with columns to fill that come back through the inbox as `contacts`.
//!
//! Three sheets: the list (headers in row 1), how to fill it in, and a hidden sheet `prane` that tells a
//! reading program what each header and each choice of a dropdown is called in the contract.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, Worksheet,
};

use crate::codes::{ACTIONS, OUTCOMES};
use crate::fault::Fault;
use crate::list::{Edition, Language, PlaceKind, PlacePage, Row};
use crate::table::harmless;
use crate::words::Words;

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

/// Header in the workbook and canonical column, for readers that know the language but not the hidden sheet.
#[must_use]
pub fn contact_headers(words: &Words) -> Vec<(String, &'static str)> {
    CONTACT_COLUMNS.iter().map(|(canonical, id)| (words.say(id), *canonical)).collect()
}

/// Columns before those to fill: id of the header, width in characters, look of its cells.
const SHOWN: [(&str, f64, Look); 29] = [
    ("rank", 4.5, Look::Whole),
    ("name", 20.0, Look::Text),
    ("class", 6.5, Look::Text),
    ("level", 7.0, Look::Whole),
    ("status", 13.0, Look::Text),
    ("reasons", 42.0, Look::Wrap),
    ("next-step", 19.0, Look::Wrap),
    ("last-contact", 11.0, Look::Date),
    ("suggested-service", 18.0, Look::Wrap),
    ("contact-by", 14.0, Look::Text),
    ("review-date", 11.0, Look::Date),
    ("weeks", 8.0, Look::Whole),
    ("rate-year", 10.0, Look::Percent),
    ("recent-absent", 10.0, Look::Tenth),
    ("recent-recorded", 11.0, Look::Whole),
    ("rate-before", 10.0, Look::Percent),
    ("streak-days", 10.0, Look::Whole),
    ("mark-change", 10.0, Look::Tenth),
    ("failing", 9.0, Look::Whole),
    ("confidence", 12.0, Look::Text),
    ("services", 20.0, Look::Wrap),
    ("school", 18.0, Look::Text),
    ("grade-level", 6.0, Look::Whole),
    ("on-the-list", 8.0, Look::Text),
    ("pupil-id", 11.0, Look::Text),
    ("sheet-contact-date", 11.0, Look::FillDate),
    ("sheet-by", 13.0, Look::Fill),
    ("sheet-action", 15.0, Look::Fill),
    ("sheet-outcome", 17.0, Look::Fill),
];
/// The last two.
const LAST: [(&str, f64, Look); 2] = [("sheet-review-date", 11.0, Look::FillDate), ("sheet-note", 24.0, Look::Fill)];
/// Further empty rows that take the dropdowns, for second contacts.
const SPARE_ROWS: u32 = 40;
/// First column to fill.
const FILL: u16 = 25;
/// Only on screen: a printed page holds the columns that fit.
const SCREEN_ONLY: std::ops::RangeInclusive<u16> = 8..=23;

/// Look of a column's cells. It belongs to the column, not to each cell: a workbook is written in half the time, and
/// there is always one more row to fill in.
#[derive(Clone, Copy)]
enum Look {
    Text,
    Wrap,
    Whole,
    Tenth,
    Percent,
    Date,
    Fill,
    FillDate,
}

impl Look {
    fn format(self) -> Format {
        let cell = Format::new().set_align(FormatAlign::Top).set_border(FormatBorder::Hair);
        let fill = || {
            Format::new()
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Hair)
                .set_background_color(Color::RGB(0x00FF_F8DC))
                .set_unlocked()
        };
        match self {
            Self::Text => cell,
            Self::Wrap => cell.set_text_wrap(),
            Self::Whole => cell.set_num_format("0"),
            Self::Tenth => cell.set_num_format("0.0"),
            Self::Percent => cell.set_num_format("0.0%"),
            Self::Date => cell.set_num_format("d.m.yyyy").set_align(FormatAlign::Left),
            Self::Fill => fill().set_text_wrap(),
            Self::FillDate => fill().set_num_format("d.m.yyyy"),
        }
    }
}

struct Looks {
    head: Format,
    head_fill: Format,
    big: Format,
}

impl Looks {
    fn new() -> Self {
        let head = || Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter).set_border(FormatBorder::Thin);
        Self {
            head: head().set_background_color(Color::RGB(0x00DC_E6F0)),
            head_fill: head().set_background_color(Color::RGB(0x00FF_E9A8)),
            big: Format::new().set_bold().set_font_size(14),
        }
    }
}

pub fn list_xlsx(page: &PlacePage, edition: &Edition, words: &Words) -> Result<Vec<u8>, Fault> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_author("Pranë")
            .set_title(title(page, edition, words)?)
            .set_creation_datetime(&excel_date(edition.as_of)?),
    );
    list_sheet(workbook.add_worksheet(), page, edition, words, &looks)?;
    help_sheet(workbook.add_worksheet(), page, edition, words, &looks)?;
    machine_sheet(workbook.add_worksheet(), page, edition, words)?;
    Ok(workbook.save_to_buffer()?)
}

fn title(page: &PlacePage, edition: &Edition, words: &Words) -> Result<String, Fault> {
    let mut args = fluent_bundle::FluentArgs::new();
    args.set("place", page.place.name.clone());
    args.set("date", words.date(edition.as_of));
    words.say_with("title-list", &args)
}

fn list_sheet(sheet: &mut Worksheet, page: &PlacePage, edition: &Edition, words: &Words, looks: &Looks) -> Result<(), Fault> {
    sheet.set_name(words.say("sheet-list"))?;
    for (column, (id, width, look)) in (0_u16..).zip(SHOWN.iter().chain(&LAST)) {
        let head = if column >= FILL { &looks.head_fill } else { &looks.head };
        sheet.write_string_with_format(0, column, words.say(id), head)?;
        sheet.set_column_width(column, *width)?.set_column_format(column, &look.format())?;
    }
    sheet.set_row_height(0, 45)?;
    let mut last = 0;
    for (at, row) in (1_u32..).zip(&page.rows) {
        write_row(sheet, at, row, words)?;
        last = at;
    }
    dropdowns(sheet, last + SPARE_ROWS, words)?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, last.max(1), FILL + 5)?;
    print_setup(sheet, last, &title(page, edition, words)?, edition, words)
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &Row, words: &Words) -> Result<(), Fault> {
    let mut line = Line { sheet, at, column: 0 };
    line.whole(Some(row.rank))?;
    line.text(&full_name(&row.first_name, &row.last_name))?;
    line.text(&row.class)?;
    line.whole(Some(u32::from(row.level)))?;
    line.text(&words.of("status", &row.status))?;
    line.text(&row.reasons.join(" "))?;
    line.text(&words.of("step", &row.next_step))?;
    line.date(row.last_contact)?;
    line.text(&words.of("service", &row.suggested_service))?;
    line.text(row.contact_by.as_deref().unwrap_or_default())?;
    line.date(row.review_date)?;
    line.whole(Some(row.weeks_on_list))?;
    line.number(row.absence_rate)?;
    line.number(Some(row.recent_absent))?;
    line.whole(Some(row.recent_recorded))?;
    line.number(row.before_rate)?;
    line.whole(Some(row.absence_streak))?;
    line.number(row.mark_change)?;
    line.whole(row.failing_subjects)?;
    line.text(&words.of("confidence", &row.confidence))?;
    let services: Vec<String> = row.services.iter().map(|service| words.of("service", service)).collect();
    line.text(&services.join(", "))?;
    line.text(&row.school)?;
    line.whole(Some(u32::from(row.grade_level)))?;
    line.text(&words.say(if row.on_list { "yes" } else { "no" }))?;
    line.text(&row.pupil_id)?;
    Ok(())
}

/// Cells of one row, left to right.
struct Line<'a> {
    sheet: &'a mut Worksheet,
    at: u32,
    column: u16,
}

impl Line<'_> {
    fn text(&mut self, text: &str) -> Result<(), Fault> {
        // A cell holds at most 32,767 characters; a list never needs them.
        let cell: String = harmless(text).chars().take(32_000).collect();
        if !cell.is_empty() {
            self.sheet.write_string(self.at, self.column, cell)?;
        }
        self.column += 1;
        Ok(())
    }

    fn whole(&mut self, value: Option<u32>) -> Result<(), Fault> {
        self.number(value.map(f64::from))
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Fault> {
        if let Some(value) = value {
            self.sheet.write_number(self.at, self.column, value)?;
        }
        self.column += 1;
        Ok(())
    }

    fn date(&mut self, date: Option<NaiveDate>) -> Result<(), Fault> {
        if let Some(date) = date {
            self.sheet.write_datetime(self.at, self.column, excel_date(date)?)?;
        }
        self.column += 1;
        Ok(())
    }
}

fn dropdowns(sheet: &mut Worksheet, bottom: u32, words: &Words) -> Result<(), Fault> {
    let choice = |kind: &str, codes: &[&str]| -> Result<DataValidation, Fault> {
        let shown: Vec<String> = codes.iter().map(|code| words.of(kind, code)).collect();
        Ok(DataValidation::new()
            .allow_list_strings(&shown)?
            // A warning, not a wall: what really happened may be none of these.
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title(words.say("bad-choice-title"))?
            .set_error_message(words.say("bad-choice"))?)
    };
    let date = || -> Result<DataValidation, Fault> {
        Ok(DataValidation::new()
            .allow_date(DataValidationRule::GreaterThan(ExcelDateTime::from_ymd(2000, 1, 1)?))
            .set_error_title(words.say("bad-date-title"))?
            .set_error_message(words.say("bad-date"))?)
    };
    sheet.add_data_validation(1, FILL, bottom, FILL, &date()?)?;
    sheet.add_data_validation(1, FILL + 2, bottom, FILL + 2, &choice("action", &ACTIONS)?)?;
    sheet.add_data_validation(1, FILL + 3, bottom, FILL + 3, &choice("outcome", &OUTCOMES)?)?;
    sheet.add_data_validation(1, FILL + 4, bottom, FILL + 4, &date()?)?;
    Ok(())
}

fn print_setup(sheet: &mut Worksheet, last: u32, title: &str, edition: &Edition, words: &Words) -> Result<(), Fault> {
    // Columns that a printed list does not need are folded away: one click on the plus brings them back.
    sheet.group_columns_collapsed(*SCREEN_ONLY.start(), *SCREEN_ONLY.end())?;
    // In a header `&` begins a code; doubled it is the letter.
    let quiet = |text: &str| text.replace('&', "&&");
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?
        .set_print_area(0, 0, last.max(1), FILL + 5)?
        .set_header(format!("&L&B{}&R{}", quiet(title), quiet(&words.say("proposes"))))
        .set_footer(format!("&L{} · {}&R&P / &N", quiet(&edition.project), quiet(&edition.run_id)));
    Ok(())
}

fn help_sheet(sheet: &mut Worksheet, page: &PlacePage, edition: &Edition, words: &Words, looks: &Looks) -> Result<(), Fault> {
    sheet.set_name(words.say("sheet-help"))?;
    sheet.set_column_width(0, 110)?;
    sheet.write_string_with_format(0, 0, harmless(&title(page, edition, words)?), &looks.big)?;
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, id) in (2_u32..).zip(["help-1", "help-2", "help-3", "help-4", "help-5", "help-6", "help-7"]) {
        sheet.write_string_with_format(at, 0, words.say(id), &wrap)?;
    }
    let levels = [3_u8, 2, 1].map(|level| format!("{level} = {}", words.level(level)));
    sheet.write_string_with_format(10, 0, format!("{}: {}", words.say("level"), levels.join(" · ")), &wrap)?;
    let run = format!("{} {} · {} {}", words.say("run"), edition.run_id, words.say("program"), edition.version);
    sheet.write_string_with_format(12, 0, harmless(&run), &wrap)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// `kind, shown, canonical`: what a program needs to read the filled workbook back.
fn machine_sheet(sheet: &mut Worksheet, page: &PlacePage, edition: &Edition, words: &Words) -> Result<(), Fault> {
    sheet.set_name("prane")?;
    sheet.set_hidden(true);
    let kind = match page.place.kind {
        PlaceKind::School => "school",
        PlaceKind::Centre => "centre",
    };
    let language = match edition.language {
        Language::Sq => "sq",
        Language::En => "en",
    };
    let mut lines: Vec<(&str, String, String)> = vec![
        ("kind", "shown".to_owned(), "canonical".to_owned()),
        ("meta", "table".to_owned(), "contacts".to_owned()),
        ("meta", "sheet".to_owned(), words.say("sheet-list")),
        ("meta", "header_row".to_owned(), "1".to_owned()),
        ("meta", "language".to_owned(), language.to_owned()),
        ("meta", "as_of".to_owned(), edition.as_of.to_string()),
        ("meta", "run_id".to_owned(), harmless(&edition.run_id)),
        ("meta", kind.to_owned(), harmless(&page.place.id)),
    ];
    lines.extend(contact_headers(words).into_iter().map(|(shown, canonical)| ("column", shown, canonical.to_owned())));
    lines.extend(ACTIONS.iter().map(|code| ("action", words.of("action", code), (*code).to_owned())));
    lines.extend(OUTCOMES.iter().map(|code| ("outcome", words.of("outcome", code), (*code).to_owned())));
    for (at, (kind, shown, canonical)) in (0_u32..).zip(lines) {
        sheet.write_string(at, 0, kind)?;
        sheet.write_string(at, 1, shown)?;
        sheet.write_string(at, 2, canonical)?;
    }
    Ok(())
}

fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

fn excel_date(date: NaiveDate) -> Result<ExcelDateTime, Fault> {
    let year = u16::try_from(date.year()).unwrap_or(1900);
    let month = u8::try_from(date.month()).unwrap_or(1);
    let day = u8::try_from(date.day()).unwrap_or(1);
    Ok(ExcelDateTime::from_ymd(year, month, day)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_has_a_word() {
        for language in [Language::Sq, Language::En] {
            let words = Words::new(language).unwrap();
            for (id, ..) in SHOWN.iter().chain(&LAST) {
                assert!(words.get(id).is_some(), "{id} has no word in {}", language.tag());
            }
            assert!(CONTACT_COLUMNS.iter().all(|(_, id)| words.get(id).is_some()));
        }
    }
}
