//! Checks: SQL files that must return nothing. A `fail` stops the night, a `warn` is told.

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use prane_base::error::{Error, Result};
use prane_store::errors::StoreError;
use serde::Serialize;

use crate::engine::Engine;
use crate::query::Severity;

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// What its rows do to the night.
    pub severity: Severity,
    /// `passed`, `warned` or `failed`.
    pub verdict: &'static str,
    /// Rows it returned.
    pub rows: u64,
    /// What is wrong when rows come back.
    #[serde(skip)]
    pub what: String,
    /// How to mend it.
    #[serde(skip)]
    pub mend: String,
    /// Schools and counts of its first rows, a text each.
    #[serde(skip)]
    pub places: Vec<String>,
}

/// Rows whose schools are told.
const TOLD: usize = 5;

/// Which schools the first rows name, and their counts of pupils: where to look, without asking SQL.
fn places(batches: &[RecordBatch]) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for batch in batches {
        let names: Vec<usize> = (0..batch.num_columns())
            .filter(|at| {
                let name = batch.schema_ref().field(*at).name().as_str();
                name.ends_with("_school_id") || name.starts_with("pupils_")
            })
            .collect();
        let formats = names
            .iter()
            .map(|at| ArrayFormatter::try_new(batch.column(*at).as_ref(), &FormatOptions::default()))
            .collect::<Result<Vec<_>, _>>()
            .store_err()?;
        for row in 0..batch.num_rows().min(TOLD - told.len()) {
            let texts =
                names.iter().zip(&formats).map(|(at, format)| format!("{} {}", batch.schema_ref().field(*at).name(), format.value(row)));
            told.push(texts.collect::<Vec<_>>().join(", "));
        }
    }
    told.retain(|text| !text.is_empty());
    Ok(told)
}

/// Runs every check, in order of their names.
///
/// # Errors
/// A configuration error for a check whose SQL does not run or that says no severity.
pub async fn judge(engine: &mut Engine<'_>) -> Result<Vec<Verdict>> {
    let checks: Vec<_> = engine.library().of_schema("checks").cloned().collect();
    // Built together: what several of them read is computed once.
    let wanted: Vec<&str> = checks.iter().map(|c| c.id.as_str()).collect();
    engine.build(&wanted).await?;
    let mut verdicts = Vec::new();
    for check in checks {
        let severity = check
            .header
            .severity
            .ok_or_else(|| Error::configuration(&check.file, "says no severity", "head it with -- severity = \"fail\" or \"warn\""))?;
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

/// The error of a night whose checks failed, if any did.
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
