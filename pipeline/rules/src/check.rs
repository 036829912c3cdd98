//! Checks: SQL files that must return no rows. One of severity `fail` stops the night, one of severity `warn` prints a warning.

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use prane_base::error::{Error, Result};
use prane_store::errors::StoreError;
use serde::Serialize;

use crate::engine::Engine;
use crate::query::Severity;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The name of the check.
    pub name: String,
    /// Its severity.
    pub severity: Severity,
    /// `passed`, `warned` or `failed`.
    pub verdict: &'static str,
    /// Number of rows that it returned.
    pub rows: u64,
    /// What is wrong where it returns rows.
    #[serde(skip)]
    pub what: String,
    /// How to correct it.
    #[serde(skip)]
    pub mend: String,
    /// Schools and counts in its first rows, one text per row.
    #[serde(skip)]
    pub places: Vec<String>,
}

/// Rows whose schools are printed.
const PRINTED_ROWS: usize = 5;

/// The schools and counts of pupils in the first rows, so that the error says where to look.
fn places(batches: &[RecordBatch]) -> Result<Vec<String>> {
    let mut places = Vec::new();
    for batch in batches {
        let columns: Vec<usize> = (0..batch.num_columns())
            .filter(|at| {
                let name = batch.schema_ref().field(*at).name().as_str();
                name.ends_with("_school_id") || name.starts_with("pupils_")
            })
            .collect();
        let formatters = columns
            .iter()
            .map(|at| ArrayFormatter::try_new(batch.column(*at).as_ref(), &FormatOptions::default()))
            .collect::<Result<Vec<_>, _>>()
            .store_err()?;
        for row in 0..batch.num_rows().min(PRINTED_ROWS - places.len()) {
            let texts =
                columns.iter().zip(&formatters).map(|(at, cell)| format!("{} {}", batch.schema_ref().field(*at).name(), cell.value(row)));
            places.push(texts.collect::<Vec<_>>().join(", "));
        }
    }
    places.retain(|text| !text.is_empty());
    Ok(places)
}

/// Runs every check, sorted by name.
///
/// # Errors
/// A configuration error for a check whose SQL fails or whose head has no severity.
pub async fn judge(engine: &mut Engine<'_>) -> Result<Vec<Verdict>> {
    let checks: Vec<_> = engine.library().of_schema("checks").cloned().collect();
    // Built together, so that a view that several checks read is computed once.
    let wanted: Vec<&str> = checks.iter().map(|c| c.id.as_str()).collect();
    engine.build(&wanted).await?;
    let mut verdicts = Vec::new();
    for check in checks {
        let severity = check
            .header
            .severity
            .ok_or_else(|| Error::configuration(&check.file, "says no severity", "add -- severity = \"fail\" or \"warn\" to its head"))?;
        let batches = engine.rows(&format!("select * from {}", check.id)).await.map_err(|e| match e {
            Error::Sql { what, .. } => Error::configuration(&check.file, what, "mend the SQL"),
            other => other,
        })?;
        let rows = batches.iter().map(|b| b.num_rows() as u64).sum();
        let verdict = match (rows, severity) {
            (0, _) => "passed",
            (_, Severity::Warn) => "warned",
            (_, Severity::Fail) => "failed",
        };
        verdicts.push(Verdict {
            name: check.name().to_string(),
            severity,
            verdict,
            rows,
            what: check.header.what.clone(),
            mend: check.header.mend.clone(),
            places: if verdict == "failed" { places(&batches)? } else { Vec::new() },
        });
    }
    Ok(verdicts)
}

/// Fails where any check failed.
///
/// # Errors
/// [`Error::CheckFailed`].
pub fn stop_on_failure(verdicts: &[Verdict]) -> Result<()> {
    let failed: Vec<&Verdict> = verdicts.iter().filter(|v| v.verdict == "failed").collect();
    if failed.is_empty() {
        return Ok(());
    }
    let places = |v: &Verdict| v.places.iter().map(|place| format!("\n    {place}")).collect::<String>();
    let hint = failed.iter().map(|v| format!("{}: {} {}{}", v.name, v.what, v.mend, places(v))).collect::<Vec<_>>().join("\n  ");
    Err(Error::CheckFailed { checks: failed.iter().map(|v| format!("{} ({} rows)", v.name, v.rows)).collect(), hint })
}
