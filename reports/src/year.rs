//! The school year as a time axis with one column per week. The calendar strip and the weekly chart share it, so that they align and
//! all cards have the same scale.

use az::UnwrappedAs;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use plotters::prelude::*;

use crate::chart::{Area, Drawn, label};
use crate::words::Words;

/// Units of a column, and of a row of the calendar.
pub const STEP: i32 = 11;
/// Units to the left of the first week: space for "100%" in the largest text.
pub const LEFT: i32 = 40;
/// Minimum number of weeks of the axis; it grows with the year, so that columns stay as wide as possible.
const WEEKS: i32 = 30;

/// Weeks from the first day of school on.
#[derive(Debug, Clone, Copy)]
pub struct Year {
    monday: NaiveDate,
    weeks: i32,
}

impl Year {
    /// The axis from the week of `first` to that of `last`, of 30 to 60 weeks.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Self {
        let monday = first.week(Weekday::Mon).first_day();
        let weeks = ((last - monday).num_days().div_euclid(7) + 1).unwrapped_as::<i32>();
        Self { monday, weeks: weeks.clamp(WEEKS, 60) }
    }

    /// The column of a date; `None` outside of the axis.
    pub fn column(self, date: NaiveDate) -> Option<i32> {
        let column = (date - self.monday).num_days().div_euclid(7).unwrapped_as::<i32>();
        (0..self.weeks).contains(&column).then_some(column)
    }

    /// The left edge of a column.
    pub const fn x(column: i32) -> i32 {
        LEFT + column * STEP
    }

    /// The left and right edge of the axis.
    pub const fn span(self) -> (i32, i32) {
        (LEFT, LEFT + self.weeks * STEP)
    }

    pub fn width(self) -> u32 {
        (self.span().1 + 2).unwrapped_as::<u32>()
    }

    /// Draws the names of the months, each above the week in which it begins.
    pub fn months(self, root: &Area<'_>, y: i32, words: &Words) -> Drawn {
        let mut last: Option<(u32, i32)> = None;
        for (column, monday) in (0..self.weeks).zip(self.monday.iter_weeks()) {
            let friday = monday + Days::new(4);
            // A month of less than three columns has no space for its name.
            if last.is_none_or(|(month, at)| month != friday.month() && column - at > 2) {
                label(root, &words.short_month(friday.month()), (Self::x(column), y), crate::chart::At::Left)?;
                root.draw(&Rectangle::new([(Self::x(column) - 2, y - 8), (Self::x(column) - 2, y)], crate::ink::Ink::Grid.color()))?;
                last = Some((friday.month(), column));
            }
        }
        Ok(())
    }
}
