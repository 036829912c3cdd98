//! Output formats of `prane sql`, and the SQL function `reason`.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use arrow::json::WriterBuilder;
use arrow::json::writer::{JsonArray, LineDelimited};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow::util::pretty::pretty_format_batches;
use datafusion::common::{Result as EngineResult, exec_datafusion_err};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use parquet::arrow::ArrowWriter;
use prane_base::config::Language;
use prane_base::day;
use prane_base::error::{Error, Result};
use prane_reports::{Reason, Words, harmless};
use prane_store::errors::StoreError;

/// An output format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for reading.
    #[default]
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
    /// A Parquet file.
    Parquet,
}

/// Rows in an output format.
///
/// # Errors
/// A store error, or a bug.
pub fn bytes_of(batches: &[RecordBatch], format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Table => Ok(format!("{}\n", pretty_format_batches(batches).store_err()?).into_bytes()),
        Format::Csv => delimited(batches, b','),
        Format::Tsv => delimited(batches, b'\t'),
        Format::Json | Format::Ndjson => json(batches, format == Format::Json),
        Format::Parquet => {
            let Some(first) = batches.first() else { return Ok(Vec::new()) };
            let mut bytes = Vec::new();
            let mut writer = ArrowWriter::try_new(&mut bytes, first.schema(), None).store_err()?;
            for batch in batches {
                writer.write(batch).store_err()?;
            }
            writer.close().store_err()?;
            Ok(bytes)
        }
    }
}

fn delimited(batches: &[RecordBatch], delimiter: u8) -> Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let csv_error = |e: csv::Error| Error::Bug(e.to_string());
    let options = FormatOptions::default();
    // One buffer for all cells, because a list of a night has millions.
    let mut text = String::new();
    for (at, batch) in batches.iter().enumerate() {
        if at == 0 {
            out.write_record(batch.schema().fields().iter().map(|f| f.name().clone())).map_err(csv_error)?;
        }
        let columns: Vec<ArrayRef> = batch.columns().iter().map(joined).collect::<Result<_>>()?;
        let cells = columns.iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<Result<Vec<_>, _>>().store_err()?;
        for row in 0..batch.num_rows() {
            for (cell, column) in cells.iter().zip(&columns) {
                // Only texts are escaped against formulas in spreadsheets: a number may start with a minus.
                if let Some(texts) = column.as_string_opt::<i32>() {
                    let words = if texts.is_valid(row) { texts.value(row) } else { "" };
                    out.write_field(harmless(words)).map_err(csv_error)?;
                } else {
                    text.clear();
                    write!(text, "{}", cell.value(row)).map_err(|e| Error::Bug(e.to_string()))?;
                    out.write_field(&text).map_err(csv_error)?;
                }
            }
            out.write_record(None::<&[u8]>).map_err(csv_error)?;
        }
    }
    out.into_inner().map_err(|e| Error::Bug(e.to_string()))
}

/// A column of lists as one text per row, separated by semicolons; other columns unchanged.
fn joined(column: &ArrayRef) -> Result<ArrayRef> {
    let DataType::List(_) = column.data_type() else { return Ok(column.clone()) };
    let lists = column.as_list::<i32>();
    let options = FormatOptions::default();
    let mut texts = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) {
            texts.push(None);
            continue;
        }
        let values = lists.value(row);
        let cells = ArrayFormatter::try_new(values.as_ref(), &options).store_err()?;
        texts.push(Some((0..values.len()).map(|i| cells.value(i).to_string()).collect::<Vec<_>>().join("; ")));
    }
    Ok(Arc::new(StringArray::from(texts)))
}

/// Rows as one JSON array or as one object per line. Missing values are written as `null`.
fn json(batches: &[RecordBatch], as_array: bool) -> Result<Vec<u8>> {
    let rows: Vec<&RecordBatch> = batches.iter().collect();
    let builder = WriterBuilder::new().with_explicit_nulls(true);
    if as_array {
        let mut writer = builder.build::<_, JsonArray>(Vec::new());
        writer.write_batches(&rows).and_then(|()| writer.finish()).store_err()?;
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        return Ok(bytes);
    }
    let mut writer = builder.build::<_, LineDelimited>(Vec::new());
    writer.write_batches(&rows).and_then(|()| writer.finish()).store_err()?;
    Ok(writer.into_inner())
}

/// The language of pages for the setting of a project.
#[must_use]
pub fn page_language(language: Language) -> prane_reports::Language {
    match language {
        Language::Sq => prane_reports::Language::Sq,
        Language::En => prane_reports::Language::En,
    }
}

/// The SQL function `reason(flag, value, threshold, since, recent_absent, recent_recorded, before_rate)`: the reason of a flag as a
/// sentence in the project's language.
///
/// # Errors
/// A bug in a file of translations.
pub fn reason_function(language: Language) -> Result<ScalarUDF> {
    let words = Words::new(page_language(language)).map_err(|e| Error::Bug(e.to_string()))?;
    let types =
        vec![DataType::Utf8, DataType::Float64, DataType::Float64, DataType::Date32, DataType::Float64, DataType::Int64, DataType::Float64];
    let function = move |arguments: &[ColumnarValue]| -> EngineResult<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        Ok(ColumnarValue::Array(Arc::new(reasons(&words, &arrays)?)))
    };
    Ok(create_udf("reason", types, DataType::Utf8, Volatility::Immutable, Arc::new(function)))
}

fn reasons(words: &Words, arrays: &[ArrayRef]) -> EngineResult<StringArray> {
    let flags = arrays[0].as_string::<i32>();
    let number = |at: usize, row: usize| arrays[at].is_valid(row).then(|| arrays[at].as_primitive::<Float64Type>().value(row));
    let since = arrays[3].as_primitive::<Date32Type>();
    let recorded = |row: usize| -> EngineResult<u32> {
        let days = if arrays[5].is_valid(row) { arrays[5].as_primitive::<Int64Type>().value(row) } else { 0 };
        u32::try_from(days).map_err(|_| exec_datafusion_err!("reason: recent_recorded is {days}, which is not a number of days"))
    };
    (0..flags.len())
        .map(|row| -> EngineResult<Option<String>> {
            if flags.is_null(row) {
                return Ok(None);
            }
            let reason = Reason {
                flag: flags.value(row),
                value: number(1, row).unwrap_or_default(),
                threshold: number(2, row).unwrap_or_default(),
                since: since.is_valid(row).then(|| day::of_number(since.value(row))),
                recent_absent: number(4, row).unwrap_or_default(),
                recent_recorded: recorded(row)?,
                before_rate: number(6, row),
            };
            Ok(Some(words.reason(&reason)))
        })
        .collect()
}
