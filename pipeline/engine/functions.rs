//! Functions that the SQL files may use beside the engine's own.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int32Array};
use arrow::compute::unary;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// `bit_count(mask)`: how many bits of a whole number are set, as in Postgres and `DuckDB`; the days of a mask.
#[must_use]
pub fn bit_count() -> ScalarUDF {
    let function = |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let masks = ColumnarValue::values_to_arrays(arguments)?;
        let counts: Int32Array = unary::<Int64Type, _, Int32Type>(masks[0].as_primitive::<Int64Type>(), |mask| mask.count_ones().cast_signed());
        Ok(ColumnarValue::Array(Arc::new(counts) as ArrayRef))
    };
    create_udf("bit_count", vec![DataType::Int64], DataType::Int32, Volatility::Immutable, Arc::new(function))
}
