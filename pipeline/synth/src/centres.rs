//! Community centres: participants, enrolments and attendance. A third of the participants have no national id and some names lose
//! their ë and ç, because the linkage has to handle that; a hard world has more errors, see [`hard`].

use std::io;
use std::path::Path;

use chrono::{Datelike, NaiveDate};

use super::dice::{Dice, For, count};
use super::hard;
use super::names::without_marks;
use super::people;
use super::rows::{Table, iso, push_digits, push_school};
use super::world::{PLACES, World, person};
use super::year::{Kind, Year};

pub(super) const CENTRES: &str = "centre_id,centre_name,region,municipality,services,capacity";
pub(super) const PARTICIPANTS: &str = "centre_id,participant_id,national_id,first_name,last_name,birth_date,sex,school_id";
pub(super) const CENTRE_ENROLMENTS: &str = "centre_id,participant_id,service,start_date,end_date,referred_by,reason";
pub(super) const CENTRE_ATTENDANCE: &str = "centre_id,participant_id,service,date,status";

const SERVICES: [&str; 6] =
    ["after_school_class", "psychosocial_counselling", "career_counselling", "peer_support", "youth_initiative", "school_integration"];

/// A child at a centre.
pub(super) struct Participant {
    /// Position of the centre.
    pub(super) centre: u32,
    /// Number of the participant among all centres, from 0.
    pub(super) number: u32,
    /// The pupil; `None` for a child at no school of this world.
    pub(super) pupil: Option<u32>,
}

/// A participant as recorded by the centre.
pub(super) struct Record {
    pub(super) national_id: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) birth: Option<NaiveDate>,
    pub(super) sex: &'static str,
    pub(super) school: Option<u32>,
}

/// About 6 % of the pupils take part, more of those who are often absent; one in twenty participants is not a pupil.
pub(super) fn participants(world: &World, year: &Year) -> Vec<Participant> {
    let mut found: Vec<Participant> = Vec::new();
    let centres = centres(world);
    let mut before = None;
    for pupil in 0..count(world.pupils.len()) {
        let Some(plan) = year.plan(world, pupil) else { continue };
        let mut dice = Dice::new(world.seed, For::Centre, u64::from(pupil));
        let comes = dice.chance(if plan.kind == Kind::Usual { 470 } else { 1900 });
        let home = world.schools[plan.school as usize].place;
        let centre = centre_at(home, dice.below(centres), centres);
        let with_twin = before.filter(|(other, _)| hard::twin_comes_too(world, pupil, *other)).map(|(_, centre)| centre);
        let Some(centre) = with_twin.or(comes.then_some(centre)) else { continue };
        before = Some((pupil, centre));
        let mut add = |centre: u32, pupil: Option<u32>| found.push(Participant { centre, number: count(found.len()), pupil });
        add(centre, Some(pupil));
        if dice.chance(500) {
            add(centre, None);
        }
        if let Some(wish) = hard::known_elsewhere(world, pupil) {
            add((centre + 1 + wish % (centres - 1)) % centres, Some(pupil));
        }
    }
    found
}

/// Number of centres: one for each 2,500 pupils, and at least two.
fn centres(world: &World) -> u32 {
    (count(world.pupils.len()) / 2500).max(2)
}

/// A centre of the pupil's own municipality, if it has one; municipalities have centres in turn.
fn centre_at(place: usize, wish: u32, centres: u32) -> u32 {
    let places = count(PLACES.len());
    let first = count(place) % places;
    if first >= centres {
        return wish % centres;
    }
    let here = (centres - first).div_ceil(places);
    first + (wish % here) * places
}

/// Writes the four centre tables; returns their rows.
pub(super) fn write(world: &World, year: &Year, all: &[Participant], inbox: &Path) -> io::Result<u64> {
    let mut table = Table::create(&inbox.join("centres.csv"), CENTRES, None)?;
    for centre in 0..centres(world) {
        let (region, municipality, _) = PLACES[centre as usize % PLACES.len()];
        let id = format!("C{:03}", centre + 1);
        let name = format!("Qendra {}", centre + 1);
        table.row(&[&id, &name, region, municipality, &SERVICES.join(";"), "120"])?;
    }
    let mut rows = table.finish()?;

    let mut participants = Table::create(&inbox.join("centre_participants.csv"), PARTICIPANTS, None)?;
    let mut enrolments = Table::create(&inbox.join("centre_enrolments.csv"), CENTRE_ENROLMENTS, None)?;
    let mut attendance = Table::create(&inbox.join("centre_attendance.csv"), CENTRE_ATTENDANCE, None)?;
    for participant in all {
        let mut dice = Dice::new(world.seed, For::Centre, 1 << 40 | u64::from(participant.number));
        describe(world, year, participant, &mut dice, &mut participants)?;
        take_part(year, participant, &mut dice, &mut enrolments, &mut attendance)?;
    }
    rows += participants.finish()? + enrolments.finish()? + attendance.finish()?;
    Ok(rows)
}

