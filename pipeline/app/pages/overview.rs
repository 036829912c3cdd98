//! The coordinators' page: aggregates without names. What is suppressed is decided in `programme.groups`,
//! `programme.change` and `programme.reach`; nothing is counted here that they leave empty.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use prane_base::error::Result;
use prane_reports::{Group, MunicipalityTrend, Overview, Programme, Reach, SchoolSummary, WeekRate};
use prane_rules::engine::Engine;

use crate::answers::{Line, ask};

pub(super) async fn overview(engine: &mut Engine<'_>, as_of: NaiveDate) -> Result<Overview> {
    let mut overview = Overview::default();
    let groups = ask(engine, "programme.groups", as_of).await?;
    let mut of_schools: BTreeMap<String, Group> = BTreeMap::new();
    for line in groups.lines() {
        let group = group(line)?;
        match line.text("kind")? {
            "region" => overview.by_region.push(group),
            "municipality" => overview.by_municipality.push(group),
            "grade" => overview.by_grade.push(group),
            "sex" => overview.by_sex.push(group),
            "school" => {
                of_schools.insert(group.name.clone(), group);
            }
            // A project's own query may count more than this page shows.
            _ => {}
        }
    }
    overview.by_grade.sort_by_key(|g| g.name.parse::<u32>().unwrap_or(u32::MAX));
    let schools = ask(engine, "caseload.school_summary", as_of).await?;
    for line in schools.lines() {
        overview.schools.push(school(line, &mut of_schools)?);
    }
    overview.trend = trend(engine, as_of).await?;
    for line in ask(engine, "programme.municipality_weeks", as_of).await?.lines() {
        let municipality = line.text("municipality")?;
        if overview.municipality_trends.last().is_none_or(|m| m.municipality != municipality) {
            overview.municipality_trends.push(MunicipalityTrend { municipality: municipality.into(), weeks: Vec::new() });
        }
        if let Some(of) = overview.municipality_trends.last_mut() {
            of.weeks.extend(week(line, "absence_rate")?);
        }
    }
    let change = ask(engine, "programme.change", as_of).await?;
    for line in change.lines() {
        overview.programme.push(Programme {
            service: line.text("service")?.into(),
            pupils: line.maybe_count("pupils")?,
            less_absent: line.maybe_count("less_absent")?,
            absence_before: line.number("absence_rate_before")?,
            before_below: line.number("absence_rate_before_below")?,
            before_above: line.number("absence_rate_before_above")?,
            absence_after: line.number("absence_rate_after")?,
            after_below: line.number("absence_rate_after_below")?,
            after_above: line.number("absence_rate_after_above")?,
            school_before: line.number("school_rate_before")?,
            school_after: line.number("school_rate_after")?,
            change_beside_school: line.number("change_beside_school")?,
        });
    }
    let reach = ask(engine, "pages.reach", as_of).await?;
    for line in reach.lines() {
        overview.reach.push(Reach {
            centre: line.text("centre_name")?.into(),
            municipality: line.text("municipality")?.into(),
            service: line.text("service")?.into(),
            month: line.day("month")?.unwrap_or_default(),
            participants: line.maybe_count("participants")?,
            attending: line.maybe_count("attending")?,
            attended_rate: line.number("attended_rate")?,
            attended_below: line.number("attended_rate_below")?,
            attended_above: line.number("attended_rate_above")?,
        });
    }
    Ok(overview)
}

fn group(line: Line<'_>) -> Result<Group> {
    Ok(Group {
        name: line.text("name")?.into(),
        pupils: line.maybe_count("pupils")?,
        assessable: line.maybe_count("assessable")?,
        level_3: line.maybe_count("level_3")?,
        level_2: line.maybe_count("level_2")?,
        level_1: line.maybe_count("level_1")?,
        absence_rate: line.number("absence_rate")?,
        absence_below: line.number("absence_rate_below")?,
        absence_above: line.number("absence_rate_above")?,
    })
}

/// Who a school is, with the counts that may be shown of it; a school without pupils has no group.
fn school(line: Line<'_>, counts: &mut BTreeMap<String, Group>) -> Result<SchoolSummary> {
    let id = line.text("school_id")?;
    let nobody =
        || Group { pupils: Some(0), assessable: Some(0), level_3: Some(0), level_2: Some(0), level_1: Some(0), ..Group::default() };
    Ok(SchoolSummary {
        school_id: id.into(),
        municipality: line.text("municipality")?.into(),
        region: line.text("region")?.into(),
        group: Group { name: line.text("school_name")?.into(), ..counts.remove(id).unwrap_or_else(nobody) },
        data_through: line.day("data_through")?,
        stale: line.yes("stale")?,
    })
}

/// Absence of all schools by week, weighed by the pupils recorded each day; the pupils of a week are those of each
/// school's fullest day.
async fn trend(engine: &mut Engine<'_>, as_of: NaiveDate) -> Result<Vec<WeekRate>> {
    let weeks = ask(engine, "pages.trend", as_of).await?;
    let mut trend = Vec::new();
    for line in weeks.lines() {
        trend.extend(week(line, "rate")?);
    }
    Ok(trend)
}

fn week(line: Line<'_>, rate: &str) -> Result<Option<WeekRate>> {
    let (Some(week), Some(absence_rate)) = (line.day("week")?, line.number(rate)?) else { return Ok(None) };
    Ok(Some(WeekRate { week, absence_rate, schools: line.count("schools")?, pupils: line.count("pupils")? }))
}
