//! Days as Parquet and Arrow count them: from 1970-01-01.

use chrono::{Days, NaiveDate};

/// Days since 1970-01-01.
#[must_use]
pub fn number(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// Monday of the ISO week of a day: 1970-01-01 was a Thursday.
#[must_use]
pub fn monday(number: i32) -> i32 {
    number - (number + 3).rem_euclid(7)
}

/// The day of a number; chrono's default day is day 0.
#[must_use]
pub fn of_number(number: i32) -> NaiveDate {
    let (start, days) = (NaiveDate::default(), Days::new(u64::from(number.unsigned_abs())));
    let day = if number < 0 { start.checked_sub_days(days) } else { start.checked_add_days(days) };
    day.unwrap_or_default()
}
