//! Filling the pages of the reports crate: one question a kind for all schools, grouped in memory.
//!
//! Names come from the vault, here and nowhere else; what schools see of centres is decided here too.

mod cards;
mod centres;
mod columns;
mod names;
mod overview;
mod receipts;
mod school;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use prane_base::config::ShowCentre;
use prane_base::fault::{Fault, Outcome};
use prane_base::telemetry::Progress;
use prane_reports::{Change, Flag, NotAssessable, Overview, Place, PlaceKind, PlacePage, Row};
use prane_rules::engine::Engine;
use prane_rules::policy::Policy;
use prane_vault::Vault;

use columns::{Answer, Line, ask, ask_all, widen};
use names::Names;

/// Views that pages show beside the list: built in one go, so that one does not wait for the other's last thread.
pub const SHOWN: [&str; 9] = [
    "caseload.last_known",
    "programme.change",
    "programme.reach",
    "programme.groups",
    "programme.municipality_weeks",
    "caseload.class_absence",
    "caseload.level_flow",
    "caseload.listed",
    "caseload.offers",
];

/// Asks for everything that the pages of schools and centres show on `as_of`: schools, then centres, each by id. `list` is
/// `caseload.list` of that day, by school and rank.
///
/// # Errors
/// Configuration faults of SQL files, store faults of the vault.
pub async fn places(
    engine: &mut Engine<'_>,
    vault: &Vault,
    policy: &Policy,
    as_of: NaiveDate,
    list: &[RecordBatch],
    progress: &Progress,
) -> Outcome<Vec<PlacePage>> {
    let day = format!("date '{as_of}'");
    let list = widen(list.to_vec())?;
    let staff = names::staff(vault)?;
    let questions = [
        format!("select * from caseload.changes where as_of = {day} order by school_id, status, level desc, pupil_key"),
        format!("select * from caseload.not_assessable where as_of = {day} order by school_id, class, pupil_key"),
        format!(
            "select pupil_key, case when withheld then 'at_centre' else rule end as flag, case when withheld then null else value end as value, \
                    case when withheld then null else threshold end as threshold, case when withheld then null else since_date end as since_date, level \
             from (select f.pupil_key, f.flag as rule, f.value, f.threshold, f.since_date, f.level, f.recovered, f.withheld \
                   from caseload.list l right semi join caseload.weighed_flags f on l.pupil_key = f.pupil_key and l.as_of = f.as_of where f.as_of = {day}) \
             order by pupil_key, level desc, recovered, rule"
        ),
    ];
    let [changes, unjudged, raised] = ask_all(engine, questions, progress).await?;
    let known = ask(engine, &format!("select * from caseload.last_known where as_of = {day} order by school_id, place"), progress).await?;
    progress.step("names");
    let mut keys = BTreeSet::new();
    for line in list.lines().chain(changes.lines()).chain(unjudged.lines()).chain(known.lines()) {
        keys.insert(line.text("pupil_key")?.to_string());
    }
    let people = names::pupils(vault, &keys)?;

    progress.step("pages");
    let mut schools = school_pages(engine, policy, &day, progress).await?;
    let flags = flags(&raised)?;
    for line in list.lines() {
        let mut row = row(line, &people, &staff)?;
        row.flags = flags.get(&row.pupil_key).cloned().unwrap_or_default();
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.rows.push(row);
        }
    }
    for line in changes.lines() {
        let person = names::of(&people, line.text("pupil_key")?);
        let level = |n: &str| -> Outcome<Option<u8>> { Ok(line.whole(n)?.and_then(|l| u8::try_from(l).ok())) };
        let cause = Some(line.text("cause")?.to_string()).filter(|c| !c.is_empty());
        let change = Change {
            pupil_key: line.text("pupil_key")?.into(),
            pupil_id: person.id,
            first_name: person.first_name,
            last_name: person.last_name,
            class: line.text("class")?.into(),
            status: line.text("status")?.into(),
            level_before: level("level_before")?,
            level_now: level("level")?,
            cause,
            because: line.list("because")?,
        };
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.changes.push(change);
        }
    }
    for line in unjudged.lines() {
        let person = names::of(&people, line.text("pupil_key")?);
        let one = NotAssessable {
            pupil_key: line.text("pupil_key")?.into(),
            pupil_id: person.id,
            first_name: person.first_name,
            last_name: person.last_name,
            class: line.text("class")?.into(),
            cause: line.text("cause")?.into(),
            last_recorded: line.day("last_recorded")?,
        };
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.not_assessable.push(one);
        }
    }
    let sessions = school::sessions(engine, &day, progress).await?;
    let offers = school::offers(engine, &day, progress).await?;
    school::fill(engine, &mut schools, as_of, &sessions, &offers, progress).await?;
    progress.step("cards");
    cards::fill(engine, &mut schools, &staff, &day, &sessions, progress).await?;
    progress.step("centres");
    let centres = centres::pages(engine, vault, policy, &schools, as_of, offers, progress).await?;
    keep_last_known(&mut schools, &known, &people)?;
    for page in schools.values_mut() {
        let show = shown_of_centres(policy, &page.place)?;
        withhold(page, show);
    }
    let mut pages: Vec<PlacePage> = schools.into_values().chain(centres).collect();
    receipts::fill(vault, as_of, &mut pages)?;
    Ok(pages)
}

