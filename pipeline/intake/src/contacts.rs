//! Contacts, as people write them by hand: nothing of what they wrote is lost.
//!
//! Every row that differs is kept, so that two calls on one day are two, and two copies of one workbook that disagree are both
//! there. `saved` orders them: of one day the contact that was saved last counts for what comes next. What stands in place of
//! a code or a day is sealed with the note.

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

/// The table.
pub(super) const TABLE: &str = "contacts";
/// Where free words of an action or an outcome are kept apart.
const OTHER: &str = "other";
/// Columns that say which line of a list a contact is.
const LINE: [&str; 4] = ["pupil_key", "date", "by_key", "action"];

/// A note, and the words put before it with the columns in which they stood.
type Kept<'a> = (String, Vec<(usize, &'a str)>);

/// Puts codes in place of free words, and nothing in place of optional cells that could not be read (`spared`, with their raw
/// text); the note with those words before it, where there are any.
pub(super) fn tidy<'a>(contract: &Contract, cells: &mut [Cell<'a>], spared: Vec<(usize, &'a str, Refusal)>) -> Option<Kept<'a>> {
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

/// The files in the order in which they were saved: by the time within the workbook, then the file's, then its name.
pub(super) fn in_order(files: &[Extract]) -> Vec<(String, &Extract)> {
    let mut files: Vec<_> = files.iter().map(|file| (extract::saved(file), file)).collect();
    files.sort_by(|(one, a), (other, b)| (one, &a.name).cmp(&(other, &b.name)));
    files.into_iter().map(|((inside, _), file)| (inside, file)).collect()
}

/// Adds the order in which the rows of a file were saved.
pub(super) fn with_order(mut frame: DataFrame, inside: &str, night: usize, place: usize) -> Result<DataFrame> {
    let rows: Vec<String> = (0..frame.height()).map(|row| format!("{inside} {night:06} {place:05} {row:07}")).collect();
    frame.with_column(Column::new(SAVED.into(), rows)).frame_err()?;
    Ok(frame)
}

/// Lines of a list → the rows that speak of them.
type Lines = BTreeMap<String, BTreeSet<String>>;

fn lines(frame: &DataFrame) -> Result<Lines> {
    let texts = |name: &str| -> PolarsResult<StringChunked> { Ok(frame.column(name)?.cast(&DataType::String)?.str()?.clone()) };
    let line = LINE.iter().map(|name| texts(name)).collect::<PolarsResult<Vec<_>>>().frame_err()?;
    let rows = texts(ROW_KEY).frame_err()?;
    let mut all = Lines::new();
    for at in 0..frame.height() {
        let key = line.iter().map(|column| column.get(at).unwrap_or_default()).collect::<Vec<_>>().join("\u{1f}");
        all.entry(key).or_default().insert(rows.get(at).unwrap_or_default().to_string());
    }
    Ok(all)
}

/// Lines of which two say different things: neither has only rows of the other.
fn differ(one: &Lines, other: &Lines) -> u64 {
    let differs = |(key, rows): &(&String, &BTreeSet<String>)| {
        other.get(*key).is_some_and(|theirs| !rows.is_subset(theirs) && !theirs.is_subset(rows))
    };
    one.iter().filter(differs).count() as u64
}

/// What is to be told of files, in the order in which they were saved, that say otherwise than another or than the store.
pub(super) fn disagreements(names: &[String], frames: &[DataFrame], stored: Option<&DataFrame>) -> Result<Vec<(usize, String)>> {
    let all = frames.iter().map(lines).collect::<Result<Vec<_>>>()?;
    let before = stored.map(lines).transpose()?;
    let mut told = Vec::new();
    for (at, one) in all.iter().enumerate() {
        for (later, other) in all.iter().enumerate().skip(at + 1) {
            let count = differ(one, other);
            if count > 0 {
                let (one, other) = (&names[at], &names[later]);
                told.push((
                    later,
                    format!(
                        "{one} and {other}: {} of one day, person and action differ; both are kept, and {other}, saved later, counts",
                        verdict::rows(count)
                    ),
                ));
            }
        }
        let count = before.as_ref().map_or(0, |before| differ(one, before));
        if count > 0 {
            told.push((
                at,
                format!(
                    "{}: {} otherwise than stored before; both are kept, and the one saved later counts",
                    names[at],
                    verdict::rows(count)
                ),
            ));
        }
    }
    Ok(told)
}
