//! Pages of the centres: their participants with their trend at school, and children of the municipality with a level
//! who are at no centre yet.
//!
//! A centre sees of a referral candidate whom it could invite and why, not what became of contacts at school.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use prane_base::fault::Outcome;
use prane_base::telemetry::Progress;
use prane_reports::{Card, Participant, Place, PlaceKind, PlacePage, Row};
use prane_rules::engine::Engine;
use prane_rules::policy::Policy;
use prane_vault::Vault;

use super::columns::{Answer, Line, ask};
use super::names::{self, Names};
use super::school::CentreOffer;

/// Pupil → the centres at which the pupil is a participant.
type Linked = BTreeMap<String, BTreeSet<String>>;

/// A row of a school's list, and where it stands.
#[derive(Clone, Copy)]
struct Found<'a> {
    row: &'a Row,
    school: &'a str,
}

/// A page a centre, by id. `schools` are the pages of all schools with everything on them that centres may see.
pub(super) async fn pages(
    engine: &mut Engine<'_>,
    vault: &Vault,
    policy: &Policy,
    schools: &BTreeMap<String, PlacePage>,
    as_of: NaiveDate,
    offers: Vec<CentreOffer>,
    progress: &Progress,
) -> Outcome<Vec<PlacePage>> {
    let mut pages = places(engine, policy, as_of, progress).await?;
    for of in offers {
        if let Some(page) = pages.get_mut(&of.centre_id) {
            page.offers.push(of.offer);
        }
    }
    if pages.is_empty() {
        return Ok(Vec::new());
    }
    let found = ask(engine, &participants_sql(as_of), progress).await?;
    let mut keys = BTreeSet::new();
    for line in found.lines() {
        keys.insert(line.text("participant_key")?.to_string());
    }
    let people = names::look_up(vault, "centre_participants", "participant_key", "participant_id", &keys)?;
    let linked = participants(&found, &people, schools, &mut pages)?;
    lists(schools, &linked, &mut pages);
    for school in schools.values() {
        for change in &school.changes {
            each_centre(&linked, &change.pupil_key, &mut pages, |page| page.changes.push(change.clone()));
        }
        for one in &school.not_assessable {
            each_centre(&linked, &one.pupil_key, &mut pages, |page| page.not_assessable.push(one.clone()));
        }
    }
    Ok(pages.into_values().collect())
}

async fn places(engine: &mut Engine<'_>, policy: &Policy, as_of: NaiveDate, progress: &Progress) -> Outcome<BTreeMap<String, PlacePage>> {
    let sql = format!(
        "with heard as (select centre_id, max(date) as data_through from sources.centre_attendance where date <= date '{as_of}' group by centre_id) \
         select c.centre_id, c.centre_name, c.municipality, c.region, h.data_through \
         from sources.centres c left join heard h on h.centre_id = c.centre_id order by c.centre_id"
    );
    let known = ask(engine, &sql, progress).await?;
    let mut pages = BTreeMap::new();
    for line in known.lines() {
        let place = Place {
            kind: PlaceKind::Centre,
            id: line.text("centre_id")?.into(),
            name: line.text("centre_name")?.into(),
            municipality: line.text("municipality")?.into(),
            region: line.text("region")?.into(),
        };
        let data_through = line.day("data_through")?;
        let capacity = u32::try_from(policy.values("", &place.region).whole("caseload_per_centre")?).unwrap_or(0);
        pages.insert(place.id.clone(), PlacePage { place, data_through, capacity, ..PlacePage::default() });
    }
    Ok(pages)
}

