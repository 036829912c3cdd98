//! Settles a register: of the rows of one key the latest counts and the others are superseded; the result is sorted and
//! written.
//!
//! A stored file is read and rewritten only if it may hold the unit of a new row: a school's week of attendance, or a
//! school's term of marks. A new week is appended; a correction rewrites the file of its school and month.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, Date32Builder, Float64Builder, Int32Builder, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::day;
use prane_base::error::{Error, Result};
use prane_base::key::{hex, unhex};
use prane_contract::Contract;
use prane_store::errors::StoreError;
use prane_store::files::{FileWriter, partition_folder};
use prane_store::{DataFile, Store, TableSpec};
use prane_vault::identity::Pupils;
use rayon::prelude::*;

use super::packed::{MOST_SUBJECTS, Packed, TextColumn};
use super::register::{Period, Shelf, Shelves, Texts};
use super::sums;

/// Approximate number of rows of a data file: a correction rewrites one such file.
const FILE_ROWS: usize = 1 << 20;
/// Rows of a batch handed to the writer.
const BATCH_ROWS: usize = 1 << 16;

/// Where a row comes from: an earlier run, or a file of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Stored by the run with this id.
    Stored(String),
    /// File of this run, by its position among the extracts.
    File(usize),
}

/// What settling counted for one origin.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Rows replaced by a later row of the same key in this run.
    pub superseded: u64,
    /// Superseded rows with another value than the row that counts.
    pub conflicts: u64,
    /// Rows that replaced a stored row of another value.
    pub corrections: u64,
}

/// Everything that settling a register needs.
pub struct Settling<'a> {
    /// The table of the register.
    pub spec: &'a TableSpec,
    /// The tables of its sums.
    pub sums: &'a [TableSpec],
    /// The contract of the register.
    pub contract: &'a Contract,
    /// Id of the run that brings the new rows.
    pub run_id: &'a str,
    /// All pupils.
    pub pupils: &'a Pupils,
    /// All schools of the rows, by code.
    pub schools: &'a Texts,
    /// All subjects of the rows, sorted.
    pub subjects: &'a Texts,
    /// Code of a subject in the packed rows → its position in `subjects`.
    pub subject_ranks: &'a [u32],
    /// Origins by their number in the packed rows; stored runs come first.
    pub origins: &'a [Origin],
    /// Lessons of a day, by school and school year, for registers that record only missed lessons.
    pub lessons: &'a BTreeMap<(String, i32), u32>,
}

/// Reads the stored rows that the new ones could replace onto the shelves; returns the files to be rewritten. Runs that
/// `runs` lacks are appended to it.
///
/// # Errors
/// A store error; a usage error where there are more subjects than a packed mark can tell apart.
pub fn recall<R: Packed>(
    store: &Store,
    spec: &TableSpec,
    contract: &Contract,
    shelves: &mut Shelves<R>,
    pupils: &Pupils,
    schools: &mut Texts,
    subjects: &mut Texts,
    runs: &mut Vec<String>,
) -> Result<Vec<DataFile>> {
    // First and last day of the units of each period and school.
    let mut units: BTreeMap<(Period, u32), (i32, i32)> = BTreeMap::new();
    for (key, rows) in shelves.iter() {
        // A sum is computed from the rows of one file, so all of its rows have to be in one file.
        let unit = if R::BY_TERM {
            (i32::MIN, i32::MAX)
        } else {
            let (Some(first), Some(last)) = (rows.iter().map(|r| r.day()).min(), rows.iter().map(|r| r.day()).max()) else { continue };
            let start = day::number(key.0.first_day());
            (start + (first / 7 * 7).cast_signed(), start + (last / 7 * 7 + 6).cast_signed())
        };
        units.insert(*key, unit);
    }
    let mut rewritten = Vec::new();
    for file in store.files(&spec.name) {
        let Some(period) = Period::from_partition(&file.partition) else { continue };
        let is_touched = units.iter().any(|((p, school), (first, last))| {
            *p == period && file.span.as_ref().is_none_or(|s| s.may_hold(schools.text(*school), *first, *last))
        });
        if is_touched {
            read_back(store, spec, contract, &file, period, shelves, pupils, schools, subjects, runs)?;
            rewritten.push(file);
        }
    }
    if subjects.count() > MOST_SUBJECTS {
        return Err(Error::usage(
            format!("{}: the new files and the stored rows beside them name more than {MOST_SUBJECTS} subjects", spec.name),
            "look whether the column subject of the new files holds subjects, and hand in fewer files at a time",
        ));
    }
    Ok(rewritten)
}

