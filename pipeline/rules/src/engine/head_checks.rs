//! Checks of a project's own SQL files: the view has every column of the built-in file that it replaces and of its head, and its keys
//! are unique. Errors name columns and counts, never a value.

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, Schema};
use az::UnwrappedAs;
use datafusion::prelude::SessionContext;
use prane_base::error::{Error, Result, nearest};

use crate::errors::EngineError;
use crate::query::Query;

/// Columns of a flag that the engine adds where the file does not have them.
const ADDED_BY_ENGINE: [&str; 2] = ["as_of", "level"];

/// Checks that the view has the required columns and those that its head names.
///
/// # Errors
/// A configuration error that names the file and the column.
pub(super) fn columns(query: &Query, schema: &Schema) -> Result<()> {
    let Some(required) = &query.required else { return Ok(()) };
    let has = |column: &str| schema.field_with_name(column).is_ok() || (query.schema() == "flags" && ADDED_BY_ENGINE.contains(&column));
    let near = |column: &str| {
        nearest(column, schema.fields().iter().map(|f| f.name().as_str())).map_or_else(String::new, |n| format!("; it gives {n}"))
    };
    if let Some(column) = required.columns.iter().find(|c| !has(c)) {
        return Err(Error::configuration(
            &query.file,
            format!("does not give the column {column} of the built-in file that it replaces{}", near(column)),
            format!("other files read it: add it to the select; `prane docs {}` says what it means", query.id),
        ));
    }
    let mut named = query.header.columns.keys().chain(&query.header.key);
    match named.find(|c| !has(c)) {
        Some(column) => Err(Error::configuration(
            &query.file,
            format!("names in its head the column {column}, which it does not give{}", near(column)),
            "correct the name in the head, or add the column to the select",
        )),
        None => Ok(()),
    }
}

/// Checks that each key is unique in the table that was built from the file.
///
/// # Errors
/// A configuration error that names the file, the key and the number of rows that share it.
pub(super) async fn keys(ctx: &SessionContext, query: &Query, id: &str) -> Result<()> {
    let Some(required) = &query.required else { return Ok(()) };
    let schema = ctx.table_provider(super::reference(id)).await.engine_err()?.schema();
    for key in &required.keys {
        let key: Vec<&str> = key.iter().map(String::as_str).filter(|c| schema.field_with_name(c).is_ok()).collect();
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

/// The number of rows of a table that share their key with another row.
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
