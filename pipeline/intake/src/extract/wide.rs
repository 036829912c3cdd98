//! Wide registers, with one column per day. Each row becomes one record per day, so that the contract of the long form applies.
//!
//! The headers of days are parsed by `wide.header`; headers without a year (`6_1`) get it from `wide.school_year`. Columns that
//! are not a day (`6_31`, totals) are ignored. Every cell of a day's column is a record, also an empty one.

use chrono::{Datelike, NaiveDate};
use prane_base::config::Wide;
use prane_contract::Contract;
use prane_contract::plan::From;

use super::{At, Extract, FileError, Plan, Reading, Rows, Taker};

pub(super) fn read<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    rows: Rows,
    plan: &dyn Fn(&[String]) -> Result<Plan, FileError>,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    let Some(wide) = &extract.source.wide else { return Err(FileError::new("a wide layout needs wide = { header = … }")) };
    let days: Vec<(usize, String)> =
        rows.headers.iter().enumerate().filter_map(|(at, header)| day_of(header, wide).map(|day| (at, day.to_string()))).collect();
    let count = (rows.records.len() * days.len()) as u64;
    if days.is_empty() {
        return Err(FileError {
            reason: format!("no column is headed by a day of the form {}", wide.header),
            rows: rows.records.len() as u64,
            at: None,
        });
    }
    let mut plan = plan(&rows.headers).map_err(|f| FileError { rows: count, ..f })?;
    let width = rows.headers.len();
    let file_error = |e: prane_base::error::Error| FileError::new(e.to_string());
    let (date, status) = (contract.position("date").map_err(file_error)?, contract.position("status").map_err(file_error)?);
    plan.from[date] = From::Field(width);
    plan.from[status] = From::Field(width + 1);
    plan.unknown.retain(|at| days.iter().all(|(day, _)| day != at));
    plan.width = width + 2;
    // The days are written above, in ISO form, whatever the format of the file's other dates.
    plan.dialects[date] = prane_contract::value::Dialect::of(&prane_base::config::Source::default(), "date");
    let mut taker = taker(&plan);
    let mut row = 0;
    for record in &rows.records {
        let mut fields: Vec<&[u8]> = record.iter().map(String::as_bytes).collect();
        let ragged = fields.len() != width;
        for (at, day) in &days {
            let cell = record.get(*at).map(String::as_bytes).unwrap_or_default();
            if !ragged {
                fields.truncate(width);
                fields.push(day.as_bytes());
                fields.push(cell);
            }
            taker.take(At { block: 0, row }, &fields);
            row += 1;
        }
    }
    Ok((
        Reading {
            block_rows: vec![count],
            first_row: rows.first_row,
            numbers: rows.numbers,
            records_per_row: days.len() as u64,
            notes: rows.notes,
            of: None,
        },
        plan,
        vec![taker],
    ))
}

/// The day of a header, if it is one.
fn day_of(header: &str, wide: &Wide) -> Option<NaiveDate> {
    if wide.school_year.is_empty() {
        return NaiveDate::parse_from_str(header, &wide.header).ok();
    }
    let first: i32 = wide.school_year.split('-').next()?.parse().ok()?;
    // Parsed in a leap year because of 29 February; whether the real year has that day is checked below.
    let in_leap_year = NaiveDate::parse_from_str(&format!("2024 {header}"), &format!("%Y {}", wide.header)).ok()?;
    let year = if in_leap_year.month() >= wide.starts_month { first } else { first + 1 };
    NaiveDate::from_ymd_opt(year, in_leap_year.month(), in_leap_year.day())
}