#[allow(clippy::too_many_arguments)] // one call, from recall
fn read_back<R: Packed>(
    store: &Store,
    spec: &TableSpec,
    contract: &Contract,
    file: &DataFile,
    period: Period,
    shelves: &mut Shelves<R>,
    pupils: &Pupils,
    schools: &mut Texts,
    subjects: &mut Texts,
    runs: &mut Vec<String>,
) -> Result<()> {
    let path = store.path_of(&spec.name, file);
    let store_error = |what: &str| Error::store(path.display().to_string(), what);
    let handle = std::fs::File::open(&path).map_err(|e| Error::io(&path, e))?;
    let start = day::number(period.first_day());
    let statuses = contract.column("status").map(|c| c.codes.clone());
    for batch in ParquetRecordBatchReaderBuilder::try_new(handle).store_err()?.with_batch_size(BATCH_ROWS).build().store_err()? {
        let batch = batch.store_err()?;
        let text = |name: &str| -> Result<_> {
            cast(batch.column_by_name(name).ok_or_else(|| store_error("lacks a column"))?, &DataType::Utf8).store_err()
        };
        let (keys, school_ids, known) = (text("pupil_key")?, text("school_id")?, text("known_from")?);
        let (keys, school_ids, known) = (keys.as_string::<i32>(), school_ids.as_string::<i32>(), known.as_string::<i32>());
        let dates = batch.column_by_name("date").ok_or_else(|| store_error("lacks date"))?.as_primitive::<Date32Type>();
        let number = batch
            .column_by_name(if statuses.is_some() { "lesson" } else { "term" })
            .ok_or_else(|| store_error("lacks a column"))?
            .as_primitive::<Int32Type>();
        let words = text(if statuses.is_some() { "status" } else { "subject" })?;
        let words = words.as_string::<i32>();
        let marks = batch.column_by_name("mark").map(arrow::array::AsArray::as_primitive::<Float64Type>);
        // Rows are sorted by school and pupil: each of them is looked up once, not once per row.
        let (mut last_key, mut pupil) = (None, 0);
        let (mut last_school, mut school) = (None, 0);
        for row in 0..batch.num_rows() {
            let (key, school_id) = (keys.value(row), school_ids.value(row));
            if last_key != Some(key) {
                pupil = unhex(key).and_then(|k| pupils.code(k)).ok_or_else(|| store_error("holds a pupil that the vault does not know"))?;
                last_key = Some(key);
            }
            if last_school != Some(school_id) {
                school = schools.code(school_id);
                last_school = Some(school_id);
            }
            let run = if let Some(at) = runs.iter().position(|r| r == known.value(row)) {
                at
            } else {
                runs.push(known.value(row).to_string());
                runs.len() - 1
            };
            let word = match &statuses {
                Some(_) if words.is_null(row) => 0,
                Some(codes) => {
                    let known = (1..).zip(codes).find(|(_, code)| *code == words.value(row));
                    known.ok_or_else(|| store_error("holds a status that its contract does not know"))?.0
                }
                None => subjects.code(words.value(row)),
            };
            let mark = marks.map_or(0.0, |m| (m.value(row) * 100.0).round());
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `batch` wrote it from hundredths
            let codes = [if number.is_null(row) { 0 } else { number.value(row).cast_unsigned() }, word, mark as u32];
            let origin = u16::try_from(run).map_err(|_| store_error("holds rows of too many runs"))?;
            let packed = R::pack(pupil, (dates.value(row) - start).cast_unsigned(), codes, origin);
            shelves.entry((period, school)).or_default().push(0, packed);
        }
    }
    Ok(())
}

/// A data file and the files of its sums, in the order of [`Settling::sums`].
pub struct Settled {
    /// The rows.
    pub rows: DataFile,
    /// What they add up to.
    pub sums: Vec<DataFile>,
}

/// Settles all shelves and writes them; returns the new files and one tally per origin.
///
/// # Errors
/// A store error.
pub fn settle<R: Packed>(store: &Store, shelves: Shelves<R>, with: &Settling<'_>) -> Result<(Vec<Settled>, Vec<Tally>)> {
    let (rank_of, by_rank) = with.pupils.ranks();
    let results: Vec<Result<(Settled, Vec<Tally>)>> = plan(shelves, with.schools)
        .into_par_iter()
        .map(|file| {
            let mut tallies = vec![Tally::default(); with.origins.len()];
            let mut writer = SettledWriter::create(store, with, file.period, file.number)?;
            for (school, shelf) in file.schools {
                let mut rows = shelf.into_rows();
                for row in &mut rows {
                    let mut codes = row.codes();
                    if R::BY_TERM {
                        codes[1] = with.subject_ranks[codes[1] as usize];
                    }
                    *row = R::pack(rank_of[row.pupil() as usize], row.day(), codes, row.origin());
                }
                rows.sort_by_key(|r| r.order());
                let mut kept = keep_latest(&rows, with.origins, &mut tallies);
                drop(rows);
                if let Some(lessons) = with.lessons.get(&(with.schools.text(school).to_string(), file.period.school_year)) {
                    fill_lessons(&mut kept, *lessons, with.contract);
                }
                writer.write_school(with.schools.text(school), &kept, &by_rank)?;
            }
            Ok((writer.finish()?, tallies))
        })
        .collect();
    let mut files = Vec::new();
    let mut tallies = vec![Tally::default(); with.origins.len()];
    for result in results {
        let (file, file_tallies) = result?;
        files.push(file);
        for (sum, tally) in tallies.iter_mut().zip(file_tallies) {
            sum.superseded += tally.superseded;
            sum.conflicts += tally.conflicts;
            sum.corrections += tally.corrections;
        }
    }
    Ok((files, tallies))
}

