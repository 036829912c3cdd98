//! Fills the page structs of the reports crate: each view is queried once for all schools, and its rows are grouped in memory.
//!
//! This is the only place that reads names from the vault for pages. The views of `queries/pages/` decide what a reader may see;
//! nothing is filtered or sorted here.

mod cards;
mod centres;
mod names;
mod overview;
mod receipts;
mod school;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use prane_base::error::Result;
use prane_reports::{Change, Flag, NotAssessable, Overview, Place, PlaceKind, PlacePage, Row};
use prane_rules::engine::Engine;
use prane_vault::Vault;

use crate::answers::{Answer, Line, ask_all};
use names::Names;

/// Views that pages show in addition to the list. They are built together, so that they run concurrently.
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

/// The pages of all places on `as_of`: schools by id, then centres by id.
///
/// # Errors
/// Configuration errors of SQL files, store errors of the vault.
pub async fn places(engine: &mut Engine<'_>, vault: &Vault, as_of: NaiveDate) -> Result<Vec<PlacePage>> {
    let staff = names::staff(vault)?;
    let views = ["pages.list", "caseload.changes", "caseload.not_assessable", "caseload.last_known", "pages.flags", "pages.schools"];
    let [list, changes, unjudged, known, raised, heads] = ask_all(engine, views, as_of).await?;
    tracing::debug!("names");
    let mut keys = BTreeSet::new();
    for line in list.lines().chain(changes.lines()).chain(unjudged.lines()).chain(known.lines()) {
        keys.insert(line.text("pupil_key")?.to_string());
    }
    let people = names::pupils(vault, &keys)?;
    let of_rows = RowContext { people, staff, flags: flags(&raised)? };

    tracing::debug!("pages");
    let mut schools = school_pages(&heads)?;
    for line in list.lines() {
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.rows.push(of_rows.row(line)?);
        }
    }
    for line in changes.lines() {
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.changes.push(change(line, &of_rows.people)?);
        }
    }
    for line in unjudged.lines() {
        if let Some(page) = schools.get_mut(line.text("school_id")?) {
            page.not_assessable.push(not_assessable(line, &of_rows.people)?);
        }
    }
    let [days] = ask_all(engine, ["pages.days"], as_of).await?;
    school::fill(engine, &mut schools, as_of, &days).await?;
    tracing::debug!("cards");
    cards::fill(engine, &mut schools, &of_rows.staff, as_of, &days).await?;
    tracing::debug!("centres");
    let centres = centres::pages(engine, vault, &of_rows, &schools, as_of).await?;
    keep_last_known(&mut schools, &known, &of_rows.people)?;
    let mut pages: Vec<PlacePage> = schools.into_values().chain(centres).collect();
    receipts::fill(vault, as_of, &mut pages)?;
    Ok(pages)
}

/// The coordinators' page on `as_of`.
///
/// # Errors
/// Configuration errors of SQL files.
pub async fn overview(engine: &mut Engine<'_>, as_of: NaiveDate) -> Result<Overview> {
    overview::overview(engine, as_of).await
}

/// The page of each school, with the fields of its head only.
fn school_pages(heads: &Answer) -> Result<BTreeMap<String, PlacePage>> {
    let mut pages = BTreeMap::new();
    for line in heads.lines() {
        let page = PlacePage {
            place: place(line, PlaceKind::School, "school_id", "school_name")?,
            data_through: line.day("data_through")?,
            coverage: line.number("coverage")?,
            stale_days: line.whole("stale_days")?,
            pupils: line.count("pupils")?,
            capacity: line.count("capacity")?,
            left_off: line.count("left_off")?,
            pass_mark: line.number("pass_mark")?,
            too_little_known: line.yes("too_little_known")?,
            ..PlacePage::default()
        };
        pages.insert(page.place.id.clone(), page);
    }
    Ok(pages)
}

fn place(line: Line<'_>, kind: PlaceKind, id: &str, name: &str) -> Result<Place> {
    Ok(Place {
        kind,
        id: line.text(id)?.into(),
        name: line.text(name)?.into(),
        municipality: line.text("municipality")?.into(),
        region: line.text("region")?.into(),
    })
}

fn change(line: Line<'_>, people: &Names) -> Result<Change> {
    let person = names::of(people, line.text("pupil_key")?);
    Ok(Change {
        pupil_key: line.text("pupil_key")?.into(),
        pupil_id: person.id,
        first_name: person.first_name,
        last_name: person.last_name,
        class: line.text("class")?.into(),
        status: line.text("status")?.into(),
        level_before: line.maybe_small("level_before")?,
        level_now: line.maybe_small("level")?,
        cause: Some(line.text("cause")?.to_string()).filter(|c| !c.is_empty()),
        because: line.list("because")?,
    })
}

fn not_assessable(line: Line<'_>, people: &Names) -> Result<NotAssessable> {
    let person = names::of(people, line.text("pupil_key")?);
    Ok(NotAssessable {
        pupil_key: line.text("pupil_key")?.into(),
        pupil_id: person.id,
        first_name: person.first_name,
        last_name: person.last_name,
        class: line.text("class")?.into(),
        cause: line.text("cause")?.into(),
        last_recorded: line.day("last_recorded")?,
    })
}

/// Appends the rows of the last list of each silent school: a school that hands in nothing must not lose the pupils on it.
fn keep_last_known(schools: &mut BTreeMap<String, PlacePage>, known: &Answer, people: &Names) -> Result<()> {
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

/// Data that rows of lists need in addition to the views.
struct RowContext {
    people: Names,
    staff: BTreeMap<String, String>,
    flags: BTreeMap<String, Vec<Flag>>,
}

impl RowContext {
    /// One row of the list of a school or a centre.
    fn row(&self, line: Line<'_>) -> Result<Row> {
        let key = line.text("pupil_key")?;
        let person = names::of(&self.people, key);
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
            reasons: line.list("reasons_told")?,
            absence_rate: line.number("absence_rate")?,
            recent_absent: line.number("recent_absent")?.unwrap_or(0.0),
            recent_recorded: line.count("recent_recorded")?,
            before_rate: line.number("before_absence_rate")?,
            absence_streak: line.count("absence_streak")?,
            absence_trend: line.number("absence_trend")?,
            mark_change: line.number("mark_change")?,
            failing_subjects: line.maybe_count("failing_subjects")?,
            known_to_centre: line.maybe_yes("known_to_centre")?,
            services: line.list("services")?,
            next_step: line.text("next_step")?.into(),
            escalation: line.text("escalation")?.into(),
            unexcused_streak: line.count("unexcused_streak")?,
            unanswered_contacts: line.count("unanswered_contacts")?,
            suggested_service: line.text("suggested_service")?.into(),
            last_contact: line.day("last_contact")?,
            contact_by: self.staff.get(by).cloned(),
            last_action: line.text("last_action")?.into(),
            last_outcome: line.text("last_outcome")?.into(),
            review_date: line.day("review_date")?,
            review_due: line.yes("review_due")?,
            confidence: line.text("confidence")?.into(),
            on_list: line.yes("on_list")?,
            flags: self.flags.get(key).cloned().unwrap_or_default(),
            ..Row::default()
        })
    }
}

fn flags(raised: &Answer) -> Result<BTreeMap<String, Vec<Flag>>> {
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
