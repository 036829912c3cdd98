//! Made registers: days and rows, as a school would hand them in.

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Project;

/// A day from its ISO text.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// So many weekdays from `first` on.
pub fn weekdays(first: &str, count: usize) -> Vec<NaiveDate> {
    day(first).iter_days().filter(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).take(count).collect()
}

/// So many weekdays up to and with `last`.
pub fn weekdays_to(last: &str, count: usize) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> =
        (0..).map(|back| day(last) - Days::new(back)).filter(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).take(count).collect();
    days.reverse();
    days
}

/// Rows of `attendance`.
#[derive(Debug, Clone)]
pub struct Register(pub String);

impl Default for Register {
    fn default() -> Self {
        Self("pupil_id,school_id,date,status\n".into())
    }
}

impl Register {
    /// One row.
    pub fn row(mut self, pupil: &str, school: &str, day: NaiveDate, status: &str) -> Self {
        writeln!(self.0, "{pupil},{school},{day},{status}").unwrap();
        self
    }

    /// A row for each of these days; the status by the day's place among them.
    pub fn days(mut self, pupil: &str, school: &str, days: &[NaiveDate], status: impl Fn(usize) -> &'static str) -> Self {
        for (at, day) in days.iter().enumerate() {
            self = self.row(pupil, school, *day, status(at));
        }
        self
    }

    /// Rows for so many pupils (`P1` …) who were always there.
    pub fn class(mut self, school: &str, pupils: usize, days: &[NaiveDate]) -> Self {
        for pupil in 1..=pupils {
            self = self.days(&format!("{school}-P{pupil}"), school, days, |_| "present");
        }
        self
    }
}

/// Rows of `calendar` for one school (`*` for all).
pub fn calendar(school: &str, days: &[NaiveDate]) -> String {
    days.iter().fold("school_id,date\n".to_string(), |text, day| format!("{text}{school},{day}\n"))
}

/// Rows of `enrolments`: pupil, school, start, end, exit reason.
pub fn enrolments(rows: &[(&str, &str, &str, &str, &str)]) -> String {
    let mut text = "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\n".to_string();
    for (pupil, school, start, end, reason) in rows {
        let first = if day(start).month() >= 9 { day(start).year() } else { day(start).year() - 1 };
        writeln!(text, "{pupil},{school},{first}-{},6,6A,{start},{end},{reason}", first + 1).unwrap();
    }
    text
}

impl Project {
    /// A small valid project: one school, four pupils, sixty days, marks, all extracts that other rows are judged by.
    pub fn with_small(self) -> Self {
        let days = weekdays_to("2026-02-27", 60);
        let register =
            Register::default().class("S1", 3, &days).days("S1-P4", "S1", &days, |at| if at >= 55 { "absent" } else { "present" });
        let mut pupils = "pupil_id,first_name,last_name,birth_date,sex\n".to_string();
        let mut marks = "pupil_id,school_id,subject,date,term,mark\n".to_string();
        let mut seats = Vec::new();
        let ids: Vec<String> = (1..=4).map(|n| format!("S1-P{n}")).collect();
        for id in &ids {
            writeln!(pupils, "{id},Emri,Mbiemri,2013-05-04,F").unwrap();
            writeln!(marks, "{id},S1,matematike,2026-02-20,2,8").unwrap();
            seats.push((id.as_str(), "S1", "2025-09-01", "", ""));
        }
        self.put("inbox/attendance_S1.csv", register.0)
            .put("inbox/schools.csv", "school_id,school_name,region,municipality\nS1,Shkolla,Qarku,Bashkia\n")
            .put("inbox/calendar.csv", calendar("*", &days))
            .put("inbox/pupils.csv", pupils)
            .put("inbox/marks.csv", marks)
            .put("inbox/enrolments.csv", enrolments(&seats));
        self
    }
}
