//! Community centres: who takes part, in what, and whether they come. A third of the participants bring no national id
//! and some spellings lose their ë and ç, because that is what linking them to pupils has to cope with; a hard world has
//! more of that, see [`hard`].

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
    /// Number over all centres, from 0.
    pub(super) number: u32,
    /// The pupil it is; `None` for a child at no school of this world.
    pub(super) pupil: Option<u32>,
}

/// A participant as the centre wrote it down.
pub(super) struct Record {
    pub(super) national_id: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) birth: Option<NaiveDate>,
    pub(super) sex: &'static str,
    pub(super) school: Option<u32>,
}

/// About 6 % of pupils, more of those who stay away; one in twenty participants is no pupil.
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

/// One centre for each 2,500 pupils, at least one for each municipality that has a turn.
fn centres(world: &World) -> u32 {
    (count(world.pupils.len()) / 2500).max(2)
}

/// A centre of the pupil's own municipality; centres go round the municipalities in turn.
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

    let mut who = Table::create(&inbox.join("centre_participants.csv"), PARTICIPANTS, None)?;
    let mut into = Table::create(&inbox.join("centre_enrolments.csv"), CENTRE_ENROLMENTS, None)?;
    let mut came = Table::create(&inbox.join("centre_attendance.csv"), CENTRE_ATTENDANCE, None)?;
    for one in all {
        let mut dice = Dice::new(world.seed, For::Centre, 1 << 40 | u64::from(one.number));
        describe(world, year, one, &mut dice, &mut who)?;
        takes_part(year, one, &mut dice, &mut into, &mut came)?;
    }
    rows += who.finish()? + into.finish()? + came.finish()?;
    Ok(rows)
}

/// Appends the ids of the centre and of the participant, each with its comma.
pub(super) fn push_ids(text: &mut Vec<u8>, one: &Participant) {
    text.push(b'C');
    push_digits(text, one.centre + 1, 3);
    text.extend_from_slice(b",K");
    push_digits(text, one.number + 1, 6);
    text.push(b',');
}

/// `K000001` as a field.
pub(super) fn participant_id(one: &Participant) -> String {
    format!("K{:06}", one.number + 1)
}

fn describe(world: &World, year: &Year, one: &Participant, dice: &mut Dice, table: &mut Table) -> io::Result<()> {
    let record = if world.hard { hard::record(world, year, one) } else { record(world, year, one, dice) };
    push_ids(&mut table.text, one);
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

fn record(world: &World, year: &Year, one: &Participant, dice: &mut Dice) -> Record {
    let (them, birth) = if let Some(pupil) = one.pupil {
        let them = world.person(pupil);
        let birth = people::birth(world, pupil, &them);
        (them, birth)
    } else {
        let them = person(world.seed, count(world.pupils.len()) + one.number);
        let birth = them.birth(7, year.start);
        (them, birth)
    };
    let (mut first, mut last) = (them.first.to_owned(), them.last.to_owned());
    if dice.chance(3000) {
        (first, last) = (without_marks(&first), without_marks(&last));
    }
    let national_id = if dice.chance(7400) { them.national_id.clone().unwrap_or_default() } else { String::new() };
    let school = one.pupil.filter(|_| dice.chance(6000)).map(|pupil| world.pupils[pupil as usize].school);
    Record { national_id, first, last, birth: Some(birth), sex: them.sex(), school }
}

fn takes_part(year: &Year, one: &Participant, dice: &mut Dice, into: &mut Table, came: &mut Table) -> io::Result<()> {
    let service = if dice.chance(5500) { SERVICES[0] } else { dice.pick(&SERVICES) };
    let days = count(year.cut);
    let start = dice.below(days) * 7 / 10;
    let end = if dice.chance(2000) { start + dice.below(days - start) } else { days };
    let stops = if dice.chance(1200) { start + dice.below(days - start) } else { days };
    let referred_by = dice.pick(&["school", "field_activity", "family", "self"]);

    push_ids(&mut into.text, one);
    let first = year.days[start as usize];
    for field in [service.as_bytes(), b",", &iso(first), b","] {
        into.text.extend_from_slice(field);
    }
    if end < days {
        into.text.extend_from_slice(&iso(year.days[end as usize]));
    }
    into.text.push(b',');
    into.text.extend_from_slice(referred_by.as_bytes());
    into.text.push(b',');
    into.end_row()?;

    for at in start..end {
        let date = year.days[at as usize];
        if !held(one.centre, service, date) {
            continue;
        }
        let status: &[u8] = match dice.below(100) {
            _ if at >= stops => b"absent",
            0..=8 => b"absent",
            9..=13 => b"excused",
            _ => b"present",
        };
        push_ids(&mut came.text, one);
        for field in [service.as_bytes(), b",", &iso(date), b",", status] {
            came.text.extend_from_slice(field);
        }
        came.end_row()?;
    }
    Ok(())
}

/// After-school classes and integration meet twice a week, other services once; each centre on days of its own.
fn held(centre: u32, service: &str, date: NaiveDate) -> bool {
    let weekday = date.weekday().num_days_from_monday();
    let first = centre % 3;
    weekday == first || (weekday == first + 2 && matches!(service, "after_school_class" | "school_integration"))
}
