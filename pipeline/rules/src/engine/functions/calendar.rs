//! The school calendar: weeks, months of whole weeks, school years.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Date32Array, Int32Array};
use arrow::compute::unary;
use arrow::datatypes::{DataType, Date32Type};
use chrono::{Datelike, NaiveDate};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::ScalarUDF;
use prane_base::day;

use super::scalar_function;

pub fn functions() -> Vec<ScalarUDF> {
    vec![monday(), first_monday(), school_year_first(), school_year_start()]
}

/// `monday(date)` → date: the Monday of the date's ISO week. Null for null. `monday(date '2026-02-08')` is 2026-02-02.
fn monday() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        Ok(Arc::new(unary::<_, _, Date32Type>(columns[0].as_primitive::<Date32Type>(), day::monday)))
    };
    scalar_function("monday", &[DataType::Date32], DataType::Date32, compute)
}

/// `first_monday(date)` → date: the first Monday of the month that the date's week belongs to, which is the month of its
/// Monday. Months of attendance begin with it. Null for null, and for a date beyond the calendar. `first_monday(date '2026-03-01')` is 2026-02-02.
fn first_monday() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        Ok(Arc::new(columns[0].as_primitive::<Date32Type>().unary_opt::<_, Date32Type>(first_monday_of)))
    };
    scalar_function("first_monday", &[DataType::Date32], DataType::Date32, compute)
}

fn first_monday_of(date: i32) -> Option<i32> {
    let monday = day::monday(date);
    Some(monday - NaiveDate::from_epoch_days(monday)?.day0().cast_signed() / 7 * 7)
}

/// `school_year_first(school_year)` → int: the calendar year in which a school year begins. Null for null, an error for a text
/// that does not start with a year. `school_year_first('2025-2026')` is 2025.
fn school_year_first() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let years = columns[0].as_string::<i32>().iter().map(|name| name.map(first_year).transpose());
        Ok(Arc::new(years.collect::<Result<Int32Array>>()?))
    };
    scalar_function("school_year_first", &[DataType::Utf8], DataType::Int32, compute)
}

/// `school_year_start(school_year, starts)` → date: the first day of a school year, where `starts` is the month and day on
/// which school years begin (`run.policy.school_year_starts`). Null where one of them is null, an error where one is no year or
/// no day. `school_year_start('2025-2026', '09-01')` is 2025-09-01.
fn school_year_start() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let pairs = columns[0].as_string::<i32>().iter().zip(columns[1].as_string::<i32>());
        let dates = pairs.map(|(name, starts)| name.zip(starts).map(|(name, starts)| start(name, starts)).transpose());
        Ok(Arc::new(dates.collect::<Result<Date32Array>>()?))
    };
    scalar_function("school_year_start", &[DataType::Utf8, DataType::Utf8], DataType::Date32, compute)
}

fn first_year(school_year: &str) -> Result<i32> {
    let year = school_year.get(..4).and_then(|year| year.parse::<u16>().ok());
    year.map(i32::from).ok_or_else(|| exec_datafusion_err!("{school_year:?} does not start with a year, as 2025-2026 does"))
}

fn start(school_year: &str, starts: &str) -> Result<i32> {
    let first = format!("{:04}-{starts}", first_year(school_year)?);
    let date = chrono::NaiveDate::parse_from_str(&first, "%Y-%m-%d");
    date.map(day::number).map_err(|_| exec_datafusion_err!("{starts:?} is no month and day of {school_year}, as 09-01 is"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{Days, NaiveDate, Weekday};
    use proptest::prelude::*;

    use super::*;

    fn any_date() -> impl Strategy<Value = NaiveDate> {
        (0..40_000_u64).prop_map(|days| NaiveDate::from_ymd_opt(1960, 1, 1).unwrap() + Days::new(days))
    }

    proptest! {
        #[test]
        fn a_monday_is_the_last_one_up_to_the_date(date in any_date()) {
            let naive = date.iter_days().rev().find(|d| d.weekday() == Weekday::Mon).unwrap();
            prop_assert_eq!(day::of_number(day::monday(day::number(date))), naive);
        }

        #[test]
        fn a_week_belongs_to_the_month_of_its_monday(date in any_date()) {
            let monday = date.iter_days().rev().find(|d| d.weekday() == Weekday::Mon).unwrap();
            let naive = monday.with_day(1).unwrap().iter_days().find(|d| d.weekday() == Weekday::Mon).unwrap();
            prop_assert_eq!(day::of_number(first_monday_of(day::number(date)).unwrap()), naive);
        }

        #[test]
        fn a_school_year_starts_on_its_day(year in 1900..2100_i32, (month, day) in (1..=12_u32, 1..=28_u32)) {
            let found = start(&day::school_year_name(year), &format!("{month:02}-{day:02}")).unwrap();
            prop_assert_eq!(day::of_number(found), NaiveDate::from_ymd_opt(year, month, day).unwrap());
        }
    }

    #[test]
    fn invalid_school_years_are_errors() {
        assert_eq!(first_year("2025/26").unwrap(), 2025);
        assert!(first_year("this one").unwrap_err().to_string().contains("this one"));
        assert!(first_year("").is_err());
        assert!(start("2025-2026", "13-01").unwrap_err().to_string().contains("13-01"));
    }
}
