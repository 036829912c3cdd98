//! Sums of settled rows, computed while the rows are sorted in memory: a pupil's month with one bit per day, a school's days,
//! a pupil's marks in a subject. They depend on the rows alone, so that only a correction changes a sum; which days count on
//! a night (`as_of`, disrupted days, days off the calendar) is left to SQL.
//!
//! The sums of a data file are in files of the same name in their own tables. Settling keeps the days of a school's week, and
//! the marks of a school's term, in one file, so each sum is complete.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow::datatypes::Schema;
use az::UnwrappedAs;
use prane_base::day;
use prane_base::error::Result;
use prane_base::key::hex;
use prane_store::TableSpec;
use prane_store::errors::StoreError;

use super::packed::{Packed, TextColumn};
use super::settle::Settling;

/// Parts of a day: divisible by every number of lessons to 16, so that fractions of days add up exactly.
const PARTS: i32 = 720_720;

/// The sums of one school's rows, which must be sorted and of one period: one batch for each table of
/// [`prane_store::tables::sums_of`].
///
/// `start` is the first day of the period; `by_rank` gives the code of a pupil's rank.
///
/// # Errors
/// A bug: columns that do not fit their table.
pub fn sum<R: Packed>(with: &Settling<'_>, school: &str, rows: &[R], start: i32, by_rank: &[u32]) -> Result<Vec<RecordBatch>> {
    let pupil_of = |row: &R| {
        let code = by_rank[row.pupil() as usize];
        (hex(with.pupils.key(code)), with.pupils.number(code).unwrap_or(-1))
    };
    let columns = if R::BY_TERM { marks(with, school, rows, start, &pupil_of) } else { attendance(with, school, rows, start, &pupil_of) };
    with.sums.iter().zip(columns).map(|(spec, columns)| batch(spec, columns)).collect()
}

fn batch(spec: &TableSpec, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    let fields: Vec<_> =
        spec.columns.fields().iter().zip(&columns).map(|(f, c)| f.as_ref().clone().with_data_type(c.data_type().clone())).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).store_err()
}

fn repeated(text: &str, count: usize) -> ArrayRef {
    let mut column = TextColumn::new();
    column.push(text, count);
    column.finish()
}

fn dates(days: Vec<i32>) -> ArrayRef {
    Arc::new(Date32Array::from(days))
}

fn integers(numbers: Vec<i32>) -> ArrayRef {
    Arc::new(Int32Array::from(numbers))
}

/// Builds the columns `pupil_key` and `pupil`.
#[derive(Default)]
struct PupilColumns {
    keys: TextColumn,
    numbers: Vec<i32>,
}

impl PupilColumns {
    /// Appends a pupil's key and number `count` times.
    fn push(&mut self, (key, number): &(String, i32), count: usize) {
        if count > 0 {
            self.keys.push(key, count);
            self.numbers.extend(std::iter::repeat_n(*number, count));
        }
    }

    fn finish(self) -> [ArrayRef; 2] {
        [self.keys.finish(), integers(self.numbers)]
    }
}

/// A status of attendance, as sums count it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Empty, or not required that day: not a record.
    None,
    Present,
    Absent,
    Excused,
    Late,
}

/// Statuses by their code in a packed row.
fn statuses(codes: &[String]) -> Vec<Status> {
    let status = |code: &String| match code.as_str() {
        "present" => Status::Present,
        "absent" => Status::Absent,
        "excused" => Status::Excused,
        "late" => Status::Late,
        _ => Status::None,
    };
    std::iter::once(Status::None).chain(codes.iter().map(status)).collect()
}

/// A pupil's day, in [`PARTS`]: the fractions of its recorded lessons that were missed, missed without excuse, and late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    absent: i32,
    unexcused: i32,
    late: i32,
}

impl Day {
    /// The day of these rows; `None` where none of them is a record. Where lessons are recorded, a row for the whole day is
    /// ignored.
    fn of<R: Packed>(rows: &[R], statuses: &[Status]) -> Option<Self> {
        let is_lesson = |row: &R| row.codes()[0] > 0;
        let by_lessons = rows.iter().any(|r| is_lesson(r) && statuses[r.value() as usize] != Status::None);
        let (mut recorded, mut absent, mut excused, mut late) = (0, 0, 0, 0);
        for row in rows.iter().filter(|r| is_lesson(r) == by_lessons) {
            match statuses[row.value() as usize] {
                Status::None => continue,
                Status::Present => {}
                Status::Absent => absent += 1,
                Status::Excused => excused += 1,
                Status::Late => late += 1,
            }
            recorded += 1;
        }
        (recorded > 0).then(|| Self {
            absent: PARTS * (absent + excused) / recorded,
            unexcused: PARTS * absent / recorded,
            late: PARTS * late / recorded,
        })
    }

