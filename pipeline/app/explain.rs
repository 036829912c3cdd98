//! `prane explain PUPIL`: why a pupil is on the list, and why at this level. Numbers and rules, no names.

use std::fmt::Write;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use prane_base::fault::{Fault, Outcome};
use prane_base::key::{hex, unhex};
use prane_base::telemetry::Progress;
use prane_store::errors::StoreError;
use prane_vault::Vault;

use crate::audit;
use crate::question::Question;

/// The explanation, as text for a terminal.
///
/// # Errors
/// A usage fault for a pupil nobody knows.
pub async fn explain(question: &Question, pupil: &str, progress: &Progress) -> Outcome<String> {
    let key = match unhex(pupil) {
        Some(key) => key,
        None => Vault::open(&question.project, false)?
            .pupil_key(pupil)
            .ok_or_else(|| Fault::usage("no such pupil", "give the school system's pupil_id, or a pupil_key of 32 hex digits"))?,
    };
    let key = hex(key);
    // No name is shown, but a pupil is looked up by the school's number.
    audit::note(&question.project, question.options.asked_at, "explain", "")?;
    let answers = question
        .rows(
            &[
                &format!("select school_id, rank, class, level, status, weeks_on_list, on_list, confidence, next_step, escalation, suggested_service, last_contact, last_action, last_outcome, unanswered_contacts, review_date, review_due, reasons from caseload.list where pupil_key = '{key}'"),
                &format!("select flag, level, value, threshold, since_date from run.raised_flags where pupil_key = '{key}' order by level desc, flag"),
                &format!("select school_id, school_year, grade_level, class, days_recorded, days_absent, days_unexcused, days_late, absence_rate, recent_recorded, recent_absent, before_recorded, before_absent, absence_shift_z, absence_trend, absence_streak, unexcused_streak, last_present, mark_mean, mark_mean_prev, mark_change, failing_subjects, failing_core, marks_recent, over_age, moves, centre_services, centre_sessions_recent, centre_attended_recent, data_through, school_coverage, assessable from indicators.pupil where pupil_key = '{key}'"),
                &format!("select cause, last_recorded from caseload.not_assessable where pupil_key = '{key}'"),
            ],
            progress,
        )
        .await?;
    let [list, flags, measured, not_assessable] = answers.as_slice() else {
        return Err(Fault::Bug("four questions, other answers".into()));
    };
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    let mut text = format!("pupil {key}\n");
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

/// A heading and each row's fields, a line each.
fn section(text: &mut String, heading: &str, batches: &[RecordBatch], empty: &str) -> Outcome<()> {
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
