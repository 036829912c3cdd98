//! Days as Parquet and Arrow store them, as numbers from 1970-01-01, and school years.

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result};

/// The number of a day: days since 1970-01-01.
#[must_use]
pub fn number(day: NaiveDate) -> i32 {
    day.to_epoch_days()
}

/// The number of the Monday of a day's ISO week. (1970-01-01 was a Thursday.)
#[must_use]
pub fn monday(number: i32) -> i32 {
    number - (number + 3).rem_euclid(7)
}

/// The day of a number.
///
/// # Panics
/// For a number beyond chrono's calendar, some 262,000 years from now: the contracts take no such day.
#[must_use]
pub fn of_number(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(number).unwrap_or_else(|| panic!("day {number} lies outside the calendar"))
}

/// First year of the school year of `day`; `starts` are month and day on which a school year starts.
#[must_use]
pub fn school_year_of(day: NaiveDate, starts: (u32, u32)) -> i32 {
    if (day.month(), day.day()) >= starts { day.year() } else { day.year() - 1 }
}

/// The name of a school year, such as `2021-2022`.
#[must_use]
pub fn school_year_name(first_year: i32) -> String {
    format!("{first_year}-{}", first_year + 1)
}

/// Parses month and day, such as `09-01`.
///
/// # Errors
/// A configuration error where the text is not of this form.
pub fn month_and_day(text: &str) -> Result<(u32, u32)> {
    let day = NaiveDate::parse_from_str(&format!("2001-{text}"), "%Y-%m-%d").map_err(|_| {
        Error::configuration("queries/policy.toml", format!("school_year starts = \"{text}\""), "month and day, such as \"09-01\"")
    })?;
    Ok((day.month(), day.day()))
}
