//! Bit masks of the days of a month. The lowest bit is the first Monday of the month; a month is made of whole weeks and has at most
//! 35 days. A mask is a set of days, and these functions combine, count and list its days.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Date32Builder, Int32Array, Int64Array, ListBuilder};
use arrow::compute::unary;
use arrow::datatypes::{DataType, Date32Type, Field, Int64Type};
use datafusion::common::Result;
use datafusion::functions_aggregate::bit_and_or_xor::bit_or_udaf;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use super::{each, scalar_function, value};

/// Days of a month of five weeks.
pub(super) const MOST_DAYS: u32 = 35;
/// The days of its first week.
pub(super) const A_WEEK: i64 = 0b111_1111;

pub fn functions() -> Vec<ScalarUDF> {
    vec![
        days_in(),
        of_two("days_within", |days, others| days & others),
        of_two("days_without", |days, others| days & !others),
        days_between(),
        days_before(),
        days_of_week(),
        of_two("days_on_weekday", on_weekday),
        first_day(),
        last_day(),
        has_day(),
        dates_of(),
        mask_of(),
        check_sum(),
    ]
}

/// `days_in(mask)` → int: the number of days in a mask. Null for null.
fn days_in() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let counts: Int32Array = unary(columns[0].as_primitive::<Int64Type>(), |mask| mask.count_ones().cast_signed());
        Ok(Arc::new(counts))
    };
    scalar_function("days_in", &[DataType::Int64], DataType::Int32, compute)
}

/// `days_within(mask, others)` → mask: the days that are also in others. `days_without(mask, others)` → mask: those that are not.
/// `days_on_weekday(mask, weekday)` → mask: its Mondays (1) to Sundays (7), empty for another number. Null where an argument is null.
fn of_two(name: &str, compute: fn(i64, i64) -> i64) -> ScalarUDF {
    let compute = move |columns: &[ArrayRef]| -> Result<ArrayRef> {
        Ok(each::<Int64Type, Int64Type, Int64Type>(columns, |mask, other| Some(compute(mask, other))))
    };
    scalar_function(name, &[DataType::Int64, DataType::Int64], DataType::Int64, compute)
}

fn on_weekday(mask: i64, weekday: i64) -> i64 {
    if !(1..=7).contains(&weekday) {
        return 0;
    }
    (0..5).map(|week| mask & (1 << (7 * week + weekday - 1))).sum()
}

/// `days_between(mask, month, from, to)` → mask: the days from one date to another, both included. A null date is no bound; null
/// where mask or month is null.
fn days_between() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let masks = columns[0].as_primitive::<Int64Type>();
        let [months, from, to] = [1, 2, 3].map(|at| columns[at].as_primitive::<Date32Type>());
        let rows = masks.iter().zip(months).zip(from.iter().zip(to));
        let results = rows.map(|((mask, month), (from, to))| Some(between(mask?, month?, from, to)));
        Ok(Arc::new(results.collect::<Int64Array>()))
    };
    let date = DataType::Date32;
    scalar_function("days_between", &[DataType::Int64, date.clone(), date.clone(), date], DataType::Int64, compute)
}

/// `days_before(mask, month, date)` → mask: the days before a date. Null where an argument is null.
fn days_before() -> ScalarUDF {
    of_month("days_before", |mask, month, date| Some(between(mask, month, None, Some(date.checked_sub(1)?))))
}

/// `days_of_week(mask, month, week)` → mask: the days of the week that begins on this Monday, which is bit 1. Null where an argument is null.
fn days_of_week() -> ScalarUDF {
    of_month("days_of_week", |mask, month, week| Some(of_week(mask, month, week)))
}

fn of_month(name: &str, compute: fn(i64, i32, i32) -> Option<i64>) -> ScalarUDF {
    let compute = move |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let masks = columns[0].as_primitive::<Int64Type>();
        let [months, dates] = [1, 2].map(|at| columns[at].as_primitive::<Date32Type>());
        let rows = masks.iter().zip(months).zip(dates);
        Ok(Arc::new(rows.map(|((mask, month), date)| compute(mask?, month?, date?)).collect::<Int64Array>()))
    };
    scalar_function(name, &[DataType::Int64, DataType::Date32, DataType::Date32], DataType::Int64, compute)
}

