//! One school year: how each pupil spends it, day by day.

use std::collections::BTreeMap;

use az::UnwrappedAs;
use chrono::{Datelike, Days, NaiveDate};
use rayon::prelude::*;

use super::days::{day, first_day, session_days};
use super::dice::{Dice, For, count};
use super::hard::{self, Second};
use super::world::World;

/// The session days of a school year.
pub(super) struct Span {
    pub(super) start: i32,
    pub(super) days: Vec<NaiveDate>,
}

/// The school years to write; the last is cut to its first part where `years` has a fraction.
pub(super) fn spans(first: i32, years: f32) -> Vec<Span> {
    let mut left = if years.is_finite() { years.clamp(0.05, 30.0) } else { 1.0 };
    let mut spans = Vec::new();
    let mut start = first;
    while left > 0.001 {
        let may = day(start + 1, 5, 31);
        let friday = may - Days::new(u64::from((may.weekday().num_days_from_monday() + 3) % 7));
        let mut days = session_days(first_day(start), friday);
        if left < 1.0 {
            // In whole thousandths, so that the number of days does not depend on float arithmetic.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 999")]
            let thousandths = (left * 1000.0).round() as usize;
            days.truncate((days.len() * thousandths / 1000).max(1));
        }
        spans.push(Span { start, days });
        left -= 1.0;
        start += 1;
    }
    spans
}

/// Events of a whole school in a year. Days are positions among the session days of the year.
pub(super) struct SchoolYear {
    /// A day on which this school is closed; its calendar lacks it.
    pub(super) closed: Option<u16>,
    /// Days of snow, on which most pupils are absent.
    pub(super) snow: [Option<u16>; 2],
    /// First day for which the school hands in nothing.
    pub(super) silent_from: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Usual,
    Chronic,
    Sliding,
    Vanishing,
    Hidden,
    NeverArrived,
}

/// How one pupil spends one year.
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) school: u32,
    /// Day of the move and the new school.
    pub(super) moved: Option<(u16, u32)>,
    /// Enrolled on days `from..to`.
    pub(super) from: u16,
    pub(super) to: u16,
    pub(super) exit: Option<&'static str>,
    /// Usual absence, in 1/10,000 of days.
    pub(super) rate: u32,
    /// Day from which the kind has an effect.
    pub(super) turn: u16,
}

impl Plan {
    pub(super) fn school_on(&self, day: u16) -> u32 {
        match self.moved {
            Some((from, school)) if day >= from => school,
            _ => self.school,
        }
    }
}

/// A pupil's enrolment at a school, on days `from..to`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    pub(super) school: u32,
    pub(super) pupil: u32,
    pub(super) from: u16,
    pub(super) to: u16,
    /// The pupil's number at this school.
    pub(super) number: u32,
}

pub(super) struct Year {
    pub(super) index: usize,
    pub(super) start: i32,
    pub(super) days: Vec<NaiveDate>,
    /// The first day that belongs to `later/`.
    pub(super) cut: usize,
    pub(super) schools: Vec<SchoolYear>,
    /// Pupils who got a second number at the school that they moved to.
    pub(super) second: BTreeMap<u32, Second>,
}

/// Statuses as bytes; 0 = no row.
pub(super) const STATUS: [&[u8]; 5] = [b"", b"present", b"absent", b"excused", b"late"];
const PRESENT: u8 = 1;
const ABSENT: u8 = 2;
const EXCUSED: u8 = 3;
const LATE: u8 = 4;
/// Lengths of spells of absence, mean 11/7 days.
const SPELLS: [u8; 7] = [1, 1, 1, 1, 2, 2, 3];