/// Appends the ids of the centre and of the participant, each followed by a comma.
pub(super) fn push_ids(text: &mut Vec<u8>, participant: &Participant) {
    text.push(b'C');
    push_digits(text, participant.centre + 1, 3);
    text.extend_from_slice(b",K");
    push_digits(text, participant.number + 1, 6);
    text.push(b',');
}

/// `K000001` as a field.
pub(super) fn participant_id(participant: &Participant) -> String {
    format!("K{:06}", participant.number + 1)
}

fn describe(world: &World, year: &Year, participant: &Participant, dice: &mut Dice, table: &mut Table) -> io::Result<()> {
    let record = if world.hard { hard::record(world, year, participant) } else { record(world, year, participant, dice) };
    push_ids(&mut table.text, participant);
    for field in [&record.national_id, &record.first, &record.last] {
        table.text.extend_from_slice(field.as_bytes());
        table.text.push(b',');
    }
    if let Some(birth) = record.birth {
        table.text.extend_from_slice(&iso(birth));
    }
    table.text.push(b',');
    table.text.extend_from_slice(record.sex.as_bytes());
    table.text.push(b',');
    if let Some(school) = record.school {
        push_school(&mut table.text, school);
    }
    table.end_row()
}

fn record(world: &World, year: &Year, participant: &Participant, dice: &mut Dice) -> Record {
    let (person, birth) = if let Some(pupil) = participant.pupil {
        let person = world.person(pupil);
        let birth = people::birth(world, pupil, &person);
        (person, birth)
    } else {
        let person = person(world.seed, count(world.pupils.len()) + participant.number);
        let birth = person.birth(7, year.start);
        (person, birth)
    };
    let (mut first, mut last) = (person.first.to_owned(), person.last.to_owned());
    if dice.chance(3000) {
        (first, last) = (without_marks(&first), without_marks(&last));
    }
    let national_id = if dice.chance(7400) { person.national_id.clone().unwrap_or_default() } else { String::new() };
    let school = participant.pupil.filter(|_| dice.chance(6000)).map(|pupil| world.pupils[pupil as usize].school);
    Record { national_id, first, last, birth: Some(birth), sex: person.sex(), school }
}

fn take_part(year: &Year, participant: &Participant, dice: &mut Dice, enrolments: &mut Table, attendance: &mut Table) -> io::Result<()> {
    let service = if dice.chance(5500) { SERVICES[0] } else { dice.pick(&SERVICES) };
    let days = count(year.cut);
    let start = dice.below(days) * 7 / 10;
    let end = if dice.chance(2000) { start + dice.below(days - start) } else { days };
    let stops = if dice.chance(1200) { start + dice.below(days - start) } else { days };
    let referred_by = dice.pick(&["school", "field_activity", "family", "self"]);

    push_ids(&mut enrolments.text, participant);
    let first = year.days[start as usize];
    for field in [service.as_bytes(), b",", &iso(first), b","] {
        enrolments.text.extend_from_slice(field);
    }
    if end < days {
        enrolments.text.extend_from_slice(&iso(year.days[end as usize]));
    }
    enrolments.text.push(b',');
    enrolments.text.extend_from_slice(referred_by.as_bytes());
    enrolments.text.push(b',');
    enrolments.end_row()?;

    for at in start..end {
        let date = year.days[at as usize];
        if !is_held(participant.centre, service, date) {
            continue;
        }
        let status: &[u8] = match dice.below(100) {
            _ if at >= stops => b"absent",
            0..=8 => b"absent",
            9..=13 => b"excused",
            _ => b"present",
        };
        push_ids(&mut attendance.text, participant);
        for field in [service.as_bytes(), b",", &iso(date), b",", status] {
            attendance.text.extend_from_slice(field);
        }
        attendance.end_row()?;
    }
    Ok(())
}

/// Whether a service takes place on a date: after-school classes and integration twice a week, other services once; the weekdays
/// depend on the centre.
fn is_held(centre: u32, service: &str, date: NaiveDate) -> bool {
    let weekday = date.weekday().num_days_from_monday();
    let first = centre % 3;
    weekday == first || (weekday == first + 2 && matches!(service, "after_school_class" | "school_integration"))
}