    /// Whether one bit per fraction describes the day completely.
    fn is_whole(self) -> bool {
        [self.absent, self.unexcused, self.late].iter().all(|parts| [0, PARTS].contains(parts))
    }
}

fn attendance<R: Packed>(
    with: &Settling<'_>,
    school: &str,
    rows: &[R],
    start: i32,
    pupil_of: &dyn Fn(&R) -> (String, i32),
) -> Vec<Vec<ArrayRef>> {
    let codes = with.contract.column("status").map_or(&[][..], |c| &c.codes);
    let statuses = statuses(codes);
    let (mut month_pupils, mut partial_pupils) = (PupilColumns::default(), PupilColumns::default());
    let mut months: [Vec<i64>; 5] = Default::default();
    let mut partial: [Vec<i32>; 4] = Default::default();
    let days = rows.iter().map(|r| r.day() as usize + 1).max().unwrap_or(0);
    let mut school_days: Vec<(i32, i64)> = vec![(0, 0); days];
    for pupil in rows.chunk_by(|a, b| a.pupil() == b.pupil()) {
        let mut masks = [0; 5];
        let mut partial_days = 0;
        for day in pupil.chunk_by(|a, b| a.day() == b.day()) {
            let Some(found) = Day::of(day, &statuses) else { continue };
            let bit = 1 << day[0].day();
            let parts = [found.absent, found.unexcused, found.late];
            masks[0] |= bit;
            for (mask, parts) in masks[1..].iter_mut().zip(parts) {
                *mask |= if parts == PARTS { bit } else { 0 };
            }
            let of_school = &mut school_days[day[0].day() as usize];
            of_school.0 += 1;
            of_school.1 += i64::from(found.absent);
            if !found.is_whole() {
                masks[4] |= bit;
                partial_days += 1;
                for (column, value) in partial.iter_mut().zip(std::iter::once(start + day[0].day().cast_signed()).chain(parts)) {
                    column.push(value);
                }
            }
        }
        let pupil = pupil_of(&pupil[0]);
        if masks[0] > 0 {
            month_pupils.push(&pupil, 1);
            for (column, mask) in months.iter_mut().zip(masks) {
                column.push(mask);
            }
        }
        partial_pupils.push(&pupil, partial_days);
    }
    let schools = |count: usize| repeated(school, count);
    let long = |numbers: Vec<i64>| Arc::new(Int64Array::from(numbers)) as ArrayRef;
    let (mut recorded_dates, mut recorded_days) = (Vec::new(), Vec::new());
    for (date, of_day) in (start..).zip(school_days) {
        if of_day.0 > 0 {
            recorded_dates.push(date);
            recorded_days.push(of_day);
        }
    }
    let count = months[0].len();
    let [partial_dates, parts @ ..] = partial;
    let partial_count = partial_dates.len();
    vec![
        [schools(count)].into_iter().chain(month_pupils.finish()).chain([dates(vec![start; count])]).chain(months.map(long)).collect(),
        vec![
            schools(recorded_dates.len()),
            dates(recorded_dates),
            integers(recorded_days.iter().map(|d| d.0).collect()),
            long(recorded_days.iter().map(|d| d.1).collect()),
        ],
        [schools(partial_count)]
            .into_iter()
            .chain(partial_pupils.finish())
            .chain([dates(partial_dates), dates(vec![start; partial_count])])
            .chain(parts.map(integers))
            .collect(),
    ]
}

