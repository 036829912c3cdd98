//! Session days of an invented school year. Real projects have a calendar extract; nothing here is a rule of the program.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Holidays that fall on the same day each year (month, day).
const HOLIDAYS: [(u32, u32); 8] = [(11, 22), (11, 28), (11, 29), (12, 8), (3, 14), (3, 22), (5, 1), (5, 5)];
/// Breaks as (first, last), each (month, day), both within the school year.
const BREAKS: [((u32, u32), (u32, u32)); 3] = [((10, 30), (10, 31)), ((12, 22), (1, 4)), ((3, 30), (4, 3))];

/// A date that must exist.
pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_else(|| panic!("{year}-{month:02}-{day:02} is not a date"))
}

/// First day of the school year that starts in `year`: the Monday on or after 9 September.
pub(super) fn first_day(year: i32) -> NaiveDate {
    let ninth = day(year, 9, 9);
    let wait = (7 - ninth.weekday().num_days_from_monday()) % 7;
    ninth + Days::new(u64::from(wait))
}

/// All session days from `first` to `last`: weekdays outside holidays and breaks.
pub(super) fn session_days(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    first.iter_days().take_while(|d| *d <= last).filter(|d| is_session(*d)).collect()
}

fn is_session(date: NaiveDate) -> bool {
    let at = (date.month(), date.day());
    let in_break = BREAKS.iter().any(|(from, to)| if from <= to { at >= *from && at <= *to } else { at >= *from || at <= *to });
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !in_break && !HOLIDAYS.contains(&at)
}

/// Term of a date: 1 September to December, 2 January to March, 3 April on.
pub(super) fn term(date: NaiveDate) -> u32 {
    match date.month() {
        9..=12 => 1,
        1..=3 => 2,
        _ => 3,
    }
}
