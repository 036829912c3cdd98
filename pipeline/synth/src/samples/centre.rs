//! The sample's two centres, their participants, and what field staff wrote down.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use chrono::{Datelike, NaiveDate, Weekday};

use super::super::casework::{CONTACTS, IDENTIFICATIONS, REFERRALS};
use super::super::centres::{CENTRE_ATTENDANCE, CENTRE_ENROLMENTS, CENTRES, PARTICIPANTS};
use super::super::days::day;
use super::super::names::without_marks;
use super::super::rows::Table;
use super::children::Child;
use super::town::{BRIDGE, LAKE, SCHOOLS, Town, days_so_far};

struct Participant {
    /// centre, participant, national id, first, last, birth date, sex, school
    row: [String; 8],
    service: &'static str,
    /// Comes to this many of the last eight sessions.
    comes: usize,
    what: &'static str,
}

pub(super) struct Centre {
    participants: Vec<Participant>,
    /// Child in care, child to be referred.
    in_care: String,
    candidate: String,
}

impl Centre {
    pub(super) fn new(town: &Town) -> Self {
        let mut made = Self {
            participants: Vec::new(),
            in_care: planted(town, "in care").map(Child::id).unwrap_or_default(),
            candidate: planted(town, "flagged, in no centre").map(Child::id).unwrap_or_default(),
        };
        let class = "after_school_class";
        made.add("C01", planted(town, "left the centre: in the after"), class, 1, "stopped coming; linked by national id", |_| {});
        made.add(
            "C02",
            planted(town, "left the centre: school"),
            "school_integration",
            0,
            "stopped coming; no national id at the centre, linked by name and birth date",
            |row| row[2].clear(),
        );
        made.add(
            "C01",
            planted(town, "ë and ç"),
            "psychosocial_counselling",
            8,
            "spelt without ë and ç, no national id: linked by name and birth date",
            |row| {
                row[2].clear();
                row[3] = without_marks(&row[3]);
                row[4] = without_marks(&row[4]);
            },
        );
        made.add(
            "C02",
            planted(town, "two pupils of one name"),
            class,
            8,
            "two pupils share name and birth date: not linked, for a person to decide",
            |row| {
                row[2].clear();
                row[7].clear();
            },
        );
        made.add("C02", None, "youth_initiative", 8, "no pupil of any school: not linked", |row| {
            row[3..7].clone_from_slice(&["Rinor".into(), "Mulaj".into(), "2012-11-30".into(), "M".into()]);
        });
        // Children who come, and cross no rule: one in ten pupils of grades 4 to 7.
        for child in town.children.iter().filter(|c| c.proof.is_none()) {
            let Some(seat) = child.seats.iter().find(|s| s.year == 2025 && (4..=7).contains(&s.grade)) else { continue };
            let centre = if seat.school == LAKE { "C01" } else { "C02" };
            if child.number % 10 == 3 && (seat.school == LAKE || seat.school == BRIDGE) {
                let keeps = child.number % 3 != 0;
                made.add(centre, Some(child), class, 8, "", |row| {
                    if !keeps {
                        row[2].clear();
                    }
                });
            }
        }
        made
    }

    fn add(
        &mut self,
        centre: &str,
        child: Option<&Child>,
        service: &'static str,
        comes: usize,
        what: &'static str,
        change: impl FnOnce(&mut [String; 8]),
    ) {
        let mut row: [String; 8] = Default::default();
        centre.clone_into(&mut row[0]);
        row[1] = format!("K{:03}", self.participants.len() + 1);
        if let Some(child) = child {
            row[2] = child.national_id.clone().unwrap_or_default();
            row[3].clone_from(&child.first);
            row[4].clone_from(&child.last);
            row[5] = child.birth.to_string();
            if child.girl { "F" } else { "M" }.clone_into(&mut row[6]);
            row[7] = child.seats.last().map(|s| SCHOOLS[s.school].id.to_owned()).unwrap_or_default();
        }
        change(&mut row);
        self.participants.push(Participant { row, service, comes, what });
    }

