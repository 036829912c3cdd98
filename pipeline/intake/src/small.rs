//! Every table except the two registers: rows are typed by their contract, ids are replaced by pseudonyms, and the result is
//! merged with the stored rows, in Polars.

use chrono::Datelike;
use polars::prelude::*;
use prane_base::day;
use prane_base::error::Result;
use prane_base::key::{Key, hex};
use prane_contract as contract;
use prane_contract::plan::{self, Plan};
use prane_contract::reject::Reject;
use prane_contract::value::{Cell, Refusal, Why, World, judge};
use prane_contract::{Contract, Kind};
use prane_store::tables::{KNOWN_FROM, OTHER_PUPIL, PUPIL, ROW_KEY, SAVED};
use prane_vault::Vault;
use prane_vault::errors::FrameError;
use prane_vault::identity::{IN_ENROLMENTS, Secret};
use rayon::prelude::*;

use super::receipt::Spared;
use super::{contacts, persons};
use crate::extract::{At, Taker};

/// Values of one column of a block.
enum Values {
    Text(StringChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    Integer(PrimitiveChunkedBuilder<Int32Type>),
    Number(PrimitiveChunkedBuilder<Float64Type>),
}

impl Values {
    fn of(column: &contract::Column) -> Self {
        let name: PlSmallStr = column.name.as_str().into();
        match column.kind {
            Kind::Date => Values::Date(PrimitiveChunkedBuilder::new(name, 0)),
            Kind::Integer => Values::Integer(PrimitiveChunkedBuilder::new(name, 0)),
            Kind::Mark => Values::Number(PrimitiveChunkedBuilder::new(name, 0)),
            _ => Values::Text(StringChunkedBuilder::new(name, 0)),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Values::Text(v), Cell::Text(text)) => v.append_value(text),
            (Values::Date(v), Cell::Date(day)) => v.append_value(day::number(*day)),
            (Values::Integer(v), Cell::Integer(number)) => v.append_value(*number),
            (Values::Number(v), Cell::Number(number)) => v.append_value(*number),
            (Values::Text(v), _) => v.append_null(),
            (Values::Date(v) | Values::Integer(v), _) => v.append_null(),
            (Values::Number(v), _) => v.append_null(),
        }
    }

    fn into_column(self) -> PolarsResult<Column> {
        Ok(match self {
            Values::Text(v) => v.finish().into_column(),
            Values::Date(v) => v.finish().into_column().cast(&DataType::Date)?,
            Values::Integer(v) => v.finish().into_column(),
            Values::Number(v) => v.finish().into_column(),
        })
    }
}

/// Types records of one file, in one thread.
pub struct SmallTaker<'a> {
    contract: &'a Contract,
    world: &'a World,
    plan: Plan,
    /// For each block of the file: its number, its columns, and the rows of the block that they hold.
    pieces: Vec<(u32, Vec<Values>, Vec<u32>)>,
    /// Refused rows.
    pub rejects: Vec<(At, Reject)>,
    /// Invalid cells whose text was moved into the note.
    pub spared: Vec<Spared>,
    /// Invalid cells that were left empty while their rows were taken.
    pub emptied: Vec<(At, Reject)>,
}

impl<'a> SmallTaker<'a> {
    /// A taker for a file with this plan.
    #[must_use]
    pub fn new(contract: &'a Contract, world: &'a World, plan: &Plan) -> Self {
        Self { contract, world, plan: plan.clone(), pieces: Vec::new(), rejects: Vec::new(), spared: Vec::new(), emptied: Vec::new() }
    }
}

/// The rows that the takers of one file took, in the order of the file and of the contract's columns, and the place of each.
///
/// # Errors
/// A staging error.
pub fn into_frame(contract: &Contract, takers: Vec<SmallTaker<'_>>) -> Result<(DataFrame, Vec<At>)> {
    let mut pieces: Vec<(u32, Vec<Values>, Vec<u32>)> = takers.into_iter().flat_map(|t| t.pieces).collect();
    pieces.sort_by_key(|(block, ..)| *block);
    let places = pieces.iter().flat_map(|(block, _, rows)| rows.iter().map(|row| At { block: *block, row: *row })).collect();
    let frame =
        |columns: Vec<Values>| DataFrame::new_infer_height(columns.into_iter().map(Values::into_column).collect::<PolarsResult<Vec<_>>>()?);
    let mut all = frame(columns_of(contract)).frame_err()?;
    for (_, columns, _) in pieces {
        all.vstack_mut_owned(frame(columns).frame_err()?).frame_err()?;
    }
    all.rechunk_mut();
    Ok((all, places))
}

