//! Judges one raw value: the result is a typed value, or a refusal with a reason in plain words.
//!
//! The same function serves every table and every file format. Where a file repeats values, callers cache the result for each
//! distinct raw value.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use prane_base::config::Source;
use prane_base::day::{school_year_name, school_year_of};
use prane_base::error::nearest;

use super::{Column, Kind};

/// A typed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// An empty field.
    Null,
    /// Text, an id or a code.
    Text(&'a str),
    /// A day.
    Date(NaiveDate),
    /// A whole number.
    Integer(i32),
    /// A mark.
    Number(f64),
}

/// The kind of error of a refused value: a few slips are tolerated, other kinds concern the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Why {
    /// A slip in one value.
    #[default]
    Slip,
    /// A word that no mapping knows; it has a meaning, perhaps a kind of absence.
    Word,
    /// A row of totals rather than of a child.
    Totals,
    /// A pupil of another place than the place of the returned list.
    Stranger,
    /// Free words in place of a short name or the number of a record; an optional cell is then left empty.
    FreeWords,
    /// A day in the future of the run.
    Early(NaiveDate),
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of error it is.
    pub why: Why,
    /// The rule in plain words, never the value.
    pub reason: String,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { why: Why::Slip, reason }
    }
}

/// Words at the beginning of a row of totals.
const TOTALS: [&str; 14] = [
    "gjithsej",
    "gjithësej",
    "gjithsejt",
    "totali",
    "total",
    "totale",
    "totals",
    "shuma",
    "sum",
    "nëntotali",
    "subtotal",
    "mesatarja",
    "mesatare",
    "average",
];

/// Whether a value is the heading of a row of totals: one of [`TOTALS`], alone or followed by other words.
#[must_use]
pub fn is_totals(value: &str) -> bool {
    let first = value.split_whitespace().next().unwrap_or_default().trim_matches([':', '.', '=', '-', '*']);
    !first.is_empty() && TOTALS.contains(&first.to_lowercase().as_str())
}

/// Most characters of an id; ids also name folders.
const LONGEST_ID: usize = 64;
/// Most characters of a text, and of free words (no more than a cell of a workbook holds).
const LONGEST_TEXT: usize = 1_000;
const LONGEST_WORDS: usize = 30_000;

/// What a value is judged by besides its column: known ids, possible days, and the scale of marks.
#[derive(Debug, Default)]
pub struct World {
    /// The day of the run; dates must not be after it.
    pub today: NaiveDate,
    /// First years of the school years of enrolments and calendar; empty where unknown.
    pub school_years: BTreeSet<i32>,
    /// Month and day on which a school year starts.
    pub year_starts: (u32, u32),
    /// Least and greatest mark.
    pub mark_scale: (f64, f64),
    /// Known ids of pupils; `None` where no extract defines them, so that every id is accepted.
    pub pupils: Option<hashbrown::HashSet<String>>,
    /// Known ids of schools, likewise.
    pub schools: Option<hashbrown::HashSet<String>>,
    /// Known ids of centres, likewise.
    pub centres: Option<hashbrown::HashSet<String>>,
}

/// How one source writes one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    date_format: String,
    decimal_comma: bool,
    codes: BTreeMap<String, String>,
}

impl Dialect {
    /// The dialect of `column` in `source`.
    #[must_use]
    pub fn of(source: &Source, column: &str) -> Self {
        Self {
            date_format: source.date_format.of(column).to_string(),
            decimal_comma: source.decimal == ",",
            codes: source.codes.get(column).cloned().unwrap_or_default(),
        }
    }
}

/// Judges `raw` as a value of `column`.
///
/// # Errors
/// The reason of the refusal, in plain words: the rule without the value, which is kept beside it.
pub fn judge<'a>(column: &'a Column, dialect: &'a Dialect, raw: &'a str, world: &World) -> Result<Cell<'a>, Refusal> {
    let trimmed = raw.trim();
    let value = match dialect.codes.get(trimmed) {
        Some(ours) => ours.as_str(),
        None => trimmed,
    };
    if value.is_empty() {
        return if column.required && !column.empty_is_value { Err(format!("{} is empty", column.name).into()) } else { Ok(Cell::Null) };
    }
    check_shape(column, value)?;
    match column.kind {
        Kind::Text => Ok(Cell::Text(value)),
        Kind::Code => code(column, value),
        Kind::Date => date(column, dialect, value, world).map(Cell::Date),
        Kind::Integer => Ok(Cell::Integer(integer(column, value)?)),
        Kind::Mark => Ok(Cell::Number(mark(value, dialect.decimal_comma, world.mark_scale)?)),
        Kind::SchoolYear => Ok(school_year(value).map(|()| Cell::Text(value))?),
        Kind::PupilId => known(column, value, world.pupils.as_ref(), "pupil", "pupils or enrolments"),
        Kind::SchoolId => known(column, value, world.schools.as_ref(), "school", "schools"),
        Kind::CentreId => known(column, value, world.centres.as_ref(), "centre", "centres"),
        Kind::ParticipantId => Ok(Cell::Text(value)),
    }
}

