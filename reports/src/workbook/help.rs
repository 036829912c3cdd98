//! The second sheet: instructions for filling in the list.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet};

use super::columns::{height, lines};
use super::entry::{TIPS, incomplete, left_off, level_2, level_3, required, review_due};
use super::{protection, title};
use crate::error::Error;
use crate::list::{Edition, PlacePage};
use crate::table::harmless;
use crate::words::Words;

/// Sections before and after those about columns: ids of their labels; the id of the text has `-about` appended.
const BEFORE: [&str; 1] = ["help-fill"];
const AFTER: [&str; 6] = ["help-second", "help-back", "help-then", "help-locked", "help-not", "help-data"];

/// Widths of the two columns, in characters.
const LABEL: f64 = 24.0;
const TEXT: f64 = 86.0;

pub(super) fn write(sheet: &mut Worksheet, page: &PlacePage, edition: &Edition, words: &Words) -> Result<(), Error> {
    sheet.set_name(words.say("sheet-help"))?;
    sheet.set_column_width(0, LABEL)?.set_column_width(1, TEXT)?;
    let line = || {
        Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_align(FormatAlign::Left)
            .set_indent(1)
            .set_border_bottom(FormatBorder::Thin)
    };
    let quiet = Color::RGB(0x00D5_DAE0);
    let (text, label) = (line().set_border_bottom_color(quiet), line().set_border_bottom_color(quiet).set_bold());
    let big = Format::new().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, harmless(&title(page, edition, words)?), &big)?;
    sheet.write_string(1, 0, format!("{} {}", words.say("proposes"), words.say("proposes-more")))?;

    let about = |id: &str| (words.say(id), words.say(&format!("{id}-about")));
    let columns = TIPS.iter().map(|(id, tip)| (words.say(id), words.say(tip)));
    let sections = BEFORE.iter().map(|id| about(id)).chain(columns).chain(AFTER.iter().map(|id| about(id)));
    let mut at = 3;
    for (name, about) in sections {
        sheet.set_row_height(at, height(lines(&about, TEXT * 1.06)) + 3.0)?;
        sheet.write_string_with_format(at, 0, name, &label)?.write_string_with_format(at, 1, about, &text)?;
        at += 1;
    }

    at += 1;
    sheet.write_string_with_format(at, 0, words.say("help-marks"), &Format::new().set_bold())?;
    let name = words.say("name");
    let marks: [(&str, Format, String); 7] = [
        ("3 ●●●", level_3(), words.level(3)),
        ("2 ●●", level_2(), words.level(2)),
        ("1 ●", Format::new(), words.level(1)),
        (&words.date(edition.as_of), review_due(), words.say("mark-due")),
        (&format!("! {name}"), incomplete().set_num_format("@"), words.say("mark-incomplete")),
        ("", required(), words.say("mark-asked")),
        (&name, left_off(), words.say("mark-no-room")),
    ];
    for (sign, look, means) in marks {
        at += 1;
        let look = look.set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1);
        sheet.write_string_with_format(at, 0, sign, &look)?.write_string_with_format(at, 1, means, &text)?;
    }
    let run = format!("{} {} · {} {}", words.say("run"), edition.run_id, words.say("program"), edition.version);
    sheet.write_string_with_format(at + 2, 0, harmless(&run), &Format::new().set_font_color(Color::RGB(0x005F_6872)))?;
    sheet.set_screen_gridlines(false).protect_with_options(&protection());
    sheet.set_paper_size(9).set_margins(0.5, 0.5, 0.5, 0.5, 0.3, 0.3).set_print_fit_to_pages(1, 1);
    Ok(())
}
