//! The school year as an axis: one column a week, so that the strip of days and the weekly chart under it
//! stand exactly above each other, and every child's year has the same scale.

use az::UnwrappedAs;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use plotters::prelude::*;

use crate::chart::{Area, Drawn, label};
use crate::words::Words;

/// Units a week, and a day of the week.
pub const STEP: i32 = 11;
/// Units to the left of the first week: room for "100%" in the largest text, so that the charts of a card stand under each other.
pub const LEFT: i32 = 40;
/// The axis has room for so many weeks from the first day on, and grows with the year: what is drawn stays as large as it can.
const WEEKS: i32 = 30;

/// Weeks from the first day of school on.
#[derive(Debug, Clone, Copy)]
pub struct Year {
    monday: NaiveDate,
    weeks: i32,
}

impl Year {
    /// A year that begins in the week of `first` and holds `last` too.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Self {
        let monday = first.week(Weekday::Mon).first_day();
        let weeks = ((last - monday).num_days().div_euclid(7) + 1).unwrapped_as::<i32>();
        Self { monday, weeks: weeks.clamp(WEEKS, 60) }
    }

    /// Column of a day's week; `None` where it lies outside the year.
    pub fn column(self, date: NaiveDate) -> Option<i32> {
        let column = (date - self.monday).num_days().div_euclid(7).unwrapped_as::<i32>();
        (0..self.weeks).contains(&column).then_some(column)
    }

    /// Left edge of a column.
    pub const fn x(column: i32) -> i32 {
        LEFT + column * STEP
    }

    /// Left and right edge of the whole year.
    pub const fn span(self) -> (i32, i32) {
        (LEFT, LEFT + self.weeks * STEP)
    }

    pub fn width(self) -> u32 {
        (self.span().1 + 2).unwrapped_as::<u32>()
    }

    /// The months, each over the week in which it begins.
    pub fn months(self, root: &Area<'_>, y: i32, words: &Words) -> Drawn {
        let mut last: Option<(u32, i32)> = None;
        for (column, monday) in (0..self.weeks).zip(self.monday.iter_weeks()) {
            let friday = monday + Days::new(4);
            // A month of which only a day or two were school weeks has no room for its name.
            if last.is_none_or(|(month, at)| month != friday.month() && column - at > 2) {
                label(root, &words.short_month(friday.month()), (Self::x(column), y), crate::chart::At::Left)?;
                root.draw(&Rectangle::new([(Self::x(column) - 2, y - 8), (Self::x(column) - 2, y)], crate::ink::Ink::Grid.color()))?;
                last = Some((friday.month(), column));
            }
        }
        Ok(())
    }
}
