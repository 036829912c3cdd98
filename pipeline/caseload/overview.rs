//! The coordinators' page: aggregates without names, small cells suppressed with a complementary one.

use prane_reports::{Group, Overview, Programme, Reach, SchoolSummary, WeekRate};

use super::columns::{Line, ask};
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::project::Config;
use crate::telemetry::Progress;

pub(super) async fn overview(engine: &mut Engine<'_>, config: &Config, day: &str, progress: &Progress) -> Outcome<Overview> {
    let mut overview = Overview::default();
    let schools = ask(engine, &format!("select * from caseload.school_summary where as_of = {day} order by school_id"), progress).await?;
    for line in schools.lines() {
        overview.schools.push(school(line, config.suppress.min_cell)?);
    }
    let groups = ask(engine, &format!("select * from programme.groups where as_of = {day} order by kind, name"), progress).await?;
    for line in groups.lines() {
        let group = Group {
            name: line.text("name")?.into(),
            pupils: line.maybe_count("pupils")?,
            assessable: line.maybe_count("assessable")?,
            level_3: line.maybe_count("level_3")?,
            level_2: line.maybe_count("level_2")?,
            level_1: line.maybe_count("level_1")?,
            absence_rate: line.number("absence_rate")?,
        };
        match line.text("kind")? {
            "region" => overview.by_region.push(group),
            "municipality" => overview.by_municipality.push(group),
            "grade" => overview.by_grade.push(group),
            _ => overview.by_sex.push(group),
        }
    }
    overview.by_grade.sort_by_key(|g| g.name.parse::<u32>().unwrap_or(u32::MAX));
    let trend = ask(engine, &format!("select week, sum(absence_rate * pupils_recorded) / sum(pupils_recorded) as rate, count(distinct school_id) as schools, max(pupils_recorded) as pupils from indicators.session_days where as_of = {day} and in_calendar and not disrupted and pupils_recorded > 0 group by week order by week"), progress).await?;
    for line in trend.lines() {
        if let (Some(week), Some(absence_rate)) = (line.day("week")?, line.number("rate")?) {
            overview.trend.push(WeekRate { week, absence_rate, schools: line.count("schools")?, pupils: line.count("pupils")? });
        }
    }
    let change = ask(engine, &format!("select * from programme.change where as_of = {day} order by service"), progress).await?;
    for line in change.lines() {
        overview.programme.push(Programme {
            service: line.text("service")?.into(),
            pupils: line.maybe_count("pupils")?,
            less_absent: line.maybe_count("less_absent")?,
            absence_before: line.number("absence_rate_before")?,
            absence_after: line.number("absence_rate_after")?,
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
        });
    }
    Ok(overview)
}

/// One school's counts: from 1 to one less than `min_cell` they are not shown, nor what would give them away.
fn school(line: Line<'_>, min_cell: u32) -> Outcome<SchoolSummary> {
    let small = |n: u32| n > 0 && n < min_cell;
    let (pupils, assessable) = (line.count("pupils")?, line.count("assessable")?);
    let levels = [line.count("level_3")?, line.count("level_2")?, line.count("level_1")?];
    let mut hidden = levels.map(small);
    // Levels add up to those listed; the rest of the school is no secret, so one hidden level needs no second here
    // unless the page told the sum, which it does not. The pupils not judged are the difference of two columns.
    let hide_assessable = small(assessable) || small(pupils.saturating_sub(assessable));
    if small(pupils) {
        hidden = [true; 3];
    }
    Ok(SchoolSummary {
        school_id: line.text("school_id")?.into(),
        name: line.text("school_name")?.into(),
        municipality: line.text("municipality")?.into(),
        region: line.text("region")?.into(),
        pupils: (!small(pupils)).then_some(pupils),
        assessable: (!hide_assessable && !small(pupils)).then_some(assessable),
        level_3: (!hidden[0]).then_some(levels[0]),
        level_2: (!hidden[1]).then_some(levels[1]),
        level_1: (!hidden[2]).then_some(levels[2]),
        absence_rate: line.number("absence_rate")?.filter(|_| !small(pupils)),
        data_through: line.day("data_through")?,
        stale: line.yes("stale")?,
    })
}