/// The days of a mask from one day to another, both included; `None` is no bound.
pub(super) fn between(mask: i64, month: i32, from: Option<i32>, to: Option<i32>) -> i64 {
    let place = |date: i32| i64::from(date) - i64::from(month);
    let all_up_to = |place: i64| match place {
        ..0 => 0,
        0..=61 => (1_i64 << (place + 1)) - 1,
        62.. => i64::MAX,
    };
    let up_to = to.map_or(mask, |date| mask & all_up_to(place(date)));
    from.map_or(up_to, |date| up_to & !all_up_to(place(date) - 1))
}

fn of_week(mask: i64, month: i32, week: i32) -> i64 {
    let place = i64::from(week) - i64::from(month);
    let shifted = match place {
        0..=63 => mask >> place,
        -63..0 => mask << -place,
        _ => 0,
    };
    shifted & A_WEEK
}

/// `first_day(mask, month)` → date and `last_day(mask, month)` → date: the first and the last day in a mask. Null where the mask is
/// empty or an argument is null.
fn first_day() -> ScalarUDF {
    end_of("first_day", first_of)
}

fn last_day() -> ScalarUDF {
    end_of("last_day", last_of)
}

fn end_of(name: &str, compute: fn(i64, i32) -> Option<i32>) -> ScalarUDF {
    let compute = move |columns: &[ArrayRef]| -> Result<ArrayRef> { Ok(each::<Int64Type, Date32Type, Date32Type>(columns, compute)) };
    scalar_function(name, &[DataType::Int64, DataType::Date32], DataType::Date32, compute)
}

pub(super) fn first_of(mask: i64, month: i32) -> Option<i32> {
    (mask != 0).then(|| month + mask.trailing_zeros().cast_signed())
}

pub(super) fn last_of(mask: i64, month: i32) -> Option<i32> {
    (mask != 0).then(|| month + 63 - mask.leading_zeros().cast_signed())
}

/// `has_day(mask, month, date)` → boolean: whether a date is in a mask. Null where an argument is null.
fn has_day() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let masks = columns[0].as_primitive::<Int64Type>();
        let [months, dates] = [1, 2].map(|at| columns[at].as_primitive::<Date32Type>());
        let rows = masks.iter().zip(months).zip(dates);
        let results = rows.map(|((mask, month), date)| Some(mask? & mask_of_day(date?, month?) != 0));
        Ok(Arc::new(results.collect::<BooleanArray>()))
    };
    scalar_function("has_day", &[DataType::Int64, DataType::Date32, DataType::Date32], DataType::Boolean, compute)
}

/// `dates_of(mask, month)` → list of dates: the days of a mask in order. Null where an argument is null.
fn dates_of() -> ScalarUDF {
    let item = || Arc::new(Field::new_list_field(DataType::Date32, true));
    let compute = move |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let (masks, months) = (columns[0].as_primitive::<Int64Type>(), columns[1].as_primitive::<Date32Type>());
        let mut lists = ListBuilder::new(Date32Builder::new()).with_field(item());
        for row in 0..masks.len() {
            let (mask, month) = (value(masks, row), value(months, row));
            for date in mask.zip(month).into_iter().flat_map(|(mask, month)| dates(mask, month)) {
                lists.values().append_value(date);
            }
            lists.append(mask.is_some() && month.is_some());
        }
        Ok(Arc::new(lists.finish()))
    };
    scalar_function("dates_of", &[DataType::Int64, DataType::Date32], DataType::List(item()), compute)
}

fn dates(mask: i64, month: i32) -> impl Iterator<Item = i32> {
    (0..63).filter(move |day| mask & (1 << day) != 0).map(move |day| month + day)
}

/// `mask_of(date, month)` → mask: the mask of a single day, empty where the date is null or outside of the month. Null where the month is null.
fn mask_of() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let [dates, months] = [0, 1].map(|at| columns[at].as_primitive::<Date32Type>());
        let masks = dates.iter().zip(months).map(|(date, month)| {
            let month = month?;
            Some(date.map_or(0, |date| mask_of_day(date, month)))
        });
        Ok(Arc::new(masks.collect::<Int64Array>()))
    };
    scalar_function("mask_of", &[DataType::Date32, DataType::Date32], DataType::Int64, compute)
}