/// Every participant of every centre. Sessions are counted at the participant's own centre, so that children without a
/// link to a pupil are seen to stop coming too; over the recent weeks of the pupil's school, else over the last four.
fn participants_sql(as_of: NaiveDate) -> String {
    let day = format!("date '{as_of}'");
    let since = as_of - Days::new(u64::from(as_of.weekday().num_days_from_monday()) + 21);
    format!(
        "with recent as (select school_id, min(week) as since from indicators.school_weeks where as_of = {day} and is_recent group by school_id), \
         people as (\
            select c.centre_id, c.participant_key, c.pupil_key, p.school_id, p.class, p.recent_absent, p.recent_recorded, p.before_absence_rate, \
                   coalesce(r.since, date '{since}') as since \
            from sources.centre_participants c \
            left join indicators.pupil p on p.pupil_key = c.pupil_key and p.as_of = {day} \
            left join recent r on r.school_id = p.school_id), \
         sessions as (\
            select p.participant_key, max(case when a.status in ('present', 'late') then a.date end) as last_attended, \
                   sum(case when a.date >= p.since then 1 else 0 end) as held, \
                   sum(case when a.date >= p.since and a.status in ('present', 'late') then 1 else 0 end) as attended \
            from people p inner join sources.centre_attendance a on a.participant_key = p.participant_key \
            where a.date <= {day} and a.status in ('present', 'late', 'absent', 'excused') \
            group by p.participant_key), \
         begun as (select distinct participant_key from sources.centre_enrolments where start_date <= {day}), \
         enrolled as (\
            select participant_key, array_agg(distinct service order by service) as services from sources.centre_enrolments \
            where start_date <= {day} and (end_date is null or end_date >= {day}) group by participant_key), \
         levels as (select pupil_key, level from caseload.list where as_of = {day}), \
         flagged as (select distinct pupil_key from run.raised_flags where as_of = {day} and flag = 'left_centre') \
         select p.centre_id, p.participant_key, p.pupil_key, p.school_id, p.class, p.recent_absent, p.recent_recorded, p.before_absence_rate, \
                s.last_attended, s.held, s.attended, e.services, l.level, \
                b.participant_key is null or e.participant_key is not null as is_enrolled, \
                f.pupil_key is not null or coalesce(s.attended = 0 and s.held >= q.left_centre_min_sessions, false) as stopped \
         from people p \
         cross join run.policy q \
         left join sessions s on s.participant_key = p.participant_key \
         left join begun b on b.participant_key = p.participant_key \
         left join enrolled e on e.participant_key = p.participant_key \
         left join levels l on l.pupil_key = p.pupil_key \
         left join flagged f on f.pupil_key = p.pupil_key \
         order by p.centre_id, p.participant_key"
    )
}

/// Fills each centre's participants: those enrolled on the day, and those about whom no enrolment was handed in.
/// Returns the centres of every linked pupil, also of those who have left.
fn participants(
    found: &Answer,
    people: &Names,
    schools: &BTreeMap<String, PlacePage>,
    pages: &mut BTreeMap<String, PlacePage>,
) -> Outcome<Linked> {
    let mut linked = Linked::new();
    for line in found.lines() {
        let Some(page) = pages.get_mut(line.text("centre_id")?) else { continue };
        let pupil_key = line.text("pupil_key")?;
        if !pupil_key.is_empty() {
            linked.entry(pupil_key.into()).or_default().insert(page.place.id.clone());
        }
        if line.yes("is_enrolled")? {
            page.pupils += 1;
            page.participants.push(participant(line, people, schools)?);
        }
    }
    Ok(linked)
}

fn participant(line: Line<'_>, people: &Names, schools: &BTreeMap<String, PlacePage>) -> Outcome<Participant> {
    let person = people.get(line.text("participant_key")?).cloned().unwrap_or_default();
    Ok(Participant {
        pupil_key: line.text("pupil_key")?.into(),
        participant_id: person.id,
        first_name: person.first_name,
        last_name: person.last_name,
        services: line.list("services")?,
        sessions_recent: line.count("held")?,
        attended_recent: line.count("attended")?,
        last_attended: line.day("last_attended")?,
        school: schools.get(line.text("school_id")?).map(|s| s.place.name.clone()).unwrap_or_default(),
        class: line.text("class")?.into(),
        recent_absent: line.number("recent_absent")?.unwrap_or(0.0),
        recent_recorded: line.count("recent_recorded")?,
        before_rate: line.number("before_absence_rate")?,
        level: line.whole("level")?.and_then(|l| u8::try_from(l).ok()),
        stopped: line.yes("stopped")?,
    })
}

