//! Which columns the list has, how wide they are and how their cells look.

use az::UnwrappedAs;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, utility::column_number_to_name};

use crate::list::{Language, PlaceKind};

/// What is read first: id of the header, width in characters, look of its cells.
const WHO: [(&str, f64, Look); 3] = [("rank", 5.5, Look::Whole), ("name", 20.0, Look::Text), ("class", 7.5, Look::Text)];
/// Children of a centre come from several schools.
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
/// What comes back. The pupil's number stands beside what is filled in, because below the list it is chosen.
const FILL: [(&str, f64, Look); 7] = [
    ("pupil-id", 11.0, Look::FillId),
    ("sheet-contact-date", 12.0, Look::FillDate),
    ("sheet-by", 13.0, Look::Fill),
    ("sheet-action", 14.0, Look::Fill),
    ("sheet-outcome", 15.0, Look::Fill),
    ("sheet-review-date", 12.0, Look::FillDate),
    ("sheet-note", 22.0, Look::Fill),
];
/// Figures for who wants to look closer; on the screen alone, a printed page holds no more.
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
/// Empty unlocked columns behind the last, for what a reader wants to note besides.
const OWN: u16 = 8;

/// Look of a column's cells. It belongs to the column, not to each cell: a workbook is written in half the time, and
/// there is always one more row to fill in.
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
        // Lines on both sides, for who fills it in on paper first.
        let fill = || {
            words().set_border_left(FormatBorder::Thin).set_border_left_color(LINE_COLOUR).set_background_color(FILL_COLOUR).set_unlocked()
        };
        // An English reader may take 3.12. for a day in March.
        let day = match language {
            Language::Sq => "d.m.yyyy",
            Language::En => "d mmm yyyy",
        };
        match self {
            Self::Text => words().set_text_wrap(),
            Self::Whole => cell.set_num_format("0"),
            // A number with a weight that is seen without colours: it sorts and filters as the number.
            Self::Level => cell.set_num_format("[=3]0\" ●●●\";[=2]0\" ●●\";0\" ●\"").set_align(FormatAlign::Left).set_indent(1),
            Self::Tenth => cell.set_num_format("0.0"),
            Self::Percent => cell.set_num_format("0.0%"),
            Self::Date => words().set_num_format(day),
            Self::Fill => fill().set_text_wrap(),
            Self::FillDate => fill().set_num_format(day),
            // As text: a number that begins with noughts must keep them.
            Self::FillId => fill().set_num_format("@"),
        }
    }

    pub(super) const fn is_fill(self) -> bool {
        matches!(self, Self::Fill | Self::FillDate | Self::FillId)
    }
}

const FILL_COLOUR: Color = Color::RGB(0x00FF_F8DC);
const LINE_COLOUR: Color = Color::RGB(0x00C3_CAD2);

/// A fine line below, in place of the grid.
fn ruled() -> Format {
    Format::new().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(LINE_COLOUR)
}

/// A pupil's number that is part of the list, and not to be changed.
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
        // Above the buttons of the filter, which stand in the lower corner.
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_indent(1)
        .set_border_bottom(FormatBorder::Medium)
        .set_background_color(colour)
}

/// Lines that a text takes up in a column of this width. Some spreadsheets give a row the height that it is said to have,
/// and none other; a line too many is better than half a reason.
pub(super) fn lines(text: &str, width: f64) -> u32 {
    // A column is measured in figures, and letters are narrower; some room goes to the indent.
    let width = (width - 1.5) * 1.1;
    let paragraphs = text.split('\n').map(|paragraph| {
        let (mut lines, mut used) = (1, 0.0);
        for word in paragraph.split(' ') {
            let long = f64::from(word.chars().count().unwrapped_as::<u32>());
            if used > 0.0 && used + 1.0 + long > width {
                lines += 1;
                used = long;
            } else {
                used += if used > 0.0 { 1.0 + long } else { long };
            }
        }
        lines
    });
    paragraphs.sum()
}

/// Of a row with so many lines, in points.
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

    /// Position of a column, from 0.
    pub(super) fn at(&self, id: &str) -> u16 {
        self.columns().find(|(_, column)| column.id == id).map_or(0, |(at, _)| at)
    }

    /// `$M2`: its cell in the second row, for rules that are written for that row and move down by themselves.
    pub(super) fn cell(&self, id: &str) -> String {
        format!("${}2", column_number_to_name(self.at(id)))
    }

    pub(super) fn last(&self) -> u16 {
        (self.0.len() - 1).unwrapped_as::<u16>()
    }

    /// First and last of the reader's own columns.
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
    fn every_header_has_a_word_and_every_contact_column_a_place() {
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
