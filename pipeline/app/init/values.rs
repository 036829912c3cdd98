//! Guesses from the values of a file: formats of dates, meanings of codes, decimal commas. Where several formats or meanings fit,
//! all of them are returned, and a person decides.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use prane_contract::{Column, Kind};

use super::words;

/// Formats of dates. With dots the day always comes first; with slashes and dashes it may be the day or the month.
const DAYS: [&str; 16] = [
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%y", "%d/%m/%y",
    "%m/%d/%y", "%y/%m/%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
];
/// Further formats in headers of wide registers.
const DAYS_OF_HEADERS: [&str; 2] = ["%Y_%m_%d", "%d_%m_%Y"];
/// Formats in such headers without a year.
const DAYS_WITHOUT_YEAR: [&str; 8] = ["%m_%d", "%d_%m", "%m-%d", "%d-%m", "%m/%d", "%d/%m", "%d.%m", "%d.%m."];
/// A format fits if at most one value in this many does not parse: such values will be rejected.
const VALUES_PER_MISFIT: usize = 20;

/// The formats that fit the dates of some columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    /// There is no value.
    Nothing,
    /// ISO 8601, such as 2021-11-30.
    Iso,
    /// Only this format fits.
    One(String),
    /// All of these fit.
    Several(Vec<String>),
    /// No known format fits. Holds the shape of a value, with digits as 9 and letters as a.
    Unknown(String),
}

/// The formats that fit `values`.
pub(super) fn days<'a>(values: impl Iterator<Item = &'a str>) -> Days {
    let values: Vec<&str> = values.map(str::trim).filter(|v| !v.is_empty()).map(without_midnight).collect();
    let Some(first) = values.first() else { return Days::Nothing };
    let formats = ["", " %H:%M", " %H:%M:%S", "T%H:%M:%S"].iter().flat_map(|time| DAYS.iter().map(move |day| format!("{day}{time}")));
    let counted: Vec<(usize, String)> = formats.map(|f| (values.iter().filter(|v| day_of(v, &f).is_some()).count(), f)).collect();
    let best = counted.iter().map(|(count, _)| *count).max().unwrap_or(0);
    // The format that parses the most values wins: 30/11/2021 rules out the month first.
    if best < values.len() && (values.len() - best) * VALUES_PER_MISFIT > values.len() {
        return Days::Unknown(shape(first));
    }
    let mut fitting: Vec<String> = counted.into_iter().filter(|(count, _)| *count == best).map(|(_, f)| f).collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some(one), true) if one == "%Y-%m-%d" => Days::Iso,
        (Some(one), true) => Days::One(one),
        (last, _) => {
            fitting.extend(last);
            Days::Several(fitting)
        }
    }
}

/// Removes a midnight time after an ISO date, as the reader does.
fn without_midnight(value: &str) -> &str {
    let Some((day, rest)) = value.split_at_checked(10) else { return value };
    let midnight = rest.chars().all(|c| matches!(c, '0' | ':' | '.' | 'T' | 'Z' | ' '));
    if day_of(day, "%Y-%m-%d").is_some() && midnight { day } else { value }
}

fn day_of(value: &str, format: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(value, format).ok().filter(|day| (1900..2200).contains(&day.year()))
}

/// The shape of a value without its content, which may be a birth date.
fn shape(value: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'a',
        c if c.is_control() => ' ',
        c => c,
    };
    value.chars().take(20).map(plain).collect()
}

/// The day columns of a wide register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayColumns {
    /// Formats that fit their headers; with more than one, a person must choose.
    pub formats: Vec<String>,
    /// Whether the headers name the year.
    pub with_year: bool,
    /// Month of the first column (1-12).
    pub first_month: u32,
    /// Their indices.
    pub at: Vec<usize>,
}

/// Minimum number of day columns of a wide register.
const FEWEST_DAYS: usize = 5;

/// The columns whose headers are days, if there are enough.
pub(super) fn day_columns(headers: &[String]) -> Option<DayColumns> {
    let like: Vec<usize> = (0..headers.len()).filter(|at| may_be_day(&headers[*at])).collect();
    if like.len() < FEWEST_DAYS {
        return None;
    }
    let with_year = |format: &str, header: &str| day_of(header, format);
    // A leap year, so that 29 February is a day.
    let without = |format: &str, header: &str| day_of(&format!("2024 {header}"), &format!("%Y {format}"));
    let fits = |format: &str, read: &dyn Fn(&str, &str) -> Option<NaiveDate>| {
        let count = like.iter().filter(|at| read(format, &headers[**at]).is_some()).count();
        // Some registers have 31 columns for every month, so a few headers, such as 31 June, are no dates.
        count >= FEWEST_DAYS && (like.len() - count) * 10 <= like.len()
    };
    let full: BTreeSet<&str> = DAYS.into_iter().chain(DAYS_OF_HEADERS).filter(|f| fits(f, &with_year)).collect();
    let (formats, has_year) =
        if full.is_empty() { (DAYS_WITHOUT_YEAR.into_iter().filter(|f| fits(f, &without)).collect(), false) } else { (full, true) };
    let first: &str = formats.first()?;
    let read = |header: &str| if has_year { with_year(first, header) } else { without(first, header) };
    let first_month = like.iter().find_map(|at| read(&headers[*at])).map_or(9, |day| day.month());
    let at = like.iter().copied().filter(|at| read(&headers[*at]).is_some()).collect();
    Some(DayColumns { formats: formats.iter().map(ToString::to_string).collect(), with_year: has_year, first_month, at })
}

