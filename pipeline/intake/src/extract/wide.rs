//! Wide registers: one column a day. Each row becomes one record a day column, so that the long contract reads it.
//!
//! A day's header is read by `wide.header`; headers without a year (`6_1`) take it from `wide.school_year`. Columns
//! that are no day (`6_31`, totals) are left alone. Every cell of a day's column is a record, an empty one too.

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
    let told = |e: prane_base::error::Error| FileError::new(e.to_string());
    let (date, status) = (contract.position("date").map_err(told)?, contract.position("status").map_err(told)?);
    plan.from[date] = From::Field(width);
    plan.from[status] = From::Field(width + 1);
    plan.unknown.retain(|at| days.iter().all(|(day, _)| day != at));
    plan.width = width + 2;
    // The days are ours and ISO, whatever the file's other dates look like.
    plan.dialects[date] = prane_contract::value::Dialect::of(&prane_base::config::Source::default(), "date");
    let mut one = taker(&plan);
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
            one.take(At { block: 0, row }, &fields);
            row += 1;
        }
    }
    Ok((
        Reading {
            block_rows: vec![count],
            first_row: rows.first_row,
            numbers: rows.numbers,
            records_a_row: days.len() as u64,
            notes: rows.notes,
            of: None,
        },
        plan,
        vec![one],
    ))
}

/// The day that heads a column, if it is one.
fn day_of(header: &str, wide: &Wide) -> Option<NaiveDate> {
    if wide.school_year.is_empty() {
        return NaiveDate::parse_from_str(header, &wide.header).ok();
    }
    let first: i32 = wide.school_year.split('-').next()?.parse().ok()?;
    // A leap year reads 29 February; whether the real year has it is asked after.
    let any = NaiveDate::parse_from_str(&format!("2024 {header}"), &format!("%Y {}", wide.header)).ok()?;
    let year = if any.month() >= wide.starts_month { first } else { first + 1 };
    NaiveDate::from_ymd_opt(year, any.month(), any.day())
}
