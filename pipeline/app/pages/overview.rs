//! The coordinators' page: aggregates without names. The views `programme.groups`, `programme.change` and `programme.reach` suppress
//! small counts; a suppressed count stays `None` here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use prane_base::error::Result;
use prane_reports::{Group, MunicipalityTrend, Overview, Programme, Reach, SchoolSummary, WeekRate};
use prane_rules::engine::Engine;

use crate::answers::{Line, ask};

pub(super) async fn overview(engine: &mut Engine<'_>, as_of: NaiveDate) -> Result<Overview> {
    let mut overview = Overview::default();
    let groups = ask(engine, "programme.groups", as_of).await?;
    let mut school_groups: BTreeMap<String, Group> = BTreeMap::new();
    for line in groups.lines() {
        let group = group(line)?;
        match line.text("kind")? {
            "region" => overview.by_region.push(group),
            "municipality" => overview.by_municipality.push(group),
            "grade" => overview.by_grade.push(group),
            "sex" => overview.by_sex.push(group),
            "school" => {
                school_groups.insert(group.name.clone(), group);
            }
            // A project's own view may have more kinds.
            _ => {}
        }
    }
    overview.by_grade.sort_by_key(|g| g.name.parse::<u32>().unwrap_or(u32::MAX));
    let schools = ask(engine, "caseload.school_summary", as_of).await?;
    for line in schools.lines() {
        overview.schools.push(school(line, &mut school_groups)?);
    }
    overview.trend = trend(engine, as_of).await?;
    for line in ask(engine, "programme.municipality_weeks", as_of).await?.lines() {
        let municipality = line.text("municipality")?;
        if overview.municipality_trends.last().is_none_or(|m| m.municipality != municipality) {
            overview.municipality_trends.push(MunicipalityTrend { municipality: municipality.into(), weeks: Vec::new() });
        }
        if let Some(trend) = overview.municipality_trends.last_mut() {
            trend.weeks.extend(week(line, "absence_rate")?);
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

/// A school with its counts from `programme.groups`. A school without a group has no pupils.
fn school(line: Line<'_>, counts: &mut BTreeMap<String, Group>) -> Result<SchoolSummary> {
    let id = line.text("school_id")?;
    let no_pupils =
        || Group { pupils: Some(0), assessable: Some(0), level_3: Some(0), level_2: Some(0), level_1: Some(0), ..Group::default() };
    Ok(SchoolSummary {
        school_id: id.into(),
        municipality: line.text("municipality")?.into(),
        region: line.text("region")?.into(),
        group: Group { name: line.text("school_name")?.into(), ..counts.remove(id).unwrap_or_else(no_pupils) },
        data_through: line.day("data_through")?,
        stale: line.yes("stale")?,
    })
}

/// Weekly absence of all schools, weighted by the pupils recorded on each day. The number of pupils of a week is the sum of each
/// school's largest day.
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
