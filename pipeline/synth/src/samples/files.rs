//! The sample's school tables, its README and what is kept for later.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use chrono::NaiveDate;

use super::super::marks::MARKS;
use super::super::people::{CALENDAR, ENROLMENTS, SCHOOLS as SCHOOLS_HEADER};
use super::super::registers::ATTENDANCE;
use super::super::rows::Table;
use super::super::world::label;
use super::centre::Centre;
use super::children::Child;
use super::town::{BRIDGE, HILL, LAKE, SCHOOLS, SPRING, Town, YEARS, as_of, calendar};

const PUPILS: &str = "pupil_id,national_id,first_name,last_name,birth_date,sex,guardian_contact";
pub(super) const LESSONS: &str = "pupil_id,school_id,date,lesson,status";

pub(super) fn write_inbox(town: &Town, inbox: &Path) -> io::Result<()> {
    schools_and_calendar(inbox)?;
    pupils(town, &inbox.join("pupils.csv"))?;
    for year in YEARS {
        enrolments(town, year, inbox)?;
        marks(town, year, inbox)?;
        for school in [LAKE, HILL, SPRING] {
            let path = inbox.join(format!("attendance_{}_{}.csv", SCHOOLS[school].id, label(year)));
            days(town, school, year, &path)?;
        }
        absences_only(town, year, inbox)?;
    }
    lessons(town, &inbox.join("attendance_S0001_5A_2025-2026.csv"))?;
    // A second file of the same school that says otherwise.
    restate(town, "two files disagree", "present", &inbox.join("attendance_S0001_2025-2026_b.csv"))
}

pub(super) fn write_later(town: &Town, later: &Path) -> io::Result<()> {
    restate(town, "a correction that comes later", "excused", &later.join("attendance_S0001_2026-02_correction.csv"))
}

fn schools_and_calendar(inbox: &Path) -> io::Result<()> {
    let mut table = Table::create(&inbox.join("schools.csv"), SCHOOLS_HEADER, None)?;
    for school in &SCHOOLS {
        table.row(&[school.id, school.name, school.region, school.municipality])?;
    }
    table.finish()?;
    // Last year every school taught on the same days, and one `*` says it; this year S0003 closed for two weeks.
    let mut table = Table::create(&inbox.join("calendar_2024-2025.csv"), CALENDAR, None)?;
    for date in calendar(LAKE, 2024) {
        table.row(&["*", &date.to_string()])?;
    }
    table.finish()?;
    let mut table = Table::create(&inbox.join("calendar_2025-2026.csv"), CALENDAR, None)?;
    for (at, school) in SCHOOLS.iter().enumerate() {
        for date in calendar(at, 2025) {
            table.row(&[school.id, &date.to_string()])?;
        }
    }
    table.finish().map(drop)
}

/// Also used, with odd encodings, among the broken files.
pub(super) fn pupil_row(child: &Child) -> Vec<String> {
    vec![
        child.id(),
        child.national_id.clone().unwrap_or_default(),
        child.first.clone(),
        child.last.clone(),
        child.birth.to_string(),
        if child.girl { "F" } else { "M" }.to_owned(),
        child.guardian_contact.to_owned(),
    ]
}

