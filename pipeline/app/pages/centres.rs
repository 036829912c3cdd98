//! Pages of the centres: their participants with their absence at school, and the pupils of the municipality who have a level and
//! are at no centre yet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use prane_base::error::Result;
use prane_reports::{Card, Participant, PlaceKind, PlacePage};
use prane_rules::engine::Engine;
use prane_vault::Vault;

use super::names::{self, Names};
use super::school::offer;
use super::{RowContext, change, not_assessable, place};
use crate::answers::{Line, ask_all};

/// The pages of all centres, by id. `schools` are the filled pages of the schools.
pub(super) async fn pages(
    engine: &mut Engine<'_>,
    vault: &Vault,
    row_context: &RowContext,
    schools: &BTreeMap<String, PlacePage>,
    as_of: NaiveDate,
) -> Result<Vec<PlacePage>> {
    let views = [
        "pages.centres",
        "caseload.offers",
        "pages.participants",
        "pages.centre_list",
        "pages.candidates",
        "pages.centre_changes",
        "pages.centre_not_assessable",
    ];
    let [heads, offers, participants, list, candidates, changes, unjudged] = ask_all(engine, views, as_of).await?;
    let mut pages = BTreeMap::new();
    for line in heads.lines() {
        let place = place(line, PlaceKind::Centre, "centre_id", "centre_name")?;
        let (data_through, capacity) = (line.day("data_through")?, line.count("capacity")?);
        pages.insert(place.id.clone(), PlacePage { place, data_through, capacity, ..PlacePage::default() });
    }
    for line in offers.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            page.offers.push(offer(line)?);
        }
    }
    let mut keys = BTreeSet::new();
    for line in participants.lines() {
        keys.insert(line.text("participant_key")?.to_string());
    }
    let people = names::look_up(vault, "centre_participants", "participant_key", "participant_id", &keys)?;
    for line in participants.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            page.pupils += 1;
            page.participants.push(participant(line, &people)?);
        }
    }
    let school_of = |line: Line<'_>| -> Result<String> {
        Ok(schools.get(line.text("school_id")?).map(|school| school.place.name.clone()).unwrap_or_default())
    };
    for line in list.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            let mut row = row_context.row(line)?;
            row.school = school_of(line)?;
            page.left_off += u32::from(!row.on_list);
            page.rows.push(row);
        }
    }
    for line in candidates.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            let mut row = row_context.row(line)?;
            row.school = school_of(line)?;
            page.referral_candidates.push(row);
        }
    }
    for line in changes.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            page.changes.push(change(line, &row_context.people)?);
        }
    }
    for line in unjudged.lines() {
        if let Some(page) = pages.get_mut(line.text("centre_id")?) {
            page.not_assessable.push(not_assessable(line, &row_context.people)?);
        }
    }
    let cards: BTreeMap<&str, &Card> =
        schools.values().flat_map(|school| &school.cards).map(|card| (card.pupil_key.as_str(), card)).collect();
    for page in pages.values_mut() {
        let listed = page.rows.iter().filter(|row| row.on_list);
        page.cards = listed.filter_map(|row| cards.get(row.pupil_key.as_str()).map(|card| (*card).clone())).collect();
    }
    Ok(pages.into_values().collect())
}

fn participant(line: Line<'_>, people: &Names) -> Result<Participant> {
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
        school: line.text("school_name")?.into(),
        class: line.text("class")?.into(),
        recent_absent: line.number("recent_absent")?.unwrap_or(0.0),
        recent_recorded: line.count("recent_recorded")?,
        before_rate: line.number("before_absence_rate")?,
        level: line.maybe_small("level")?,
        stopped: line.yes("stopped")?,
    })
}
