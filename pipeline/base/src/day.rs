//! Days as Parquet and Arrow count them: from 1970-01-01.

use chrono::{Datelike, Days, NaiveDate};

use crate::error::{Error, Result};

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

/// First year of the school year that `day` lies in.
#[must_use]
pub fn school_year_of(day: NaiveDate, starts: (u32, u32)) -> i32 {
    if (day.month(), day.day()) >= starts { day.year() } else { day.year() - 1 }
}

/// `2021-2022`.
#[must_use]
pub fn school_year_name(first_year: i32) -> String {
    format!("{first_year}-{}", first_year + 1)
}

/// Month and day of `09-01`.
///
/// # Errors
/// A configuration error.
pub fn month_and_day(text: &str) -> Result<(u32, u32)> {
    let day = NaiveDate::parse_from_str(&format!("2001-{text}"), "%Y-%m-%d").map_err(|_| {
        Error::configuration("queries/policy.toml", format!("school_year starts = \"{text}\""), "month and day, such as \"09-01\"")
    })?;
    Ok((day.month(), day.day()))
}