fn mask_of_day(date: i32, month: i32) -> i64 {
    let place = i64::from(date) - i64::from(month);
    if (0..i64::from(MOST_DAYS)).contains(&place) { 1_i64 << place } else { 0 }
}

/// `check_sum(mask, month)` → bigint: a number that depends on which days are in the mask, not only on how many. Null where an argument is null.
fn check_sum() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let of_month = |mask: i64, month: i32| Some(i64::from(month).wrapping_mul(mask));
        Ok(each::<Int64Type, Date32Type, Int64Type>(columns, of_month))
    };
    scalar_function("check_sum", &[DataType::Int64, DataType::Date32], DataType::Int64, compute)
}

/// `days_together(mask)` → mask, of a group: the days that any of its masks holds. Null where all are null.
pub fn days_together() -> AggregateUDF {
    bit_or_udaf().as_ref().clone().with_aliases(["days_together"])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prane_base::day;
    use proptest::prelude::*;

    use super::*;

    type Days = BTreeSet<i32>;

    /// A first Monday, days of its month, and others.
    fn months() -> impl Strategy<Value = (i32, Days, Days)> {
        let month = (0..3000_i32).prop_map(|week| day::monday(week * 7));
        let days = || proptest::collection::btree_set(0..35_i32, 0..35);
        (month, days(), days()).prop_map(|(month, days, others)| {
            let dated = |days: Days| days.into_iter().map(|day| month + day).collect();
            (month, dated(days), dated(others))
        })
    }

    fn mask(days: &Days, month: i32) -> i64 {
        days.iter().map(|date| mask_of_day(*date, month)).sum()
    }

    proptest! {
        #[test]
        fn masks_are_sets_of_dates((month, days, others) in months()) {
            let (a, b) = (mask(&days, month), mask(&others, month));
            prop_assert_eq!(dates(a, month).collect::<Days>(), days.clone());
            prop_assert_eq!(a.count_ones() as usize, days.len());
            prop_assert_eq!(dates(a & b, month).collect::<Days>(), days.intersection(&others).copied().collect::<Days>());
            prop_assert_eq!(dates(a & !b, month).collect::<Days>(), days.difference(&others).copied().collect::<Days>());
            prop_assert_eq!(first_of(a, month), days.first().copied());
            prop_assert_eq!(last_of(a, month), days.last().copied());
            prop_assert_eq!(mask_of_day(month - 1, month) + mask_of_day(month + 35, month), 0);
        }

        #[test]
        fn bounds_cut_a_month(
            (month, days, _) in months(),
            from in proptest::option::of(-100..100_i32),
            to in proptest::option::of(-100..100_i32),
        ) {
            let (from, to) = (from.map(|d| month + d), to.map(|d| month + d));
            let found: Days = dates(between(mask(&days, month), month, from, to), month).collect();
            let naive: Days = days.iter().copied().filter(|d| from.is_none_or(|f| f <= *d) && to.is_none_or(|t| *d <= t)).collect();
            prop_assert_eq!(found, naive);
        }

        #[test]
        fn a_week_is_counted_from_its_monday((month, days, _) in months(), week in -10..10_i32) {
            let week = month + 7 * week;
            let found: Days = dates(of_week(mask(&days, month), month, week), week).collect();
            let naive: Days = days.iter().copied().filter(|d| day::monday(*d) == week).collect();
            prop_assert_eq!(found, naive);
        }

        #[test]
        fn weekdays_part_a_month((month, days, _) in months(), weekday in 1..=7_i32) {
            let found: Days = dates(on_weekday(mask(&days, month), weekday.into()), month).collect();
            let naive: Days = days.iter().copied().filter(|d| d - day::monday(*d) == weekday - 1).collect();
            prop_assert_eq!(found, naive);
        }

        #[test]
        fn other_days_have_another_check_sum((month, days, others) in months()) {
            let sum = |days: &Days| i64::from(month).wrapping_mul(mask(days, month));
            prop_assert_eq!(sum(&days) == sum(&others), days == others || month == 0);
        }
    }
}
