//! Reads the two registers, attendance and marks, into packed rows, one shelf per school and period.
//!
//! A run reads tens of millions of rows, so they are never kept as text. [`super::settle`] sorts, settles and writes them.

use std::collections::BTreeMap;
use std::sync::{Mutex, RwLock};

use az::UnwrappedAs;
use chrono::{Datelike, Days, NaiveDate};
use hashbrown::HashMap;
use prane_base::day::{self, school_year_of};
use prane_contract::plan::Plan;
use prane_contract::reject::Reject;
use prane_contract::value::{Cell, Dialect, World, judge};
use prane_contract::{Contract, Kind};
use prane_vault::identity::{Pupils, Secret};

use super::memo::{Memo, REFUSED};
use super::packed::{MOST_SUBJECTS, Packed};
use crate::extract::{At, Taker};

/// Partition of a register: a school year and, for attendance, the month of the Monday of a day's week, so that a week is
/// never split; for marks the term, because rules compute means of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First year of the school year.
    pub school_year: i32,
    /// Attendance: year × 12 + month from 0, of the Monday. Marks: the term, below [`Self::TERMS`].
    pub slot: i32,
}

impl Period {
    const TERMS: i32 = 100;

    /// The period of a day, or of a term of the day's school year.
    #[must_use]
    pub fn of(day: NaiveDate, term: Option<u32>, year_starts: (u32, u32)) -> Self {
        let monday = day::of_number(day::monday(day::number(day)));
        let slot = match term {
            Some(term) => term.unwrapped_as(),
            None => monday.year() * 12 + monday.month0().cast_signed(),
        };
        Self { school_year: school_year_of(day, year_starts), slot }
    }

    /// The day from which the days of a period are counted: its first Monday, or the year before a term's school year.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        if self.slot < Self::TERMS {
            return first_of_month(self.school_year, 1);
        }
        let first = first_of_month(self.slot.div_euclid(12), self.slot.rem_euclid(12).cast_unsigned() + 1);
        first + Days::new(u64::from((7 - first.weekday().num_days_from_monday()) % 7))
    }

    /// `2025-09`, `term-2`
    #[must_use]
    pub fn name(self) -> String {
        if self.slot < Self::TERMS {
            format!("term-{}", self.slot)
        } else {
            format!("{:04}-{:02}", self.slot.div_euclid(12), self.slot.rem_euclid(12) + 1)
        }
    }

    /// The partition values of its files.
    #[must_use]
    pub fn partition(self) -> BTreeMap<String, String> {
        [("school_year".to_string(), prane_base::day::school_year_name(self.school_year)), ("period".to_string(), self.name())].into()
    }

    /// The period of these partition values; `None` where they do not name one.
    #[must_use]
    pub fn from_partition(partition: &BTreeMap<String, String>) -> Option<Self> {
        let school_year = partition.get("school_year")?.split('-').next()?.parse().ok()?;
        let (year, month) = partition.get("period")?.split_once('-')?;
        let slot = if year == "term" { month.parse().ok()? } else { year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1 };
        Some(Self { school_year, slot })
    }
}

/// The first day of a month of a year that the contracts take.
fn first_of_month(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_else(|| panic!("{year}-{month:02} is no month of the calendar"))
}

/// Texts with dense codes: schools, subjects.
#[derive(Default)]
pub struct Texts {
    codes: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Texts {
    /// The code of a text, new or known.
    pub fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.texts.len().unwrapped_as();
        self.codes.insert(text.into(), code);
        self.texts.push(text.into());
        code
    }

    /// The code of a text; none where it would be one text more than `most`.
    pub fn code_within(&mut self, text: &str, most: usize) -> Option<u32> {
        (self.texts.len() < most || self.codes.contains_key(text)).then(|| self.code(text))
    }

    /// Number of texts.
    #[must_use]
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// The texts with codes in sorted order, and the new code (rank) of each old one. Threads add texts in any order, and
    /// the published bytes must not depend on it.
    #[must_use]
    pub fn ranked(&self) -> (Self, Vec<u32>) {
        let mut sorted = self.texts.clone();
        sorted.sort_unstable();
        let mut ranked = Self::default();
        for text in &sorted {
            ranked.code(text);
        }
        let ranks = self.texts.iter().map(|text| ranked.codes[text]).collect();
        (ranked, ranks)
    }

    /// The text of a code.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.texts.get(code as usize).map_or("", |t| t)
    }
}

/// What all takers of one register share.
pub struct Shared<'a> {
    /// The register's contract.
    pub contract: &'a Contract,
    /// Known ids and days that values are checked against.
    pub world: &'a World,
    /// All pupils; a new one gets a key where no extract defines which pupils exist.
    pub pupils: &'a RwLock<&'a mut Pupils>,
    /// The project's secret.
    pub secret: &'a Secret,
    /// Codes of the schools read so far.
    pub schools: &'a RwLock<Texts>,
    /// Codes of the subjects read so far.
    pub subjects: &'a RwLock<Texts>,
    /// Caches that no taker is using.
    pub memos: &'a Mutex<Vec<Memos>>,
}