/// The list as it is published for analysts: nothing that leads from a name on a school's list to a key of the store (the
/// key, digests of the records, who made a contact), and of centres what the child's school may know, no more.
#[must_use]
pub fn analysts_question(as_of: NaiveDate) -> String {
    format!(
        "select l.as_of, l.school_id, l.grade_level, l.level, l.level_before, l.status, l.cause, l.weeks_on_list, l.risk, l.flag_count, l.flags, l.reasons, \
                l.absence_rate, l.recent_absent, l.recent_recorded, l.recent_absence_rate, l.before_absence_rate, l.absence_streak, l.absence_trend, \
                l.mark_change, l.failing_subjects, \
                case when p.caseload_show_centre_to_schools in ('known', 'service') then l.known_to_centre end as known_to_centre, \
                case when p.caseload_show_centre_to_schools = 'service' then l.services end as services, \
                l.next_step, l.escalation, l.suggested_service, l.unexcused_streak, l.unanswered_contacts, l.last_contact, l.last_action, \
                l.last_outcome, l.review_date, l.review_due, l.confidence, l.on_list, l.data_through \
         from caseload.list l inner join run.policy_school p on p.school_id = l.school_id \
         where l.as_of = date '{as_of}' order by l.school_id, l.rank"
    )
}

/// Asks for everything that the coordinators' page shows on `as_of`.
///
/// # Errors
/// Configuration faults of SQL files.
pub async fn overview(engine: &mut Engine<'_>, as_of: NaiveDate, progress: &Progress) -> Outcome<Overview> {
    overview::overview(engine, &format!("date '{as_of}'"), progress).await
}

/// What a school may know of a centre. Where it may know no service, it is told whether there is room, not at which centre.
fn withhold(page: &mut PlacePage, show: ShowCentre) {
    for row in &mut page.rows {
        if show == ShowCentre::No {
            row.known_to_centre = None;
        }
        if show != ShowCentre::Service {
            row.services.clear();
        }
    }
    if show != ShowCentre::Service {
        page.offers.iter_mut().for_each(|offer| offer.centre.clear());
    }
}

/// What a school may know of centres: its own override goes before its region's, and that before the project's.
fn shown_of_centres(policy: &Policy, school: &Place) -> Outcome<ShowCentre> {
    let word = "caseload_show_centre_to_schools";
    let said = policy.values(&school.id, &school.region).text(word)?.to_string();
    ShowCentre::of_word(&said).ok_or_else(|| {
        Fault::configuration(
            "queries/policy.toml",
            format!("show_centre_to_schools is \"{said}\" for the school {}", school.id),
            "write \"no\", \"known\" or \"service\"",
        )
    })
}

async fn school_pages(engine: &mut Engine<'_>, policy: &Policy, day: &str, progress: &Progress) -> Outcome<BTreeMap<String, PlacePage>> {
    let summary = ask(engine, &format!("select * from caseload.school_summary where as_of = {day} order by school_id"), progress).await?;
    let mut pages = BTreeMap::new();
    for line in summary.lines() {
        let own = policy.values(line.text("school_id")?, line.text("region")?);
        let late = line.whole("days_since_data")?.unwrap_or(0) - own.whole("contract_stale_after_days")?;
        let page = PlacePage {
            place: Place {
                kind: PlaceKind::School,
                id: line.text("school_id")?.into(),
                name: line.text("school_name")?.into(),
                municipality: line.text("municipality")?.into(),
                region: line.text("region")?.into(),
            },
            data_through: line.day("data_through")?,
            coverage: line.number("coverage")?,
            stale_days: line.yes("stale")?.then_some(late.max(1)),
            pupils: line.count("pupils")?,
            capacity: line.count("capacity")?,
            left_off: line.count("left_off")?,
            pass_mark: Some(own.number("marks_pass")?),
            too_little_known: line.yes("too_little_known")?,
            ..PlacePage::default()
        };
        pages.insert(page.place.id.clone(), page);
    }
    Ok(pages)
}

