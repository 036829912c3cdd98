//! Functions of lists that an aggregate has collected.

use std::sync::Arc;

use arrow::array::{Array, AsArray, ListArray, UInt32Array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::take;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// `list_in_order(values, places)`: the texts of a list, sorted by the texts at the same indices of another list. To sort lists after
/// `array_agg` costs a fraction of `array_agg` with an order.
#[must_use]
pub fn list_in_order() -> ScalarUDF {
    let texts = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    let function = |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let lists = ColumnarValue::values_to_arrays(arguments)?;
        Ok(ColumnarValue::Array(Arc::new(in_order(lists[0].as_list(), lists[1].as_list())?)))
    };
    create_udf("list_in_order", vec![texts.clone(), texts.clone()], texts, Volatility::Immutable, Arc::new(function))
}

fn in_order(values: &ListArray, places: &ListArray) -> Result<ListArray> {
    let names = places.values().as_string::<i32>();
    let mut indices = Vec::with_capacity(values.values().len());
    let mut lengths = Vec::with_capacity(values.len());
    for (value_range, place_range) in values.offsets().windows(2).zip(places.offsets().windows(2)) {
        let [(from, to), (first, last)] = [value_range, place_range].map(|pair| (pair[0], pair[1]));
        if to - from != last - first {
            return exec_err!("list_in_order: {} values for {} places", to - from, last - first);
        }
        let mut order: Vec<i32> = (0..to - from).collect();
        order.sort_by_key(|at| names.value((first + at).unsigned_abs() as usize));
        indices.extend(order.into_iter().map(|at| (from + at).unsigned_abs()));
        lengths.push((to - from).unsigned_abs() as usize);
    }
    let sorted = take(values.values(), &UInt32Array::from(indices), None)?;
    let item = Arc::new(Field::new_list_field(DataType::Utf8, true));
    Ok(ListArray::try_new(item, OffsetBuffer::from_lengths(lengths), sorted, values.nulls().cloned())?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow::array::{ListBuilder, StringBuilder};

    use super::*;

    fn lists(rows: &[&[&str]]) -> ListArray {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for row in rows {
            lists.append_value(row.iter().map(|text| Some(*text)));
        }
        lists.finish()
    }

    #[test]
    fn a_list_follows_the_places_of_another() {
        let (values, places) =
            (lists(&[&["b", "a", "c"], &[], &["x"], &["q", "p"]]), lists(&[&["2", "1", "3"], &[], &["9"], &["6q", "6p"]]));
        let expected = lists(&[&["a", "b", "c"], &[], &["x"], &["p", "q"]]);
        assert_eq!(in_order(&values, &places).unwrap(), expected);
        // Slices have offsets that do not start at 0.
        assert_eq!(in_order(&values.slice(2, 2), &places.slice(2, 2)).unwrap(), expected.slice(2, 2));
        assert!(in_order(&values, &lists(&[&["1"], &[], &["1"], &["1", "2"]])).is_err());
    }
}