fn each_centre(linked: &Linked, pupil_key: &str, pages: &mut BTreeMap<String, PlacePage>, mut put: impl FnMut(&mut PlacePage)) {
    for centre in linked.get(pupil_key).into_iter().flatten() {
        if let Some(page) = pages.get_mut(centre) {
            put(page);
        }
    }
}

/// Rows, cards and referral candidates of every centre, from the lists of the schools.
fn lists(schools: &BTreeMap<String, PlacePage>, linked: &Linked, pages: &mut BTreeMap<String, PlacePage>) {
    let mut own: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
    let mut around: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
    let mut cards: BTreeMap<&str, &Card> = BTreeMap::new();
    for school in schools.values() {
        cards.extend(school.cards.iter().filter(|c| linked.contains_key(&c.pupil_key)).map(|c| (c.pupil_key.as_str(), c)));
        for row in &school.rows {
            let found = Found { row, school: &school.place.name };
            match linked.get(&row.pupil_key) {
                Some(centres) => centres.iter().for_each(|centre| own.entry(centre).or_default().push(found)),
                None => around.entry(&school.place.municipality).or_default().push(found),
            }
        }
    }
    // Two centres of one municipality are asked about the same children: rank them once.
    for found in around.values_mut() {
        rank(found);
    }
    for page in pages.values_mut() {
        let capacity = usize::try_from(page.capacity).unwrap_or(usize::MAX);
        let mut found = own.remove(page.place.id.as_str()).unwrap_or_default();
        rank(&mut found);
        page.left_off = u32::try_from(found.len().saturating_sub(capacity)).unwrap_or(u32::MAX);
        page.rows = placed(&found, capacity);
        // What another centre does with the child is that centre's to tell.
        let here: BTreeMap<&str, &[String]> = page.participants.iter().map(|p| (p.pupil_key.as_str(), p.services.as_slice())).collect();
        for row in &mut page.rows {
            row.services = here.get(row.pupil_key.as_str()).map(|services| services.to_vec()).unwrap_or_default();
        }
        let listed = page.rows.iter().filter(|r| r.on_list);
        page.cards = listed.filter_map(|r| cards.get(r.pupil_key.as_str()).map(|c| (*c).clone())).collect();
        let near = around.get(page.place.municipality.as_str()).map_or(&[][..], Vec::as_slice);
        page.referral_candidates = placed(&near[..near.len().min(capacity)], capacity);
        for row in &mut page.referral_candidates {
            forget_contacts(row);
        }
    }
}

/// What became of contacts at school is the school's to tell.
fn forget_contacts(row: &mut Row) {
    (row.last_contact, row.contact_by, row.review_date, row.review_due) = (None, None, None, false);
    (row.last_action, row.last_outcome, row.unanswered_contacts) = (String::new(), String::new(), 0);
    if row.escalation == "unanswered_contacts" {
        row.escalation = String::new();
    }
}

/// The order of `caseload.list`, over several schools.
fn rank(found: &mut [Found<'_>]) {
    let rate = |r: &Row| if r.recent_recorded > 0 { r.recent_absent / f64::from(r.recent_recorded) } else { -1.0 };
    let risk = |r: &Row| r.risk.unwrap_or(-1.0);
    found.sort_by(|a, b| {
        let (a, b) = (a.row, b.row);
        b.level
            .cmp(&a.level)
            .then(risk(b).total_cmp(&risk(a)))
            .then(b.flags.len().cmp(&a.flags.len()))
            .then(rate(b).total_cmp(&rate(a)))
            .then(a.pupil_key.cmp(&b.pupil_key))
    });
}

/// The rows with their place on this list, cut by its own capacity.
fn placed(found: &[Found<'_>], capacity: usize) -> Vec<Row> {
    let place = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    let row = |(at, found): (usize, &Found<'_>)| Row {
        rank: place(at),
        on_list: at < capacity,
        school: found.school.into(),
        ..found.row.clone()
    };
    found.iter().enumerate().map(row).collect()
}