fn columns_of(contract: &Contract) -> Vec<Values> {
    contract.columns.iter().map(Values::of).collect()
}

impl Taker for SmallTaker<'_> {
    fn take(&mut self, at: At, fields: &[&[u8]]) {
        let is_contact = self.contract.table == contacts::TABLE;
        match judge_sparing(self.contract, &self.plan, self.world, fields, is_contact) {
            Ok((mut cells, spared)) => {
                let pupil_id = self.contract.columns.iter().position(|c| c.name == "pupil_id");
                let pupil_id = pupil_id.map(|at| cells[at]);
                let kept = if is_contact {
                    contacts::replace_words(self.contract, &mut cells, spared)
                } else {
                    let reject = |(column, _, refusal)| super::verdict::emptied(self.contract, &self.plan, fields, column, refusal);
                    self.emptied.extend(spared.into_iter().map(reject).map(|reject| (at, reject)));
                    None
                };
                let note = kept.map(|(note, words)| {
                    let pupil_id = if let Some(Cell::Text(id)) = pupil_id { id } else { "" };
                    self.spared.extend(words.into_iter().map(|(column, value)| Spared {
                        at,
                        pupil_id: pupil_id.into(),
                        column: self.contract.columns[column].name.clone(),
                        value: value.trim().into(),
                    }));
                    note
                });
                if let Some(note) = &note {
                    for (cell, _) in cells.iter_mut().zip(&self.contract.columns).filter(|(_, c)| c.name == "note") {
                        *cell = Cell::Text(note);
                    }
                }
                if self.pieces.last().is_none_or(|(block, ..)| *block != at.block) {
                    self.pieces.push((at.block, columns_of(self.contract), Vec::new()));
                }
                let Some((_, columns, rows)) = self.pieces.last_mut() else { return };
                for (values, cell) in columns.iter_mut().zip(&cells) {
                    values.push(cell);
                }
                rows.push(at.row);
            }
            Err(_) => self.rejects.push((at, super::verdict::reject_of(self.contract, &self.plan, self.world, fields))),
        }
    }
}

/// All values of a row.
///
/// # Errors
/// The reason of the refusal and the column at error; no column where the whole row is.
pub fn judge_row<'a>(
    contract: &'a Contract,
    plan: &'a Plan,
    world: &World,
    fields: &[&'a [u8]],
) -> Result<Vec<Cell<'a>>, (Option<usize>, Refusal)> {
    judge_sparing(contract, plan, world, fields, contract.table == contacts::TABLE).map(|(cells, _)| cells)
}

/// Values of a row, and the optional cells that were emptied: column, raw text and reason.
type Judged<'a> = (Vec<Cell<'a>>, Vec<(usize, &'a str, Refusal)>);

/// Like [`judge_row`], but an optional cell that holds free words is emptied and returned instead of refusing its row; with
/// `sparing`, so is every invalid optional cell.
fn judge_sparing<'a>(
    contract: &'a Contract,
    plan: &'a Plan,
    world: &World,
    fields: &[&'a [u8]],
    sparing: bool,
) -> Result<Judged<'a>, (Option<usize>, Refusal)> {
    let mut spared = Vec::new();
    if fields.len() != plan.width {
        return Err((None, format!("ragged row: {} fields where the header has {}", fields.len(), plan.width).into()));
    }
    let mut cells = Vec::with_capacity(contract.columns.len());
    for (at, column) in contract.columns.iter().enumerate() {
        let raw = std::str::from_utf8(plan.raw(at, fields)).map_err(|_| (Some(at), "not UTF-8".to_string().into()))?;
        cells.push(match judge(column, &plan.dialects[at], raw, world) {
            Ok(cell) => cell,
            Err(refusal) if !column.required && (sparing || (refusal.why == Why::FreeWords && !is_needed(contract, &column.name))) => {
                spared.push((at, raw, refusal));
                Cell::Null
            }
            Err(refusal) => return Err((Some(at), refusal)),
        });
    }
    for (at, column) in contract.columns.iter().enumerate() {
        let Some(other) = &column.not_before else { continue };
        let start = contract.columns.iter().position(|c| &c.name == other).map(|i| &cells[i]);
        if let (Cell::Date(end), Some(Cell::Date(start))) = (&cells[at], start)
            && end < start
        {
            return Err((Some(at), format!("{} lies before {other}", column.name).into()));
        }
    }
    let filled = |name: &String| contract.columns.iter().position(|c| &c.name == name).is_some_and(|i| cells[i] != Cell::Null);
    if !contract.one_of.is_empty() && !contract.one_of.iter().any(filled) {
        return Err((None, format!("none of {} is filled", contract.one_of.join(", ")).into()));
    }
    Ok((cells, spared))
}

