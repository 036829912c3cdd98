//! Aids for filling in the list: dropdowns, validation of dates, and conditional formats where something is missing.
//!
//! Conditional formats never block an entry. Each is visible in black and white by a pattern, weight or sign. Some spreadsheets show only
//! the first format that applies to a cell, so each is complete by itself.

use chrono::{Days, NaiveDate};
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatPattern, Formula,
    Worksheet,
};

use super::columns::Plan;
use super::excel_date;
use crate::error::Error;
use crate::list::Edition;
use crate::words::Words;

/// Names of ranges on the hidden sheet.
pub(super) const ACTIONS: &str = "prane_action";
pub(super) const OUTCOMES: &str = "prane_outcome";
pub(super) const PUPILS: &str = "prane_pupil";
pub(super) const NAMES: &str = "prane_name";
/// Dates further from the list than this are refused as mistakes.
const YEAR: Days = Days::new(366);

/// Columns to fill in, with the ids of their prompts; the pupil's number is first.
pub(super) const TIPS: [(&str, &str); 7] = [
    ("pupil-id", "tip-pupil"),
    ("sheet-contact-date", "tip-date"),
    ("sheet-by", "tip-by"),
    ("sheet-action", "tip-action"),
    ("sheet-outcome", "tip-outcome"),
    ("sheet-review-date", "tip-review"),
    ("sheet-note", "tip-note"),
];

/// Adds the dropdown of pupils in the rows below the list.
pub(super) fn pupils(sheet: &mut Worksheet, first: u32, bottom: u32, words: &Words, plan: &Plan) -> Result<(), Error> {
    let [(id, tip), ..] = TIPS;
    let rule = choice(PUPILS, "bad-pupil", words)?.set_input_title(words.say(id))?.set_input_message(words.say(tip))?;
    sheet.add_data_validation(first, plan.at(id), bottom, plan.at(id), &rule)?;
    Ok(())
}

pub(super) fn validations(sheet: &mut Worksheet, bottom: u32, edition: &Edition, words: &Words, plan: &Plan) -> Result<(), Error> {
    for (id, tip) in TIPS.into_iter().skip(1) {
        let rule = match id {
            "sheet-contact-date" | "sheet-review-date" => day(edition.as_of, words)?,
            "sheet-action" => choice(ACTIONS, "bad-choice", words)?,
            "sheet-outcome" => choice(OUTCOMES, "bad-choice", words)?,
            _ => DataValidation::new().allow_any_value(),
        };
        let rule = rule.set_input_title(words.say(id))?.set_input_message(words.say(tip))?;
        sheet.add_data_validation(1, plan.at(id), bottom, plan.at(id), &rule)?;
    }
    Ok(())
}

fn choice(range: &str, wrong: &str, words: &Words) -> Result<DataValidation, Error> {
    Ok(DataValidation::new()
        .allow_list_formula(Formula::new(format!("={range}")))
        // Only a warning, because none of the choices may fit.
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title(words.say("bad-choice-title"))?
        .set_error_message(words.say(wrong))?)
}

fn day(as_of: NaiveDate, words: &Words) -> Result<DataValidation, Error> {
    let (from, to) = (as_of.checked_sub_days(YEAR).unwrap_or(as_of), as_of.checked_add_days(YEAR).unwrap_or(as_of));
    Ok(DataValidation::new()
        .allow_date(DataValidationRule::Between(excel_date(from)?, excel_date(to)?))
        .set_error_title(words.say("bad-date-title"))?
        .set_error_message(words.say("bad-date"))?)
}

pub(super) fn marks(sheet: &mut Worksheet, last: u32, bottom: u32, words: &Words, plan: &Plan) -> Result<(), Error> {
    let mut mark = |first: u16, last_column: u16, to: u32, rule: &str, look: Format| -> Result<(), Error> {
        let rule = ConditionalFormatFormula::new().set_rule(format!("={rule}").as_str()).set_format(look);
        sheet.add_conditional_format(1, first, to, last_column, &rule)?;
        Ok(())
    };
    let list = last.max(1);

    let level = plan.cell("level");
    for (worth, look) in [(3, level_3()), (2, level_2())] {
        mark(plan.at("level"), plan.at("level"), list, &format!("{level}={worth}"), look)?;
    }
    let due = format!("{}={}", plan.cell("sheet-due"), quoted(&words.say("yes")));
    mark(plan.at("review-date"), plan.at("sheet-due"), list, &due, review_due())?;

    let [id, date, by, action, outcome, review, note] = TIPS.map(|(id, _)| plan.cell(id));
    let is_started = format!("{date}&{by}&{action}&{outcome}&{review}&{note}<>\"\"");
    let missing = |cell: &str| format!("AND({cell}=\"\",{is_started})");
    let no_day = |cell: &str| format!("AND({cell}<>\"\",NOT(ISNUMBER({cell})))");
    let date_wrong = format!("OR({},{})", missing(&date), no_day(&date));
    let review_wrong = no_day(&review);
    let other = |cell: &str, word: &str| format!("{cell}={}", quoted(&words.say(word)));
    let note_wrong = format!("AND({note}=\"\",OR({},{}))", other(&action, "action-other"), other(&outcome, "outcome-other"));
    let wrong = [
        ("pupil-id", missing(&id)),
        ("sheet-contact-date", date_wrong),
        ("sheet-by", missing(&by)),
        ("sheet-action", missing(&action)),
        ("sheet-review-date", review_wrong),
        ("sheet-note", note_wrong),
    ];
    for (column, rule) in &wrong {
        mark(plan.at(column), plan.at(column), bottom, rule, required())?;
    }
    // The name is in a frozen column, so it shows that a line is incomplete when other columns are scrolled away.
    let any = wrong.iter().map(|(_, rule)| rule.as_str()).collect::<Vec<_>>().join(",");
    mark(plan.at("name"), plan.at("name"), bottom, &format!("OR({any})"), incomplete())?;
    // The outcome is useful but not required.
    mark(plan.at("sheet-outcome"), plan.at("sheet-outcome"), bottom, &format!("AND({outcome}=\"\",{action}<>\"\")"), wanted())?;

    let no_room = format!("{}={}", plan.cell("on-the-list"), quoted(&words.say("no")));
    mark(0, plan.at("review-date") - 1, list, &no_room, left_off())?;
    Ok(())
}

/// A text as a string literal of a formula.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

pub(super) fn level_3() -> Format {
    Format::new().set_bold().set_font_color(Color::White).set_background_color(Color::RGB(0x000B_3C5D))
}

pub(super) fn level_2() -> Format {
    Format::new().set_bold().set_font_color(Color::RGB(0x000B_3C5D)).set_background_color(Color::RGB(0x00D3_E4F0))
}

pub(super) fn review_due() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x00FF_D9A0))
}

/// An empty required cell.
pub(super) fn required() -> Format {
    Format::new()
        .set_pattern(FormatPattern::LightUp)
        .set_foreground_color(Color::RGB(0x00B0_4A00))
        .set_background_color(Color::RGB(0x00FF_E3D0))
}

fn wanted() -> Format {
    Format::new().set_background_color(Color::RGB(0x00FF_E3D0))
}

pub(super) fn incomplete() -> Format {
    Format::new().set_bold().set_num_format("\"! \"@").set_font_color(Color::RGB(0x00B0_4A00)).set_background_color(Color::RGB(0x00FF_E3D0))
}

/// A pupil who is left off the list.
pub(super) fn left_off() -> Format {
    Format::new().set_italic().set_font_color(Color::RGB(0x005F_6872))
}