fn pupils(town: &Town, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, PUPILS, None)?;
    for child in &town.children {
        let row = pupil_row(child);
        table.row(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    table.finish().map(drop)
}

fn enrolments(town: &Town, year: i32, inbox: &Path) -> io::Result<()> {
    let mut table = Table::create(&inbox.join(format!("enrolments_{}.csv", label(year))), ENROLMENTS, None)?;
    for child in &town.children {
        for seat in child.seats.iter().filter(|s| s.year == year) {
            let (end, reason) = seat.end.map_or((String::new(), ""), |(end, reason)| (end.to_string(), reason));
            table.row(&[
                &child.id(),
                SCHOOLS[seat.school].id,
                &label(year),
                &seat.grade.to_string(),
                &Child::class(seat.grade),
                &seat.start.to_string(),
                &end,
                reason,
            ])?;
        }
    }
    table.finish().map(drop)
}

fn marks(town: &Town, year: i32, inbox: &Path) -> io::Result<()> {
    let mut table = Table::create(&inbox.join(format!("marks_{}.csv", label(year))), MARKS, None)?;
    for child in &town.children {
        for mark in child.marks.iter().filter(|m| in_year(m.date, year)) {
            let (term, value) = (mark.term.to_string(), mark.value.to_string());
            table.row(&[&child.id(), SCHOOLS[mark.school].id, mark.subject, &mark.date.to_string(), &term, &value])?;
        }
    }
    table.finish().map(drop)
}

fn in_year(date: NaiveDate, year: i32) -> bool {
    use super::super::days::day;
    date >= day(year, 9, 1) && date <= day(year + 1, 8, 31)
}

/// The class that keeps its register by lesson: 5A of Liqeni, this year.
fn by_lesson(child: &Child, school: usize, date: NaiveDate) -> bool {
    school == LAKE && in_year(date, 2025) && child.seats.iter().any(|s| s.year == 2025 && s.school == LAKE && s.grade == 5)
}

/// Records of a school by date, then child.
fn records(town: &Town, wanted: usize, year: i32) -> BTreeMap<(NaiveDate, u32), (&Child, &'static str)> {
    let mut all = BTreeMap::new();
    for child in &town.children {
        for ((date, school), status) in &child.register {
            if *school == wanted && in_year(*date, year) {
                all.insert((*date, child.number), (child, *status));
            }
        }
    }
    all
}

/// A full daily register.
fn days(town: &Town, school: usize, year: i32, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, ATTENDANCE, None)?;
    for ((date, _), (child, status)) in records(town, school, year) {
        if !by_lesson(child, school, date) {
            table.row(&[&child.id(), SCHOOLS[school].id, &date.to_string(), status])?;
        }
    }
    table.finish().map(drop)
}

/// Six lessons a day; who was late was late for the first.
fn lessons(town: &Town, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, LESSONS, None)?;
    for ((date, _), (child, status)) in records(town, LAKE, 2025) {
        if !by_lesson(child, LAKE, date) {
            continue;
        }
        for lesson in 1..=6_u8 {
            let usual = if status == "late" && lesson > 1 { "present" } else { status };
            let status = child.lessons.get(&(date, lesson)).copied().unwrap_or(usual);
            table.row(&[&child.id(), SCHOOLS[LAKE].id, &date.to_string(), &lesson.to_string(), status])?;
        }
    }
    table.finish().map(drop)
}

/// Absences only, in the layout and the encoding of one school.
fn absences_only(town: &Town, year: i32, inbox: &Path) -> io::Result<()> {
    let path = inbox.join(format!("regjistri_{}.csv", label(year)));
    let mut table = Table::create(&path, "Nr. amze;Data;Mungesa", None)?;
    for ((date, _), (child, status)) in records(town, BRIDGE, year) {
        let word: &[u8] = match status {
            "absent" => b"pa arsye",
            "excused" => b"me arsye",
            // windows-1250: one byte for the last letter.
            "late" => b"vones\xeb",
            _ => continue,
        };
        table.text.extend_from_slice(format!("{};{};", child.id(), date.format("%d.%m.%Y")).as_bytes());
        table.text.extend_from_slice(word);
        table.end_row()?;
    }
    table.finish().map(drop)
}

/// The last three days of the child whose story starts with `what`, told anew.
fn restate(town: &Town, what: &str, status: &str, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, ATTENDANCE, None)?;
    for child in town.children.iter().filter(|c| c.proof.as_ref().is_some_and(|p| p.what.starts_with(what))) {
        let days = child.days();
        for date in &days[days.len() - 3..] {
            table.row(&[&child.id(), SCHOOLS[LAKE].id, &date.to_string(), status])?;
        }
    }
    table.finish().map(drop)
}

/// The README, from the same list that planted the children.
pub(super) fn readme(town: &Town, centre: &Centre) -> String {
    let mut text = include_str!("README.md").replace("{as_of}", &as_of().to_string());
    let mut table = String::from("| pupil | school, class | what it proves | flags on the default as_of |\n|---|---|---|---|\n");
    for child in &town.children {
        if let (Some(proof), Some(seat)) = (&child.proof, child.seats.last()) {
            let flags = if proof.flags.is_empty() { "none" } else { proof.flags };
            let place = format!("{} {}", SCHOOLS[seat.school].id, Child::class(seat.grade));
            // Writing to a String cannot fail.
            let _ = writeln!(table, "| {} | {place} | {} | {flags} |", child.id(), proof.what);
        }
    }
    text = text.replace("{planted}\n", &table);
    text.replace("{participants}\n", &centre.readme())
}
