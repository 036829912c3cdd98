//! The parts of a page about the whole school: levels by night, disrupted days, absence by grade, class and weekday, and the offers
//! of centres nearby.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use prane_base::error::Result;
use prane_reports::{ClassAbsence, Event, GradeAbsence, LevelFlow, LevelWeek, Offer, PlacePage, WeekdayAbsence};
use prane_rules::engine::Engine;

use crate::answers::{Answer, Line, ask_all};

/// Fills these parts of the pages. `days` are the rows of `pages.days`.
pub(super) async fn fill(
    engine: &mut Engine<'_>,
    schools: &mut BTreeMap<String, PlacePage>,
    as_of: NaiveDate,
    days: &Answer,
) -> Result<()> {
    let views = ["pages.levels", "caseload.level_flow", "pages.grades", "caseload.class_absence", "pages.offers"];
    let [history, flow, grades, classes, offers] = ask_all(engine, views, as_of).await?;
    levels(schools, &history)?;
    for line in flow.lines() {
        if let (Some(page), Some(as_of)) = (schools.get_mut(line.text("school_id")?), line.day("list_date")?) {
            let (from, to) = (line.small("level_before")?, line.small("level_after")?);
            page.level_flow.push(LevelFlow { as_of, from, to, pupils: line.count("pupils")? });
        }
    }
    events(schools, days)?;
    absence(schools, &grades, &classes)?;
    for line in offers.lines() {
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.offers.push(offer(line)?);
        }
    }
    Ok(())
}

/// Levels by night. Every school has an entry for every night, with zeros where it had no list.
fn levels(schools: &mut BTreeMap<String, PlacePage>, history: &Answer) -> Result<()> {
    let mut nights = BTreeSet::new();
    for line in history.lines() {
        nights.extend(line.day("list_date")?);
    }
    for page in schools.values_mut() {
        page.level_history = nights.iter().map(|night| LevelWeek { as_of: *night, ..LevelWeek::default() }).collect();
    }
    for line in history.lines() {
        let (Some(page), Some(night)) = (schools.get_mut(line.text("school_id")?), line.day("list_date")?) else { continue };
        if let Some(week) = page.level_history.iter_mut().find(|w| w.as_of == night) {
            (week.level_3, week.level_2, week.level_1) = (line.count("level_3")?, line.count("level_2")?, line.count("level_1")?);
        }
    }
    Ok(())
}

fn events(schools: &mut BTreeMap<String, PlacePage>, days: &Answer) -> Result<()> {
    for line in days.lines() {
        let (Some(page), Some(date)) = (schools.get_mut(line.text("school_id")?), line.day("date")?) else { continue };
        page.first_day.get_or_insert(date);
        if line.yes("disrupted")? {
            page.events.push(Event { date, absence_rate: line.number("absence_rate")?.unwrap_or(0.0) });
        }
    }
    Ok(())
}

fn absence(schools: &mut BTreeMap<String, PlacePage>, grades: &Answer, classes: &Answer) -> Result<()> {
    for line in grades.lines() {
        if let (Some(page), Some(absence_rate)) = (schools.get_mut(line.text("school_id")?), line.number("absence_rate")?) {
            page.absence_by_grade.push(GradeAbsence {
                grade_level: line.small("grade_level")?,
                pupils: line.count("pupils")?,
                absence_rate,
            });
        }
    }
    for line in classes.lines() {
        let Some(page) = schools.get_mut(line.text("school_id")?) else { continue };
        let class = line.text("class")?;
        if page.absence_by_class.last().is_none_or(|c| c.class != class) {
            page.absence_by_class.push(ClassAbsence { class: class.into(), by_weekday: Vec::new() });
        }
        if let Some(class) = page.absence_by_class.last_mut() {
            class.by_weekday.push(WeekdayAbsence {
                weekday: line.small("weekday")?,
                recorded: line.count("recorded")?,
                absent: line.count("absent")?,
            });
        }
    }
    Ok(())
}

/// One offer of a centre.
pub(super) fn offer(line: Line<'_>) -> Result<Offer> {
    Ok(Offer {
        service: line.text("service")?.into(),
        centre: line.text("centre_name")?.into(),
        room: line.maybe_count("room")?,
        waiting: line.count("waiting")?,
    })
}
