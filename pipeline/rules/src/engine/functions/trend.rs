//! The trend of a pupil's absence over weeks.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int32Builder, Int64Array, Int64Builder, ListArray, ListBuilder, PrimitiveArray, StructArray,
};
use arrow::datatypes::{DataType, Date32Type, Field, Fields, Int32Type, Int64Type};
use az::UnwrappedAs;
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;

use super::aggregate::{self, GroupState, packed, unpacked};
use super::masks::A_WEEK;
use super::parts::A_DAY;
use super::value;

/// Aggregate `numbers_by_week(month, week, week_number)` → list of five ints: the numbers of the weeks of a month, in their order, null
/// for a week without a row. Rows with a null and rows of a week outside of the month are ignored.
/// For the month 2026-02-02 with 2026-02-16 as week 1 it is [null, null, 1, null, null].
pub fn numbers_by_week() -> AggregateUDF {
    aggregate::function::<Numbers>()
}

/// Aggregate `weekly_trend(week_numbers, recorded_mask, away_mask, parts)` → struct `weeks` bigint, `slope` double: the number of weeks
/// with a record, and the least-squares slope of their absence rates per week, where week numbers count backwards. A row is either a
/// month, with `week_numbers` in order (null for weeks to leave out) and the masks of its days, or the partial days of one week, with
/// `parts` and null masks. Days and parts of weeks with the same number are added up. `slope` is null with fewer than two weeks. Sums are
/// integers, so the slope does not depend on the order of rows. For 0 of 5 days away, then 1 of 5, then 2 of 5, `['slope']` is 0.2.
pub fn weekly_trend() -> AggregateUDF {
    aggregate::function::<Trend>()
}

/// Maximum number of weeks in a month.
const WEEKS: usize = 5;

fn numbers_type() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Int32, true)))
}

#[derive(Debug, Default)]
struct Numbers([Option<i32>; WEEKS]);

impl GroupState for Numbers {
    const NAME: &'static str = "numbers_by_week";
    type Columns<'a> = (&'a PrimitiveArray<Date32Type>, &'a PrimitiveArray<Date32Type>, &'a PrimitiveArray<Int32Type>);

    fn argument_types() -> Vec<DataType> {
        vec![DataType::Date32, DataType::Date32, DataType::Int32]
    }

    fn result_type() -> DataType {
        numbers_type()
    }

    fn columns(values: &[ArrayRef]) -> Self::Columns<'_> {
        (values[0].as_primitive(), values[1].as_primitive(), values[2].as_primitive())
    }

    fn add(&mut self, (months, weeks, numbers): &Self::Columns<'_>, row: usize) {
        let (Some(month), Some(week)) = (value(months, row), value(weeks, row)) else { return };
        let place = usize::try_from((week - month) / 7).ok().and_then(|place| self.0.get_mut(place));
        if let (Some(place), Some(number)) = (place, value(numbers, row)) {
            *place = Some(number);
        }
    }

    fn write_state(&self, into: &mut Int64Builder) {
        self.0.iter().for_each(|number| into.append_value(packed(*number)));
    }

    fn merge(&mut self, numbers: &[i64]) {
        for (mine, number) in self.0.iter_mut().zip(numbers) {
            *mine = unpacked(*number).or(*mine);
        }
    }

    fn results(groups: &[Self]) -> Result<ArrayRef> {
        let mut lists = ListBuilder::new(Int32Builder::new());
        for group in groups {
            // A group without any number has a null, as most months do.
            let any = group.0.iter().any(Option::is_some);
            lists.values().extend(group.0.iter().filter(|_| any).copied());
            lists.append(any);
        }
        Ok(Arc::new(lists.finish()))
    }

    fn heap_bytes(&self) -> usize {
        0
    }
}

#[derive(Debug, Clone, Copy)]
struct Week {
    number: i32,
    days: i32,
    parts: i64,
}

#[derive(Debug, Default)]
struct Trend(Vec<Week>);

impl Trend {
    fn week(&mut self, week: Week) {
        match self.0.iter_mut().find(|met| met.number == week.number) {
            Some(met) => {
                met.days += week.days;
                met.parts += week.parts;
            }
            None => self.0.push(week),
        }
    }

