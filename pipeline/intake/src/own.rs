//! A returned list may hold contacts of the pupils on it and of the pupils of its own place. A contact with a pupil of another
//! place is refused: a wrong number at one school must not take a pupil off the list of another school.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use prane_base::error::Result;
use prane_base::key::hex;
use prane_contract::value::Why;
use prane_store::Store;
use prane_vault::Vault;
use prane_vault::errors::FrameError;

use super::persons::Refusal;
use super::scan;
use super::small::texts;
use crate::extract::ListOf;
use crate::links;

/// Contacts of a returned list with pupils of another place. A pupil whom no stored extract assigns to a place is accepted.
///
/// # Errors
/// Store errors.
pub(super) fn strangers(list: &ListOf, frame: &DataFrame, store: &Store, vault: &Vault) -> Result<Vec<Refusal>> {
    let key_of = |id: &str| vault.pupil_key(id).map(hex);
    let listed: BTreeSet<String> = list.pupils.iter().filter_map(|id| key_of(id)).collect();
    let unlisted: Vec<(usize, String)> = texts(frame, "pupil_id")
        .frame_err()?
        .iter()
        .enumerate()
        .filter_map(|(row, id)| Some((row, key_of(id?)?)))
        .filter(|(_, key)| !listed.contains(key))
        .collect();
    if unlisted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: BTreeSet<&str> = unlisted.iter().map(|(_, key)| key.as_str()).collect();
    let strangers = match list.kind.as_str() {
        "school" => of_other_schools(&list.place, &wanted, store)?,
        "centre" => of_no_participant(&list.place, &wanted, store)?,
        _ => BTreeSet::new(),
    };
    let reason = format!(
        "this is the list of {} {}, and the pupil is neither on it nor of that {}: hand the contact in with the list of the pupil's own place, or mend the number",
        list.kind, list.place, list.kind
    );
    Ok(unlisted
        .into_iter()
        .filter(|(_, key)| strangers.contains(key))
        .map(|(row, _)| Refusal { row, column: "pupil_id", why: Why::Stranger, reason: reason.clone() })
        .collect())
}

/// An enrolment: school, first day, and whether it has not ended.
type Seat = (String, i32, bool);

/// The pupils of other schools: not enrolled at this school now, nor by their last enrolment. For a pupil without enrolments
/// the school of the last month of attendance counts.
fn of_other_schools(school: &str, wanted: &BTreeSet<&str>, store: &Store) -> Result<BTreeSet<String>> {
    let mut seats = seats(store, "enrolments", "start_date", Some("end_date"), wanted)?;
    let without_enrolment: BTreeSet<&str> = wanted.iter().filter(|key| !seats.contains_key(**key)).copied().collect();
    if !without_enrolment.is_empty() {
        seats.extend(self::seats(store, "attendance_by_month", "month", None, &without_enrolment)?);
    }
    let is_here = |seats: &[Seat]| {
        let last = seats.iter().map(|(_, since, _)| *since).max();
        seats.iter().any(|(at, since, open)| at == school && (*open || Some(*since) == last))
    };
    Ok(seats.into_iter().filter(|(_, seats)| !is_here(seats)).map(|(key, _)| key).collect())
}

fn seats(store: &Store, table: &str, since: &str, until: Option<&str>, wanted: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Seat>>> {
    let mut seats: BTreeMap<String, Vec<Seat>> = BTreeMap::new();
    let Some(stored) = scan(store, table)? else { return Ok(seats) };
    let wanted = df!("pupil_key" => wanted.iter().copied().collect::<Vec<_>>()).frame_err()?.lazy();
    let columns = ["pupil_key", "school_id", since].into_iter().chain(until).map(col).collect::<Vec<_>>();
    let found =
        stored.select(columns).join(wanted, [col("pupil_key")], [col("pupil_key")], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
    let (keys, schools) = (texts(&found, "pupil_key").frame_err()?, texts(&found, "school_id").frame_err()?);
    let days = found.column(since).frame_err()?.date().frame_err()?.physical().clone();
    let ended = until.map(|until| Ok::<_, PolarsError>(found.column(until)?.is_not_null())).transpose().frame_err()?;
    for row in 0..found.height() {
        if let (Some(key), Some(school), Some(day)) = (keys.get(row), schools.get(row), days.get(row)) {
            // A month of attendance has no end date, so it is never open.
            let open = ended.as_ref().is_some_and(|ended| ended.get(row) == Some(false));
            seats.entry(key.to_string()).or_default().push((school.to_string(), day, open));
        }
    }
    Ok(seats)
}

/// The pupils who are linked to no participant of this centre; none where nothing was ever linked.
fn of_no_participant(centre: &str, wanted: &BTreeSet<&str>, store: &Store) -> Result<BTreeSet<String>> {
    let links = links::kept(store)?;
    let Some(participants) = scan(store, "centre_participants")?.filter(|_| !links.is_empty()) else { return Ok(BTreeSet::new()) };
    let here = participants.filter(col("centre_id").eq(lit(centre))).select([col("participant_key")]).collect().frame_err()?;
    let here: BTreeSet<String> = texts(&here, "participant_key").frame_err()?.iter().flatten().map(String::from).collect();
    let own: BTreeSet<String> = links
        .into_iter()
        .filter(|link| link.kind == "participant" && link.outcome == "linked" && here.contains(&link.record_key))
        .filter_map(|link| link.pupil_key)
        .collect();
    Ok(wanted.iter().filter(|key| !own.contains(**key)).map(ToString::to_string).collect())
}