impl Year {
    pub(super) fn new(world: &World, index: usize, span: Span, extra: usize) -> Self {
        let n = count(span.days.len());
        let schools = (0..world.schools.len())
            .map(|s| {
                let mut dice = Dice::new(world.seed, For::SchoolYear, (s as u64) << 8 | index as u64);
                // Snow falls in the middle of the year, at every school alike.
                let winter = |dice: &mut Dice| dice.chance(2500).then(|| short(n * 4 / 10 + dice.below(n * 3 / 10)));
                let snow = [winter(&mut dice), winter(&mut dice)];
                let closed = dice.chance(1000).then(|| short(dice.below(n)));
                let silent_from = if dice.chance(40) { short(n.saturating_sub(10)) } else { u16::MAX };
                SchoolYear { closed, snow, silent_from }
            })
            .collect();
        let cut = span.days.len().saturating_sub(extra).max(1);
        let mut year = Self { index, start: span.start, days: span.days, cut, schools, second: BTreeMap::new() };
        year.second = hard::second_numbers(world, &year);
        year
    }

    /// Last session day that goes into `inbox/`.
    pub(super) fn last_day(&self) -> NaiveDate {
        self.days.get(self.cut - 1).copied().unwrap_or_default()
    }

    /// The number of a pupil on a day: its position, or a second number after a move.
    pub(super) fn number_on(&self, pupil: u32, day: u16) -> u32 {
        self.second.get(&pupil).filter(|second| day >= second.from).map_or(pupil, |second| second.number)
    }

    /// Grade level of a pupil this year; 0 or less = not yet at school.
    pub(super) fn grade(&self, world: &World, pupil: u32) -> u8 {
        let back = (world.years - 1 - self.index).unwrapped_as::<u8>();
        world.pupils[pupil as usize].grade.saturating_sub(back)
    }

    /// How a pupil spends this year; `None` = not enrolled at all.
    pub(super) fn plan(&self, world: &World, pupil: u32) -> Option<Plan> {
        let last_grade = world.pupils[pupil as usize].grade;
        let mut school = world.pupils[pupil as usize].school;
        for index in 0..=self.index {
            if usize::from(last_grade) + index < world.years {
                continue;
            }
            let mut plan = draw(world, pupil, index, school, count(self.days.len()));
            if let Some(elder) = hard::elder(world, pupil) {
                // Twins come, move and leave together.
                let Plan { moved, from, to, exit, .. } = draw(world, elder, index, school, count(self.days.len()));
                plan = Plan { moved, from, to, exit, ..plan };
            }
            if index == self.index {
                return Some(plan);
            }
            if plan.exit.is_some() {
                return None;
            }
            school = plan.school_on(u16::MAX);
        }
        None
    }

    /// Every enrolment, sorted by school and pupil.
    pub(super) fn seats(&self, world: &World) -> Vec<Seat> {
        let mut seats: Vec<Seat> = (0..count(world.pupils.len()))
            .into_par_iter()
            .filter_map(|pupil| self.plan(world, pupil).map(|plan| (pupil, plan)))
            .flat_map_iter(|(pupil, plan)| {
                let until = plan.moved.map_or(plan.to, |(day, _)| day);
                let first = Seat { school: plan.school, pupil, from: plan.from, to: until, number: pupil };
                let second =
                    plan.moved.map(|(day, school)| Seat { school, pupil, from: day, to: plan.to, number: self.number_on(pupil, day) });
                std::iter::once(first).chain(second)
            })
            .collect();
        seats.par_sort_unstable();
        seats
    }

    /// One byte per pupil and session day (pupils are rows): the status in the register, as a position in [`STATUS`].
    pub(super) fn statuses(&self, world: &World) -> Vec<u8> {
        let n = self.days.len();
        let mut all = vec![0_u8; world.pupils.len() * n];
        all.par_chunks_mut(n.max(1)).enumerate().for_each(|(pupil, days)| self.fill(world, count(pupil), days));
        all
    }

