//! The coordinators' page: aggregates without names. What is suppressed is decided in `programme.groups`,
//! `programme.change` and `programme.reach`; nothing is counted here that they leave empty.

use std::collections::BTreeMap;

use prane_base::fault::Outcome;
use prane_base::telemetry::Progress;
use prane_reports::{Group, MunicipalityTrend, Overview, Programme, Reach, SchoolSummary, WeekRate};
use prane_rules::engine::Engine;

use super::columns::{Line, ask};

pub(super) async fn overview(engine: &mut Engine<'_>, day: &str, progress: &Progress) -> Outcome<Overview> {
    let mut overview = Overview::default();
    let groups = ask(engine, &format!("select * from programme.groups where as_of = {day} order by kind, name"), progress).await?;
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
    let summary = "select school_id, school_name, municipality, region, data_through, stale from caseload.school_summary";
    let schools = ask(engine, &format!("{summary} where as_of = {day} order by school_id"), progress).await?;
    for line in schools.lines() {
        overview.schools.push(school(line, &mut of_schools)?);
    }
    overview.trend = trend(engine, day, progress).await?;
    let by_municipality = format!("select * from programme.municipality_weeks where as_of = {day} order by municipality, week");
    for line in ask(engine, &by_municipality, progress).await?.lines() {
        let municipality = line.text("municipality")?;
        if overview.municipality_trends.last().is_none_or(|m| m.municipality != municipality) {
            overview.municipality_trends.push(MunicipalityTrend { municipality: municipality.into(), weeks: Vec::new() });
        }
        if let Some(of) = overview.municipality_trends.last_mut() {
            of.weeks.extend(week(line, "absence_rate")?);
        }
    }
    let change = ask(engine, &format!("select * from programme.change where as_of = {day} order by service"), progress).await?;
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
    let reach = ask(engine, &format!("with last as (select max(month) as month from programme.reach where as_of = {day}) select r.*, c.centre_name from programme.reach r inner join last l on l.month = r.month left join sources.centres c on c.centre_id = r.centre_id where r.as_of = {day} order by r.centre_id, r.service"), progress).await?;
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

fn group(line: Line<'_>) -> Outcome<Group> {
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
fn school(line: Line<'_>, counts: &mut BTreeMap<String, Group>) -> Outcome<SchoolSummary> {
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
async fn trend(engine: &mut Engine<'_>, day: &str, progress: &Progress) -> Outcome<Vec<WeekRate>> {
    let sql = format!(
        "with schools as (\
            select school_id, week, sum(absence_rate * pupils_recorded) as away, sum(pupils_recorded) as recorded, max(pupils_recorded) as pupils \
            from indicators.session_days \
            where as_of = {day} and in_calendar and not disrupted and pupils_recorded > 0 \
            group by school_id, week) \
         select s.week, sum(s.away) / sum(s.recorded) as rate, count(*) as schools, sum(s.pupils) as pupils \
         from schools s cross join run.policy p group by s.week having sum(s.pupils) >= max(p.suppress_min_cell) order by s.week"
    );
    let weeks = ask(engine, &sql, progress).await?;
    let mut trend = Vec::new();
    for line in weeks.lines() {
        trend.extend(week(line, "rate")?);
    }
    Ok(trend)
}

fn week(line: Line<'_>, rate: &str) -> Outcome<Option<WeekRate>> {
    let (Some(week), Some(absence_rate)) = (line.day("week")?, line.number(rate)?) else { return Ok(None) };
    Ok(Some(WeekRate { week, absence_rate, schools: line.count("schools")?, pupils: line.count("pupils")? }))
}