    pub(super) fn write(&self, inbox: &Path) -> io::Result<()> {
        let mut table = Table::create(&inbox.join("centres.csv"), CENTRES, None)?;
        let services = "after_school_class;psychosocial_counselling;school_integration;youth_initiative";
        table.row(&["C01", "Qendra e Liqenit", "Shkodër", "Shkodër", services, "40"])?;
        table.row(&["C02", "Qendra e Urës", "Kukës", "Kukës", services, "30"])?;
        table.finish()?;

        let mut who = Table::create(&inbox.join("centre_participants.csv"), PARTICIPANTS, None)?;
        let mut into = Table::create(&inbox.join("centre_enrolments.csv"), CENTRE_ENROLMENTS, None)?;
        let mut came = Table::create(&inbox.join("centre_attendance.csv"), CENTRE_ATTENDANCE, None)?;
        for one in &self.participants {
            who.row(&one.row.each_ref().map(String::as_str))?;
            into.row(&[&one.row[0], &one.row[1], one.service, "2025-10-06", "", "school", ""])?;
            let sessions = sessions();
            for (at, date) in sessions.iter().enumerate() {
                let recent = at + 8 >= sessions.len();
                let away = if recent { at + one.comes < sessions.len() } else { at % 9 == 4 };
                came.row(&[&one.row[0], &one.row[1], one.service, &date.to_string(), if away { "absent" } else { "present" }])?;
            }
        }
        who.finish()?;
        into.finish()?;
        came.finish()?;
        self.casework(inbox)
    }

    fn casework(&self, inbox: &Path) -> io::Result<()> {
        let mut table = Table::create(&inbox.join("contacts.csv"), CONTACTS, None)?;
        table.row(&[&self.in_care, "2026-02-20", "liaison", "phone_call", "plan_agreed", "2026-03-20", ""])?;
        table.finish()?;
        let mut table = Table::create(&inbox.join("identifications.csv"), IDENTIFICATIONS, None)?;
        table.row(&["I0001", "2026-02-11", "Dibër", "school", "", &self.candidate, "", "", "", "marks"])?;
        table.row(&["I0002", "2026-01-22", "Kukës", "field_activity", "", "", "Era", "Ndoja", "2013-04-18", "works in the street"])?;
        table.row(&["I0003", "2025-10-01", "Kukës", "family", "K005", "", "", "", "", "not enrolled at a school"])?;
        table.finish()?;
        let mut table = Table::create(&inbox.join("referrals.csv"), REFERRALS, None)?;
        table.row(&["R0001", "2025-10-02", "", "K005", "field_activity", "youth_initiative", "C02", "accepted", ""])?;
        table.row(&["R0002", "2026-02-12", &self.in_care, "", "school", "psychosocial_counselling", "C01", "open", ""])?;
        table.finish().map(drop)
    }

    /// Rows of the README's table.
    pub(super) fn readme(&self) -> String {
        let mut text = String::from("| participant | what it proves |\n|---|---|\n");
        for one in self.participants.iter().filter(|p| !p.what.is_empty()) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {} {} | {} |", one.row[0], one.row[1], one.what);
        }
        text
    }
}

/// The first child whose story starts so.
fn planted<'a>(town: &'a Town, what: &str) -> Option<&'a Child> {
    town.children.iter().find(|c| c.proof.as_ref().is_some_and(|p| p.what.starts_with(what)))
}

/// Tuesdays and Thursdays with school, since October: eight of them in the last four school weeks.
fn sessions() -> Vec<NaiveDate> {
    let mut days = days_so_far(LAKE);
    days.retain(|d| *d >= day(2025, 10, 6) && matches!(d.weekday(), Weekday::Tue | Weekday::Thu));
    days
}