/// A cache of codes for each column. It is valid for every file that writes the columns in the same dialects.
pub struct Memos {
    dialects: Vec<Dialect>,
    columns: Vec<Memo>,
}

/// Rows of one period and school, in pieces: the block of the file that a piece was read from, and its rows.
#[derive(Debug)]
pub struct Shelf<R> {
    pieces: Vec<(u32, Vec<R>)>,
}

impl<R> Default for Shelf<R> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<R: Packed> Shelf<R> {
    /// Appends a row of a block.
    pub fn push(&mut self, block: u32, row: R) {
        match self.pieces.last_mut() {
            Some((last, rows)) if *last == block => rows.push(row),
            _ => self.pieces.push((block, vec![row])),
        }
    }

    /// Appends the pieces of another shelf.
    pub fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// Keeps only the rows for which `keep` is true.
    pub fn retain(&mut self, keep: impl Fn(&R) -> bool) {
        for (_, rows) in &mut self.pieces {
            rows.retain(&keep);
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.pieces.iter().map(|(_, rows)| rows.len()).sum()
    }

    /// All rows, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        self.pieces.iter().flat_map(|(_, rows)| rows)
    }

    /// The rows in the order of their blocks. Threads take the blocks of a file in any order, but of two rows of one key in
    /// one file the one further down counts.
    #[must_use]
    pub fn into_rows(mut self) -> Vec<R> {
        self.pieces.sort_by_key(|(block, _)| *block);
        let mut all = Vec::with_capacity(self.count());
        for (_, mut rows) in self.pieces {
            all.append(&mut rows);
        }
        all
    }
}

/// The shelf of each period and school.
pub type Shelves<R> = HashMap<(Period, u32), Shelf<R>>;

/// Packs records of one file, in one thread.
pub struct RegisterTaker<'a, R> {
    shared: &'a Shared<'a>,
    plan: Plan,
    memos: Memos,
    roles: Vec<Role>,
    origin: u16,
    days: HashMap<(u32, u32), (Period, u32)>,
    last_day: Option<((u32, u32), Period, u32)>,
    last_shelf: Option<((Period, u32), usize)>,
    index: HashMap<(Period, u32), usize>,
    shelves: Vec<((Period, u32), Shelf<R>)>,
    /// Refused rows.
    pub rejects: Vec<(At, Reject)>,
}

/// The part of a packed row that a column becomes.
#[derive(Clone, Copy)]
enum Role {
    Pupil,
    School,
    Day,
    Code(usize),
}

impl<'a, R: Packed> RegisterTaker<'a, R> {
    /// A taker for the file with the number `origin`.
    #[must_use]
    pub fn new(shared: &'a Shared<'a>, plan: &Plan, origin: u16) -> Self {
        let roles = shared
            .contract
            .columns
            .iter()
            .map(|c| match (c.kind, c.name.as_str()) {
                (Kind::PupilId, _) => Role::Pupil,
                (Kind::SchoolId, _) => Role::School,
                (Kind::Date, _) => Role::Day,
                (_, "lesson" | "term") => Role::Code(0),
                (_, "status" | "subject") => Role::Code(1),
                _ => Role::Code(2),
            })
            .collect();
        let reusable = shared.memos.lock().ok().and_then(|mut unused| {
            let at = unused.iter().position(|m| m.dialects == plan.dialects)?;
            Some(unused.swap_remove(at))
        });
        let memos = reusable.unwrap_or_else(|| Memos {
            dialects: plan.dialects.clone(),
            columns: shared.contract.columns.iter().map(|_| Memo::default()).collect(),
        });
        Self {
            shared,
            plan: plan.clone(),
            memos,
            roles,
            origin,
            days: HashMap::new(),
            last_day: None,
            last_shelf: None,
            index: HashMap::new(),
            shelves: Vec::new(),
            rejects: Vec::new(),
        }
    }

    /// The packed rows, by period and school.
    #[must_use]
    pub fn into_shelves(self) -> Vec<((Period, u32), Shelf<R>)> {
        if let Ok(mut unused) = self.shared.memos.lock() {
            unused.push(self.memos);
        }
        self.shelves
    }

    fn shelf(&mut self, key: (Period, u32)) -> &mut Shelf<R> {
        let at = match self.last_shelf {
            Some((last, at)) if last == key => at,
            _ => {
                let shelves = &mut self.shelves;
                *self.index.entry(key).or_insert_with(|| {
                    shelves.push((key, Shelf::default()));
                    shelves.len() - 1
                })
            }
        };
        self.last_shelf = Some((key, at));
        &mut self.shelves[at].1
    }

