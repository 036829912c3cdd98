//! Reads the rows of a view, column by column, by name.

use std::fmt::Display;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use chrono::NaiveDate;
use hashbrown::HashMap;
use prane_base::day;
use prane_base::error::{Error, Result};
use prane_rules::engine::Engine;
use prane_store::errors::StoreError;

/// The rows of a view; integers are widened to 64 bits, floats to doubles.
pub(crate) struct Answer {
    view: String,
    /// Index of each column by its name: a hash map, because names are looked up a hundred thousand times.
    columns: HashMap<String, usize>,
    batches: Vec<RecordBatch>,
}

/// One row of an answer. Its methods read a column by name; a null is `None`, an empty text or 0.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    answer: &'a Answer,
    batch: &'a RecordBatch,
    row: usize,
}

/// The rows of a view for one day, in the order that its file names.
pub(crate) async fn ask(engine: &mut Engine<'_>, view: &str, as_of: NaiveDate) -> Result<Answer> {
    widen(view, engine.answer(view, as_of).await?)
}

/// The rows of several views for one day, computed concurrently.
pub(crate) async fn ask_all<const N: usize>(engine: &mut Engine<'_>, views: [&str; N], as_of: NaiveDate) -> Result<[Answer; N]> {
    let answers = engine.answers(views, as_of).await?;
    let answers = views.into_iter().zip(answers).map(|(view, batches)| widen(view, batches)).collect::<Result<Vec<_>>>()?;
    answers.try_into().map_err(|_| Error::Bug("a view has no answer".into()))
}

fn widen(view: &str, narrow: Vec<RecordBatch>) -> Result<Answer> {
    let mut batches = Vec::new();
    for batch in narrow {
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
    let schema = batches.first().map(RecordBatch::schema);
    let columns = schema.iter().flat_map(|s| s.fields().iter().enumerate()).map(|(at, field)| (field.name().clone(), at)).collect();
    Ok(Answer { view: view.to_string(), columns, batches })
}

impl Answer {
    /// The rows, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.batches.iter().flat_map(move |batch| (0..batch.num_rows()).map(move |row| Line { answer: self, batch, row }))
    }
}

impl<'a> Line<'a> {
    fn column(self, name: &str) -> Result<Option<&'a dyn Array>> {
        let Answer { view, columns, .. } = self.answer;
        let index = columns.get(name).ok_or_else(|| Error::Bug(format!("{view} has no column {name}")))?;
        let column = self.batch.column(*index);
        Ok(column.is_valid(self.row).then_some(column.as_ref()))
    }

    /// The value that `read` takes from a column of the type that the page needs.
    fn value<T>(self, name: &str, wanted: &str, read: impl Fn(&'a dyn Array) -> Option<T>) -> Result<Option<T>> {
        let Some(column) = self.column(name)? else { return Ok(None) };
        match read(column) {
            Some(value) => Ok(Some(value)),
            None => Err(self.unexpected(name, &format!("is of type {}", column.data_type()), wanted)),
        }
    }

    /// The error of a project's own view whose column holds what no page can show.
    fn unexpected(self, column: &str, found: &str, wanted: &str) -> Error {
        let view = &self.answer.view;
        Error::configuration(
            format!("queries/{}.sql", view.replace('.', "/")),
            format!("the column {column} {found}, but a page needs {wanted}"),
            format!("correct the select, or a view that it reads; `prane docs {view}` says what the column means"),
        )
    }

    fn unsigned<T: TryFrom<i64>>(self, name: &str, most: impl Display) -> Result<Option<T>> {
        let Some(number) = self.whole(name)? else { return Ok(None) };
        let unexpected = |_| self.unexpected(name, &format!("holds {number}"), &format!("a whole number from 0 to {most}"));
        T::try_from(number).map(Some).map_err(unexpected)
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str> {
        let row = self.row;
        Ok(self.value(name, "text", |c| Some(c.as_string_opt::<i32>()?.value(row)))?.unwrap_or_default())
    }

    pub(crate) fn whole(self, name: &str) -> Result<Option<i64>> {
        self.value(name, "whole numbers", |c| Some(c.as_primitive_opt::<Int64Type>()?.value(self.row)))
    }

    pub(crate) fn count(self, name: &str) -> Result<u32> {
        Ok(self.maybe_count(name)?.unwrap_or(0))
    }

    pub(crate) fn maybe_count(self, name: &str) -> Result<Option<u32>> {
        self.unsigned(name, u32::MAX)
    }

    pub(crate) fn small(self, name: &str) -> Result<u8> {
        Ok(self.maybe_small(name)?.unwrap_or(0))
    }

    pub(crate) fn maybe_small(self, name: &str) -> Result<Option<u8>> {
        self.unsigned(name, u8::MAX)
    }

    pub(crate) fn number(self, name: &str) -> Result<Option<f64>> {
        self.value(name, "doubles", |c| Some(c.as_primitive_opt::<Float64Type>()?.value(self.row)))
    }

    pub(crate) fn day(self, name: &str) -> Result<Option<NaiveDate>> {
        self.value(name, "dates", |c| Some(day::of_number(c.as_primitive_opt::<Date32Type>()?.value(self.row))))
    }

    pub(crate) fn yes(self, name: &str) -> Result<bool> {
        Ok(self.maybe_yes(name)?.unwrap_or(false))
    }

    pub(crate) fn maybe_yes(self, name: &str) -> Result<Option<bool>> {
        self.value(name, "booleans", |c| Some(c.as_boolean_opt()?.value(self.row)))
    }

    /// Texts of a list; none for a null.
    pub(crate) fn list(self, name: &str) -> Result<Vec<String>> {
        let texts = |c: &dyn Array| {
            Some(c.as_list_opt::<i32>()?.value(self.row).as_string_opt::<i32>()?.iter().flatten().map(String::from).collect())
        };
        Ok(self.value(name, "lists of text", texts)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int32Array, StringArray};

    use super::*;

    fn answer() -> Answer {
        let columns: [(&str, ArrayRef); 2] = [
            ("pupils", Arc::new(Int32Array::from(vec![Some(300), Some(-1), None]))),
            ("class", Arc::new(StringArray::from(vec![Some("6a"), None, None]))),
        ];
        widen("pages.grades", vec![RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true))).unwrap()]).unwrap()
    }

    #[test]
    fn values_are_read_by_name_and_nulls_are_empty() {
        let answer = answer();
        let lines: Vec<Line<'_>> = answer.lines().collect();
        assert_eq!((lines[0].count("pupils").unwrap(), lines[0].text("class").unwrap()), (300, "6a"));
        assert_eq!((lines[2].maybe_count("pupils").unwrap(), lines[2].count("pupils").unwrap()), (None, 0));
        assert_eq!(lines[2].text("class").unwrap(), "");
    }

    #[test]
    fn a_value_that_no_page_can_show_names_the_view_and_the_column() {
        let answer = answer();
        let lines: Vec<Line<'_>> = answer.lines().collect();
        let message = |result: Result<()>| result.unwrap_err().to_string();
        assert_eq!(
            message(lines[1].count("pupils").map(|_| ())),
            "queries/pages/grades.sql: the column pupils holds -1, but a page needs a whole number from 0 to 4294967295"
        );
        assert!(message(lines[0].small("pupils").map(|_| ())).contains("holds 300, but a page needs a whole number from 0 to 255"));
        assert!(message(lines[0].day("class").map(|_| ())).contains("the column class is of type Utf8, but a page needs dates"));
        assert_eq!(lines[0].count("schools").unwrap_err().exit_code(), 1, "a column that the program misspells is a bug");
    }
}
