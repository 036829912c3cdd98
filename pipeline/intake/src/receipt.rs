//! Receipts: what became of the lines of a returned list. They are kept in the vault, for the page of the place that filled it
//! in.
//!
//! A place sees the receipt of the last list that it returned; the receipt of a later list replaces it.

use std::collections::BTreeSet;

use az::UnwrappedAs;
use chrono::NaiveDate;
use polars::prelude::*;
use prane_base::day;
use prane_base::error::Result;
use prane_contract::Contract;
use prane_contract::reject::{FileRejects, Reject};
use prane_contract::value::Why;
use prane_vault::Vault;
use prane_vault::errors::FrameError;

use super::small::texts;
use crate::extract::{At, ListOf, Reading};

/// Sheet of the vault: one row per file with the number of lines that count (`taken`), and one row per cell that was not taken
/// as it was written.
const SHEET: &str = "receipts";
/// Key of the sheet.
const KEY: &str = "line_key";
/// Days for which a page shows a receipt: long enough for the next list and the one after it.
const DAYS_SHOWN: i32 = 21;
/// Characters of a value that are kept: enough to find it in the list.
const LONGEST_VALUE: usize = 60;

/// An invalid cell whose text was moved into the note.
#[derive(Debug)]
pub struct Spared {
    /// Place of its row in the file.
    pub at: At,
    /// Number of the pupil of its row.
    pub pupil_id: String,
    /// Canonical column.
    pub column: String,
    /// The text of the cell.
    pub value: String,
}

/// One row of the sheet.
#[derive(Default)]
struct Line {
    row: u64,
    pupil_id: Option<String>,
    column: String,
    why: &'static str,
    value: String,
}

/// The receipt of one file.
pub(super) struct Receipt {
    kind: String,
    place: String,
    /// BLAKE3 of the file's bytes, in hex.
    hash: String,
    lines: Vec<Line>,
}

impl Receipt {
    /// The receipt of a file that names the place of its list.
    pub(super) fn of(contract: &Contract, list: &ListOf, reading: &Reading, file: &FileRejects, spared: Vec<Spared>) -> Self {
        let pupil = contract.columns.iter().position(|c| c.name == "pupil_id");
        let taken = reading.rows() - file.rows.len() as u64;
        let mut lines = vec![Line { why: "taken", value: taken.to_string(), ..Line::default() }];
        lines.extend(file.rows.iter().map(|reject| Line {
            row: reject.row,
            pupil_id: pupil.and_then(|at| reject.raw.get(at)).cloned(),
            column: reject.column.clone(),
            why: why(reject),
            value: reject.value.clone(),
        }));
        lines.extend(spared.into_iter().map(|cell| Line {
            row: reading.row_number(cell.at),
            pupil_id: Some(cell.pupil_id),
            column: cell.column,
            why: "kept_with_note",
            value: cell.value,
        }));
        lines.sort_by(|a, b| (a.row, &a.column).cmp(&(b.row, &b.column)));
        Self { kind: list.kind.clone(), place: list.place.clone(), hash: file.blake3.clone(), lines }
    }
}

/// The word for a reject, as pages have it (`receipt-<word>`).
fn why(reject: &Reject) -> &'static str {
    match (reject.why, reject.column.as_str()) {
        (Why::Early(_), _) => "day_to_come",
        (Why::Stranger, _) => "other_place",
        (_, column) if !column.is_empty() && reject.value.trim().is_empty() => "missing",
        (_, "pupil_id") => "unknown_pupil",
        (_, "date") => "not_a_day",
        _ => "unreadable",
    }
}

