//! The streak of absence at the end of a pupil's records.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Date32Array, Int64Array, Int64Builder, PrimitiveArray, StructArray};
use arrow::datatypes::{DataType, Date32Type, Field, Fields, Int64Type};
use az::UnwrappedAs;
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;

use super::aggregate::{self, GroupState, packed, unpacked};
use super::masks::{MOST_DAYS, between, first_of, last_of};
use super::value;

/// Aggregate `streak_at_end(recorded_mask, away_mask, month)` → struct `days` bigint, `since` date: the number of consecutive days away
/// at the end of the recorded days, and the first of them. `days` is 0 and `since` null where the last recorded day is not away. The
/// months may be in any order, and a month may occur several times with different days. Rows with a null are ignored.
/// `streak_at_end(recorded_mask, unexcused_mask, month)['days']` is the number of unexcused days.
pub fn streak_at_end() -> AggregateUDF {
    aggregate::function::<Streak>()
}

/// The last day that was not away, and the months of the days after it.
#[derive(Debug, Default)]
struct Streak {
    not_away: Option<i32>,
    after: Vec<(i32, i64)>,
}

impl Streak {
    fn end_with(&mut self, month: i32, recorded: i64, not_away: Option<i32>) {
        if not_away > self.not_away {
            self.not_away = not_away;
            self.after.retain_mut(|(month, days)| {
                *days = between(*days, *month, not_away.map(|day| day + 1), None);
                *days != 0
            });
        }
        let days = between(recorded, month, self.not_away.map(|day| day + 1), None);
        if days != 0 {
            self.after.push((month, days));
        }
    }
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("days", DataType::Int64, true), Field::new("since", DataType::Date32, true)])
}

impl GroupState for Streak {
    const NAME: &'static str = "streak_at_end";
    type Columns<'a> = (&'a PrimitiveArray<Int64Type>, &'a PrimitiveArray<Int64Type>, &'a PrimitiveArray<Date32Type>);

    fn argument_types() -> Vec<DataType> {
        vec![DataType::Int64, DataType::Int64, DataType::Date32]
    }

    fn result_type() -> DataType {
        DataType::Struct(fields())
    }

    fn columns(values: &[ArrayRef]) -> Self::Columns<'_> {
        (values[0].as_primitive(), values[1].as_primitive(), values[2].as_primitive())
    }

    fn add(&mut self, (recorded, away, month): &Self::Columns<'_>, row: usize) {
        let (Some(recorded), Some(away), Some(month)) = (value(recorded, row), value(away, row), value(month, row)) else { return };
        self.end_with(month, recorded, last_of(recorded & !away, month));
    }

    // A month and its days are packed into one number: 35 bits of days below the date of the month.
    fn write_state(&self, into: &mut Int64Builder) {
        into.append_value(packed(self.not_away));
        for (month, days) in &self.after {
            into.append_value(i64::from(*month) << MOST_DAYS | days & ((1 << MOST_DAYS) - 1));
        }
    }

    fn merge(&mut self, numbers: &[i64]) {
        let Some((not_away, months)) = numbers.split_first() else { return };
        self.end_with(0, 0, unpacked(*not_away));
        for number in months {
            let month = (number >> MOST_DAYS).unwrapped_as::<i32>();
            self.end_with(month, number & ((1 << MOST_DAYS) - 1), None);
        }
    }

    fn results(groups: &[Self]) -> Result<ArrayRef> {
        let days = groups.iter().map(|g| g.after.iter().map(|(_, days)| i64::from(days.count_ones())).sum());
        let since = groups.iter().map(|g| g.after.iter().filter_map(|(month, days)| first_of(*days, *month)).min());
        let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from_iter_values(days)), Arc::new(since.collect::<Date32Array>())];
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }

    fn heap_bytes(&self) -> usize {
        self.after.capacity() * size_of::<(i32, i64)>()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::aggregate::tests::result_of_two_batches;
    use super::*;

    fn columns(rows: &[(i32, i64, i64)]) -> Vec<ArrayRef> {
        vec![
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.1))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.2))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|r| r.0))),
        ]
    }

    proptest! {
        #[test]
        fn a_streak_is_what_is_left_after_the_last_day_that_was_not_away(
            // Whether a day is away, on few days, so that streaks run over months.
            days in proptest::collection::btree_map(0..140_i32, proptest::bool::weighted(0.9), 0..60),
            order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
            first in 0..=8_usize,
        ) {
            let start = 18_001; // a Monday
            // A month lies in two rows, each with other days.
            let rows: Vec<(i32, i64, i64)> = order
                .into_iter()
                .map(|lot| {
                    let month = i32::try_from(lot / 2).unwrap() * 35;
                    let of_row = |day: &i32| (month..month + 35).contains(day) && usize::try_from(*day).unwrap() % 2 == lot % 2;
                    let mask = |only_away: bool| -> i64 {
                        days.iter().filter(|(day, away)| of_row(day) && (!only_away || **away)).map(|(day, _)| 1 << (day - month)).sum()
                    };
                    (start + month, mask(false), mask(true))
                })
                .collect();
            let result = result_of_two_batches::<Streak>(&columns(&rows[..first]), &columns(&rows[first..]));
            let naive: BTreeMap<i32, bool> = days.into_iter().rev().take_while(|(_, away)| *away).collect();
            let result = result.as_struct();
            prop_assert_eq!(result.column(0).as_primitive::<Int64Type>().value(0), i64::try_from(naive.len()).unwrap());
            let since = result.column(1).as_primitive::<Date32Type>();
            prop_assert_eq!(value(since, 0), naive.first_key_value().map(|(day, _)| start + day));
        }
    }
}