/// Checks the length and the shape of a value, and that an id is not the heading of a row of totals.
fn check_shape(column: &Column, value: &str) -> Result<(), Refusal> {
    let is_id = matches!(column.kind, Kind::PupilId | Kind::SchoolId | Kind::CentreId | Kind::ParticipantId);
    if is_id && is_totals(value) {
        return Err(Refusal { why: Why::Totals, reason: format!("a row of totals: {} names nobody", column.name) });
    }
    let most = match (is_id || column.name.ends_with("_id"), column.name.as_str()) {
        (true, _) => LONGEST_ID,
        (_, "note" | "reason" | "concern") => LONGEST_WORDS,
        _ => LONGEST_TEXT,
    };
    if value.len() > most && value.chars().count() > most {
        return Err(format!("{} is longer than {most} letters", column.name).into());
    }
    match column.shape.and_then(|shape| shape.refuses(&column.name, value)) {
        Some(reason) => Err(Refusal { why: Why::FreeWords, reason }),
        None => Ok(()),
    }
}

fn known<'a>(
    column: &Column,
    value: &'a str,
    ids: Option<&hashbrown::HashSet<String>>,
    what: &str,
    tables: &str,
) -> Result<Cell<'a>, Refusal> {
    let is_accepted = column.defines || column.every.as_deref() == Some(value) || ids.is_none_or(|ids| ids.contains(value));
    if is_accepted { Ok(Cell::Text(value)) } else { Err(format!("unknown {what}: not in {tables}").into()) }
}

fn code<'a>(column: &'a Column, value: &str) -> Result<Cell<'a>, Refusal> {
    if let Some(code) = column.codes.iter().find(|c| c.eq_ignore_ascii_case(value)) {
        return Ok(Cell::Text(code));
    }
    let near = nearest(value, column.codes.iter().map(String::as_str)).map(|n| format!(" (nearest: {n})")).unwrap_or_default();
    let known = column.codes.join(", ");
    let reason = format!("unknown code for {}{near}: map it by codes.{} in prane.toml; known: {known}", column.name, column.name);
    Err(Refusal { why: Why::Word, reason })
}

fn integer(column: &Column, value: &str) -> Result<i32, String> {
    // Some programs write whole numbers as 7.0 where another value of the column has a fraction.
    let digits = value.strip_suffix(".0").unwrap_or(value);
    let number: i64 = digits.parse().map_err(|_| format!("{} is not a whole number", column.name))?;
    // The store keeps whole numbers in 32 bits.
    let (least, greatest) = (column.min.unwrap_or(i32::MIN.into()), column.max.unwrap_or(i32::MAX.into()));
    let fitting = i32::try_from(number).ok().filter(|_| (least..=greatest).contains(&number));
    fitting.ok_or_else(|| format!("{} is outside {least} to {greatest}", column.name))
}

fn mark(value: &str, decimal_comma: bool, (least, greatest): (f64, f64)) -> Result<f64, String> {
    let text = if decimal_comma { value.replace(',', ".") } else { value.to_string() };
    let number: f64 = text.parse().map_err(|_| {
        if value.contains(',') && !decimal_comma {
            "mark has a decimal comma: set decimal = \",\" for this source".to_string()
        } else {
            "mark is not a number: map worded marks by codes.mark".to_string()
        }
    })?;
    if number.is_finite() && (least..=greatest).contains(&number) {
        Ok(number)
    } else {
        Err(format!("mark off the scale {least} to {greatest}"))
    }
}

fn school_year(value: &str) -> Result<(), String> {
    let years = value.split_once('-').and_then(|(a, b)| Some((a.parse::<i32>().ok()?, b.parse::<i32>().ok()?)));
    match years {
        Some((first, second)) if second == first + 1 && (1900..2200).contains(&first) => Ok(()),
        _ => Err("school_year is not of the form 2021-2022".to_string()),
    }
}

fn date(column: &Column, dialect: &Dialect, value: &str, world: &World) -> Result<NaiveDate, Refusal> {
    let day = parse_day(value, &dialect.date_format).ok_or_else(|| {
        if dialect.date_format == "%Y-%m-%d" {
            format!("{} is not a date like 2021-11-30: set date_format for this source if it writes dates otherwise", column.name)
        } else {
            format!("{} is not a date of the form {}", column.name, dialect.date_format)
        }
    })?;
    if !(1900..2200).contains(&day.year()) {
        return Err(format!("{} is not between the years 1900 and 2199", column.name).into());
    }
    if column.any_time {
        return Ok(day);
    }
    if !column.future && day > world.today {
        let reason = format!("{} is later than the day of the run ({})", column.name, world.today);
        return Err(Refusal { why: Why::Early(day), reason });
    }
    if !column.future && !world.school_years.is_empty() && !world.school_years.contains(&school_year_of(day, world.year_starts)) {
        let known: Vec<String> = world.school_years.iter().map(|y| school_year_name(*y)).collect();
        return Err(format!("{} is outside every school year ({})", column.name, known.join(", ")).into());
    }
    Ok(day)
}