/// Whether a header is two or three groups of digits, or eight digits.
fn may_be_day(header: &str) -> bool {
    let groups: Vec<&str> = header.split(['_', '-', '/', '.']).filter(|g| !g.is_empty()).collect();
    let digits = groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_digit()));
    digits
        && match groups.as_slice() {
            [one] => one.len() == 8 && (one.starts_with("19") || one.starts_with("20")),
            more => (2..=3).contains(&more.len()) && more.iter().all(|g| g.len() <= 4),
        }
}

/// The meaning of a value for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is valid unchanged.
    Same,
    /// It certainly means this code.
    Sure(String),
    /// It may mean this code; a person must decide.
    Guess(String),
    /// Unknown.
    Unknown,
}

/// The meaning of `word`. `all` are the values of its column, normalised by [`words::plain`]; `header` is the column's header.
pub(super) fn meaning(column: &Column, header: &str, word: &str, all: &BTreeSet<String>) -> Meaning {
    let plain = words::plain(word);
    match column.kind {
        _ if word.trim().is_empty() => Meaning::Same,
        Kind::Code => code(column, header, word.trim(), &plain, all),
        Kind::Integer => integer(column, word.trim(), &plain),
        Kind::Mark => match word.trim().replace(',', ".").parse::<f64>() {
            Ok(_) => Meaning::Same,
            Err(_) => words::number(&plain).map_or(Meaning::Unknown, |n| Meaning::Sure(n.to_string())),
        },
        Kind::SchoolYear => school_year(word.trim()),
        _ => Meaning::Same,
    }
}

fn code(column: &Column, header: &str, word: &str, plain: &str, all: &BTreeSet<String>) -> Meaning {
    if column.codes.iter().any(|c| c.eq_ignore_ascii_case(word)) {
        return Meaning::Same;
    }
    if let Some(code) = column.codes.iter().find(|c| words::plain(c) == plain) {
        return Meaning::Sure(code.clone());
    }
    let known = words::meaning(&column.name, plain).filter(|code| column.codes.iter().any(|c| c == code));
    if let Some(code) = known {
        return Meaning::Sure(code.to_string());
    }
    if column.name == "status" && column.codes.iter().any(|c| c == "present") {
        return words::sign(header, plain, all);
    }
    let near = prane_base::error::nearest(word, column.codes.iter().map(String::as_str));
    near.filter(|_| plain.len() > 3).map_or(Meaning::Unknown, |code| Meaning::Guess(code.to_string()))
}

fn integer(column: &Column, word: &str, plain: &str) -> Meaning {
    let fits = |n: i64| column.min.is_none_or(|min| n >= min) && column.max.is_none_or(|max| n <= max);
    if word.strip_suffix(".0").unwrap_or(word).parse::<i64>().is_ok_and(fits) {
        return Meaning::Same;
    }
    if let Some(number) = words::roman(word).filter(|n| fits(*n)) {
        return Meaning::Sure(number.to_string());
    }
    let digits: String = plain.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse::<i64>().ok().filter(|n| fits(*n)).map_or(Meaning::Unknown, |n| Meaning::Guess(n.to_string()))
}

fn school_year(word: &str) -> Meaning {
    let groups: Vec<&str> = word.split(['-', '/', '_', ' ']).filter(|g| !g.is_empty()).collect();
    let year = |text: &str| text.parse::<i32>().ok().filter(|y| text.len() == 4 && (1900..2200).contains(y));
    let [first, second] = groups.as_slice() else {
        // A single year may be the first or the second of a school year.
        return groups.first().and_then(|g| year(g)).map_or(Meaning::Unknown, |y| Meaning::Guess(format!("{y}-{}", y + 1)));
    };
    match (year(first), second.parse::<i32>().ok()) {
        (Some(y), Some(next)) if next == y + 1 && word == format!("{y}-{next}") => Meaning::Same,
        (Some(y), Some(next)) if next == y + 1 || next == (y + 1) % 100 => Meaning::Sure(format!("{y}-{}", y + 1)),
        _ => Meaning::Unknown,
    }
}

/// The school year in a text such as a file name: `2021-2022`, `2021_22`.
pub(super) fn school_year_in(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    groups.windows(2).find_map(|pair| {
        let (first, second) = (pair.first()?, pair.get(1)?);
        match school_year(&format!("{first}-{second}")) {
            Meaning::Same => Some(format!("{first}-{second}")),
            Meaning::Sure(year) => Some(year),
            _ => None,
        }
    })
}

/// Whether any value has a decimal comma.
pub(super) fn decimal_comma<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    values.any(|v| {
        v.split_once(',')
            .is_some_and(|(whole, part)| [whole, part].iter().all(|d| !d.trim().is_empty() && d.trim().bytes().all(|b| b.is_ascii_digit())))
    })
}