/// Whether a row needs this column: it is part of the key, or one of several of which one must be filled.
fn is_needed(contract: &Contract, name: &String) -> bool {
    contract.key.contains(name) || contract.one_of.contains(name)
}

/// Replaces ids by pseudonyms and moves personal columns into the vault. Returns the stored columns with the row key, and
/// messages for whoever handed in the file.
///
/// # Errors
/// A staging error, or a store error of the vault.
pub fn pseudonymise(
    contract: &Contract,
    frame: &DataFrame,
    absent: &[&contract::Column],
    vault: &mut Vault,
) -> Result<(DataFrame, Vec<String>)> {
    let height = frame.height();
    let key_columns = contract.key.iter().map(|k| texts(frame, k)).collect::<PolarsResult<Vec<_>>>().frame_err()?;
    let secret = &vault.secret;
    let row_key = |row: usize| {
        let parts: Vec<&[u8]> = key_columns.iter().map(|k| k.get(row).unwrap_or("").as_bytes()).collect();
        Some(secret.key(&contract.table, &parts))
    };
    let row_keys = keys(ROW_KEY, height, row_key);
    let (mut own_keys, mut messages) = (None, Vec::new());
    let mut columns: Vec<Column> = Vec::new();
    for column in &contract.columns {
        match (column.kind, contract.table.as_str(), column.name.as_str()) {
            (Kind::PupilId, _, "other_pupil_id") => {
                let ids = texts(frame, &column.name).frame_err()?;
                let codes: Vec<Option<u32>> = ids.iter().map(|id| id.map(|id| vault.pupils.take(&vault.secret, id, None, 0))).collect();
                columns.push(keys(OTHER_PUPIL, height, |row| codes[row].map(|code| vault.pupils.key(code))));
            }
            (Kind::PupilId, table, _) => {
                let codes: Vec<Option<u32>> = if table == "pupils" {
                    let taken = persons::take(frame, vault)?;
                    messages.extend(taken.messages);
                    taken.codes
                } else {
                    let seen = if table == "enrolments" { IN_ENROLMENTS } else { 0 };
                    let ids = texts(frame, &column.name).frame_err()?;
                    ids.iter().map(|id| id.map(|id| vault.pupils.take(&vault.secret, id, None, seen))).collect()
                };
                vault.pupils.number_all();
                let pupil_keys = keys("pupil_key", height, |row| codes[row].map(|code| vault.pupils.key(code)));
                if table == "pupils" {
                    own_keys = Some(pupil_keys.clone());
                }
                columns.push(pupil_keys);
                columns.push(numbers(vault, &codes));
            }
            (Kind::ParticipantId, table, _) => {
                let participant_keys = participants(&vault.secret, contract, frame, &column.name).frame_err()?;
                if table == "centre_participants" {
                    own_keys = Some(participant_keys.clone());
                }
                columns.push(participant_keys);
            }
            (_, "pupils", "birth_date") => {
                let years: Vec<Option<i32>> =
                    frame.column("birth_date").frame_err()?.date().frame_err()?.physical().iter().map(|d| d.map(first_september)).collect();
                columns.push(Column::new("first_september".into(), years));
            }
            (_, "contacts" | "link_decisions", "by") => {
                let names = texts(frame, "by").frame_err()?;
                let staff_keys = keys("by_key", height, |row| names.get(row).map(|name| staff_key(&vault.secret, name)));
                let sheet = DataFrame::new_infer_height(vec![staff_keys.clone(), names.into_column()])
                    .frame_err()?
                    .drop_nulls::<String>(None)
                    .frame_err()?;
                columns.push(staff_keys);
                vault.merge("staff", "by_key", sheet)?;
            }
            _ if column.vault => {}
            _ => columns.push(frame.column(&column.name).frame_err()?.clone()),
        }
    }
    columns.push(row_keys.clone());
    keep_personal(contract, frame, (row_keys, own_keys), absent, vault)?;
    Ok((DataFrame::new_infer_height(columns).frame_err()?, messages))
}