/// Parses a day in the declared format, or in ISO form, which date cells of workbooks have in any case.
fn parse_day(value: &str, format: &str) -> Option<NaiveDate> {
    if format != "%Y-%m-%d"
        && let Ok(day) = NaiveDate::parse_from_str(value, format)
    {
        return Some(day);
    }
    let bytes = value.as_bytes();
    let (day, rest) = (value.get(0..10)?, value.get(10..)?);
    let midnight =
        rest.is_empty() || rest.trim_start_matches(['T', ' ']).trim_end_matches('Z').chars().all(|c| c == '0' || c == ':' || c == '.');
    if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && midnight {
        return NaiveDate::from_ymd_opt(day[0..4].parse().ok()?, day[5..7].parse().ok()?, day[8..10].parse().ok()?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind) -> Column {
        Column {
            name: "x".into(),
            kind,
            required: true,
            about: String::new(),
            also: vec![],
            codes: vec!["present".into(), "absent".into()],
            min: Some(1),
            max: Some(12),
            shape: None,
            vault: false,
            defines: false,
            every: None,
            future: false,
            any_time: false,
            not_before: None,
            empty_is_value: false,
        }
    }

    fn world() -> World {
        World {
            today: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            school_years: [2025].into(),
            year_starts: (9, 1),
            mark_scale: (4.0, 10.0),
            ..World::default()
        }
    }

    #[test]
    fn dates_are_iso_unless_declared_and_never_guessed() {
        let dialect = Dialect::of(&Source::default(), "x");
        let day = |raw: &'static str| judge(Box::leak(Box::new(column(Kind::Date))), Box::leak(Box::new(dialect.clone())), raw, &world());
        assert_eq!(day("2025-10-01"), Ok(Cell::Date(NaiveDate::from_ymd_opt(2025, 10, 1).unwrap())));
        assert!(day("01.10.2025").unwrap_err().reason.contains("date_format"));
        assert!(day("2025-02-30").is_err());
        assert!(day("2026-03-02").unwrap_err().reason.contains("later than the day of the run"));
        assert!(day("2024-10-01").unwrap_err().reason.contains("outside every school year"));
    }

    #[test]
    fn unknown_codes_are_never_present() {
        let (column, dialect) = (column(Kind::Code), Dialect::of(&Source::default(), "x"));
        assert_eq!(judge(&column, &dialect, "Present", &world()), Ok(Cell::Text("present")));
        assert!(judge(&column, &dialect, "presnt", &world()).unwrap_err().reason.contains("nearest: present"));
        assert!(judge(&column, &dialect, "", &world()).unwrap_err().reason.contains("is empty"));
    }

    #[test]
    fn a_heading_of_totals_is_no_id_and_a_name_that_begins_like_one_is() {
        for heading in ["Gjithsej", "TOTALI:", "Shuma e klasës", " mesatarja", "Total"] {
            assert!(is_totals(heading), "{heading}");
        }
        for id in ["P1", "Totalis", "T-total", "", "Shumaj"] {
            assert!(!is_totals(id), "{id}");
        }
    }

    #[test]
    fn a_whole_number_that_does_not_fit_is_refused() {
        let (mut column, dialect) = (column(Kind::Integer), Dialect::of(&Source::default(), "x"));
        (column.min, column.max) = (None, None);
        assert_eq!(judge(&column, &dialect, "2147483647", &world()), Ok(Cell::Integer(i32::MAX)));
        let refusal = judge(&column, &dialect, "2147483648", &world()).unwrap_err();
        assert_eq!(refusal.reason, "x is outside -2147483648 to 2147483647");
        column.max = Some(12);
        assert!(judge(&column, &dialect, "13", &world()).unwrap_err().reason.ends_with("to 12"));
    }

    #[test]
    fn marks_keep_to_the_scale() {
        let (column, dialect) = (column(Kind::Mark), Dialect::of(&Source::default(), "x"));
        assert_eq!(judge(&column, &dialect, "10", &world()), Ok(Cell::Number(10.0)));
        assert!(judge(&column, &dialect, "11", &world()).unwrap_err().reason.contains("off the scale"));
        assert!(judge(&column, &dialect, "7,5", &world()).unwrap_err().reason.contains("decimal comma"));
    }
}
