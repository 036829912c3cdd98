//! Parts of days: fractions of a day are stored as integer parts, so that the lessons of a day with up to 16 of them add up exactly.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray};
use arrow::compute::{try_unary, unary};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::{each, scalar_function};

/// Parts of a day: the least common multiple of 1 to 16.
pub(super) const A_DAY: i64 = 720_720;

pub fn functions() -> Vec<ScalarUDF> {
    vec![
        parts_of_days(),
        days_of_parts(),
        share(),
        against_share("share_at_least", |part, share| part >= share),
        against_share("share_over", |part, share| part > share),
    ]
}

/// `parts_of_days(days)` → bigint: whole days as parts. Null for null, an error where that does not fit. `parts_absent = parts_of_days(1)`: away all day.
fn parts_of_days() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let parts = |days: i64| days.checked_mul(A_DAY).ok_or_else(|| ArrowError::ArithmeticOverflow(format!("parts_of_days({days})")));
        Ok(Arc::new(try_unary::<_, _, Int64Type>(columns[0].as_primitive::<Int64Type>(), parts)?))
    };
    scalar_function("parts_of_days", &[DataType::Int64], DataType::Int64, compute)
}

/// `days_of_parts(parts)` → double: parts as days. Null for null. `days_of_parts(parts_of_days(3))` is 3.0.
fn days_of_parts() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        Ok(Arc::new(unary::<_, _, Float64Type>(columns[0].as_primitive::<Int64Type>(), |parts| number(parts) / number(A_DAY))))
    };
    scalar_function("days_of_parts", &[DataType::Int64], DataType::Float64, compute)
}

/// `share(part, whole)` → double: the quotient of two counts of the same unit. Null where an argument is null or the whole is 0.
/// `share(19, 190)` is 0.1.
fn share() -> ScalarUDF {
    let compute = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let divide = |part, whole| (whole != 0).then(|| number(part) / number(whole));
        Ok(each::<Int64Type, Int64Type, Float64Type>(columns, divide))
    };
    scalar_function("share", &[DataType::Int64, DataType::Int64], DataType::Float64, compute)
}

/// `share_at_least(part, whole, permille)` and `share_over(part, whole, permille)` → boolean: whether the share is at least, or more
/// than, so many thousandths. Counts are compared as integers, so that nothing is lost to rounding at the boundary. Null where an
/// argument is null. `share_at_least(19, 190, 100)` is true, `share_over(19, 190, 100)` is false.
fn against_share(name: &str, holds: fn(i128, i128) -> bool) -> ScalarUDF {
    let compute = move |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let [part, whole, permille] = [0, 1, 2].map(|at| columns[at].as_primitive::<Int64Type>());
        let rows = part.iter().zip(whole).zip(permille);
        let results = rows.map(|((part, whole), permille)| Some(compare(part?, whole?, permille?, holds)));
        Ok(Arc::new(results.collect::<BooleanArray>()))
    };
    scalar_function(name, &[DataType::Int64, DataType::Int64, DataType::Int64], DataType::Boolean, compute)
}

fn compare(part: i64, whole: i64, permille: i64, holds: fn(i128, i128) -> bool) -> bool {
    holds(i128::from(part) * 1000, i128::from(permille) * i128::from(whole))
}

/// A count as a double. Counts of days and their parts are far below 2^53, so the conversion is exact.
#[allow(clippy::cast_precision_loss)]
pub(super) fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_of_up_to_sixteen_lessons_add_up_to_a_day() {
        for lessons in 1..=16 {
            assert_eq!((0..lessons).map(|_| A_DAY / lessons).sum::<i64>(), A_DAY, "{lessons} lessons");
        }
    }

    proptest! {
        #[test]
        fn a_boundary_is_met_exactly(whole in 1..1_000_000_i64, permille in 0..=1000_i64) {
            // The least part that is at least the share, counted up to it in whole numbers.
            let least = (permille * whole + 999) / 1000;
            prop_assert!(compare(least, whole, permille, |a, b| a >= b));
            prop_assert!(!compare(least - 1, whole, permille, |a, b| a >= b));
            prop_assert_eq!(compare(least, whole, permille, |a, b| a > b), permille * whole % 1000 != 0);
            // Days and their parts compare alike.
            prop_assert!(compare(least * A_DAY, whole * A_DAY, permille, |a, b| a >= b));
        }
    }
}