    fn fill(&self, world: &World, pupil: u32, days: &mut [u8]) {
        let Some(plan) = self.plan(world, pupil) else { return };
        let mut dice = Dice::new(world.seed, For::Days, u64::from(pupil) << 8 | self.index as u64);
        let gaps = self.class_gaps(world, pupil, plan.school);
        let (mut away, mut kind) = (0_u8, ABSENT);
        for d in plan.from..plan.to {
            let school = &self.schools[plan.school_on(d) as usize];
            let status = if school.snow.contains(&Some(d)) && dice.chance(7200) {
                if dice.chance(6000) { EXCUSED } else { ABSENT }
            } else if away > 0 {
                away -= 1;
                kind
            } else {
                let (status, more) = ordinary(&plan, d, &mut dice);
                (away, kind) = (more, status);
                status
            };
            let missing = school.closed == Some(d) || d >= school.silent_from || gaps.contains(&d);
            days[usize::from(d)] = if missing { 0 } else { status };
        }
    }

    /// Days on which nobody filled in the register of a pupil's class.
    fn class_gaps(&self, world: &World, pupil: u32, school: u32) -> [u16; 3] {
        let section = u64::from(world.pupils[pupil as usize].section);
        let class = u64::from(school) << 24 | u64::from(self.grade(world, pupil)) << 16 | section << 8 | self.index as u64;
        let mut dice = Dice::new(world.seed, For::ClassGaps, class);
        let n = count(self.days.len());
        [0, 1, 2].map(|_| if dice.chance(5000) { short(dice.below(n)) } else { u16::MAX })
    }
}

/// One day without snow and outside a spell of absence: status, and number of further days with it.
fn ordinary(plan: &Plan, d: u16, dice: &mut Dice) -> (u8, u8) {
    let turned = d >= plan.turn;
    let rate = match plan.kind {
        Kind::NeverArrived => return (ABSENT, 0),
        Kind::Vanishing if turned => return (ABSENT, 0),
        Kind::Hidden if turned => return (if dice.chance(800) { PRESENT } else { ABSENT }, 0),
        // The rate rises to nearly half of all days within twelve weeks.
        Kind::Sliding if turned => plan.rate + u32::from(d - plan.turn).min(60) * 70,
        _ => plan.rate,
    };
    if dice.chance(rate * 7 / 11) {
        let excused = if plan.kind == Kind::Usual { 4500 } else { 2500 };
        let status = if dice.chance(excused) { EXCUSED } else { ABSENT };
        return (status, SPELLS[dice.below(7) as usize] - 1);
    }
    (if dice.chance(150) { LATE } else { PRESENT }, 0)
}

fn draw(world: &World, pupil: u32, index: usize, school: u32, days: u32) -> Plan {
    let mut dice = Dice::new(world.seed, For::PupilYear, u64::from(pupil) << 8 | index as u64);
    let (kind, rate) = match dice.below(10_000) {
        0..=7 => (Kind::NeverArrived, 0),
        8..=24 => (Kind::Hidden, 500),
        25..=59 => (Kind::Vanishing, 700),
        60..=249 => (Kind::Sliding, dice.between(200, 600)),
        250..=849 => (Kind::Chronic, dice.between(900, 2500)),
        _ => (Kind::Usual, 150 + dice.below(250) + dice.below(250)),
    };
    let turn = short(days * dice.between(35, 92) / 100);
    let mut plan = Plan { kind, school, moved: None, from: 0, to: short(days), exit: None, rate, turn };
    match dice.below(10_000) {
        0..=149 => {
            let to = world.neighbour(school, dice.below(6));
            let day = short((days * dice.between(10, 90) / 100).max(1));
            plan.moved = (to != school).then_some((day, to));
        }
        150..=189 => plan.from = short(days * dice.between(5, 70) / 100),
        190..=229 => {
            plan.to = short((days * dice.between(20, 95) / 100).max(1));
            plan.exit = Some(*dice.pick(&[&"left_country", &"left_country", &"dropped_out", &"turned_16", &"other"]));
        }
        _ => {}
    }
    plan
}

/// A day's position; a school year has some two hundred.
fn short(n: u32) -> u16 {
    n.unwrapped_as()
}
