//! The columns of the list: ids, widths and formats.

use az::UnwrappedAs;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, utility::column_number_to_name};

use crate::list::{Language, PlaceKind};

/// The first columns: id of the header, width in characters, format of the cells.
const WHO: [(&str, f64, Look); 3] = [("rank", 5.5, Look::Whole), ("name", 20.0, Look::Text), ("class", 7.5, Look::Text)];
/// For centres only, whose pupils come from several schools.
const SCHOOL: (&str, f64, Look) = ("school", 16.0, Look::Text);
const WHY: [(&str, f64, Look); 9] = [
    ("level", 9.0, Look::Level),
    ("status", 12.5, Look::Text),
    ("reasons", 40.0, Look::Text),
    ("next-step", 24.0, Look::Text),
    ("last-contact", 12.0, Look::Date),
    ("contact-by", 13.0, Look::Text),
    ("sheet-last-what", 16.0, Look::Text),
    ("review-date", 12.0, Look::Date),
    ("sheet-due", 9.5, Look::Text),
];
/// Columns that are read back. The pupil's number is among them, because it is chosen in the rows below the list.
const FILL: [(&str, f64, Look); 7] = [
    ("pupil-id", 11.0, Look::FillId),
    ("sheet-contact-date", 12.0, Look::FillDate),
    ("sheet-by", 13.0, Look::Fill),
    ("sheet-action", 14.0, Look::Fill),
    ("sheet-outcome", 15.0, Look::Fill),
    ("sheet-review-date", 12.0, Look::FillDate),
    ("sheet-note", 22.0, Look::Fill),
];
/// Further figures, outside of the print area.
const FIGURES: [(&str, f64, Look); 13] = [
    ("on-the-list", 10.0, Look::Text),
    ("weeks", 9.0, Look::Whole),
    ("rate-year", 10.0, Look::Percent),
    ("recent-absent", 11.0, Look::Tenth),
    ("recent-recorded", 12.0, Look::Whole),
    ("rate-before", 10.0, Look::Percent),
    ("streak-days", 11.0, Look::Whole),
    ("mark-change", 11.0, Look::Tenth),
    ("failing", 11.0, Look::Whole),
    ("confidence", 13.0, Look::Text),
    ("suggested-service", 18.0, Look::Text),
    ("services", 20.0, Look::Text),
    ("grade-level", 7.0, Look::Whole),
];
/// Number of empty unlocked columns after the last, for the reader's own notes.
const OWN: u16 = 8;

/// The format of a column. It is set on the column, not on each cell, which halves the time of writing and covers the empty rows, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Text,
    Whole,
    Level,
    Tenth,
    Percent,
    Date,
    Fill,
    FillDate,
    FillId,
}

impl Look {
    pub(super) fn format(self, language: Language) -> Format {
        let cell = ruled().set_align(FormatAlign::Top);
        let words = || cell.clone().set_align(FormatAlign::Left).set_indent(1);
        // Lines on both sides, for filling in on paper.
        let fill = || {
            words().set_border_left(FormatBorder::Thin).set_border_left_color(LINE_COLOUR).set_background_color(FILL_COLOUR).set_unlocked()
        };
        // In English the month is a word, because 3.12. could be read as a day in March.
        let day = match language {
            Language::Sq => "d.m.yyyy",
            Language::En => "d mmm yyyy",
        };
        match self {
            Self::Text => words().set_text_wrap(),
            Self::Whole => cell.set_num_format("0"),
            // A number format, so that the cell sorts and filters as a number; the dots are visible without colours.
            Self::Level => cell.set_num_format("[=3]0\" ●●●\";[=2]0\" ●●\";0\" ●\"").set_align(FormatAlign::Left).set_indent(1),
            Self::Tenth => cell.set_num_format("0.0"),
            Self::Percent => cell.set_num_format("0.0%"),
            Self::Date => words().set_num_format(day),
            Self::Fill => fill().set_text_wrap(),
            Self::FillDate => fill().set_num_format(day),
            // As text, to keep leading zeros.
            Self::FillId => fill().set_num_format("@"),
        }
    }

    pub(super) const fn is_fill(self) -> bool {
        matches!(self, Self::Fill | Self::FillDate | Self::FillId)
    }
}

