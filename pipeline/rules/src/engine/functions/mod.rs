//! Functions of this field for SQL files: the calendar of schools, parts of days, masks of months, what a record comes to.
//! `queries/README.md` lists them for those who write SQL.

mod calendar;
mod gathered;
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

/// Makes every function known to a session.
pub fn register(ctx: &SessionContext) {
    for function in [calendar::functions(), parts::functions(), masks::functions(), vec![lists::list_in_order()]].concat() {
        ctx.register_udf(function);
    }
    for aggregate in [masks::days_together(), streak::streak_at_end(), trend::numbers_by_week(), trend::weekly_trend()] {
        ctx.register_udaf(aggregate);
    }
}

/// A function of rows: the same arguments give the same answer.
fn of_rows(
    name: &str,
    takes: &[DataType],
    gives: DataType,
    answer: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
) -> ScalarUDF {
    let function = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        Ok(ColumnarValue::Array(answer(&ColumnarValue::values_to_arrays(arguments)?)?))
    };
    create_udf(name, takes.to_vec(), gives, Volatility::Immutable, Arc::new(function))
}

/// The value of a row, if it has one.
fn value<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

/// The answers for each row of a column, and for the rows of another beside it.
fn each<A: ArrowPrimitiveType, B: ArrowPrimitiveType, R: ArrowPrimitiveType>(
    columns: &[ArrayRef],
    answer: impl Fn(A::Native, B::Native) -> Option<R::Native>,
) -> ArrayRef {
    let (first, second) = (columns[0].as_primitive::<A>(), columns[1].as_primitive::<B>());
    Arc::new(first.iter().zip(second).map(|(a, b)| answer(a?, b?)).collect::<PrimitiveArray<R>>())
}
