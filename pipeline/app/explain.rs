//! `prane explain PUPIL`: why a pupil is on the list, and why at this level. It shows numbers and rules, no names.

use std::fmt::Write;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use prane_base::error::{Error, Result};
use prane_base::key::{hex, unhex};
use prane_store::errors::StoreError;
use prane_vault::Vault;

use crate::audit;
use crate::question::Question;

/// The explanation, as text for a terminal.
///
/// # Errors
/// A usage error for an unknown pupil.
pub async fn explain(question: &Question, pupil: &str) -> Result<String> {
    let key = match unhex(pupil) {
        Some(key) => key,
        None => Vault::open(&question.project, false)?
            .pupil_key(pupil)
            .ok_or_else(|| Error::usage("no such pupil", "give the school system's pupil_id, or a pupil_key of 32 hex digits"))?,
    };
    // Logged although no name is shown, because the vault maps the school's number to the pupil.
    audit::note(&question.project, question.options.asked_at, "explain", "")?;
    let views = ["pages.explained_list", "pages.explained_flags", "pages.explained_measures", "pages.explained_gaps"];
    let answers = question.of_pupil(&views, key).await?;
    let [list, flags, measured, not_assessable] = answers.as_slice() else {
        return Err(Error::Bug(format!("{} views gave {} results", views.len(), answers.len())));
    };
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    let mut text = format!("pupil {}\n", hex(key));
    if rows(measured) == 0 {
        text.push_str("\nnot enrolled on this day, so on no list\n");
        return Ok(text);
    }
    section(
        &mut text,
        "On the list",
        list,
        if rows(not_assessable) > 0 { "not on the list: not assessable" } else { "not on the list: no rule asks for support" },
    )?;
    section(&mut text, "Not assessable", not_assessable, "")?;
    section(&mut text, "Rules crossed", flags, "none")?;
    if rows(flags) > 0 {
        text.push_str("\nThe level is the highest rule's; two rules of one level below 3 raise it by one.\n");
    }
    section(&mut text, "Measured", measured, "nothing")?;
    Ok(text)
}

/// Writes a heading and the fields of each row, one per line.
fn section(text: &mut String, heading: &str, batches: &[RecordBatch], empty: &str) -> Result<()> {
    let options = FormatOptions::default().with_null("-");
    if batches.iter().all(|b| b.num_rows() == 0) {
        if !empty.is_empty() {
            let _ = write!(text, "\n{heading}\n  {empty}\n");
        }
        return Ok(());
    }
    let _ = write!(text, "\n{heading}\n");
    for batch in batches {
        let cells =
            batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<Result<Vec<_>, _>>().store_err()?;
        for row in 0..batch.num_rows() {
            if row > 0 {
                text.push('\n');
            }
            for (field, cell) in batch.schema().fields().iter().zip(&cells) {
                let _ = writeln!(text, "  {:<24} {}", field.name(), cell.value(row));
            }
        }
    }
    Ok(())
}
