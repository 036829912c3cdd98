//! What settled rows add up to, made while they lie sorted in memory: a pupil's weeks, a school's days, a pupil's marks
//! in a subject. They depend on the rows alone, so a sum never changes but by a correction; what counts on a night (its
//! day, disrupted days, days off the calendar) is left to SQL.
//!
//! The sums of a data file lie in a file of the same name beside it. Settling keeps the days of a school's week, and the
//! marks of a school's term, in one file: so each sum is whole.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow::datatypes::Schema;

use super::packed::{Packed, Texts as TextColumn};
use super::settle::Settling;
use crate::fault::Outcome;
use crate::identity::hex;
use crate::store::TableSpec;

/// Parts of a day: divisible by every number of lessons to 16, so that fractions of days add up exactly.
const PARTS: i32 = 720_720;

/// The sums of one school's rows, sorted and of one period, a batch a table of [`crate::store::tables::sums_of`].
///
/// `start` is the first day of the period; `by_rank` gives the code of a pupil's rank.
///
/// # Errors
/// A bug: columns that do not fit their table.
pub fn sum<R: Packed>(with: &Settling<'_>, school: &str, rows: &[R], start: i32, by_rank: &[u32]) -> Outcome<Vec<RecordBatch>> {
    let key = |row: &R| hex(with.pupils.key(by_rank[row.pupil() as usize]));
    let columns = if R::BY_TERM { marks(with, school, rows, start, &key) } else { attendance(with, school, rows, start, &key) };
    with.sums.iter().zip(columns).map(|(spec, columns)| batch(spec, columns)).collect()
}

fn batch(spec: &TableSpec, columns: Vec<ArrayRef>) -> Outcome<RecordBatch> {
    let fields: Vec<_> =
        spec.columns.fields().iter().zip(&columns).map(|(f, c)| f.as_ref().clone().with_data_type(c.data_type().clone())).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// Statuses that count as a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Empty, or not required that day: neither present nor absent.
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

/// A pupil's day. It counts as the fraction of its recorded lessons that was missed; it is away when all of them were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    absent: i32,
    unexcused: i32,
    late: i32,
}

impl Day {
    /// The day of these rows, if any of them is a record. Where there are lessons, they say more than a row for the
    /// whole day.
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

    /// Whether the bits of its week say all of it.
    fn is_whole(self) -> bool {
        [self.absent, self.unexcused, self.late].iter().all(|parts| [0, PARTS].contains(parts))
    }
}

