//! Reading answers row by row, by name of the column.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use chrono::NaiveDate;
use hashbrown::HashMap;
use prane_base::day;
use prane_base::error::{Error, Result};
use prane_rules::engine::Engine;
use prane_store::errors::StoreError;

/// An answer; whole numbers as 64 bits, fractions as doubles.
pub(crate) struct Answer {
    /// Place of each column: names are looked up a hundred thousand times.
    places: HashMap<String, usize>,
    batches: Vec<RecordBatch>,
}

/// One row of an answer.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    places: &'a HashMap<String, usize>,
    batch: &'a RecordBatch,
    row: usize,
}

/// The rows of a view for one day, in its order.
pub(crate) async fn ask(engine: &mut Engine<'_>, view: &str, as_of: NaiveDate) -> Result<Answer> {
    widen(engine.answer(view, as_of).await?)
}

/// The rows of several views, asked at once.
pub(crate) async fn ask_all<const N: usize>(engine: &mut Engine<'_>, views: [&str; N], as_of: NaiveDate) -> Result<[Answer; N]> {
    let answers = engine.answers(views, as_of).await?.into_iter().map(widen).collect::<Result<Vec<_>>>()?;
    answers.try_into().map_err(|_| Error::Bug("a view has no answer".into()))
}

/// Whole numbers as 64 bits, fractions as doubles.
fn widen(found: Vec<RecordBatch>) -> Result<Answer> {
    let mut batches = Vec::new();
    for batch in found {
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let kind = match column.data_type() {
                t if t.is_integer() => DataType::Int64,
                t if t.is_floating() => DataType::Float64,
                other => other.clone(),
            };
            columns.push(cast(column, &kind).store_err()?);
            fields.push(field.as_ref().clone().with_data_type(kind));
        }
        batches.push(RecordBatch::try_new(std::sync::Arc::new(arrow::datatypes::Schema::new(fields)), columns).store_err()?);
    }
    let columns = batches.first().map(RecordBatch::schema);
    let places = columns.iter().flat_map(|c| c.fields().iter().enumerate()).map(|(at, field)| (field.name().clone(), at)).collect();
    Ok(Answer { places, batches })
}

impl Answer {
    /// Its rows, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let places = &self.places;
        self.batches.iter().flat_map(move |batch| (0..batch.num_rows()).map(move |row| Line { places, batch, row }))
    }
}

impl<'a> Line<'a> {
    fn column(self, name: &str) -> Result<Option<&'a dyn Array>> {
        let place = self.places.get(name).ok_or_else(|| Error::Bug(format!("no column {name} in an answer")))?;
        let column = self.batch.column(*place);
        Ok(column.is_valid(self.row).then_some(column.as_ref()))
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str> {
        Ok(self.column(name)?.map_or("", |c| c.as_string::<i32>().value(self.row)))
    }

    pub(crate) fn whole(self, name: &str) -> Result<Option<i64>> {
        Ok(self.column(name)?.map(|c| c.as_primitive::<Int64Type>().value(self.row)))
    }

    pub(crate) fn count(self, name: &str) -> Result<u32> {
        Ok(self.whole(name)?.and_then(|n| u32::try_from(n).ok()).unwrap_or(0))
    }

    pub(crate) fn maybe_count(self, name: &str) -> Result<Option<u32>> {
        Ok(self.whole(name)?.and_then(|n| u32::try_from(n).ok()))
    }

    pub(crate) fn small(self, name: &str) -> Result<u8> {
        Ok(self.whole(name)?.and_then(|n| u8::try_from(n).ok()).unwrap_or(0))
    }

    pub(crate) fn number(self, name: &str) -> Result<Option<f64>> {
        Ok(self.column(name)?.map(|c| c.as_primitive::<Float64Type>().value(self.row)))
    }

    pub(crate) fn day(self, name: &str) -> Result<Option<NaiveDate>> {
        Ok(self.column(name)?.map(|c| day::of_number(c.as_primitive::<Date32Type>().value(self.row))))
    }

    pub(crate) fn yes(self, name: &str) -> Result<bool> {
        Ok(self.column(name)?.is_some_and(|c| c.as_boolean().value(self.row)))
    }

    /// Whether it is so; nothing where that is not known, or not told.
    pub(crate) fn maybe_yes(self, name: &str) -> Result<Option<bool>> {
        Ok(self.column(name)?.map(|c| c.as_boolean().value(self.row)))
    }

    /// Texts of a list.
    pub(crate) fn list(self, name: &str) -> Result<Vec<String>> {
        let Some(column) = self.column(name)? else { return Ok(Vec::new()) };
        let values = column.as_list::<i32>().value(self.row);
        Ok(values.as_string::<i32>().iter().flatten().map(String::from).collect())
    }
}
