//! The review workbook of a night: every pair of records that is too likely to drop and not certain enough to link.

use std::collections::{BTreeMap, BTreeSet};

use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_reports::{Edition, Renderer, ReviewPair, ReviewPerson};
use prane_store::Store;
use prane_store::tables::ROW_KEY;
use prane_vault::Vault;

use super::people::{self, Texts, collect};
use super::{Link, kept};

/// File with the hash of the workbook as it was written: a workbook with another hash has been filled in.
const NOTE: &str = ".written";
/// The name of the workbook starts with the table that it is read as when it comes back.
const NAME: &str = "link_decisions_";

/// Writes `review/link_decisions_<as_of>.xlsx`, which replaces the workbook before it. Nothing is written where there is nothing
/// to ask, or where the workbook before it has been filled in. Returns a note for the run.
///
/// # Errors
/// Store and vault errors.
pub fn write(project: &Project, store: &Store, vault: &Vault, edition: &Edition) -> Result<Option<String>> {
    let links: Vec<Link> = kept(store)?.into_iter().filter(|l| l.outcome == "review").collect();
    let folder = project.review();
    let hash_file = folder.join(NOTE);
    let written = std::fs::read_to_string(&hash_file).unwrap_or_default();
    let mut changed = Vec::new();
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten().filter(|e| e.file_name().to_string_lossy().starts_with(NAME)) {
        let bytes = std::fs::read(entry.path()).map_err(|e| Error::io(&entry.path(), e))?;
        if blake3::hash(&bytes).to_hex().as_str() == written.trim() {
            std::fs::remove_file(entry.path()).map_err(|e| Error::io(&entry.path(), e))?;
        } else {
            changed.push(entry.file_name().to_string_lossy().to_string());
        }
    }
    // A workbook with answers is never overwritten.
    if !changed.is_empty() {
        return Ok(Some(format!(
            "review/ holds {}, filled in and not handed in: drop it into inbox/ and remove it from review/; until then no new one is written",
            changed.join(", ")
        )));
    }
    if links.is_empty() {
        return Ok(None);
    }
    let bug = |e: prane_reports::Error| Error::Bug(format!("the review workbook cannot be drawn: {e}"));
    let pairs = pairs(&links, store, vault)?;
    let bytes = Renderer::new().map_err(bug)?.review_xlsx(&pairs, edition).map_err(bug)?;
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    restrict(&folder, 0o700)?;
    let path = folder.join(format!("{NAME}{}.xlsx", edition.as_of));
    write_private(&path, &bytes)?;
    write_private(&hash_file, blake3::hash(&bytes).to_hex().as_bytes())?;
    let records = links.iter().filter(|l| l.place == 1).count();
    Ok(Some(format!(
        "{records} records may be of a pupil, and a person is asked: fill in {} and drop it into inbox/",
        path.strip_prefix(&project.root).unwrap_or(&path).display()
    )))
}

fn pairs(links: &[Link], store: &Store, vault: &Vault) -> Result<Vec<ReviewPair>> {
    let of_kind =
        |kind: &'static str| -> BTreeSet<String> { links.iter().filter(|l| l.kind == kind).map(|l| l.record_key.clone()).collect() };
    // Pupils are on both sides where one may be the second number of another.
    let keys = links.iter().filter_map(|l| l.pupil_key.clone()).chain(of_kind("pupil")).collect();
    let pupils = pupils(&keys, store, vault)?;
    let participants = participants(&of_kind("participant"), store, vault)?;
    let identified = identified(&of_kind("identification"), store, vault)?;
    let mut pairs: Vec<ReviewPair> = links
        .iter()
        .map(|link| {
            let (pupil_id, pupil) = link.pupil_key.as_ref().and_then(|key| pupils.get(key)).cloned().unwrap_or_default();
            let mut pair = match link.kind.as_str() {
                "participant" => participants.get(&link.record_key).cloned(),
                "pupil" => pupils.get(&link.record_key).cloned().map(|(id, record)| ReviewPair {
                    other_pupil_id: id,
                    record,
                    ..ReviewPair::default()
                }),
                _ => identified.get(&link.record_key).cloned(),
            }
            .unwrap_or_default();
            (pair.pupil_id, pair.pupil) = (pupil_id, pupil);
            pair.doubt = link.doubt.clone().unwrap_or_default();
            pair.weight = link.weight.unwrap_or_default();
            pair
        })
        .collect();
    // The records of a centre follow each other, because its staff answers them together; the likeliest pupil comes first.
    let record = |p: &ReviewPair| (p.centre_id.clone(), p.participant_id.clone(), p.identification_id.clone(), p.other_pupil_id.clone());
    pairs.sort_by(|a, b| record(a).cmp(&record(b)).then(b.weight.total_cmp(&a.weight)).then(a.pupil_id.cmp(&b.pupil_id)));
    Ok(pairs)
}