/// A column as texts.
pub(super) fn texts(frame: &DataFrame, name: &str) -> PolarsResult<StringChunked> {
    let column = frame.column(name)?;
    match column.dtype() {
        // The same text as a cast, in a tenth of the time.
        DataType::Date => {
            let days = column.date()?.physical().iter().map(|d| d.map(|d| day::of_number(d).to_string()));
            Ok(days.collect::<StringChunked>().with_name(name.into()))
        }
        _ => Ok(column.cast(&DataType::String)?.str()?.clone()),
    }
}

/// A column of pseudonyms, computed by all threads.
fn keys(name: &str, height: usize, key: impl Fn(usize) -> Option<Key> + Sync + Send) -> Column {
    let keys: Vec<Option<Key>> = (0..height).into_par_iter().map(key).collect();
    keys.into_iter().map(|key| key.map(hex)).collect::<StringChunked>().with_name(name.into()).into_column()
}

/// Pseudonyms of a file's participants; they depend on the centre where the file has a column for it.
fn participants(secret: &Secret, contract: &Contract, frame: &DataFrame, column: &str) -> PolarsResult<Column> {
    let ids = texts(frame, column)?;
    let centres = contract.column("centre_id").map(|_| texts(frame, "centre_id")).transpose()?;
    let key = |row: usize| ids.get(row).map(|id| secret.participant(centres.as_ref().and_then(|c| c.get(row)), id));
    Ok(keys("participant_key", frame.height(), key))
}

/// The column of the numbers of the pupils with these codes.
fn numbers(vault: &Vault, codes: &[Option<u32>]) -> Column {
    let numbers: Vec<Option<i32>> = codes.iter().map(|code| code.and_then(|code| vault.pupils.number(code))).collect();
    Column::new(PUPIL.into(), numbers)
}

/// Merges the personal columns of a table into its sheet of the vault. The sheet's key is that of the pupil or participant
/// in a table of those, and the row key elsewhere.
fn keep_personal(
    contract: &Contract,
    frame: &DataFrame,
    (row_keys, own_keys): (Column, Option<Column>),
    absent: &[&contract::Column],
    vault: &mut Vault,
) -> Result<()> {
    if !contract.columns.iter().any(|c| c.vault) {
        return Ok(());
    }
    let mut columns = vec![row_keys];
    let ids = ["pupil_id", "other_pupil_id", "centre_id", "participant_id"];
    for column in contract.columns.iter().filter(|c| c.vault || ids.contains(&c.name.as_str())) {
        columns.push(frame.column(&column.name).frame_err()?.clone());
    }
    let key = own_keys.as_ref().map_or(ROW_KEY.into(), |keys| keys.name().clone());
    columns.extend(own_keys);
    let mut rows = DataFrame::new_infer_height(columns).frame_err()?;
    let names: Vec<String> = absent.iter().filter(|c| c.vault).map(|c| c.name.clone()).collect();
    if !names.is_empty()
        && let Some(before) = vault.sheet(&contract.table, None)?
    {
        rows = filled_from(rows, &before, &key, &names)?;
    }
    vault.merge(&contract.table, &key, rows)
}

/// The columns that a file lacks, without those of the key: their stored values are kept.
#[must_use]
pub fn absent<'a>(contract: &'a Contract, plan: &Plan) -> Vec<&'a contract::Column> {
    let columns = contract.columns.iter().zip(&plan.from);
    columns
        .filter(|(column, from)| **from == plan::From::Nowhere && !contract.key.contains(&column.name))
        .map(|(column, _)| column)
        .collect()
}