const FILL_COLOUR: Color = Color::RGB(0x00FF_F8DC);
const LINE_COLOUR: Color = Color::RGB(0x00C3_CAD2);

/// A thin line below, in place of the grid.
fn ruled() -> Format {
    Format::new().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(LINE_COLOUR)
}

/// The locked number of a pupil on the list.
pub(super) fn locked_id() -> Format {
    ruled().set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1).set_num_format("@")
}

pub(super) fn unlocked() -> Format {
    Format::new().set_align(FormatAlign::Top).set_text_wrap().set_unlocked()
}

pub(super) fn head(is_fill: bool) -> Format {
    let colour = if is_fill { Color::RGB(0x00FF_E08A) } else { Color::RGB(0x00E3_EAF1) };
    Format::new()
        .set_bold()
        .set_text_wrap()
        // Above the filter buttons, which are in the lower corner.
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_indent(1)
        .set_border_bottom(FormatBorder::Medium)
        .set_background_color(colour)
}

/// The number of lines that a text needs in a column of this width, rather one too many: some spreadsheets do not adjust the height of
/// rows, and would cut the text.
pub(super) fn lines(text: &str, width: f64) -> u32 {
    // Widths are in digits, and letters are narrower on average; the indent takes 1.5.
    let width = (width - 1.5) * 1.1;
    let paragraphs = text.split('\n').map(|paragraph| {
        let (mut lines, mut used) = (1, 0.0);
        for word in paragraph.split(' ') {
            let word_width = f64::from(word.chars().count().unwrapped_as::<u32>());
            if used > 0.0 && used + 1.0 + word_width > width {
                lines += 1;
                used = word_width;
            } else {
                used += if used > 0.0 { 1.0 + word_width } else { word_width };
            }
        }
        lines
    });
    paragraphs.sum()
}

/// The height in points of a row with this number of lines.
pub(super) fn height(lines: u32) -> f64 {
    // A row is at most 409 points high.
    (f64::from(lines) * 15.0).min(405.0)
}

pub(super) struct Column {
    pub(super) id: &'static str,
    pub(super) width: f64,
    pub(super) look: Look,
}

/// The columns of one workbook, left to right.
pub(super) struct Plan(Vec<Column>);

impl Plan {
    pub(super) fn of(kind: PlaceKind) -> Self {
        let school = (kind == PlaceKind::Centre).then_some(SCHOOL);
        let all = WHO.into_iter().chain(school).chain(WHY).chain(FILL).chain(FIGURES);
        Self(all.map(|(id, width, look)| Column { id, width, look }).collect())
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (u16, &Column)> {
        (0_u16..).zip(&self.0)
    }

    /// Index of a column.
    pub(super) fn at(&self, id: &str) -> u16 {
        self.columns().find(|(_, column)| column.id == id).map_or(0, |(at, _)| at)
    }

    /// The cell of a column in the second row, such as `$M2`: the formula of a conditional format is relative to that row.
    pub(super) fn cell(&self, id: &str) -> String {
        format!("${}2", column_number_to_name(self.at(id)))
    }

    pub(super) fn last(&self) -> u16 {
        (self.0.len() - 1).unwrapped_as::<u16>()
    }

    /// The first and last of the empty columns.
    pub(super) fn own(&self) -> (u16, u16) {
        (self.last() + 1, self.last() + OWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;
    use crate::workbook::CONTACT_COLUMNS;

    #[test]
    fn every_header_is_translated_and_every_contact_column_is_in_the_plan() {
        for language in [Language::Sq, Language::En] {
            let words = Words::new(language).unwrap();
            for kind in [PlaceKind::School, PlaceKind::Centre] {
                let plan = Plan::of(kind);
                for (_, column) in plan.columns() {
                    assert!(words.get(column.id).is_some(), "{} has no word in {}", column.id, language.tag());
                }
                assert!(CONTACT_COLUMNS.iter().all(|(_, id)| plan.columns().any(|(_, column)| column.id == *id && column.look.is_fill())));
                assert_eq!(plan.columns().filter(|(_, column)| column.look.is_fill()).count(), CONTACT_COLUMNS.len());
            }
        }
    }
}
