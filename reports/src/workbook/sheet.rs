//! The sheet with the list: the row of each pupil, and cells for contacts.

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Formula, IgnoreError, Worksheet, utility::column_number_to_name};

use super::columns::{Plan, head, height, lines, locked_id, unlocked};
use super::{entry, excel_date, protection, title};
use crate::error::Error;
use crate::list::{Edition, PlacePage, Row, full_name};
use crate::table::harmless;
use crate::words::Words;

/// Empty rows below the list, for second contacts.
const SPARE_ROWS: u32 = 20;
/// Number of these in the print area.
const PRINTED_SPARE_ROWS: u32 = 5;

pub(super) fn write(
    sheet: &mut Worksheet,
    page: &PlacePage,
    edition: &Edition,
    words: &Words,
    plan: &Plan,
    any_pupil: bool,
) -> Result<(), Error> {
    sheet.set_name(words.say("sheet-list"))?;
    let heads = [head(false), head(true)];
    for (at, column) in plan.columns() {
        sheet.write_string_with_format(0, at, words.say(column.id), &heads[usize::from(column.look.is_fill())])?;
        sheet.set_column_width(at, column.width)?.set_column_format(at, &column.look.format(edition.language))?;
    }
    let (first_own, last_own) = plan.own();
    sheet.set_column_range_format(first_own, last_own, &unlocked())?;
    sheet.set_row_height(0, 48)?;
    let locked = locked_id();
    let mut last = 0;
    for (at, row) in (1_u32..).zip(&page.rows) {
        let mut line = Line { sheet, at, locked: &locked, lines: 2 };
        write_row(&mut line, row, words, plan)?;
        let height = height(line.lines);
        sheet.set_row_height(at, height)?;
        last = at;
    }
    let bottom = last + SPARE_ROWS;
    if any_pupil {
        names_below(sheet, last + 1, bottom, words, plan)?;
        entry::pupils(sheet, last + 1, bottom, words, plan)?;
    }
    entry::validations(sheet, bottom, edition, words, plan)?;
    entry::marks(sheet, last, bottom, words, plan)?;
    let id = plan.at("pupil-id");
    sheet.ignore_error_range(1, id, bottom, id, IgnoreError::NumberStoredAsText)?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, last.max(1), plan.last())?;
    sheet.set_screen_gridlines(false).protect_with_options(&protection());
    print_setup(sheet, last, &title(page, edition, words)?, edition, words, plan)
}

fn write_row(line: &mut Line<'_>, row: &Row, words: &Words, plan: &Plan) -> Result<(), Error> {
    for (at, column) in plan.columns() {
        let wide = column.width;
        match column.id {
            "rank" => line.whole(at, row.rank)?,
            "name" => line.text(at, wide, &full_name(&row.first_name, &row.last_name))?,
            "class" => line.text(at, wide, &row.class)?,
            "school" => line.text(at, wide, &row.school)?,
            "level" => line.whole(at, u32::from(row.level))?,
            "status" => line.text(at, wide, &words.of("status", &row.status))?,
            "reasons" => line.text(at, wide, &row.reasons.join(" "))?,
            "next-step" => line.text(at, wide, &next_step(row, words)?)?,
            "last-contact" => line.date(at, row.last_contact)?,
            "contact-by" => line.text(at, wide, row.contact_by.as_deref().unwrap_or_default())?,
            "sheet-last-what" => line.text(at, wide, &last_what(row, words))?,
            "review-date" => line.date(at, row.review_date)?,
            "sheet-due" if row.review_due => line.text(at, wide, &words.say("yes"))?,
            "pupil-id" => line.id(at, &row.pupil_id)?,
            "on-the-list" => line.text(at, wide, &words.say(if row.on_list { "yes" } else { "no" }))?,
            "weeks" => line.whole(at, row.weeks_on_list)?,
            "rate-year" => line.number(at, row.absence_rate)?,
            "recent-absent" => line.number(at, Some(row.recent_absent))?,
            "recent-recorded" => line.whole(at, row.recent_recorded)?,
            "rate-before" => line.number(at, row.before_rate)?,
            "streak-days" => line.whole(at, row.absence_streak)?,
            "mark-change" => line.number(at, row.mark_change)?,
            "failing" => line.number(at, row.failing_subjects.map(f64::from))?,
            "confidence" => line.text(at, wide, &words.of("confidence", &row.confidence))?,
            "suggested-service" => line.text(at, wide, &words.of("service", &row.suggested_service))?,
            "services" => line.text(at, wide, &words.services(&row.services))?,
            "grade-level" => line.whole(at, u32::from(row.grade_level))?,
            // Columns to fill in are empty.
            _ => {}
        }
    }
    Ok(())
}

