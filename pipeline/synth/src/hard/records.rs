//! Records of children by centres and field staff of a hard world: names and dates with errors, ids that are missing or wrong.

use std::io;
use std::path::Path;

use az::UnwrappedAs;
use chrono::{Days, NaiveDate};

use super::super::centres::{Participant, Record, participant_id};
use super::super::dice::{Dice, For, count};
use super::super::names::without_marks;
use super::super::people;
use super::super::rows::{Table, pupil_id};
use super::super::world::{PLACES, Person, World};
use super::super::year::Year;
use super::damage;
use super::people::{elder, stranger};
use super::shares;
use super::truth::IDENTIFICATIONS;

/// A random number that chooses another centre of a participant; `None` for a participant of one centre only.
pub(crate) fn known_elsewhere(world: &World, pupil: u32) -> Option<u32> {
    let mut dice = Dice::new(world.seed, For::HardCentre, 1 << 40 | u64::from(pupil));
    (world.hard && dice.chance(shares::KNOWN_ELSEWHERE)).then(|| dice.below(1 << 16))
}

/// Whether a pupil is the younger twin of `other` and a participant of the same centre.
pub(crate) fn twin_comes_too(world: &World, pupil: u32, other: u32) -> bool {
    elder(world, pupil) == Some(other) && Dice::new(world.seed, For::HardCentre, 2 << 40 | u64::from(pupil)).chance(shares::TWIN_COMES_TOO)
}

/// A participant as recorded by the centre.
pub(crate) fn record(world: &World, year: &Year, participant: &Participant) -> Record {
    let mut dice = Dice::new(world.seed, For::HardCentre, u64::from(participant.number));
    let (person, birth) = identity(world, year, participant.pupil, participant.number, &mut dice);
    let national_id = person.national_id.as_deref().filter(|_| dice.chance(shares::BRINGS_NATIONAL_ID));
    let national_id = national_id.map(|id| if dice.chance(shares::ID_MISTYPED) { damage::mistyped(id, &mut dice) } else { id.to_owned() });
    let (first, last) = names(&person, &mut dice);
    let birth = birth_date(birth, year, &mut dice);
    // The school on the day of the record, from which the child may have moved since.
    let day = dice.below(count(year.cut)).unwrapped_as::<u16>();
    let plan = participant.pupil.and_then(|pupil| year.plan(world, pupil));
    let school = plan.filter(|_| !dice.chance(shares::NO_SCHOOL)).map(|plan| plan.school_on(day));
    Record { national_id: national_id.unwrap_or_default(), first, last, birth, sex: person.sex(), school }
}

/// The pupil, or the child at no school with this number; and the birth date.
fn identity(world: &World, year: &Year, pupil: Option<u32>, number: u32, dice: &mut Dice) -> (Person, NaiveDate) {
    if let Some(pupil) = pupil {
        let person = world.person(pupil);
        let birth = people::birth(world, pupil, &person);
        return (person, birth);
    }
    let (person, grade) = stranger(world, number, dice);
    let birth = person.birth(grade, year.start);
    (person, birth)
}

fn names(person: &Person, dice: &mut Dice) -> (String, String) {
    let (mut first, mut last) = (person.first.to_owned(), person.last.to_owned());
    if dice.chance(shares::MISSPELT) {
        let which = if dice.chance(5000) { &mut first } else { &mut last };
        *which = damage::misspelt(which, dice);
    }
    if dice.chance(shares::ONLY_INITIAL) {
        first = first.chars().take(1).chain(['.']).collect();
    }
    if dice.chance(shares::WITHOUT_MARKS) {
        (first, last) = (without_marks(&first), without_marks(&last));
    }
    if dice.chance(shares::NAMES_SWAPPED) { (last, first) } else { (first, last) }
}

fn birth_date(birth: NaiveDate, year: &Year, dice: &mut Dice) -> Option<NaiveDate> {
    if let Some(swapped) = damage::day_month_swapped(birth).filter(|_| dice.chance(shares::DAY_MONTH_SWAPPED)) {
        return Some(swapped);
    }
    let roll = dice.below(10_000);
    if roll < shares::NO_BIRTH_DATE {
        None
    } else if roll < shares::NO_BIRTH_DATE + shares::DATE_DIGIT_OFF {
        // A wrong digit that makes a pupil younger than three would be noticed.
        let latest = year.last_day() - Days::new(3 * 365);
        Some(damage::digit_off(birth, latest, dice))
    } else {
        Some(birth)
    }
}

/// Writes identifications by field staff and others to `found`, and the pupil of each to the folder `truth`.
pub(crate) fn identify(world: &World, year: &Year, participants: &[Participant], found: &mut Table, truth: &Path) -> io::Result<()> {
    let mut truth = Table::create(&truth.join("identifications.csv"), IDENTIFICATIONS, None)?;
    let mut number = 0;
    let mut write = |pupil: Option<u32>, place: usize, day: usize, child: &Child| -> io::Result<()> {
        number += 1;
        let id = format!("I{number:06}");
        let date = year.days[day].to_string();
        let birth = child.birth.map(|d| d.to_string()).unwrap_or_default();
        let fields =
            [&id, &date, PLACES[place].1, child.source, &child.participant, &child.pupil, &child.first, &child.last, &birth, "absence"];
        found.row(&fields)?;
        truth.row(&[&id, &pupil.map(pupil_id).unwrap_or_default()])
    };
    for pupil in 0..count(world.pupils.len()) {
        let mut dice = Dice::new(world.seed, For::HardCasework, u64::from(pupil));
        let Some(plan) = year.plan(world, pupil).filter(|_| dice.chance(shares::IDENTIFIED)) else { continue };
        let day = dice.below(count(year.cut)) as usize;
        let at = day.unwrapped_as::<u16>();
        let place = world.schools[plan.school_on(at) as usize].place;
        let mut child = named(world, year, Some(pupil), 0, &mut dice);
        if dice.chance(shares::IDENTIFIED_BY_NUMBER) {
            child.pupil = pupil_id(year.number_on(pupil, at));
        }
        write(Some(pupil), place, day, &child)?;
        if dice.chance(shares::IDENTIFIED_OUTSIDERS) {
            // Beyond the numbers of the children who are participants.
            let child = named(world, year, None, count(participants.len()) + pupil, &mut dice);
            write(None, place, day, &child)?;
        }
    }
    for participant in participants {
        let mut dice = Dice::new(world.seed, For::HardCasework, 1 << 40 | u64::from(participant.number));
        if dice.chance(shares::PARTICIPANT_IDENTIFIED) {
            let day = dice.below(count(year.cut)) as usize;
            let child = Child { participant: participant_id(participant), source: "field_activity", ..Child::default() };
            write(participant.pupil, participant.centre as usize % PLACES.len(), day, &child)?;
        }
    }
    truth.finish().map(drop)
}

/// The fields of an identification that describe the child.
#[derive(Default)]
struct Child {
    source: &'static str,
    participant: String,
    pupil: String,
    first: String,
    last: String,
    birth: Option<NaiveDate>,
}

fn named(world: &World, year: &Year, pupil: Option<u32>, number: u32, dice: &mut Dice) -> Child {
    let (person, birth) = identity(world, year, pupil, number, dice);
    let (first, last) = names(&person, dice);
    let birth = birth_date(birth, year, dice);
    let source = dice.pick(&["field_activity", "school", "family"]);
    Child { source, first, last, birth, ..Child::default() }
}