/// Fills the columns that a file lacks from the latest known row of the same key: of an earlier file of this run, else of
/// the store.
///
/// # Errors
/// A staging error.
pub fn keep_absent(
    contract: &Contract,
    frame: DataFrame,
    absent: &[&contract::Column],
    stored: Option<&DataFrame>,
    files: &[DataFrame],
) -> Result<DataFrame> {
    let kept: Vec<String> = absent
        .iter()
        .flat_map(|column| match (contract.table.as_str(), column.name.as_str()) {
            ("pupils", "birth_date") => vec!["first_september"],
            ("contacts" | "link_decisions", "by") => vec!["by_key"],
            (_, "other_pupil_id") => vec![OTHER_PUPIL],
            _ if column.kind == Kind::PupilId => vec!["pupil_key", PUPIL],
            _ if column.kind == Kind::ParticipantId => vec!["participant_key"],
            (_, name) => vec![name],
        })
        .filter(|name| frame.column(name).is_ok())
        .map(String::from)
        .collect();
    if kept.is_empty() {
        return Ok(frame);
    }
    let columns: Vec<Expr> = kept.iter().map(String::as_str).chain([ROW_KEY]).map(col).collect();
    let known: Vec<LazyFrame> = stored.into_iter().chain(files).map(|known| known.clone().lazy().select(columns.clone())).collect();
    if known.is_empty() {
        return Ok(frame);
    }
    let before = concat(known, UnionArgs::default()).frame_err()?.collect().frame_err()?;
    let before = before.unique_stable(Some(&[ROW_KEY.to_string()]), UniqueKeepStrategy::Last, None).frame_err()?;
    filled_from(frame, &before, ROW_KEY, &kept)
}

/// Fills empty cells of `columns` from the row of the same key in `before`; the order of rows and columns stays.
fn filled_from(rows: DataFrame, before: &DataFrame, key: &str, columns: &[String]) -> Result<DataFrame> {
    let known: Vec<&str> = columns.iter().map(String::as_str).filter(|name| before.column(name).is_ok()).collect();
    let order: Vec<Expr> = rows.get_column_names().iter().map(|name| col(name.as_str())).collect();
    let before = before.clone().lazy().select(known.iter().copied().chain([key]).map(col).collect::<Vec<_>>());
    let left_join = JoinArgs { suffix: Some("_before".into()), maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) };
    let filled = known.iter().map(|name| coalesce(&[col(*name), col(format!("{name}_before"))]).alias(*name)).collect::<Vec<_>>();
    rows.lazy().join(before, [col(key)], [col(key)], left_join).with_columns(filled).select(order).collect().frame_err()
}

/// Pseudonym of a member of staff.
fn staff_key(secret: &Secret, name: &str) -> Key {
    secret.key("staff", &[name.trim().to_lowercase().as_bytes()])
}

/// The year of the first 1 September on which a child born that day has completed 0 years:
/// completed years on 1 September of year Y = Y − this.
fn first_september(birth_days: i32) -> i32 {
    let birth = day::of_number(birth_days);
    birth.year() + i32::from((birth.month(), birth.day()) > (9, 1))
}

/// The result of [`merge`].
pub struct Merged {
    /// All rows that count now, in the stored columns.
    pub frame: DataFrame,
    /// Number of superseded rows, one entry per file.
    pub superseded: Vec<u64>,
    /// Superseded rows of other values: position of the file, of the file whose row counts, and the difference.
    pub conflicts: Vec<(u32, u32, Difference)>,
    /// Rows of other values than the stored ones: position of the file, and the difference.
    pub corrections: Vec<(u32, Difference)>,
    /// Whether anything differs from the stored rows.
    pub changed: bool,
}

/// How many rows of one key differ, and in which columns.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Rows that differ.
    pub rows: u64,
    /// Names of the columns.
    pub columns: Vec<String>,
}