fn attendance<R: Packed>(with: &Settling<'_>, school: &str, rows: &[R], start: i32, key: &dyn Fn(&R) -> String) -> Vec<Vec<ArrayRef>> {
    let codes = with.contract.column("status").map_or(&[][..], |c| &c.codes);
    let statuses = statuses(codes);
    let (mut week_keys, mut partial_keys) = (TextColumn::new(), TextColumn::new());
    let mut weeks: [Vec<i32>; 10] = Default::default();
    let mut partial: [Vec<i32>; 4] = Default::default();
    let days = rows.iter().map(|r| r.day() as usize + 1).max().unwrap_or(0);
    let mut school_days: Vec<(i32, i64)> = vec![(0, 0); days];
    for pupil in rows.chunk_by(|a, b| a.pupil() == b.pupil()) {
        let (mut weeks_met, mut partial_met) = (0, 0);
        // Periods begin on a Monday.
        for week in pupil.chunk_by(|a, b| a.day() / 7 == b.day() / 7) {
            let monday = start + (week[0].day() / 7 * 7).cast_signed();
            let mut sums = [0; 9];
            for day in week.chunk_by(|a, b| a.day() == b.day()) {
                let Some(found) = Day::of(day, &statuses) else { continue };
                let date = start + day[0].day().cast_signed();
                let bit = 1 << (date - monday);
                let parts = [found.absent, found.unexcused, found.late];
                sums[0] += 1;
                sums[4] |= bit;
                for (at, parts) in parts.into_iter().enumerate() {
                    sums[1 + at] += parts;
                    sums[5 + at] |= if parts == PARTS { bit } else { 0 };
                }
                let of_school = &mut school_days[day[0].day() as usize];
                of_school.0 += 1;
                of_school.1 += i64::from(found.absent);
                if !found.is_whole() {
                    sums[8] |= bit;
                    partial_met += 1;
                    for (column, value) in partial.iter_mut().zip(std::iter::once(date).chain(parts)) {
                        column.push(value);
                    }
                }
            }
            if sums[0] > 0 {
                weeks_met += 1;
                for (column, value) in weeks.iter_mut().zip(std::iter::once(monday).chain(sums)) {
                    column.push(value);
                }
            }
        }
        if weeks_met > 0 {
            week_keys.push(&key(&pupil[0]), weeks_met);
        }
        if partial_met > 0 {
            partial_keys.push(&key(&pupil[0]), partial_met);
        }
    }
    let schools = |count: usize| {
        let mut column = TextColumn::new();
        column.push(school, count);
        column.finish()
    };
    let dates = |days: Vec<i32>| Arc::new(Date32Array::from(days)) as ArrayRef;
    let whole = |numbers: Vec<i32>| Arc::new(Int32Array::from(numbers)) as ArrayRef;
    let (mut met, mut of_days) = (Vec::new(), Vec::new());
    for (date, of_day) in (start..).zip(school_days) {
        if of_day.0 > 0 {
            met.push(date);
            of_days.push(of_day);
        }
    }
    let [mondays, sums @ ..] = weeks;
    let [partial_dates, parts @ ..] = partial;
    vec![
        [schools(mondays.len()), week_keys.finish(), dates(mondays)].into_iter().chain(sums.map(whole)).collect(),
        vec![
            schools(met.len()),
            dates(met),
            whole(of_days.iter().map(|d| d.0).collect()),
            Arc::new(Int64Array::from_iter_values(of_days.iter().map(|d| d.1))),
        ],
        [schools(partial_dates.len()), partial_keys.finish(), dates(partial_dates)].into_iter().chain(parts.map(whole)).collect(),
    ]
}

fn marks<R: Packed>(with: &Settling<'_>, school: &str, rows: &[R], start: i32, key: &dyn Fn(&R) -> String) -> Vec<Vec<ArrayRef>> {
    let (mut schools, mut keys, mut subjects) = (TextColumn::new(), TextColumn::new(), TextColumn::new());
    let (mut terms, mut counts, mut days, mut sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pupil in rows.chunk_by(|a, b| a.pupil() == b.pupil()) {
        let mut met = 0;
        for subject in pupil.chunk_by(|a, b| a.codes()[1] == b.codes()[1]) {
            let [term, code, _] = subject[0].codes();
            met += 1;
            subjects.push(with.subjects.text(code), 1);
            terms.push(term.cast_signed());
            counts.push(i32::try_from(subject.len()).unwrap_or(i32::MAX));
            days.push(start + subject.iter().map(|r| r.day()).max().unwrap_or(0).cast_signed());
            let hundredths: u32 = subject.iter().map(|r| r.codes()[2]).sum();
            sums.push(f64::from(hundredths) / 100.0);
        }
        keys.push(&key(&pupil[0]), met);
    }
    schools.push(school, terms.len());
    vec![vec![
        schools.finish(),
        keys.finish(),
        Arc::new(Int32Array::from(terms)),
        subjects.finish(),
        Arc::new(Float64Array::from(sums)),
        Arc::new(Int32Array::from(counts)),
        Arc::new(Date32Array::from(days)),
    ]]
}

#[cfg(test)]
mod tests {
    use super::super::packed::Session;
    use super::*;

    fn day(rows: &[(u32, u32)]) -> Option<Day> {
        let codes = ["present", "absent", "excused", "late", "not_required"].map(String::from);
        let rows: Vec<Session> = rows.iter().map(|(lesson, status)| Session::pack(1, 3, [*lesson, *status, 0], 0)).collect();
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
    fn lessons_say_more_than_a_row_for_the_whole_day() {
        assert_eq!(day(&[(0, 1), (1, 2), (2, 1)]), Some(Day { absent: PARTS / 2, unexcused: PARTS / 2, late: 0 }));
        assert_eq!(day(&[(0, 2), (1, 0)]), Some(Day { absent: PARTS, unexcused: PARTS, late: 0 }));
    }
}
