//! Schools and their pupils: what does not change over the years.

use az::UnwrappedAs;
use chrono::{Days, NaiveDate};

use super::days::day;
use super::dice::{Dice, For, count, mix};
use super::{hard, names};

/// (region, municipality, weight): more pupils live in the towns.
pub(super) const PLACES: [(&str, &str, u32); 12] = [
    ("Shkodër", "Shkodër", 24),
    ("Shkodër", "Malësi e Madhe", 8),
    ("Shkodër", "Vau i Dejës", 7),
    ("Shkodër", "Pukë", 4),
    ("Shkodër", "Fushë-Arrëz", 3),
    ("Kukës", "Kukës", 13),
    ("Kukës", "Has", 5),
    ("Kukës", "Tropojë", 6),
    ("Dibër", "Dibër", 14),
    ("Dibër", "Bulqizë", 7),
    ("Dibër", "Mat", 6),
    ("Dibër", "Klos", 3),
];

pub(super) struct School {
    /// Index into [`PLACES`].
    pub(super) place: usize,
}

/// School and class of a pupil. Everything else about a pupil is drawn again when needed, so that millions fit in memory.
pub(super) struct Pupil {
    pub(super) school: u32,
    /// Grade level in the last school year, 1-12.
    pub(super) grade: u8,
    /// 0 = A, 1 = B, …
    pub(super) section: u8,
}

pub(super) struct World {
    pub(super) seed: u64,
    /// Whether records are hard to link; see [`hard`].
    pub(super) hard: bool,
    pub(super) years: usize,
    /// Calendar year in which the last school year starts; birth dates depend on it.
    pub(super) last_start: i32,
    pub(super) schools: Vec<School>,
    pub(super) pupils: Vec<Pupil>,
}

/// The identity of a pupil or participant.
pub(super) struct Person {
    pub(super) girl: bool,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    /// Age on 1 September of the last school year beyond grade level + 5.
    pub(super) years_late: i32,
    /// Days after 2 September at which the birthday falls, 0-364.
    pub(super) birthday: u32,
    /// National id; one in ten has none.
    pub(super) national_id: Option<String>,
}

impl World {
    pub(super) fn new(pupils: u32, seed: u64, hard: bool, years: usize, last_start: i32) -> Self {
        let mut world = Self { seed, hard, years, last_start, schools: Vec::new(), pupils: Vec::with_capacity(pupils as usize) };
        let mut dice = Dice::new(seed, For::Schools, 0);
        let mut left = pupils;
        while left > 0 {
            let wanted = dice.between(120, 546);
            let size = if left < wanted + 120 { left } else { wanted };
            let secondary = dice.chance(1500);
            world.add_school(size, if secondary { 12 } else { 9 }, place(&mut dice));
            left -= size;
        }
        world
    }

    fn add_school(&mut self, size: u32, grades: u32, place: usize) {
        let school = count(self.schools.len());
        self.schools.push(School { place });
        let mut before = 0;
        let mut in_grade = 0;
        for i in 0..size {
            let grade = i * grades / size + 1;
            in_grade = if grade == before { in_grade + 1 } else { 0 };
            before = grade;
            self.pupils.push(Pupil { school, grade: grade.unwrapped_as(), section: (in_grade / 28).unwrapped_as() });
        }
    }

    /// Another school of the same region, for a pupil who moves; the same one where the region has no other.
    pub(super) fn neighbour(&self, school: u32, wish: u32) -> u32 {
        let region = PLACES[self.schools[school as usize].place].0;
        let n = count(self.schools.len());
        (0..n)
            .map(|step| (school + 1 + wish + step) % n)
            .find(|s| *s != school && PLACES[self.schools[*s as usize].place].0 == region)
            .unwrap_or(school)
    }

    pub(super) fn person(&self, pupil: u32) -> Person {
        if self.hard { hard::person(self, pupil) } else { person(self.seed, pupil) }
    }
}

/// Draws a person; a `which` beyond the numbers of pupils gives a person at no school.
pub(super) fn person(seed: u64, which: u32) -> Person {
    let mut dice = Dice::new(seed, For::Person, u64::from(which));
    let girl = dice.chance(4850);
    let (first, last) = names::name(&mut dice, girl);
    let years_late = match dice.below(1000) {
        0..=6 => 2,
        7..=8 => 3,
        9..=49 => 1,
        _ => 0,
    };
    let birthday = dice.below(365);
    let national_id = dice.chance(9000).then(|| national_id(which, birthday));
    Person { girl, first, last, years_late, birthday, national_id }
}

/// A unique national id. It is longer than real ones, so that it cannot be the id of a real person.
pub(super) fn national_id(which: u32, birthday: u32) -> String {
    let scrambled = mix(u64::from(which / 10_000_000)) % 26;
    let letter = char::from(b'A' + scrambled.unwrapped_as::<u8>());
    format!("X{:02}{:08}{letter}", birthday % 97, (u64::from(which % 10_000_000) * 7_654_321 + 90_000_001) % 100_000_000)
}

impl Person {
    pub(super) fn sex(&self) -> &'static str {
        if self.girl { "F" } else { "M" }
    }

    /// Birth date that fits a grade level in the school year starting in `year`.
    pub(super) fn birth(&self, grade: u8, year: i32) -> NaiveDate {
        let start = day(year - i32::from(grade) - 6 - self.years_late, 9, 2);
        start.checked_add_days(Days::new(u64::from(self.birthday))).unwrap_or(start)
    }
}

fn place(dice: &mut Dice) -> usize {
    let total: u32 = PLACES.iter().map(|p| p.2).sum();
    let mut at = dice.below(total);
    for (i, (_, _, weight)) in PLACES.iter().enumerate() {
        if at < *weight {
            return i;
        }
        at -= weight;
    }
    0
}

/// The label of a school year, `2025-2026`.
pub(super) fn label(start: i32) -> String {
    format!("{start}-{}", start + 1)
}
