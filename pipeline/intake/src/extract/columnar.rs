//! Reads Parquet extracts with Polars: every column becomes text, so that one contract applies to all formats.

use polars::prelude::*;

use super::{Extract, FileError, Rows};

pub(super) fn all_records(extract: &Extract) -> Result<Rows, FileError> {
    // The library's message is left out: it may repeat names and values of the file.
    let file_error = |_: PolarsError| {
        FileError::new("cannot be read as Parquet: it is damaged, or has columns that hold more than one value a row; write it anew")
    };
    let path = PlRefPath::new(extract.path.to_string_lossy());
    let frame = LazyFrame::scan_parquet(path, ScanArgsParquet::default())
        .map_err(file_error)?
        .select([all().as_expr().cast(DataType::String)])
        .collect()
        .map_err(file_error)?;
    let headers = frame.get_column_names().iter().map(ToString::to_string).collect();
    let columns: Vec<&StringChunked> = frame.columns().iter().map(|c| c.str()).collect::<PolarsResult<_>>().map_err(file_error)?;
    let records = (0..frame.height()).map(|row| columns.iter().map(|c| c.get(row).unwrap_or_default().to_string()).collect()).collect();
    Ok(Rows { headers, records, first_row: 2, numbers: Vec::new(), notes: Vec::new(), of: None })
}