/// The latest row of each key. Where a new row only repeats a stored one, the stored row stays, with its run.
fn keep_latest<R: Packed>(rows: &[R], origins: &[Origin], tallies: &mut [Tally]) -> Vec<R> {
    let is_new = |row: &R| matches!(origins.get(usize::from(row.origin())), Some(Origin::File(_)));
    let mut kept = Vec::with_capacity(rows.len());
    for group in rows.chunk_by(|a, b| a.identity() == b.identity()) {
        let Some((last, earlier)) = group.split_last() else { continue };
        let mut winner = *last;
        for row in earlier {
            let tally = &mut tallies[usize::from(if is_new(row) { row.origin() } else { last.origin() })];
            let differs = row.value() != last.value();
            if is_new(row) {
                tally.superseded += 1;
                tally.conflicts += u64::from(differs);
            } else if differs {
                tally.corrections += 1;
            } else {
                winner = *row;
            }
        }
        kept.push(winner);
    }
    kept
}

/// Adds the lessons that a register of absences leaves out on a day for which it records other lessons: the pupil was present.
fn fill_lessons<R: Packed>(rows: &mut Vec<R>, lessons: u32, contract: &Contract) {
    let present = contract.column("status").and_then(|c| (1..).zip(&c.codes).find(|(_, code)| *code == "present"));
    let Some((present, _)) = present else { return };
    let mut filled = Vec::new();
    for day in rows.chunk_by(|a, b| (a.pupil(), a.day()) == (b.pupil(), b.day())) {
        let is_by_lesson = day.iter().any(|row| row.value() != 0 && row.codes()[0] > 0);
        if let (Some(last), true) = (day.last(), is_by_lesson) {
            let missing = (1..=lessons).filter(|lesson| day.iter().all(|row| row.codes()[0] != *lesson));
            filled.extend(missing.map(|lesson| R::pack(last.pupil(), last.day(), [lesson, present, 0], last.origin())));
        }
    }
    rows.append(&mut filled);
    rows.sort_by_key(|row| row.order());
}

/// What one data file will hold.
struct Planned<R> {
    period: Period,
    number: usize,
    schools: Vec<(u32, Shelf<R>)>,
}

/// Distributes the shelves over files of about [`FILE_ROWS`] rows. A file holds one period and whole schools, sorted.
fn plan<R: Packed>(shelves: Shelves<R>, names: &Texts) -> Vec<Planned<R>> {
    let mut by_period: BTreeMap<Period, Vec<(u32, Shelf<R>)>> = BTreeMap::new();
    for ((period, school), rows) in shelves {
        by_period.entry(period).or_default().push((school, rows));
    }
    let mut files = Vec::new();
    for (period, mut schools) in by_period {
        schools.sort_by(|a, b| names.text(a.0).cmp(names.text(b.0)));
        let mut open = Planned { period, number: 0, schools: Vec::new() };
        let mut count = 0;
        for (school, shelf) in schools {
            count += shelf.count();
            open.schools.push((school, shelf));
            if count >= FILE_ROWS {
                let next = Planned { period, number: open.number + 1, schools: Vec::new() };
                files.push(std::mem::replace(&mut open, next));
                count = 0;
            }
        }
        if !open.schools.is_empty() {
            files.push(open);
        }
    }
    files
}

/// Writes a data file and the files of its sums.
struct SettledWriter<'a> {
    with: &'a Settling<'a>,
    start: i32,
    rows: FileWriter,
    sums: Vec<FileWriter>,
}

impl<'a> SettledWriter<'a> {
    fn create(store: &Store, with: &'a Settling<'a>, period: Period, number: usize) -> Result<Self> {
        let partition = period.partition();
        let relative = format!("{}{}-{number:04}.parquet", partition_folder(with.spec, &partition), with.run_id);
        let file = |spec: &TableSpec| FileWriter::create(&store.folder(&spec.name), spec, relative.clone(), partition.clone());
        let sums = with.sums.iter().map(file).collect::<Result<_>>()?;
        Ok(Self { with, start: day::number(period.first_day()), rows: file(with.spec)?, sums })
    }

