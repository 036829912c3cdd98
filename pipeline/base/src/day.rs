//! Days as Parquet and Arrow count them: from 1970-01-01.

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result};

/// Days since 1970-01-01.
#[must_use]
pub fn number(day: NaiveDate) -> i32 {
    day.to_epoch_days()
}

/// Monday of the ISO week of a day: 1970-01-01 was a Thursday.
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
