//! Four schools, their calendars, and the pupils of whom nothing in particular is told.

use chrono::NaiveDate;

use super::super::days::{day, first_day, session_days};
use super::super::dice::{Dice, For, count};
use super::super::marks::subjects;
use super::super::names;
use super::children::{Child, Seat};

/// The school years of the sample, by the calendar year in which they start.
pub(super) const YEARS: [i32; 2] = [2024, 2025];
/// Grade levels of the three larger schools.
const GRADES: [u8; 9] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

pub(super) struct School {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) region: &'static str,
    pub(super) municipality: &'static str,
    /// Pupils a grade level, planted children not counted.
    others: u32,
    pub(super) grades: &'static [u8],
}

/// Full register, one row a pupil and day; its class 5A keeps a register by lesson this year.
pub(super) const LAKE: usize = 0;
/// Hands in absences only, in a layout of its own.
pub(super) const BRIDGE: usize = 1;
/// Full register; a day of snow, and a winter closing of its own in February.
pub(super) const HILL: usize = 2;
/// Has handed in nothing for two weeks.
pub(super) const SPRING: usize = 3;

pub(super) const SCHOOLS: [School; 4] = [
    School { id: "S0001", name: "Shkolla Liqeni", region: "Shkodër", municipality: "Shkodër", others: 17, grades: &GRADES },
    School { id: "S0002", name: "Shkolla Ura e Re", region: "Kukës", municipality: "Kukës", others: 10, grades: &GRADES },
    School { id: "S0003", name: "Shkolla Kodra e Diellit", region: "Dibër", municipality: "Dibër", others: 8, grades: &GRADES },
    School { id: "S0004", name: "Shkolla Burimi", region: "Dibër", municipality: "Bulqizë", others: 2, grades: &[1, 2, 3, 4, 5] },
];

pub(super) struct Town {
    pub(super) children: Vec<Child>,
}

/// Last session day on which anything is known.
pub(super) fn as_of() -> NaiveDate {
    day(2026, 2, 27)
}

/// The day on which snow kept most of Kodra e Diellit at home.
pub(super) fn snow_day() -> NaiveDate {
    day(2026, 1, 28)
}

/// Last day for which Burimi handed in a register.
pub(super) fn silent_after() -> NaiveDate {
    day(2026, 2, 13)
}

/// Session days of a school in a school year, to its end in June.
pub(super) fn calendar(school: usize, year: i32) -> Vec<NaiveDate> {
    let mut days = session_days(first_day(year), day(year + 1, 6, 20));
    if school == HILL && year == 2025 {
        days.retain(|d| *d < day(2026, 2, 2) || *d > day(2026, 2, 13));
    }
    days
}

/// Session days of a school in this school year up to `as_of`.
pub(super) fn days_so_far(school: usize) -> Vec<NaiveDate> {
    let mut days = calendar(school, 2025);
    days.retain(|d| *d <= as_of());
    days
}

impl Town {
    pub(super) fn new() -> Self {
        Self { children: Vec::new() }
    }

    /// The next free number of a child, from 1.
    pub(super) fn next_number(&self) -> u32 {
        count(self.children.len()) + 1
    }

    /// Fills the classes with pupils who cross no rule.
    pub(super) fn fill_with_others(&mut self) {
        for (school, facts) in SCHOOLS.iter().enumerate() {
            for grade in facts.grades {
                for _ in 0..facts.others {
                    let child = self.other(school, *grade, true);
                    self.children.push(child);
                }
            }
            // Those who finished grade 9 last summer: here last year, gone now.
            for _ in 0..facts.others {
                if facts.grades.contains(&9) {
                    let child = self.other(school, 10, false);
                    self.children.push(child);
                }
            }
        }
    }

    fn other(&self, school: usize, grade: u8, still_here: bool) -> Child {
        let number = self.next_number();
        let mut dice = Dice::new(7, For::Sample, u64::from(number));
        let girl = dice.chance(4900);
        let (first, last) = names::name(&mut dice, girl);
        let birth = day(2025 - i32::from(grade) - 6, 9, 2) + chrono::Days::new(u64::from(dice.below(365)));
        let mut child = Child::new(number, (first, last), girl, birth);
        if dice.chance(1000) {
            child.national_id = None;
        }
        if grade >= 2 && SCHOOLS[school].grades.contains(&(grade - 1)) {
            let mut seat = Seat::whole(school, 2024, grade - 1);
            if !still_here {
                seat.end = Some((day(2025, 6, 20), "completed"));
            }
            child.sit(seat);
        }
        if still_here {
            child.sit(Seat::whole(school, 2025, grade));
        }
        absences(&mut child, &mut dice);
        marks(&mut child, &mut dice);
        child
    }
}

/// A few days away, never more than two in any twenty: no rule can see that.
fn absences(child: &mut Child, dice: &mut Dice) {
    let days: Vec<NaiveDate> = child.days();
    let mut recent: Vec<usize> = Vec::new();
    for (at, date) in days.iter().enumerate() {
        recent.retain(|before| at - before < 20);
        if recent.len() < 2 && dice.chance(350) {
            recent.push(at);
            child.put(*date, if dice.chance(5500) { "excused" } else { "absent" });
        } else if dice.chance(120) {
            child.put(*date, "late");
        }
        if *date == snow_day() && child.school_on(*date) == Some(HILL) && dice.chance(7600) {
            child.put(*date, if dice.chance(7000) { "excused" } else { "absent" });
        }
    }
}

/// Marks around the pupil's own level, all of them good enough.
fn marks(child: &mut Child, dice: &mut Dice) {
    let level = dice.between(7, 9);
    let seats = child.seats.clone();
    for seat in seats {
        for subject in subjects(seat.grade) {
            for term in 1..=3 {
                let (low, high) = (level - u32::from(dice.chance(3000)), level + u32::from(dice.chance(3000)));
                child.mark(seat.year, subject, term, &[low, high]);
            }
        }
    }
}
