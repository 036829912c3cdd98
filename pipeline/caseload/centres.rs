//! Pages of the centres: their participants with their trend at school, and children of the municipality with a level
//! who are enrolled at no centre yet.

use std::collections::{BTreeMap, BTreeSet};

use prane_reports::{Participant, Place, PlaceKind, PlacePage, Row};

use super::columns::ask;
use super::names;
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::project::Config;
use crate::telemetry::Progress;
use crate::vault::Vault;

pub(super) async fn pages(
    engine: &mut Engine<'_>,
    vault: &Vault,
    config: &Config,
    schools: &BTreeMap<String, PlacePage>,
    day: &str,
    progress: &Progress,
) -> Outcome<Vec<PlacePage>> {
    let known =
        ask(engine, "select centre_id, centre_name, municipality, region from sources.centres order by centre_id", progress).await?;
    let mut pages = BTreeMap::new();
    for line in known.lines() {
        let place = Place {
            kind: PlaceKind::Centre,
            id: line.text("centre_id")?.into(),
            name: line.text("centre_name")?.into(),
            municipality: line.text("municipality")?.into(),
            region: line.text("region")?.into(),
        };
        pages.insert(place.id.clone(), PlacePage { place, capacity: config.caseload.per_centre, ..PlacePage::default() });
    }
    if pages.is_empty() {
        return Ok(Vec::new());
    }
    let linked = participants(engine, vault, schools, &mut pages, day, progress).await?;
    let mut candidates: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for school in schools.values() {
        for row in &school.rows {
            let mut row = Row { school: school.place.name.clone(), ..row.clone() };
            match linked.get(&row.pupil_key) {
                Some(centres) => {
                    for centre in centres {
                        if let Some(page) = pages.get_mut(centre) {
                            page.rows.push(row.clone());
                        }
                    }
                }
                None => {
                    // A centre sees whom it could invite and why, not what became of contacts at school.
                    (row.last_contact, row.contact_by, row.review_date) = (None, None, None);
                    candidates.entry(school.place.municipality.as_str()).or_default().push(row);
                }
            }
        }
    }
    let capacity = usize::try_from(config.caseload.per_centre).unwrap_or(usize::MAX);
    for page in pages.values_mut() {
        page.rows = rank(std::mem::take(&mut page.rows), capacity);
        page.left_off = u32::try_from(page.rows.len().saturating_sub(capacity)).unwrap_or(0);
        let keys: BTreeSet<&str> = page.rows.iter().filter(|r| r.on_list).map(|r| r.pupil_key.as_str()).collect();
        page.cards = schools.values().flat_map(|s| &s.cards).filter(|c| keys.contains(c.pupil_key.as_str())).cloned().collect();
        let own = candidates.get(page.place.municipality.as_str()).cloned().unwrap_or_default();
        page.referral_candidates = rank(own, capacity).into_iter().filter(|r| r.on_list).collect();
        page.data_through = page.participants.iter().filter_map(|p| p.last_attended).max();
    }
    Ok(pages.into_values().collect())
}

/// The order of the list over several schools, with this place's capacity.
fn rank(mut rows: Vec<Row>, capacity: usize) -> Vec<Row> {
    let rate = |r: &Row| if r.recent_recorded > 0 { r.recent_absent / f64::from(r.recent_recorded) } else { 0.0 };
    rows.sort_by(|a, b| {
        b.level.cmp(&a.level).then(b.flags.len().cmp(&a.flags.len())).then(rate(b).total_cmp(&rate(a))).then(a.pupil_key.cmp(&b.pupil_key))
    });
    for (at, row) in rows.iter_mut().enumerate() {
        row.rank = u32::try_from(at + 1).unwrap_or(u32::MAX);
        row.on_list = at < capacity;
    }
    rows
}

/// Fills each centre's participants; returns the centres of every linked pupil.
async fn participants(
    engine: &mut Engine<'_>,
    vault: &Vault,
    schools: &BTreeMap<String, PlacePage>,
    pages: &mut BTreeMap<String, PlacePage>,
    day: &str,
    progress: &Progress,
) -> Outcome<BTreeMap<String, BTreeSet<String>>> {
    let sql = format!(
        "with sessions as (select participant_key, max(case when status in ('present', 'late') then date end) as last_attended from sources.centre_attendance where date <= {day} group by participant_key), \
         open as (select participant_key, array_agg(distinct service order by service) as services from sources.centre_enrolments where start_date <= {day} and (end_date is null or end_date >= {day}) group by participant_key), \
         levels as (select pupil_key, level from caseload.list where as_of = {day}), \
         stopped as (select distinct pupil_key from run.raised_flags where as_of = {day} and flag = 'left_centre') \
         select c.centre_id, c.participant_key, c.pupil_key, p.school_id, p.class, p.recent_absent, p.recent_recorded, p.before_absence_rate, p.centre_sessions_recent, p.centre_attended_recent, \
                s.last_attended, o.services, l.level, x.pupil_key is not null as stopped \
         from sources.centre_participants c \
         left join indicators.pupil p on p.pupil_key = c.pupil_key and p.as_of = {day} \
         left join sessions s on s.participant_key = c.participant_key \
         left join open o on o.participant_key = c.participant_key \
         left join levels l on l.pupil_key = c.pupil_key \
         left join stopped x on x.pupil_key = c.pupil_key \
         order by c.centre_id, c.participant_key"
    );
    let found = ask(engine, &sql, progress).await?;
    let mut keys = BTreeSet::new();
    for line in found.lines() {
        keys.insert(line.text("participant_key")?.to_string());
    }
    let people = names::look_up(vault, "centre_participants", "participant_key", "participant_id", &keys)?;
    let mut linked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in found.lines() {
        let Some(page) = pages.get_mut(line.text("centre_id")?) else { continue };
        let person = people.get(line.text("participant_key")?).cloned().unwrap_or_default();
        let pupil_key = line.text("pupil_key")?.to_string();
        if !pupil_key.is_empty() {
            linked.entry(pupil_key.clone()).or_default().insert(page.place.id.clone());
        }
        page.pupils += 1;
        page.participants.push(Participant {
            pupil_key,
            participant_id: person.id,
            first_name: person.first_name,
            last_name: person.last_name,
            services: line.list("services")?,
            sessions_recent: line.count("centre_sessions_recent")?,
            attended_recent: line.count("centre_attended_recent")?,
            last_attended: line.day("last_attended")?,
            school: schools.get(line.text("school_id")?).map(|s| s.place.name.clone()).unwrap_or_default(),
            class: line.text("class")?.into(),
            recent_absent: line.number("recent_absent")?.unwrap_or(0.0),
            recent_recorded: line.count("recent_recorded")?,
            before_rate: line.number("before_absence_rate")?,
            level: line.whole("level")?.and_then(|l| u8::try_from(l).ok()),
            stopped: line.yes("stopped")?,
        });
    }
    Ok(linked)
}