    fn recorded(&self) -> impl Iterator<Item = &Week> {
        self.0.iter().filter(|week| week.days > 0)
    }

    #[allow(clippy::cast_precision_loss)] // one division at the end
    fn slope(&self) -> Option<f64> {
        let (mut weeks, mut x_sum, mut x_squares, mut y_sum, mut products) = (0, 0, 0, 0, 0);
        for week in self.recorded() {
            // Negated, because week numbers count backwards. The rate is scaled to an integer; it is exact for up to 16 days.
            let (x, y) = (-i128::from(week.number), i128::from(week.parts) * i128::from(A_DAY) / i128::from(week.days));
            weeks += 1;
            x_sum += x;
            x_squares += x * x;
            y_sum += y;
            products += x * y;
        }
        let spread = weeks * x_squares - x_sum * x_sum;
        let unit = i128::from(A_DAY) * i128::from(A_DAY);
        (spread != 0).then(|| (weeks * products - x_sum * y_sum) as f64 / (spread * unit) as f64)
    }
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("weeks", DataType::Int64, true), Field::new("slope", DataType::Float64, true)])
}

/// Columns of [`weekly_trend`].
struct Months<'a> {
    numbers: &'a ListArray,
    each: &'a PrimitiveArray<Int32Type>,
    recorded: &'a PrimitiveArray<Int64Type>,
    away: &'a PrimitiveArray<Int64Type>,
    parts: &'a PrimitiveArray<Int64Type>,
}

impl GroupState for Trend {
    const NAME: &'static str = "weekly_trend";
    type Columns<'a> = Months<'a>;

    fn argument_types() -> Vec<DataType> {
        vec![numbers_type(), DataType::Int64, DataType::Int64, DataType::Int64]
    }

    fn result_type() -> DataType {
        DataType::Struct(fields())
    }