fn pupils(keys: &BTreeSet<String>, store: &Store, vault: &Vault) -> Result<BTreeMap<String, (String, ReviewPerson)>> {
    let mut found: BTreeMap<String, (String, ReviewPerson)> = BTreeMap::new();
    for [key, id] in vault.texts("pupils", "pupil_key", Some(keys), ["pupil_key", "pupil_id"])? {
        found.insert(key, (id, ReviewPerson::default()));
    }
    for (key, person) in people::named(vault, "pupils", "pupil_key", true, Some(keys))? {
        if let Some((_, shown)) = found.get_mut(&key) {
            *shown = as_shown(person);
        }
    }
    for (table, column) in [("pupils", "sex"), ("enrolments", "school_id")] {
        let Some(frame) = collect(store, table, &["pupil_key", column])? else { continue };
        let texts = Texts::of(&frame, &["pupil_key", column])?;
        for row in 0..texts.rows {
            let (Some((_, shown)), Some(value)) = (texts.get(0, row).and_then(|key| found.get_mut(key)), texts.get(1, row)) else {
                continue;
            };
            if column == "sex" {
                shown.sex = value.into();
            } else if !shown.schools.split(", ").any(|school| school == value) {
                let comma = if shown.schools.is_empty() { "" } else { ", " };
                shown.schools = format!("{}{comma}{value}", shown.schools);
            }
        }
    }
    Ok(found)
}

fn participants(keys: &BTreeSet<String>, store: &Store, vault: &Vault) -> Result<BTreeMap<String, ReviewPair>> {
    let mut found: BTreeMap<String, ReviewPair> = BTreeMap::new();
    let columns = ["participant_key", "centre_id", "participant_id"];
    for [key, centre_id, participant_id] in vault.texts("centre_participants", "participant_key", Some(keys), columns)? {
        found.insert(key, ReviewPair { centre_id, participant_id, ..ReviewPair::default() });
    }
    for (key, person) in people::named(vault, "centre_participants", "participant_key", true, Some(keys))? {
        if let Some(pair) = found.get_mut(&key) {
            pair.record = as_shown(person);
        }
    }
    if let Some(frame) = collect(store, "centre_participants", &["participant_key", "sex", "school_id"])? {
        let texts = Texts::of(&frame, &["participant_key", "sex", "school_id"])?;
        for row in 0..texts.rows {
            if let Some(pair) = texts.get(0, row).and_then(|key| found.get_mut(key)) {
                pair.record.sex = texts.get(1, row).unwrap_or_default().into();
                pair.record.schools = texts.get(2, row).unwrap_or_default().into();
            }
        }
    }
    Ok(found)
}

fn identified(keys: &BTreeSet<String>, store: &Store, vault: &Vault) -> Result<BTreeMap<String, ReviewPair>> {
    let mut found: BTreeMap<String, ReviewPair> = BTreeMap::new();
    if let Some(frame) = collect(store, "identifications", &[ROW_KEY, "identification_id"])? {
        let texts = Texts::of(&frame, &[ROW_KEY, "identification_id"])?;
        for row in 0..texts.rows {
            if let (Some(key), Some(id)) = (texts.get(0, row).filter(|key| keys.contains(*key)), texts.get(1, row)) {
                found.insert(key.into(), ReviewPair { identification_id: id.into(), ..ReviewPair::default() });
            }
        }
    }
    for (key, person) in people::named(vault, "identifications", ROW_KEY, false, Some(keys))? {
        if let Some(pair) = found.get_mut(&key) {
            pair.record = as_shown(person);
        }
    }
    Ok(found)
}

fn as_shown(person: prane_linkage::Person) -> ReviewPerson {
    let date = person.birth_date.and_then(|b| chrono::NaiveDate::from_ymd_opt(b.year.into(), b.month.into(), b.day.into()));
    ReviewPerson {
        first_name: person.first_name.unwrap_or_default(),
        last_name: person.last_name.unwrap_or_default(),
        birth_date: date,
        sex: String::new(),
        schools: String::new(),
        national_id: person.national_id.unwrap_or_default(),
    }
}
