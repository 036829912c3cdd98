//! Writes schools, calendar, pupils and enrolments.

use std::io;
use std::path::Path;

use chrono::NaiveDate;

use super::dice::count;
use super::hard;
use super::rows::{Table, iso, push_digits, push_pupil, push_school};
use super::world::{PLACES, Person, World, label};
use super::year::{Plan, Year};

pub(super) const SCHOOLS: &str = "school_id,school_name,region,municipality";
pub(super) const CALENDAR: &str = "school_id,date";
pub(super) const PUPILS: &str = "pupil_id,national_id,first_name,last_name,birth_date,sex";
pub(super) const ENROLMENTS: &str = "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason";

/// Writes calendar and enrolments of a year, and the schools; returns the number of rows.
pub(super) fn write_year(world: &World, year: &Year, inbox: &Path) -> io::Result<u64> {
    let mut rows = calendar(year, inbox)? + enrolments(world, year, inbox)?;
    if year.index + 1 == world.years {
        rows += schools(world, inbox)?;
    }
    Ok(rows)
}

fn schools(world: &World, inbox: &Path) -> io::Result<u64> {
    let mut table = Table::create(&inbox.join("schools.csv"), SCHOOLS, None)?;
    for (i, school) in world.schools.iter().enumerate() {
        let (region, municipality, _) = PLACES[school.place];
        let number = i + 1;
        table.row(&[&format!("S{number:04}"), &format!("Shkolla {number}"), region, municipality])?;
    }
    table.finish()
}

/// One row per school and date, because schools are closed on different days.
fn calendar(year: &Year, inbox: &Path) -> io::Result<u64> {
    let mut table = Table::create(&inbox.join(format!("calendar_{}.csv", label(year.start))), CALENDAR, None)?;
    for (school, facts) in year.schools.iter().enumerate() {
        for (at, date) in year.days.iter().enumerate() {
            if facts.closed.map(usize::from) != Some(at) {
                push_school(&mut table.text, count(school));
                table.text.push(b',');
                table.text.extend_from_slice(&iso(*date));
                table.end_row()?;
            }
        }
    }
    table.finish()
}

/// Writes the pupils with their names, for all years together.
pub(super) fn write_pupils(world: &World, year: &Year, inbox: &Path) -> io::Result<u64> {
    let mut table = Table::create(&inbox.join("pupils.csv"), PUPILS, None)?;
    for pupil in 0..count(world.pupils.len()) {
        let person = world.person(pupil);
        let national_id = person.national_id.as_deref().unwrap_or_default();
        entry(&mut table, pupil, [national_id, person.first, person.last], birth(world, pupil, &person), &person)?;
    }
    for (pupil, second) in &year.second {
        let person = world.person(*pupil);
        let (first, last) = hard::second_spelling(world, *pupil, &person);
        entry(&mut table, second.number, ["", &first, &last], birth(world, *pupil, &person), &person)?;
    }
    table.finish()
}

/// Writes one row; `written` are national id, first and last name as written.
fn entry(table: &mut Table, number: u32, written: [&str; 3], birth: NaiveDate, person: &Person) -> io::Result<()> {
    push_pupil(&mut table.text, number);
    for field in written {
        table.text.push(b',');
        table.text.extend_from_slice(field.as_bytes());
    }
    table.text.push(b',');
    table.text.extend_from_slice(&iso(birth));
    table.text.push(b',');
    table.text.extend_from_slice(person.sex().as_bytes());
    table.end_row()
}

/// Birth date of a pupil that fits the grade level of the last school year.
pub(super) fn birth(world: &World, pupil: u32, person: &Person) -> NaiveDate {
    person.birth(world.pupils[pupil as usize].grade, world.last_start)
}

fn enrolments(world: &World, year: &Year, inbox: &Path) -> io::Result<u64> {
    let years = label(year.start);
    let mut table = Table::create(&inbox.join(format!("enrolments_{years}.csv")), ENROLMENTS, None)?;
    for pupil in 0..count(world.pupils.len()) {
        let Some(plan) = year.plan(world, pupil) else { continue };
        let past = year.index + 1 < world.years;
        let end = year.days.get(usize::from(plan.to).saturating_sub(1)).filter(|_| past || plan.exit.is_some()).copied();
        // Enrolments of past years have an end date: without one they would still be running.
        let reason = plan.exit.or(past.then_some(""));
        // An export of the last day of the inbox holds no later dates.
        let known = |date: &NaiveDate| *date <= year.last_day();
        if let Some((day, school)) = plan.moved.filter(|(day, _)| usize::from(*day) < year.cut) {
            let moved = year.days[usize::from(day)];
            let eve = moved.pred_opt().unwrap_or(moved);
            seat(world, year, &mut table, (pupil, pupil, plan.school), starts(year, &plan), Some((eve, "transferred")))?;
            let number = year.number_on(pupil, day);
            seat(world, year, &mut table, (pupil, number, school), moved, end.filter(|_| past).zip(reason))?;
        } else {
            let end = end.filter(known).zip(reason);
            seat(world, year, &mut table, (pupil, pupil, plan.school), starts(year, &plan), end)?;
        }
    }
    table.finish()
}

fn starts(year: &Year, plan: &Plan) -> NaiveDate {
    year.days.get(usize::from(plan.from)).copied().unwrap_or_default()
}

fn seat(
    world: &World,
    year: &Year,
    table: &mut Table,
    (pupil, number, school): (u32, u32, u32),
    start: NaiveDate,
    end: Option<(NaiveDate, &str)>,
) -> io::Result<()> {
    let text = &mut table.text;
    let grade = year.grade(world, pupil);
    push_pupil(text, number);
    text.push(b',');
    push_school(text, school);
    text.push(b',');
    text.extend_from_slice(label(year.start).as_bytes());
    text.push(b',');
    push_digits(text, u32::from(grade), 1);
    text.push(b',');
    push_digits(text, u32::from(grade), 1);
    text.push(b'A' + world.pupils[pupil as usize].section);
    text.push(b',');
    text.extend_from_slice(&iso(start));
    text.push(b',');
    if let Some((end, reason)) = end {
        text.extend_from_slice(&iso(end));
        text.push(b',');
        text.extend_from_slice(reason.as_bytes());
    } else {
        text.push(b',');
    }
    table.end_row()
}