/// The next step, the reason for an escalation, and the suggested service, one per line.
fn next_step(row: &Row, words: &Words) -> Result<String, Error> {
    let mut lines = vec![words.of("step", &row.next_step)];
    if !row.escalation.is_empty() {
        let count = if row.escalation == "unanswered_contacts" { row.unanswered_contacts } else { row.unexcused_streak };
        // A code without a translation is shown unchanged.
        let why = words.sentence(&format!("escalation-{}", row.escalation), [("n", count.into())]);
        lines.push(format!("({})", why.unwrap_or_else(|_| row.escalation.replace('_', " "))));
    }
    if !row.suggested_service.is_empty() {
        lines.push(words.sentence("suggested", [("service", words.of("service", &row.suggested_service).into())])?);
    }
    lines.retain(|line| !line.is_empty());
    Ok(lines.join("\n"))
}

/// Action and outcome of the last contact.
fn last_what(row: &Row, words: &Words) -> String {
    let parts = [words.of_any("action", &row.last_action), words.of_any("outcome", &row.last_outcome)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// One row of the list.
struct Line<'a> {
    sheet: &'a mut Worksheet,
    at: u32,
    locked: &'a Format,
    /// The largest number of lines in any cell; at least two, to leave space for a note.
    lines: u32,
}

impl Line<'_> {
    fn text(&mut self, column: u16, width: f64, text: &str) -> Result<(), Error> {
        let cell = cell(text);
        if !cell.is_empty() {
            self.lines = self.lines.max(lines(&cell, width));
            self.sheet.write_string(self.at, column, cell)?;
        }
        Ok(())
    }

    fn id(&mut self, column: u16, id: &str) -> Result<(), Error> {
        self.sheet.write_string_with_format(self.at, column, cell(id), self.locked)?;
        Ok(())
    }

    fn whole(&mut self, column: u16, value: u32) -> Result<(), Error> {
        self.number(column, Some(f64::from(value)))
    }

    fn number(&mut self, column: u16, value: Option<f64>) -> Result<(), Error> {
        if let Some(value) = value {
            self.sheet.write_number(self.at, column, value)?;
        }
        Ok(())
    }

    fn date(&mut self, column: u16, date: Option<NaiveDate>) -> Result<(), Error> {
        if let Some(date) = date {
            self.sheet.write_datetime(self.at, column, excel_date(date)?)?;
        }
        Ok(())
    }
}

/// The text of a cell, at most 32,000 characters; the format allows 32,767.
fn cell(text: &str) -> String {
    harmless(text).chars().take(32_000).collect()
}

/// Adds a formula below the list that shows the name for the chosen number. It refers to the hidden sheet, because the list may be
/// sorted.
fn names_below(sheet: &mut Worksheet, first: u32, bottom: u32, words: &Words, plan: &Plan) -> Result<(), Error> {
    let (name, id) = (plan.at("name"), column_number_to_name(plan.at("pupil-id")));
    // The value for readers that do not evaluate formulas.
    sheet.set_formula_result_default("");
    let unknown = entry::quoted(&words.say("sheet-unknown"));
    for at in first..=bottom {
        let number = format!("${id}{}", at + 1);
        let found = format!("INDEX({},MATCH({number}&\"\",{},0))", entry::NAMES, entry::PUPILS);
        sheet.write_formula(at, name, Formula::new(format!("=IF({number}=\"\",\"\",IFERROR({found},{unknown}))")))?;
    }
    Ok(())
}

fn print_setup(sheet: &mut Worksheet, last: u32, title: &str, edition: &Edition, words: &Words, plan: &Plan) -> Result<(), Error> {
    // In headers `&` is an escape character. A header has at most 255 characters.
    let escaped = |text: &str| text.chars().take(100).collect::<String>().replace('&', "&&");
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_margins(0.3, 0.3, 0.6, 0.6, 0.3, 0.3)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?
        .set_print_area(0, 0, last + PRINTED_SPARE_ROWS, plan.at("sheet-note"))?
        .set_header(format!("&L&B{}&R{}", escaped(title), escaped(&words.say("proposes"))))
        .set_footer(format!(
            "&L{} · {} {}&R{}",
            escaped(&edition.project),
            words.say("run"),
            escaped(&edition.run_id),
            words.sentence("sheet-page", [("page", "&P".into()), ("pages", "&N".into())])?
        ));
    Ok(())
}