fn marks<R: Packed>(
    with: &Settling<'_>,
    school: &str,
    rows: &[R],
    start: i32,
    pupil_of: &dyn Fn(&R) -> (String, i32),
) -> Vec<Vec<ArrayRef>> {
    let (mut subject_pupils, mut term_pupils, mut week_pupils) =
        (PupilColumns::default(), PupilColumns::default(), PupilColumns::default());
    let mut names = TextColumn::new();
    let (mut subject_terms, mut subject_sums, mut subject_marks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut terms, mut subjects, mut mean_sums) = (Vec::new(), Vec::new(), Vec::new());
    let (mut lowest, mut highest, mut last_dates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut weeks, mut week_marks) = (Vec::new(), Vec::new());
    let count = |rows: usize| rows.unwrapped_as::<i32>();
    let mark = |hundredths: u32| f64::from(hundredths) / 100.0;
    for pupil in rows.chunk_by(|a, b| a.pupil() == b.pupil()) {
        let key_and_number = pupil_of(&pupil[0]);
        let (mut pupil_subjects, mut mean_sum) = (0, 0.0);
        for subject in pupil.chunk_by(|a, b| a.codes()[1] == b.codes()[1]) {
            let [term, code, _] = subject[0].codes();
            let sum = mark(subject.iter().map(|r| r.codes()[2]).sum());
            names.push(with.subjects.text(code), 1);
            subject_terms.push(term.cast_signed());
            subject_sums.push(sum);
            subject_marks.push(count(subject.len()));
            pupil_subjects += 1;
            mean_sum += sum / f64::from(count(subject.len()));
        }
        subject_pupils.push(&key_and_number, pupil_subjects);
        term_pupils.push(&key_and_number, 1);
        terms.push(pupil[0].codes()[0].cast_signed());
        subjects.push(count(pupil_subjects));
        mean_sums.push(mean_sum);
        let [_, _, first_mark] = pupil[0].codes();
        let (least, greatest, last_day) = pupil.iter().fold((first_mark, first_mark, 0), |(least, greatest, last_day), row| {
            let [_, _, mark] = row.codes();
            (mark.min(least), mark.max(greatest), row.day().max(last_day))
        });
        lowest.push(mark(least));
        highest.push(mark(greatest));
        last_dates.push(start + last_day.cast_signed());
        let mut mondays: Vec<i32> = pupil.iter().map(|r| day::monday(start + r.day().cast_signed())).collect();
        mondays.sort_unstable();
        let before = weeks.len();
        for week in mondays.chunk_by(|a, b| a == b) {
            weeks.push(week[0]);
            week_marks.push(count(week.len()));
        }
        week_pupils.push(&key_and_number, weeks.len() - before);
    }
    let schools = |count: usize| repeated(school, count);
    let number = |numbers: Vec<f64>| Arc::new(Float64Array::from(numbers)) as ArrayRef;
    let (subject_rows, term_rows) = (subject_terms.len(), terms.len());
    let columns =
        |count: usize, pupils: PupilColumns, rest: Vec<ArrayRef>| [schools(count)].into_iter().chain(pupils.finish()).chain(rest).collect();
    vec![
        columns(subject_rows, subject_pupils, vec![integers(subject_terms), names.finish(), number(subject_sums), integers(subject_marks)]),
        columns(
            term_rows,
            term_pupils,
            vec![integers(terms), integers(subjects), number(mean_sums), number(lowest), number(highest), dates(last_dates)],
        ),
        columns(weeks.len(), week_pupils, vec![dates(weeks), integers(week_marks)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::packed::PackedAttendance;
    use super::*;

    fn day(rows: &[(u32, u32)]) -> Option<Day> {
        let codes = ["present", "absent", "excused", "late", "not_required"].map(String::from);
        let rows: Vec<PackedAttendance> =
            rows.iter().map(|(lesson, status)| PackedAttendance::pack(1, 3, [*lesson, *status, 0], 0)).collect();
        Day::of(&rows, &statuses(&codes))
    }

    #[test]
    fn a_day_counts_as_the_fraction_of_its_recorded_lessons_that_was_missed() {
        assert_eq!(day(&[(0, 2)]), Some(Day { absent: PARTS, unexcused: PARTS, late: 0 }));
        assert_eq!(day(&[(0, 3)]), Some(Day { absent: PARTS, unexcused: 0, late: 0 }));
        assert_eq!(day(&[(1, 2), (2, 3), (3, 4), (4, 1)]), Some(Day { absent: PARTS / 2, unexcused: PARTS / 4, late: PARTS / 4 }));
        // lessons that were not recorded, or not required of the pupil, are no part of the day
        assert_eq!(day(&[(1, 2), (2, 0), (3, 5)]), Some(Day { absent: PARTS, unexcused: PARTS, late: 0 }));
        assert_eq!(day(&[(0, 0)]), None);
        assert_eq!(day(&[(0, 5)]), None);
    }

    #[test]
    fn lessons_count_rather_than_a_row_for_the_whole_day() {
        assert_eq!(day(&[(0, 1), (1, 2), (2, 1)]), Some(Day { absent: PARTS / 2, unexcused: PARTS / 2, late: 0 }));
        assert_eq!(day(&[(0, 2), (1, 0)]), Some(Day { absent: PARTS, unexcused: PARTS, late: 0 }));
    }
}
