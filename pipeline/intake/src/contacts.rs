//! Contacts are written by hand, and nothing that was written is lost.
//!
//! Every row that differs is kept: two calls on one day are two rows, and so are lines of two copies of one workbook that
//! disagree. `saved` orders them; of the contacts of one day, rules follow the one that was saved last. Text in place of a code
//! or a day is sealed with the note.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use prane_base::error::Result;
use prane_contract::Contract;
use prane_contract::value::{Cell, Refusal};
use prane_reports::{ACTIONS, OUTCOMES};
use prane_store::tables::{ROW_KEY, SAVED};
use prane_vault::errors::FrameError;

use super::verdict;
use crate::extract::{self, Extract};

/// Name of the table.
pub(super) const TABLE: &str = "contacts";
/// Code of an action or an outcome that was written in free words.
const OTHER: &str = "other";
/// Columns that identify the line of a list that a contact is of.
const LINE: [&str; 4] = ["pupil_key", "date", "by_key", "action"];

/// A note that begins with words from other columns, and those words with their columns.
type NoteWithWords<'a> = (String, Vec<(usize, &'a str)>);

/// Replaces free words in columns of codes by [`OTHER`]. Returns the note with those words before it, and with the raw text of
/// `spared` (optional cells that could not be read); `None` where there are no such words.
pub(super) fn replace_words<'a>(
    contract: &Contract,
    cells: &mut [Cell<'a>],
    spared: Vec<(usize, &'a str, Refusal)>,
) -> Option<NoteWithWords<'a>> {
    let mut words: Vec<_> = spared.into_iter().map(|(at, raw, _)| (at, raw)).collect();
    for (at, (cell, column)) in cells.iter_mut().zip(&contract.columns).enumerate() {
        let known: &[&'static str] = match column.name.as_str() {
            "action" => &ACTIONS,
            "outcome" => &OUTCOMES,
            _ => continue,
        };
        if let Cell::Text(text) = *cell {
            let code = known.iter().find(|code| code.eq_ignore_ascii_case(text));
            if code.is_none() {
                words.push((at, text));
            }
            *cell = Cell::Text(code.copied().unwrap_or(OTHER));
        }
    }
    if words.is_empty() {
        return None;
    }
    let at = contract.columns.iter().position(|c| c.name == "note")?;
    let note = if let Cell::Text(note) = cells[at] { note } else { "" };
    let written: Vec<&str> = words.iter().map(|(_, raw)| raw.trim()).collect();
    Some((format!("[{}] {note}", written.join("] [")).trim_end().to_string(), words))
}

/// The files in the order in which they were saved: by the time inside the workbook, then that of the file, then by name.
/// Each with the time inside the workbook.
pub(super) fn in_order(files: &[Extract]) -> Vec<(String, &Extract)> {
    let mut files: Vec<_> = files.iter().map(|file| (extract::saved(file), file)).collect();
    files.sort_by(|(saved_a, a), (saved_b, b)| (saved_a, &a.name).cmp(&(saved_b, &b.name)));
    files.into_iter().map(|((inside, _), file)| (inside, file)).collect()
}

/// Adds the column `saved`: text that sorts by the order in which rows were saved.
pub(super) fn with_order(mut frame: DataFrame, inside: &str, night: usize, place: usize) -> Result<DataFrame> {
    let rows: Vec<String> = (0..frame.height()).map(|row| format!("{inside} {night:06} {place:05} {row:07}")).collect();
    frame.with_column(Column::new(SAVED.into(), rows)).frame_err()?;
    Ok(frame)
}

/// Line of a list → the keys of its rows.
type Lines = BTreeMap<String, BTreeSet<String>>;

fn lines(frame: &DataFrame) -> Result<Lines> {
    let texts = |name: &str| -> PolarsResult<StringChunked> { Ok(frame.column(name)?.cast(&DataType::String)?.str()?.clone()) };
    let columns = LINE.iter().map(|name| texts(name)).collect::<PolarsResult<Vec<_>>>().frame_err()?;
    let rows = texts(ROW_KEY).frame_err()?;
    let mut all = Lines::new();
    for at in 0..frame.height() {
        let key = columns.iter().map(|column| column.get(at).unwrap_or_default()).collect::<Vec<_>>().join("\u{1f}");
        all.entry(key).or_default().insert(rows.get(at).unwrap_or_default().to_string());
    }
    Ok(all)
}

/// How many lines contradict each other: each side has a row that the other lacks.
fn count_contradictions(left: &Lines, right: &Lines) -> u64 {
    let contradict = |(key, rows): &(&String, &BTreeSet<String>)| {
        right.get(*key).is_some_and(|right_rows| !rows.is_subset(right_rows) && !right_rows.is_subset(rows))
    };
    left.iter().filter(contradict).count() as u64
}

/// Messages about files, given in the order in which they were saved, that contradict another file or the store; each with the
/// position of the file.
pub(super) fn disagreements(names: &[String], frames: &[DataFrame], stored: Option<&DataFrame>) -> Result<Vec<(usize, String)>> {
    let all = frames.iter().map(lines).collect::<Result<Vec<_>>>()?;
    let stored_lines = stored.map(lines).transpose()?;
    let mut messages = Vec::new();
    for (at, earlier_lines) in all.iter().enumerate() {
        for (later_at, later_lines) in all.iter().enumerate().skip(at + 1) {
            let count = count_contradictions(earlier_lines, later_lines);
            if count > 0 {
                let (earlier, later) = (&names[at], &names[later_at]);
                messages.push((
                    later_at,
                    format!(
                        "{earlier} and {later}: {} of one day, person and action differ; both are kept, and {later}, saved later, counts",
                        verdict::rows(count)
                    ),
                ));
            }
        }
        let count = stored_lines.as_ref().map_or(0, |stored| count_contradictions(earlier_lines, stored));
        if count > 0 {
            messages.push((
                at,
                format!(
                    "{}: {} with other values than stored before; both are kept, and the one saved later counts",
                    names[at],
                    verdict::rows(count)
                ),
            ));
        }
    }
    Ok(messages)
}
