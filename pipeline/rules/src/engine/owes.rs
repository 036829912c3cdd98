//! What a project's own SQL file owes those that read it: every column of the built-in file it replaces, and one row a key.
//! Errors tell columns and counts, never a value.

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, Schema};
use az::UnwrappedAs;
use datafusion::prelude::SessionContext;
use prane_base::error::{Error, Result, nearest};

use crate::errors::EngineError;
use crate::query::Query;

/// Columns of a flag that the engine fills in where its file does not give them.
const FILLED_IN: [&str; 2] = ["as_of", "level"];

/// Whether a project's own file gives the columns that it owes, and those that its head names.
///
/// # Errors
/// A configuration error that names the file and the column.
pub(super) fn columns(query: &Query, given: &Schema) -> Result<()> {
    let Some(owes) = &query.owes else { return Ok(()) };
    let is_there = |column: &str| given.field_with_name(column).is_ok() || (query.schema() == "flags" && FILLED_IN.contains(&column));
    let near = |column: &str| {
        nearest(column, given.fields().iter().map(|f| f.name().as_str())).map_or_else(String::new, |n| format!("; it gives {n}"))
    };
    if let Some(column) = owes.columns.iter().find(|c| !is_there(c)) {
        return Err(Error::configuration(
            &query.file,
            format!("does not give the column {column} of the built-in file that it replaces{}", near(column)),
            format!("other files read it: add it to the select; `prane docs {}` says what it means", query.id),
        ));
    }
    let mut named = query.header.columns.keys().chain(&query.header.key);
    match named.find(|c| !is_there(c)) {
        Some(column) => Err(Error::configuration(
            &query.file,
            format!("names in its head the column {column}, which it does not give{}", near(column)),
            "correct the name in the head, or add the column to the select",
        )),
        None => Ok(()),
    }
}

/// Whether each key of a project's own file names one row of the table that it became.
///
/// # Errors
/// A configuration error that names the file, the key and how many rows share one with another.
pub(super) async fn keys(ctx: &SessionContext, query: &Query, id: &str) -> Result<()> {
    let Some(owes) = &query.owes else { return Ok(()) };
    let given = ctx.table_provider(super::reference(id)).await.engine_err()?.schema();
    for key in &owes.keys {
        let key: Vec<&str> = key.iter().map(String::as_str).filter(|c| given.field_with_name(c).is_ok()).collect();
        let shared = shared_rows(ctx, id, &key).await?;
        if shared > 0 {
            return Err(Error::configuration(
                &query.file,
                format!("has {shared} rows that share their key ({}) with another row", key.join(", ")),
                "each key names one row, and the files that read it count on that: group the rows, or take one of them",
            ));
        }
    }
    Ok(())
}

/// How many rows of a table share their key with another row.
///
/// # Errors
/// A SQL error.
async fn shared_rows(ctx: &SessionContext, id: &str, key: &[&str]) -> Result<u64> {
    if key.is_empty() {
        return Ok(0);
    }
    let question = format!(
        "select coalesce(sum(rows), 0) as shared from (select count(*) as rows from {id} group by {} having count(*) > 1)",
        key.join(", ")
    );
    let batches = ctx.sql(&question).await.engine_err()?.collect().await.engine_err()?;
    let shared = batches.first().filter(|b| b.num_rows() > 0).map_or(0, |b| b.column(0).as_primitive::<Int64Type>().value(0));
    Ok(shared.unwrapped_as::<u64>())
}