/// Puts below tonight's rows of a school that fell silent those of its last list: what was known is not resolved by silence.
fn keep_last_known(schools: &mut BTreeMap<String, PlacePage>, known: &Answer, people: &Names) -> Outcome<()> {
    for line in known.lines() {
        let Some(page) = schools.get_mut(line.text("school_id")?) else { continue };
        let person = names::of(people, line.text("pupil_key")?);
        page.last_known = line.day("list_date")?;
        let rank = page.rows.iter().map(|row| row.rank).max().unwrap_or(0) + 1;
        page.rows.push(Row {
            rank,
            pupil_key: line.text("pupil_key")?.into(),
            pupil_id: person.id,
            first_name: person.first_name,
            last_name: person.last_name,
            class: line.text("class")?.into(),
            level: line.small("level")?,
            status: "last_known".into(),
            weeks_on_list: line.count("weeks_on_list")?,
            next_step: line.text("next_step")?.into(),
            suggested_service: line.text("suggested_service")?.into(),
            confidence: "thin".into(),
            on_list: true,
            ..Row::default()
        });
    }
    Ok(())
}

/// A line of the list as the page shows it, for whoever may see it all.
fn row(line: Line<'_>, people: &Names, staff: &BTreeMap<String, String>) -> Outcome<Row> {
    let key = line.text("pupil_key")?;
    let person = names::of(people, key);
    let by = line.text("contact_by")?;
    Ok(Row {
        rank: line.count("rank")?,
        pupil_key: key.into(),
        pupil_id: person.id,
        first_name: person.first_name,
        last_name: person.last_name,
        class: line.text("class")?.into(),
        grade_level: line.small("grade_level")?,
        level: line.small("level")?,
        status: line.text("status")?.into(),
        weeks_on_list: line.count("weeks_on_list")?,
        risk: line.number("risk")?,
        reasons: reasons(line)?,
        absence_rate: line.number("absence_rate")?,
        recent_absent: line.number("recent_absent")?.unwrap_or(0.0),
        recent_recorded: line.count("recent_recorded")?,
        before_rate: line.number("before_absence_rate")?,
        absence_streak: line.count("absence_streak")?,
        absence_trend: line.number("absence_trend")?,
        mark_change: line.number("mark_change")?,
        failing_subjects: line.maybe_count("failing_subjects")?,
        known_to_centre: Some(line.yes("known_to_centre")?),
        services: line.list("services")?,
        next_step: line.text("next_step")?.into(),
        escalation: line.text("escalation")?.into(),
        unexcused_streak: line.count("unexcused_streak")?,
        unanswered_contacts: line.count("unanswered_contacts")?,
        suggested_service: line.text("suggested_service")?.into(),
        last_contact: line.day("last_contact")?,
        contact_by: staff.get(by).cloned(),
        last_action: line.text("last_action")?.into(),
        last_outcome: line.text("last_outcome")?.into(),
        review_date: line.day("review_date")?,
        review_due: line.yes("review_due")?,
        confidence: line.text("confidence")?.into(),
        on_list: line.yes("on_list")?,
        ..Row::default()
    })
}

/// The reasons as a page tells them: who missed so many days that support is asked for now need not be told as well that
/// it is enough for a plan.
fn reasons(line: Line<'_>) -> Outcome<Vec<String>> {
    let flags = line.list("flags")?;
    let severe = flags.iter().any(|flag| flag == "severe_absence");
    let told = |(flag, _): &(&String, String)| !(severe && flag.as_str() == "chronic_absence");
    Ok(flags.iter().zip(line.list("reasons")?).filter(told).map(|(_, reason)| reason).collect())
}

fn flags(raised: &Answer) -> Outcome<BTreeMap<String, Vec<Flag>>> {
    let mut flags: BTreeMap<String, Vec<Flag>> = BTreeMap::new();
    for line in raised.lines() {
        let flag = Flag {
            flag: line.text("flag")?.into(),
            value: line.number("value")?.unwrap_or(0.0),
            threshold: line.number("threshold")?.unwrap_or(0.0),
            since_date: line.day("since_date")?,
            level: line.small("level")?,
        };
        flags.entry(line.text("pupil_key")?.into()).or_default().push(flag);
    }
    Ok(flags)
}