/// Merges new rows (one frame per file, in order) with the stored ones. The latest row of each key counts; where a new row
/// only repeats a stored one, the stored row stays, with its run.
///
/// # Errors
/// A staging error.
pub fn merge(files: Vec<DataFrame>, stored: Option<DataFrame>, sort_by: &str, run_id: &str) -> Result<Merged> {
    let count = files.len();
    let mut numbered = Vec::with_capacity(count);
    for (at, mut file) in (0_u32..).zip(files) {
        let height = file.height();
        file.with_column(Column::new("_file".into(), vec![at; height])).frame_err()?;
        numbered.push(file.lazy());
    }
    let all = concat(numbered, UnionArgs { parallel: false, rechunk: true, ..UnionArgs::default() }).frame_err()?.collect().frame_err()?;
    let content: Vec<String> = all.get_column_names().iter().map(ToString::to_string).filter(|n| n != "_file").collect();
    let last = all.unique_stable(Some(&[ROW_KEY.to_string()]), UniqueKeepStrategy::Last, None).frame_err()?;
    let compared: Vec<&str> = content.iter().map(String::as_str).filter(|name| ![ROW_KEY, SAVED].contains(name)).collect();
    // Where no key occurs twice, there is nothing to compare.
    let conflicts = if last.height() == all.height() { Vec::new() } else { differences(&all, &last, &compared)? };
    let superseded = per_file(&all, count)?.iter().zip(per_file(&last, count)?).map(|(before, after)| before - after).collect();
    let corrections = match &stored {
        None => Vec::new(),
        Some(stored) => {
            let stored = stored.clone().lazy().with_column(lit(u32::MAX).alias("_file")).collect().frame_err()?;
            differences(&last, &stored, &compared)?.into_iter().map(|(file, _, difference)| (file, difference)).collect()
        }
    };
    let new = last.drop("_file").frame_err()?;
    // A row that is handed in again unchanged is not new, whenever it was saved.
    let on: Vec<Expr> = content.iter().filter(|c| *c != SAVED).map(|c| col(c.as_str())).collect();
    let equal = |how: JoinType| JoinArgs { nulls_equal: true, ..JoinArgs::new(how) };
    let with_run = |frame: DataFrame| frame.lazy().with_column(lit(run_id).alias(KNOWN_FROM));
    let (frame, changed) = match stored {
        None => {
            let changed = new.height() > 0;
            (with_run(new).collect().frame_err()?, changed)
        }
        Some(stored) => {
            let fresh =
                new.clone().lazy().join(stored.clone().lazy(), on.clone(), on.clone(), equal(JoinType::Anti)).collect().frame_err()?;
            let changed = fresh.height() > 0;
            let kept = stored.lazy().join(fresh.clone().lazy(), [col(ROW_KEY)], [col(ROW_KEY)], JoinArgs::new(JoinType::Anti));
            let mut columns: Vec<Expr> = content.iter().map(|c| col(c.as_str())).collect();
            columns.push(col(KNOWN_FROM));
            (
                concat([kept.select(columns.clone()), with_run(fresh).select(columns)], UnionArgs::default())
                    .frame_err()?
                    .collect()
                    .frame_err()?,
                changed,
            )
        }
    };
    // Row keys are unique: with them the order is total.
    let frame = frame.sort([sort_by, ROW_KEY], SortMultipleOptions::default()).frame_err()?;
    Ok(Merged { frame, superseded, conflicts, corrections, changed })
}

/// The differences between rows of `left` and the rows of the same key in `right`, for each pair of files.
fn differences(left: &DataFrame, right: &DataFrame, columns: &[&str]) -> Result<Vec<(u32, u32, Difference)>> {
    let differs = |name: &&str| col(*name).neq_missing(col(format!("{name}_other"))).alias(*name);
    let any = columns.iter().map(|name| col(*name)).reduce(Expr::or).unwrap_or_else(|| lit(false));
    let sums = columns.iter().map(|name| col(*name).cast(DataType::UInt32).sum());
    let found = left
        .clone()
        .lazy()
        .join(
            right.clone().lazy(),
            [col(ROW_KEY)],
            [col(ROW_KEY)],
            JoinArgs { suffix: Some("_other".into()), ..JoinArgs::new(JoinType::Inner) },
        )
        .select([col("_file"), col("_file_other")].into_iter().chain(columns.iter().map(differs)).collect::<Vec<_>>())
        .filter(any)
        .group_by([col("_file"), col("_file_other")])
        .agg([len().alias("_rows")].into_iter().chain(sums).collect::<Vec<_>>())
        .sort(["_file", "_file_other"], SortMultipleOptions::default())
        .collect()
        .frame_err()?;
    let numbers = |name: &str| -> PolarsResult<Vec<u32>> {
        Ok(found.column(name)?.cast(&DataType::UInt32)?.u32()?.iter().map(Option::unwrap_or_default).collect())
    };
    let (files, kept, rows) = (numbers("_file").frame_err()?, numbers("_file_other").frame_err()?, numbers("_rows").frame_err()?);
    let counts = columns.iter().map(|name| Ok((*name, numbers(name)?))).collect::<PolarsResult<Vec<_>>>().frame_err()?;
    let difference = |at: usize| Difference {
        rows: rows[at].into(),
        columns: counts.iter().filter(|(_, sums)| sums[at] > 0).map(|(name, _)| (*name).to_string()).collect(),
    };
    Ok((0..files.len()).map(|at| (files[at], kept[at], difference(at))).collect())
}

/// Number of rows of each file.
fn per_file(frame: &DataFrame, count: usize) -> Result<Vec<u64>> {
    let mut counts = vec![0; count];
    for file in frame.column("_file").frame_err()?.u32().frame_err()?.iter().flatten() {
        counts[file as usize] += 1;
    }
    Ok(counts)
}