    fn write_school<R: Packed>(&mut self, school: &str, rows: &[R], by_rank: &[u32]) -> Result<()> {
        for chunk in rows.chunks(BATCH_ROWS) {
            self.rows.write(&self.batch(school, chunk, by_rank)?)?;
            let days = chunk.iter().map(|r| r.day().cast_signed());
            if let (Some(first), Some(last)) = (days.clone().min(), days.max()) {
                self.rows.widen(school, self.start + first, self.start + last);
            }
        }
        for (writer, batch) in self.sums.iter_mut().zip(sums::sum(self.with, school, rows, self.start, by_rank)?) {
            writer.write(&batch)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Settled> {
        Ok(Settled { rows: self.rows.finish()?, sums: self.sums.into_iter().map(FileWriter::finish).collect::<Result<_>>()? })
    }

    fn batch<R: Packed>(&self, school: &str, rows: &[R], by_rank: &[u32]) -> Result<RecordBatch> {
        let (mut keys, mut schools, mut words, mut known) = (TextColumn::new(), TextColumn::new(), TextColumn::new(), TextColumn::new());
        let (mut dates, mut numbers, mut marks) =
            (Date32Builder::with_capacity(rows.len()), Int32Builder::with_capacity(rows.len()), Float64Builder::new());
        let statuses = self.with.contract.column("status").map(|c| &c.codes);
        schools.push(school, rows.len());
        for pupil in rows.chunk_by(|a, b| a.pupil() == b.pupil()) {
            keys.push(&hex(self.with.pupils.key(by_rank[pupil[0].pupil() as usize])), pupil.len());
        }
        for run in rows.chunk_by(|a, b| a.origin() == b.origin()) {
            known.push(
                match self.with.origins.get(usize::from(run[0].origin())) {
                    Some(Origin::Stored(run_id)) => run_id,
                    _ => self.with.run_id,
                },
                run.len(),
            );
        }
        for run in rows.chunk_by(|a, b| a.codes()[1] == b.codes()[1]) {
            let code = run[0].codes()[1];
            match statuses {
                Some(codes) => match codes.get((code as usize).wrapping_sub(1)) {
                    Some(status) => words.push(status, run.len()),
                    None => (0..run.len()).for_each(|_| words.push_null()),
                },
                None => words.push(self.with.subjects.text(code), run.len()),
            }
        }
        for row in rows {
            let [number, _, mark] = row.codes();
            dates.append_value(self.start + row.day().cast_signed());
            numbers.append_option((number > 0).then_some(number.cast_signed()));
            if statuses.is_none() {
                marks.append_value(f64::from(mark) / 100.0);
            }
        }
        let mut columns: BTreeMap<&str, Arc<dyn Array>> = BTreeMap::from([
            ("pupil_key", keys.finish()),
            ("school_id", schools.finish()),
            ("known_from", known.finish()),
            ("date", Arc::new(dates.finish()) as Arc<dyn Array>),
            (if statuses.is_some() { "lesson" } else { "term" }, Arc::new(numbers.finish()) as Arc<dyn Array>),
            (if statuses.is_some() { "status" } else { "subject" }, words.finish()),
        ]);
        if statuses.is_none() {
            columns.insert("mark", Arc::new(marks.finish()));
        }
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for field in self.with.spec.columns.fields() {
            let array = columns.remove(field.name().as_str()).ok_or_else(|| Error::Bug(format!("no column {}", field.name())))?;
            fields.push(field.as_ref().clone().with_data_type(array.data_type().clone()));
            arrays.push(array);
        }
        RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), arrays).store_err()
    }
}

#[cfg(test)]
mod tests {
    use super::super::packed::PackedAttendance;
    use super::*;

    #[test]
    fn the_later_file_wins_and_a_repeated_row_keeps_its_run() {
        let origins = [Origin::Stored("night-1".into()), Origin::File(0), Origin::File(1)];
        let mut tallies = vec![Tally::default(); 3];
        let row = |pupil, status, origin| PackedAttendance::pack(pupil, 0, [0, status, 0], origin);
        let rows = [row(1, 1, 0), row(1, 1, 2), row(2, 1, 0), row(2, 2, 1), row(2, 3, 2), row(3, 1, 1)];
        let kept = keep_latest(&rows, &origins, &mut tallies);
        assert_eq!(kept.iter().map(|r| (r.pupil(), r.value(), r.origin())).collect::<Vec<_>>(), [(1, 1, 0), (2, 3, 2), (3, 1, 1)]);
        assert_eq!(tallies[1], Tally { superseded: 1, conflicts: 1, corrections: 0 });
        assert_eq!(tallies[2], Tally { superseded: 0, conflicts: 0, corrections: 1 });
    }
}