    /// The period of a row, and its day within the period.
    fn locate(&mut self, days: u32, term: u32) -> (Period, u32) {
        let key = (days, if R::BY_TERM { term } else { 0 });
        if let Some((last, period, offset)) = self.last_day
            && last == key
        {
            return (period, offset);
        }
        let starts = self.shared.world.year_starts;
        let (period, offset) = *self.days.entry(key).or_insert_with(|| {
            let day = day::of_number(days.cast_signed());
            let period = Period::of(day, R::BY_TERM.then_some(term), starts);
            let offset = day.signed_duration_since(period.first_day()).num_days();
            (period, offset.unwrapped_as())
        });
        self.last_day = Some((key, period, offset));
        (period, offset)
    }

    #[cold]
    fn refuse(&mut self, at: At, fields: &[&[u8]]) {
        let reject = super::verdict::reject_of(self.shared.contract, &self.plan, self.shared.world, fields);
        self.rejects.push((at, reject));
    }
}

/// The code of a judged value in a packed row.
fn code_of(cell: &Cell<'_>, kind: Kind, shared: &Shared<'_>, codes: &[String]) -> u32 {
    match (cell, kind) {
        (Cell::Null, _) => 0,
        (Cell::Text(id), Kind::PupilId) => {
            let known = shared.pupils.read().ok().and_then(|p| p.get(id));
            match known {
                Some((code, _)) => code,
                None => shared.pupils.write().map_or(REFUSED, |mut p| p.take(shared.secret, id, None, 0)),
            }
        }
        (Cell::Text(id), Kind::SchoolId) => shared.schools.write().map_or(REFUSED, |mut s| s.code(id)),
        // 0 stands for an empty cell.
        (Cell::Text(code), Kind::Code) => (1..).zip(codes).find(|(_, known)| known == code).map_or(REFUSED, |(number, _)| number),
        (Cell::Text(text), _) => shared.subjects.write().ok().and_then(|mut s| s.code_within(text, MOST_SUBJECTS)).unwrap_or(REFUSED),
        // A packed row holds no day before 1970 and no number below 0.
        (Cell::Date(day), _) => u32::try_from(day::number(*day)).unwrap_or(REFUSED),
        (Cell::Integer(number), _) => u32::try_from(*number).unwrap_or(REFUSED),
        (Cell::Number(mark), _) => hundredths(*mark),
    }
}

/// A mark in hundredths: marks have at most two decimals.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the scale is a few hundred at most
fn hundredths(mark: f64) -> u32 {
    (mark * 100.0).round().max(0.0) as u32
}

impl<R: Packed> Taker for RegisterTaker<'_, R> {
    fn take(&mut self, at: At, fields: &[&[u8]]) {
        if fields.len() != self.plan.width {
            return self.refuse(at, fields);
        }
        let (mut pupil, mut school, mut days, mut codes) = (0, 0, 0, [0; 3]);
        let shared = self.shared;
        for (column, contract) in shared.contract.columns.iter().enumerate() {
            let raw = self.plan.raw(column, fields);
            let dialect = &self.plan.dialects[column];
            let code = self.memos.columns[column].code(raw, || {
                let Ok(text) = std::str::from_utf8(raw) else { return REFUSED };
                judge(contract, dialect, text, shared.world).map_or(REFUSED, |cell| code_of(&cell, contract.kind, shared, &contract.codes))
            });
            if code == REFUSED {
                return self.refuse(at, fields);
            }
            match self.roles[column] {
                Role::Pupil => pupil = code,
                Role::School => school = code,
                Role::Day => days = code,
                Role::Code(place) => codes[place] = code,
            }
        }
        let (period, offset) = self.locate(days, codes[0]);
        let row = R::pack(pupil, offset, codes, self.origin);
        self.shelf((period, school)).push(at.block, row);
    }
}

#[cfg(test)]
mod tests {
    use super::super::packed::PackedAttendance;
    use super::*;

    #[test]
    fn one_text_too_many_gets_no_code() {
        let mut texts = Texts::default();
        assert_eq!((texts.code_within("a", 2), texts.code_within("b", 2)), (Some(0), Some(1)));
        assert_eq!((texts.code_within("c", 2), texts.code_within("a", 2), texts.count()), (None, Some(0), 2));
    }

    #[test]
    fn a_shelf_returns_rows_in_the_order_of_the_file() {
        let row = |status| PackedAttendance::pack(1, 0, [0, status, 0], 0);
        let mut first = Shelf::default();
        first.push(0, row(1));
        first.push(2, row(3));
        first.push(2, row(4));
        let mut second = Shelf::default();
        second.push(1, row(2));
        first.append(second);
        assert_eq!(first.into_rows().iter().map(|r| r.value()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}
