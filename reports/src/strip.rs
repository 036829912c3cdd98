//! The school year of one pupil as a calendar, with a column for each week and a row for each weekday, so that streaks and recurring
//! weekdays are visible, also in black and white.

use az::UnwrappedAs;
use chrono::Datelike;
use plotters::prelude::*;

use crate::chart::{Area, At, Drawn, Size, label, svg};
use crate::error::Error;
use crate::ink::Ink;
use crate::list::{CardDay, DayMark};
use crate::words::Words;
use crate::year::{STEP, Year};

/// Every mark in the order of drawing. Marks of one kind are drawn together, so that they form one path.
pub const MARKS: [DayMark; 7] =
    [DayMark::Present, DayMark::NotRecorded, DayMark::Disrupted, DayMark::Late, DayMark::Absent, DayMark::Part, DayMark::Excused];

/// Height of the line with the months.
const HEAD: i32 = 12;

/// The calendar of one pupil. Dates that are not in `days` stay blank. `None` without days.
pub fn days(days: &[CardDay], year: Year, words: &Words) -> Result<Option<String>, Error> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(None);
    };
    let count = |mark: DayMark| days.iter().filter(|day| day.mark == mark).count();
    let args = [
        ("days", days.len().into()),
        ("first", words.date(first.date).into()),
        ("last", words.date(last.date).into()),
        ("absent", count(DayMark::Absent).into()),
        ("excused", count(DayMark::Excused).into()),
        ("late", count(DayMark::Late).into()),
        ("part", count(DayMark::Part).into()),
        ("missing", count(DayMark::NotRecorded).into()),
    ];
    let text = words.sentence("chart-strip-text", args)?;
    // Weekend days have rows only where there is school on them.
    let rows = days.iter().map(|day| day.date.weekday().number_from_monday()).max().unwrap_or(5).max(5).unwrapped_as::<u8>();
    let height = HEAD + i32::from(rows) * STEP;
    svg(Size(year.width(), height.unwrapped_as::<u32>()), words.get("card-days"), &text, |root| {
        year.months(root, HEAD - 3, words)?;
        for weekday in 1..=rows {
            let short: String = words.weekday(weekday).chars().take(2).collect();
            label(root, &short, (Year::x(0) - 7, HEAD + i32::from(weekday) * STEP - 2), At::Right)?;
        }
        for mark in MARKS {
            for day in days.iter().filter(|day| day.mark == mark) {
                if let Some(column) = year.column(day.date) {
                    let down = day.date.weekday().num_days_from_monday().unwrapped_as::<i32>();
                    glyph(root, (Year::x(column), HEAD + down * STEP), mark)?;
                }
            }
        }
        Ok(())
    })
    .map(Some)
}

/// A single glyph for the legend, of `STEP` by `STEP` units.
pub fn sample(mark: DayMark) -> Result<String, Error> {
    crate::chart::inside(Size(STEP.cast_unsigned(), STEP.cast_unsigned()), |root| glyph(root, (0, 0), mark))
}

/// Draws a mark; each has a different shape: dot present, dash not recorded, cross disrupted, wedge late, full box absent,
/// half box part of the day, empty box excused.
fn glyph(root: &Area<'_>, (x, y): (i32, i32), mark: DayMark) -> Drawn {
    let line = |from: (i32, i32), to: (i32, i32), ink: Ink| {
        root.draw(&PathElement::new([(x + from.0, y + from.1), (x + to.0, y + to.1)], ink.color()))
    };
    let rect = |from: (i32, i32), to: (i32, i32), style: ShapeStyle| {
        root.draw(&Rectangle::new([(x + from.0, y + from.1), (x + to.0, y + to.1)], style))
    };
    match mark {
        DayMark::Present => line((5, 5), (5, 5), Ink::Present),
        DayMark::NotRecorded => line((3, 5), (7, 5), Ink::Missing),
        DayMark::Disrupted => {
            line((2, 2), (8, 8), Ink::Disrupted)?;
            line((2, 8), (8, 2), Ink::Disrupted)
        }
        DayMark::Late => root.draw(&Polygon::new([(x + 1, y + 9), (x + 9, y + 9), (x + 9, y + 1)], Ink::Late.color().filled())),
        DayMark::Absent => rect((1, 1), (9, 9), Ink::Absent.color().filled()),
        DayMark::Part => {
            rect((1, 5), (9, 9), Ink::Absent.color().filled())?;
            rect((1, 1), (9, 9), Ink::Excused.color().into())
        }
        DayMark::Excused => rect((1, 1), (9, 9), Ink::Excused.color().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_a_shape_of_its_own() {
        // Outlines and whether they are filled, without the names of the inks: colour tells them apart for some readers only.
        let shape = |mark| {
            let drawn = sample(mark).unwrap();
            drawn
                .split("class=\"")
                .skip(1)
                .map(|part| {
                    let (class, rest) = part.split_once('"').unwrap();
                    (class.ends_with(" f"), rest.to_owned())
                })
                .collect::<Vec<_>>()
        };
        let shapes: std::collections::BTreeSet<Vec<(bool, String)>> = MARKS.into_iter().map(shape).collect();
        assert_eq!(shapes.len(), MARKS.len());
    }
}