/// Stores the receipts of a run, and ends earlier receipts of the same places.
///
/// # Errors
/// Vault errors.
pub(super) fn keep(receipts: &[Receipt], day: NaiveDate, vault: &mut Vault) -> Result<()> {
    let places: BTreeSet<(&str, &str)> = receipts.iter().map(|r| (r.kind.as_str(), r.place.as_str())).collect();
    if let Some(before) = vault.sheet(SHEET, None)? {
        let (kinds, ids, until) = (
            texts(&before, "place_kind").frame_err()?,
            texts(&before, "place_id").frame_err()?,
            before.column("until").frame_err()?.i32().frame_err()?,
        );
        let ended: BooleanChunked = (0..before.height())
            .map(|row| Some(until.get(row).is_none() && kinds.get(row).zip(ids.get(row)).is_some_and(|place| places.contains(&place))))
            .collect();
        let ended = before.filter(&ended).frame_err()?.lazy().with_column(lit(vault.night()).alias("until")).collect().frame_err()?;
        vault.merge(SHEET, KEY, ended)?;
    }
    let all: Vec<(&Receipt, &Line)> = receipts.iter().flat_map(|r| r.lines.iter().map(move |line| (r, line))).collect();
    let text = |value: &dyn Fn(&Receipt, &Line) -> String| -> Vec<String> { all.iter().map(|(r, line)| value(r, line)).collect() };
    let rows = df!(
        KEY => text(&|r, line| format!("{}/{}/{}/{:07}/{}/{}", r.kind, r.place, r.hash, line.row, line.column, line.why)),
        "place_kind" => text(&|r, _| r.kind.clone()),
        "place_id" => text(&|r, _| r.place.clone()),
        "day" => vec![day::number(day); all.len()],
        "row" => all.iter().map(|(_, line)| line.row.unwrapped_as::<i64>()).collect::<Vec<_>>(),
        "pupil_id" => all.iter().map(|(_, line)| line.pupil_id.clone()).collect::<Vec<_>>(),
        "column" => text(&|_, line| line.column.clone()),
        "why" => text(&|_, line| line.why.to_string()),
        "value" => text(&|_, line| line.value.chars().take(LONGEST_VALUE).collect()),
        "from_night" => vec![vault.night(); all.len()],
        "until" => vec![None::<i32>; all.len()],
    )
    .frame_err()?;
    vault.merge(SHEET, KEY, rows)
}

/// One line of a receipt.
pub struct ReceiptLine {
    /// `school` or `centre`.
    pub place_kind: String,
    /// Its code.
    pub place_id: String,
    /// Day on which the list was read.
    pub day: NaiveDate,
    /// Row of the list; 0 where the line is about the whole file.
    pub row: i64,
    /// Number of the pupil, as written.
    pub pupil_id: String,
    /// Canonical column; empty where the line is about the whole row or file.
    pub column: String,
    /// Why it was not taken as it was written; `taken` with the number of lines that count.
    pub why: String,
    /// The value as written, cut to 60 characters.
    pub value: String,
}

/// The receipts that the pages of `as_of` show, as the night of the vault knew them, in the order of their lines.
///
/// # Errors
/// Vault errors.
pub fn standing(vault: &Vault, as_of: NaiveDate) -> Result<Vec<ReceiptLine>> {
    let Some(sheet) = vault.sheet(SHEET, None)? else { return Ok(Vec::new()) };
    let shown = col("from_night")
        .lt_eq(lit(vault.night()))
        .and(col("until").is_null().or(col("until").gt(lit(vault.night()))))
        .and(col("day").gt_eq(lit(day::number(as_of) - DAYS_SHOWN)));
    let sheet = sheet.lazy().filter(shown).collect().frame_err()?;
    let text = |name: &str| texts(&sheet, name);
    let [kinds, places, pupils, columns, whys, values] = [
        text("place_kind").frame_err()?,
        text("place_id").frame_err()?,
        text("pupil_id").frame_err()?,
        text("column").frame_err()?,
        text("why").frame_err()?,
        text("value").frame_err()?,
    ];
    let (days, rows) = (sheet.column("day").frame_err()?.i32().frame_err()?, sheet.column("row").frame_err()?.i64().frame_err()?);
    let cell = |column: &StringChunked, at: usize| column.get(at).unwrap_or_default().to_string();
    Ok((0..sheet.height())
        .filter_map(|at| {
            Some(ReceiptLine {
                place_kind: cell(&kinds, at),
                place_id: cell(&places, at),
                day: day::of_number(days.get(at)?),
                row: rows.get(at)?,
                pupil_id: cell(&pupils, at),
                column: cell(&columns, at),
                why: cell(&whys, at),
                value: cell(&values, at),
            })
        })
        .collect())
}
