//! Whether a pupil's absence rises or falls from week to week.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, Int64Builder, PrimitiveArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields, Int32Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;

use super::gathered::{self, Gathered};
use super::parts::A_DAY;
use super::value;

/// `weekly_trend(week_number, days_recorded, parts_absent)` → struct `weeks` bigint, `slope` double; of a group: how many weeks have a
/// record, and the least-squares slope of their absence rates, in rate a week, where week numbers count backwards. Rows of one
/// week number are one week: their days and parts are added up. `slope` is null with fewer than two weeks; a row with a null or
/// without a day says nothing. Sums are of whole numbers: the slope does not depend on the order of rows.
/// `weekly_trend(...)['slope']` of 0 of 5 days, then 1 of 5, then 2 of 5 is 0.2.
pub fn weekly_trend() -> AggregateUDF {
    gathered::aggregate::<Trend>()
}

/// Number, days and parts of each week.
#[derive(Debug, Default)]
struct Trend(Vec<[i64; 3]>);

impl Trend {
    fn week(&mut self, week: [i64; 3]) {
        match self.0.iter_mut().find(|met| met[0] == week[0]) {
            Some(met) => {
                met[1] += week[1];
                met[2] += week[2];
            }
            None => self.0.push(week),
        }
    }

    #[allow(clippy::cast_precision_loss)] // one division at the end
    fn slope(&self) -> Option<f64> {
        let (mut x_sum, mut x_squares, mut y_sum, mut products) = (0, 0, 0, 0);
        for [number, days, parts] in &self.0 {
            // Weeks forwards. A rate in parts of a part is whole for up to 16 days, and cut beyond.
            let (x, y) = (-i128::from(*number), i128::from(*parts) * i128::from(A_DAY) / i128::from(*days));
            x_sum += x;
            x_squares += x * x;
            y_sum += y;
            products += x * y;
        }
        let weeks = self.0.len() as i128;
        let spread = weeks * x_squares - x_sum * x_sum;
        let unit = i128::from(A_DAY) * i128::from(A_DAY);
        (spread != 0).then(|| (weeks * products - x_sum * y_sum) as f64 / (spread * unit) as f64)
    }
}

impl Gathered for Trend {
    const NAME: &'static str = "weekly_trend";
    type Columns<'a> = (&'a PrimitiveArray<Int32Type>, &'a PrimitiveArray<Int64Type>, &'a PrimitiveArray<Int64Type>);

    fn takes() -> Vec<DataType> {
        vec![DataType::Int32, DataType::Int64, DataType::Int64]
    }

    fn gives() -> Fields {
        Fields::from(vec![Field::new("weeks", DataType::Int64, true), Field::new("slope", DataType::Float64, true)])
    }

    fn columns(values: &[ArrayRef]) -> Self::Columns<'_> {
        (values[0].as_primitive(), values[1].as_primitive(), values[2].as_primitive())
    }

    fn add(&mut self, (numbers, days, parts): &Self::Columns<'_>, row: usize) {
        if let (Some(number), Some(days @ 1..), Some(parts)) = (value(numbers, row), value(days, row), value(parts, row)) {
            self.week([number.into(), days, parts]);
        }
    }

    fn put(&self, into: &mut Int64Builder) {
        into.append_slice(self.0.as_flattened());
    }

    fn merge(&mut self, numbers: &[i64]) {
        for week in numbers.as_chunks().0 {
            self.week(*week);
        }
    }

    fn answers(groups: &[Self]) -> Result<ArrayRef> {
        let weeks = groups.iter().map(|group| i64::try_from(group.0.len()).unwrap_or(i64::MAX));
        let slopes = groups.iter().map(Self::slope);
        let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from_iter_values(weeks)), Arc::new(slopes.collect::<Float64Array>())];
        Ok(Arc::new(StructArray::try_new(Self::gives(), columns, None)?))
    }

    fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<[i64; 3]>()
    }
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::array::Int32Array;
    use arrow::datatypes::Float64Type;
    use proptest::prelude::*;

    use super::super::gathered::tests::answer_of_two_lots;
    use super::*;

    fn columns(rows: &[(i32, i64, i64)]) -> Vec<ArrayRef> {
        vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.0))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.1))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.2))),
        ]
    }

    proptest! {
        #[test]
        fn a_slope_is_that_of_least_squares(
            weeks in proptest::collection::vec((1..=8_i32, 1..=7_i64, 0..=7_i64), 0..12),
            first in 0..=12_usize,
        ) {
            let rows: Vec<(i32, i64, i64)> = weeks.into_iter().map(|(week, days, away)| (week, days, away.min(days) * A_DAY)).collect();
            let (one, other) = rows.split_at(first.min(rows.len()));
            let answer = answer_of_two_lots::<Trend>(&columns(one), &columns(other));
            let answer = answer.as_struct();
            let mut added: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
            for (week, days, parts) in rows {
                let sums = added.entry(week).or_default();
                *sums = (sums.0 + days, sums.1 + parts / A_DAY);
            }
            prop_assert_eq!(answer.column(0).as_primitive::<Int64Type>().value(0), i64::try_from(added.len()).unwrap());
            let slope = value(answer.column(1).as_primitive::<Float64Type>(), 0);
            prop_assert_eq!(slope.is_some(), added.len() > 1);
            if let Some(slope) = slope {
                let rates: Vec<(f64, f64)> = added.iter().map(|(week, (days, away))| (f64::from(-week), *away as f64 / *days as f64)).collect();
                let mean = |of: fn(&(f64, f64)) -> f64| rates.iter().map(of).sum::<f64>() / rates.len() as f64;
                let (x, y) = (mean(|r| r.0), mean(|r| r.1));
                let naive = rates.iter().map(|r| (r.0 - x) * (r.1 - y)).sum::<f64>() / rates.iter().map(|r| (r.0 - x).powi(2)).sum::<f64>();
                prop_assert!((slope - naive).abs() < 1e-12, "{slope} for {naive}");
            }
        }
    }
}
