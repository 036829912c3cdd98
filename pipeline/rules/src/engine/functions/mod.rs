//! SQL functions for school records: the calendar of schools, parts of days, masks of days in a month, streaks and trends.
//! `queries/README.md` lists them for those who write SQL.

mod aggregate;
mod calendar;
mod lists;
mod masks;
mod parts;
mod streak;
mod trend;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;

/// Registers every function.
pub fn register(ctx: &SessionContext) {
    for function in [calendar::functions(), parts::functions(), masks::functions(), vec![lists::list_in_order()]].concat() {
        ctx.register_udf(function);
    }
    for aggregate in [masks::days_together(), streak::streak_at_end(), trend::numbers_by_week(), trend::weekly_trend()] {
        ctx.register_udaf(aggregate);
    }
}

/// An immutable scalar function.
fn scalar_function(
    name: &str,
    arguments: &[DataType],
    result: DataType,
    compute: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
) -> ScalarUDF {
    let function = move |values: &[ColumnarValue]| -> Result<ColumnarValue> {
        Ok(ColumnarValue::Array(compute(&ColumnarValue::values_to_arrays(values)?)?))
    };
    create_udf(name, arguments.to_vec(), result, Volatility::Immutable, Arc::new(function))
}

/// The value of a row; `None` for null.
fn value<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

/// Applies a function to the rows of two columns; null where either is null.
fn each<A: ArrowPrimitiveType, B: ArrowPrimitiveType, R: ArrowPrimitiveType>(
    columns: &[ArrayRef],
    compute: impl Fn(A::Native, B::Native) -> Option<R::Native>,
) -> ArrayRef {
    let (first, second) = (columns[0].as_primitive::<A>(), columns[1].as_primitive::<B>());
    Arc::new(first.iter().zip(second).map(|(a, b)| compute(a?, b?)).collect::<PrimitiveArray<R>>())
}
