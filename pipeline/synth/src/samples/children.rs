//! One invented child: where enrolled, what the registers and the mark books say.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::days::{day, term};
use super::super::dice::mix;
use super::town::{SPRING, as_of, calendar, silent_after};

#[derive(Clone)]
pub(super) struct Seat {
    pub(super) school: usize,
    pub(super) year: i32,
    pub(super) grade: u8,
    pub(super) start: NaiveDate,
    pub(super) end: Option<(NaiveDate, &'static str)>,
}

impl Seat {
    /// A place for the whole of a school year.
    pub(super) fn whole(school: usize, year: i32, grade: u8) -> Self {
        let start = super::super::days::first_day(year);
        Self { school, year, grade, start, end: None }
    }

    pub(super) fn from(school: usize, grade: u8, start: NaiveDate) -> Self {
        Self { school, year: if start < day(2025, 9, 1) { 2024 } else { 2025 }, grade, start, end: None }
    }

    pub(super) fn until(mut self, end: NaiveDate, reason: &'static str) -> Self {
        self.end = Some((end, reason));
        self
    }

    /// Session days on which this place counts and something could be known.
    pub(super) fn days(&self) -> Vec<NaiveDate> {
        let last = self.end.map_or(as_of(), |(end, _)| end).min(as_of());
        calendar(self.school, self.year).into_iter().filter(|d| *d >= self.start && *d <= last).collect()
    }
}

pub(super) struct Mark {
    pub(super) school: usize,
    pub(super) subject: &'static str,
    pub(super) date: NaiveDate,
    pub(super) term: u32,
    pub(super) value: u32,
}

/// What a planted child is there for.
pub(super) struct Proof {
    pub(super) what: &'static str,
    /// Flags on the default `as_of`, comma separated; empty = none.
    pub(super) flags: &'static str,
}

pub(super) struct Child {
    pub(super) number: u32,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) girl: bool,
    pub(super) birth: NaiveDate,
    pub(super) national_id: Option<String>,
    pub(super) guardian_contact: &'static str,
    pub(super) seats: Vec<Seat>,
    /// (date, school) → status of the day, as the school's register has it.
    pub(super) register: BTreeMap<(NaiveDate, usize), &'static str>,
    /// (date, lesson) → status where a lesson differs from its day.
    pub(super) lessons: BTreeMap<(NaiveDate, u8), &'static str>,
    pub(super) marks: Vec<Mark>,
    pub(super) proof: Option<Proof>,
}

impl Child {
    pub(super) fn new(number: u32, name: (&str, &str), girl: bool, birth: NaiveDate) -> Self {
        Self {
            number,
            first: name.0.to_owned(),
            last: name.1.to_owned(),
            girl,
            birth,
            // Longer than a real number, so that nobody's own can come out of this.
            national_id: Some(format!("X{:010}", mix(u64::from(number)) % 10_000_000_000)),
            guardian_contact: "",
            seats: Vec::new(),
            register: BTreeMap::new(),
            lessons: BTreeMap::new(),
            marks: Vec::new(),
            proof: None,
        }
    }

    pub(super) fn id(&self) -> String {
        format!("P{:07}", self.number)
    }

    /// Enrols, present on every session day until told otherwise.
    pub(super) fn sit(&mut self, mut seat: Seat) {
        // Last year's places ended with last year: a place left open would still be one today.
        if seat.year == 2024 && seat.end.is_none() {
            seat.end = Some((day(2025, 6, 20), ""));
        }
        for date in seat.days() {
            if seat.school != SPRING || date <= silent_after() {
                self.register.insert((date, seat.school), "present");
            }
        }
        self.seats.push(seat);
    }

    /// All dates with a record, in order.
    pub(super) fn days(&self) -> Vec<NaiveDate> {
        let mut days: Vec<NaiveDate> = self.register.keys().map(|(date, _)| *date).collect();
        days.dedup();
        days
    }

    /// Dates with a record this school year, in order.
    pub(super) fn days_this_year(&self) -> Vec<NaiveDate> {
        self.days().into_iter().filter(|d| *d >= day(2025, 9, 1)).collect()
    }

    pub(super) fn school_on(&self, date: NaiveDate) -> Option<usize> {
        self.register.range((date, 0)..=(date, usize::MAX)).map(|((_, school), _)| *school).next()
    }

    /// Changes the record of a day, at every school that has one.
    pub(super) fn put(&mut self, date: NaiveDate, status: &'static str) {
        for (_, entry) in self.register.range_mut((date, 0)..=(date, usize::MAX)) {
            *entry = status;
        }
    }

    pub(super) fn put_all(&mut self, dates: &[NaiveDate], status: &'static str) {
        for date in dates {
            self.put(*date, status);
        }
    }

    /// Changes the last `n` records.
    pub(super) fn put_last(&mut self, n: usize, status: &'static str) {
        let days = self.days();
        self.put_all(&days[days.len().saturating_sub(n)..], status);
    }

    /// Spreads `n` days away evenly over this year's records but the last two; every second one excused.
    pub(super) fn spread(&mut self, n: usize) {
        let days = self.days_this_year();
        let room = days.len().saturating_sub(2);
        for i in 0..n {
            self.put(days[(i * room + room / 2) / n.max(1)], if i % 2 == 0 { "excused" } else { "absent" });
        }
    }

    /// Marks of a subject in a term, on session days of the school where the child then was. Nothing where there was none.
    pub(super) fn mark(&mut self, year: i32, subject: &'static str, wanted: u32, marks: &[u32]) {
        let from = day(year, 9, 1);
        let to = day(year + 1, 8, 31);
        let days: Vec<NaiveDate> = self.days().into_iter().filter(|d| *d >= from && *d <= to && term(*d) == wanted).collect();
        if days.len() < 10 {
            return;
        }
        // Subjects are examined on days of their own, the later mark towards the end of the term.
        let shift = usize::from(subject.as_bytes()[0] % 5);
        for (i, mark) in marks.iter().enumerate() {
            let at = days.len() * (i + 1) / (marks.len() + 1) + shift.min(days.len() / 4);
            let date = days[at.min(days.len() - 1)];
            if let Some(school) = self.school_on(date) {
                self.marks.push(Mark { school, subject, date, term: wanted, value: (*mark).clamp(4, 10) });
            }
        }
    }

    /// The class of a seat: each grade level has one.
    pub(super) fn class(grade: u8) -> String {
        format!("{grade}A")
    }
}