    fn columns(values: &[ArrayRef]) -> Months<'_> {
        let numbers = values[0].as_list();
        let each = numbers.values().as_primitive();
        Months { numbers, each, recorded: values[1].as_primitive(), away: values[2].as_primitive(), parts: values[3].as_primitive() }
    }

    fn add(&mut self, columns: &Months<'_>, row: usize) {
        if columns.numbers.is_null(row) {
            return;
        }
        let [recorded, away, parts] = [columns.recorded, columns.away, columns.parts].map(|column| value(column, row).unwrap_or(0));
        let [from, to] = [row, row + 1].map(|at| columns.numbers.offsets()[at].unsigned_abs() as usize);
        for (place, at) in (from..to).enumerate() {
            let Some(number) = value(columns.each, at) else { continue };
            let days = |mask: i64| (mask >> (7 * place) & A_WEEK).count_ones();
            let week = Week { number, days: days(recorded).cast_signed(), parts: i64::from(days(away)) * A_DAY + parts };
            if week.days > 0 || week.parts > 0 {
                self.week(week);
            }
        }
    }

    fn write_state(&self, into: &mut Int64Builder) {
        for week in &self.0 {
            into.append_slice(&[week.number.into(), week.days.into(), week.parts]);
        }
    }

    fn merge(&mut self, numbers: &[i64]) {
        for [number, days, parts] in numbers.as_chunks().0 {
            self.week(Week { number: (*number).unwrapped_as::<i32>(), days: (*days).unwrapped_as::<i32>(), parts: *parts });
        }
    }

    fn results(groups: &[Self]) -> Result<ArrayRef> {
        let weeks = groups.iter().map(|group| group.recorded().count().unwrapped_as::<i64>());
        let slopes = groups.iter().map(Self::slope);
        let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from_iter_values(weeks)), Arc::new(slopes.collect::<Float64Array>())];
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }

    fn heap_bytes(&self) -> usize {
        self.0.capacity() * size_of::<Week>()
    }
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::array::{Date32Array, Int32Array};
    use arrow::datatypes::Float64Type;
    use proptest::prelude::*;

    use super::super::aggregate::tests::result_of_two_batches;
    use super::*;

    /// Weeks of a month with their numbers, its days recorded and away; or none, and parts of one week.
    type Row = (Vec<Option<i32>>, Option<(i64, i64)>, i64);

    fn columns(rows: &[Row]) -> Vec<ArrayRef> {
        let mut numbers = ListBuilder::new(Int32Builder::new());
        for (weeks, ..) in rows {
            numbers.append_value(weeks.iter().copied());
        }
        vec![
            Arc::new(numbers.finish()),
            Arc::new(rows.iter().map(|r| r.1.map(|masks| masks.0)).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|r| r.1.map(|masks| masks.1)).collect::<Int64Array>()),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.2))),
        ]
    }

    fn row() -> impl Strategy<Value = Row> {
        let number = || proptest::option::weighted(0.8, 1..=8_i32);
        let days = 0..1_i64 << 35;
        prop_oneof![
            (proptest::collection::vec(number(), 5), days.clone(), days).prop_map(|(weeks, a, b)| (weeks, Some((a, a & b)), 0)),
            ((1..=8_i32), 0..A_DAY).prop_map(|(week, parts)| (vec![Some(week)], None, parts)),
        ]
    }

    proptest! {
        #[test]
        fn a_slope_is_that_of_least_squares(rows in proptest::collection::vec(row(), 0..4), first in 0..=4_usize) {
            let (one, other) = rows.split_at(first.min(rows.len()));
            let result = result_of_two_batches::<Trend>(&columns(one), &columns(other));
            let result = result.as_struct();
            let mut added: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
            for (weeks, masks, parts) in rows {
                for day in 0..35 {
                    let Some(number) = weeks.get(day / 7).copied().flatten() else { continue };
                    let sums = added.entry(number).or_default();
                    let holds = |mask: i64| mask >> day & 1;
                    let (recorded, away) = masks.map_or((0, 0), |(recorded, away)| (holds(recorded), holds(away)));
                    let beside = if day == 0 { parts } else { 0 };
                    *sums = (sums.0 + recorded, sums.1 + away * A_DAY + beside);
                }
            }
            added.retain(|_, (days, _)| *days > 0);
            prop_assert_eq!(result.column(0).as_primitive::<Int64Type>().value(0), i64::try_from(added.len()).unwrap());
            let slope = value(result.column(1).as_primitive::<Float64Type>(), 0);
            prop_assert_eq!(slope.is_some(), added.len() > 1);
            if let Some(slope) = slope {
                let rate = |(days, parts): (i64, i64)| parts as f64 / (days * A_DAY) as f64;
                let rates: Vec<(f64, f64)> = added.iter().map(|(week, sums)| (f64::from(-week), rate(*sums))).collect();
                let mean = |of: fn(&(f64, f64)) -> f64| rates.iter().map(of).sum::<f64>() / rates.len() as f64;
                let (x, y) = (mean(|r| r.0), mean(|r| r.1));
                let naive = rates.iter().map(|r| (r.0 - x) * (r.1 - y)).sum::<f64>() / rates.iter().map(|r| (r.0 - x).powi(2)).sum::<f64>();
                prop_assert!((slope - naive).abs() < 1e-9, "{slope} for {naive}");
            }
        }

        #[test]
        fn a_month_names_its_weeks_in_order(weeks in proptest::collection::btree_map(0..7_i32, 1..50_i32, 0..7), first in 0..7_usize) {
            let month = 18_001; // a Monday
            let columns = |weeks: &[(i32, i32)]| -> Vec<ArrayRef> {
                vec![
                    Arc::new(Date32Array::from_iter_values(weeks.iter().map(|_| month))),
                    Arc::new(Date32Array::from_iter_values(weeks.iter().map(|(place, _)| month + 7 * place))),
                    Arc::new(Int32Array::from_iter_values(weeks.iter().map(|(_, number)| *number))),
                ]
            };
            let all: Vec<(i32, i32)> = weeks.clone().into_iter().collect();
            let (one, other) = all.split_at(first.min(all.len()));
            let result = result_of_two_batches::<Numbers>(&columns(one), &columns(other));
            let naive: Vec<Option<i32>> = (0..5).map(|place| weeks.get(&place).copied()).collect();
            let found: Vec<Option<i32>> = result.as_list::<i32>().value(0).as_primitive::<Int32Type>().iter().collect();
            prop_assert_eq!(found, if naive.iter().any(Option::is_some) { naive } else { vec![] });
        }
    }
}
