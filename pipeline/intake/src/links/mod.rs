//! Links records of centres, identifications and referrals to pupils, once a night, before the rules run. The result is a table
//! of the store (`sources.links`), so that each past night has its own links.
//!
//! [`prane_linkage`] weighs pairs of records; this module collects the people, applies the decisions of persons, and writes the
//! links. Names are read from the vault and written to the review workbook only (`review.rs`).

mod decisions;
pub mod export;
pub mod files;
mod merge;
mod people;
pub mod review;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int32Type};
use az::UnwrappedAs;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::error::{Error, Result, plural};
use prane_linkage::{Decision, Doubt, Linkage, Pair, Person, Settings, Verdict};
use prane_store::Store;
use prane_store::errors::StoreError;
use prane_store::files::FileWriter;
use prane_store::tables::{TableSpec, links};
use prane_vault::Vault;

use decisions::{Decided, HandedIn};
use people::{Places, Pupils};

/// Tables that links depend on.
const TABLES: [&str; 8] =
    ["schools", "pupils", "enrolments", "centres", "centre_participants", "identifications", "referrals", "link_decisions"];
/// Sheets of the vault that links depend on.
const SHEETS: [&str; 3] = ["pupils", "centre_participants", "identifications"];
/// Raised when weights, thresholds or fields change, so that a store is linked anew.
const VERSION: &str = "4";

/// A national id that more pupils than this have is neither a slip nor a second number, but a placeholder.
const MOST_SHARING: usize = 5;

/// One row of `links`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// `participant`, `identification` or `referral`; `pupil` where a pupil may be the second number of another one.
    pub kind: String,
    /// Key of the participant, or of the row.
    pub record_key: String,
    /// The participant, also where a row names it by number alone.
    pub participant_key: Option<String>,
    /// `linked`, `review` or `unlinked`.
    pub outcome: String,
    /// Counts from 1 where a person is asked about several pupils of one record.
    pub place: i32,
    /// The pupil.
    pub pupil_key: Option<String>,
    /// Its number in the store.
    pub pupil: Option<i32>,
    /// Match weight, bits.
    pub weight: Option<f64>,
    /// The probability that decided, 0-1: that of the weight, less the share of rivals.
    pub probability: Option<f64>,
    /// `model`, `person`, or `number` for a row that names a linked participant by its number.
    pub decided_by: Option<String>,
    /// The reason for asking a person.
    pub doubt: Option<String>,
    /// Which fields agree, and the weight of each.
    pub why: Option<String>,
}

/// Number of records of a kind by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Joined to a pupil.
    pub linked: usize,
    /// For a person to decide.
    pub review: usize,
    /// No pupil found.
    pub unlinked: usize,
}

/// Makes the links anew where anything that they depend on has changed; returns notes for the run. `tables` are those of the
/// store, each register grouped with its sums.
///
/// # Errors
/// Store and vault errors.
pub fn link(settings: &Settings, tables: &[Vec<TableSpec>], store: &mut Store, vault: &mut Vault, run_id: &str) -> Result<Vec<String>> {
    let spec = links();
    let handed_in = decisions::handed_in(store)?;
    let merged = merge::apply(&handed_in.numbers, tables, store, vault)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(VERSION.as_bytes()).update(&settings.link_at.to_le_bytes()).update(&settings.review_at.to_le_bytes());
    for table in TABLES {
        for file in store.files(table) {
            hasher.update(table.as_bytes()).update(b"/").update(file.path.as_bytes()).update(b"\0");
        }
    }
    // The number of erased children is hashed too: after an erasure everything is linked anew.
    let (erased, erased_again) = vault.erased_again()?;
    let mut notes = Vec::new();
    if merged > 0 {
        notes.push(format!("{merged} pupils had a second number and are one from now on, as a person decided"));
    }
    if erased_again > 0 {
        notes.push(format!(
            "{erased_again} of the children erased earlier are in an extract again: erase them once more, and ask who hands it in to leave them out"
        ));
    }
    hasher.update(&erased.to_le_bytes());
    let state = &hasher.finalize().to_hex()[..16];
    let before: Vec<String> = store.files(&spec.name).into_iter().map(|f| f.path).collect();
    let is_current = |path: &String| path.contains(state);
    let is_empty = !["centre_participants", "identifications", "referrals", "enrolments", "pupils"].iter().any(|table| store.has(table));
    if (is_empty && before.is_empty()) || (!vault.is_changed(&SHEETS) && before.iter().any(is_current)) {
        return Ok(notes);
    }
    let (rows, link_notes) = linked(settings, &handed_in, store, vault)?;
    notes.extend(link_notes);
    for (kind, counts) in counts(&rows) {
        let Counts { linked, review, unlinked } = counts;
        notes.push(format!("{kind}s: {} = {linked} linked + {review} for review + {unlinked} unlinked", linked + review + unlinked));
    }
    let known: BTreeMap<(String, String, i32), (Link, String)> =
        kept_with_runs(store)?.into_iter().map(|(l, from)| ((l.kind.clone(), l.record_key.clone(), l.place), (l, from))).collect();
    // An unchanged link keeps the run that it comes from.
    let known_from = |row: &Link| match known.get(&(row.kind.clone(), row.record_key.clone(), row.place)) {
        Some((link, from)) if link == row => from.clone(),
        _ => run_id.to_string(),
    };
    let known_from: Vec<String> = rows.iter().map(known_from).collect();
    if before.iter().any(is_current) && rows.len() == known.len() && !known_from.iter().any(|run| run == run_id) {
        return Ok(notes);
    }
    let mut writer = FileWriter::create(&store.folder(&spec.name), &spec, format!("{run_id}-{state}.parquet"), BTreeMap::new())?;
    writer.write_cast(&spec.columns, &batch(&rows, known_from)?)?;
    let file = writer.finish()?;
    let replaced = before.into_iter().filter(|path| *path != file.path).collect::<Vec<_>>();
    store.prepare(&spec.name, vec![file], replaced);
    Ok(notes)
}

/// All links, and notes for the run.
fn linked(settings: &Settings, handed_in: &HandedIn, store: &Store, vault: &Vault) -> Result<(Vec<Link>, Vec<String>)> {
    tracing::debug!("pupils");
    let mut places = Places::of(store)?;
    let pupils = people::pupils(vault, store, &mut places)?;
    let participants = people::participants(vault, store, &mut places)?;
    let identified = people::identified(vault, store, &mut places)?;
    tracing::debug!("participants and identifications");
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    // Participants and identifications are linked in one call, so that half a million pupils are indexed only once.
    let (mut people, mut decisions) = (Vec::new(), Vec::new());
    for (kind, records, decided) in
        [("participant", &participants, &handed_in.participants), ("identification", &identified, &handed_in.identified)]
    {
        if records.keys.is_empty() {
            continue;
        }
        let group = |right: u32| records.people[right as usize].group;
        let (valid, overruled) = decisions::valid(decided, &pupils.keys, &records.keys, group);
        if overruled > 0 {
            notes.push(format!("link_decisions about {kind}s: {} replaced by a later one", plural(overruled, "older decision")));
        }
        let first = people.len().unwrapped_as::<u32>();
        decisions.extend(valid.into_iter().map(|decision| match decision {
            Decision::Same { left, right } => Decision::Same { left, right: right + first },
            Decision::Different { left, right } => Decision::Different { left, right: right + first },
            Decision::NoOne { right } => Decision::NoOne { right: right + first },
        }));
        people.extend(records.people.iter().cloned());
    }
    if !people.is_empty() {
        let linkage =
            prane_linkage::link(&pupils.people, &people, &decisions, settings).map_err(|e| Error::Bug(format!("linking records: {e}")))?;
        let kinds = [("participant", &participants), ("identification", &identified)];
        let records: Vec<(&str, &String)> = kinds.iter().flat_map(|(kind, records)| records.keys.iter().map(|key| (*kind, key))).collect();
        rows.extend(rows_of(&linkage, &pupils, &records));
    }
    followers(&mut rows, store, vault)?;
    tracing::debug!("second numbers");
    rows.extend(second_numbers(settings, &handed_in.numbers, &pupils, store)?);
    let (reviews, note) = shared_ids(&handed_in.numbers, &pupils, &rows);
    rows.extend(reviews);
    notes.extend(note);
    rows.sort_by(|a, b| (&a.kind, &a.record_key, a.place).cmp(&(&b.kind, &b.record_key, b.place)));
    Ok((rows, notes))
}

/// One row per record, or several where a person is asked about several pupils. `records` are kind and key of each record.
fn rows_of(linkage: &Linkage, pupils: &Pupils, records: &[(&str, &String)]) -> Vec<Link> {
    let mut rows = Vec::new();
    for ((kind, key), outcome) in records.iter().copied().zip(&linkage.outcomes) {
        let row = |outcome: &str| Link {
            kind: kind.into(),
            record_key: key.clone(),
            participant_key: (kind == "participant").then(|| key.clone()),
            outcome: outcome.into(),
            place: 1,
            ..Link::default()
        };
        let (outcome, pairs) = match outcome {
            prane_linkage::Outcome::Linked { pair } => ("linked", *pair..*pair + 1),
            prane_linkage::Outcome::Review { pairs } => ("review", pairs.clone()),
            prane_linkage::Outcome::Unlinked => {
                rows.push(row("unlinked"));
                continue;
            }
        };
        for (place, pair) in (1..).zip(&linkage.pairs[pairs]) {
            let left = pair.left as usize;
            let doubt = match pair.verdict {
                Verdict::Review(doubt) => Some(doubt_word(doubt).to_string()),
                Verdict::Link | Verdict::Decided => None,
            };
            rows.push(Link {
                place,
                pupil_key: Some(pupils.keys[left].clone()),
                pupil: pupils.numbers[left],
                weight: Some(rounded(pair.weight)),
                probability: Some(pair.probability),
                decided_by: match pair.verdict {
                    Verdict::Decided => Some("person".into()),
                    Verdict::Link => Some("model".into()),
                    Verdict::Review(_) => None,
                },
                doubt,
                why: Some(why(linkage, pair)),
                ..row(outcome)
            });
        }
    }
    rows
}

/// Pupils who may be another pupil who left before they arrived. A person is asked however high the probability is: names and
/// birth dates of two children are equal too often to merge pupils without a decision.
fn second_numbers(settings: &Settings, decided: &[Decided], pupils: &Pupils, store: &Store) -> Result<Vec<Link>> {
    let movers = people::movers(pupils, store)?;
    if movers.left.is_empty() || movers.arrived.is_empty() {
        return Ok(Vec::new());
    }
    let people = |movers: &[(u32, i32)]| -> Vec<Person> {
        (0_u32..).zip(movers).map(|(group, (at, _))| Person { group, ..pupils.people[*at as usize].clone() }).collect()
    };
    let keys = |movers: &[(u32, i32)]| -> Vec<String> { movers.iter().map(|(at, _)| pupils.keys[*at as usize].clone()).collect() };
    let (left_keys, arrived_keys) = (keys(&movers.left), keys(&movers.arrived));
    let (mut decisions, _) = decisions::valid(decided, &left_keys, &arrived_keys, |right| right);
    // A pupil who arrived and left again is on both sides, and not a second number of itself.
    for (right, key) in (0_u32..).zip(&arrived_keys) {
        if let Ok(left) = left_keys.binary_search(key) {
            decisions.push(Decision::Different { left: left.unwrapped_as(), right });
        }
    }
    let linkage = prane_linkage::link(&people(&movers.left), &people(&movers.arrived), &decisions, settings)
        .map_err(|e| Error::Bug(format!("looking for second numbers: {e}")))?;
    let mut rows: Vec<Link> = Vec::new();
    for pair in &linkage.pairs {
        let ((left, last), (right, first)) = (movers.left[pair.left as usize], movers.arrived[pair.right as usize]);
        // Enrolled under both numbers on one day: two children, or an enrolment without an end date, which a check reports.
        if last >= first {
            continue;
        }
        let record_key = pupils.keys[right as usize].clone();
        let place = rows.last().filter(|r| r.record_key == record_key).map_or(1, |r| r.place + 1);
        rows.push(Link {
            kind: "pupil".into(),
            outcome: "review".into(),
            pupil_key: Some(pupils.keys[left as usize].clone()),
            pupil: pupils.numbers[left as usize],
            weight: Some(rounded(pair.weight)),
            probability: Some(pair.probability),
            doubt: Some("two_numbers".into()),
            why: Some(why(&linkage, pair)),
            record_key,
            place,
            ..Link::default()
        });
    }
    Ok(rows)
}

/// Pupils who share a national id: a person is asked about the first of them and each of the others. Nothing is joined here; an
/// equal id may be a slip, a sibling's document, or a second number of one child.
fn shared_ids(decided: &[Decided], pupils: &Pupils, rows: &[Link]) -> (Vec<Link>, Option<String>) {
    let mut pupils_of_id: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, person) in pupils.people.iter().enumerate() {
        if let Some(id) = person.national_id.as_deref().and_then(prane_linkage::clean_id) {
            pupils_of_id.entry(id).or_default().push(at);
        }
    }
    let pair = |a: &str, b: &str| if a < b { (a.to_string(), b.to_string()) } else { (b.to_string(), a.to_string()) };
    // A pair that a person has decided, or that is under review already, is not asked about again.
    let answered = decided.iter().filter_map(|d| Some(pair(&d.record, d.pupil_key.as_deref()?)));
    let asked = rows.iter().filter(|r| r.kind == "pupil").filter_map(|r| Some(pair(&r.record_key, r.pupil_key.as_deref()?)));
    let known: BTreeSet<(String, String)> = answered.chain(asked).collect();
    let mut places: BTreeMap<&str, i32> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.kind == "pupil") {
        let place = places.entry(&row.record_key).or_default();
        *place = row.place.max(*place);
    }
    let (mut links, mut with_placeholder) = (Vec::new(), 0);
    for group in pupils_of_id.values().filter(|group| group.len() > 1) {
        if group.len() > MOST_SHARING {
            with_placeholder += group.len();
            continue;
        }
        let (first, others) = (group[0], &group[1..]);
        for other in others.iter().filter(|other| !known.contains(&pair(&pupils.keys[first], &pupils.keys[**other]))) {
            let record_key = pupils.keys[*other].clone();
            links.push(Link {
                kind: "pupil".into(),
                outcome: "review".into(),
                place: places.get(record_key.as_str()).copied().unwrap_or_default() + 1,
                pupil_key: Some(pupils.keys[first].clone()),
                pupil: pupils.numbers[first],
                doubt: Some("shared_id".into()),
                record_key,
                ..Link::default()
            });
        }
    }
    let note = (with_placeholder > 0).then(|| {
        format!("{with_placeholder} pupils have a national id that more than {MOST_SHARING} pupils have: it is a placeholder, nothing was joined by it and nobody is asked; have it corrected in the pupils extract")
    });
    (links, note)
}

/// How well each field agrees and its weight, and what rivals take from the total.
fn why(linkage: &Linkage, pair: &Pair) -> String {
    // A field without weight is shown as +0.0, never as -0.0.
    let shown = |weight: f64| if weight.abs() < 0.05 { 0.0 } else { weight };
    let mut fields: Vec<String> =
        linkage.explain(pair).into_iter().map(|(field, level, w)| format!("{field}: {level} ({:+.1})", shown(w))).collect();
    let rivals = pair.standing - pair.weight;
    if rivals < -0.05 {
        fields.push(format!("others who fit: their share ({rivals:+.1})"));
    }
    fields.join("; ")
}

/// Three decimals of a bit: the estimate is not more precise.
fn rounded(weight: f64) -> f64 {
    (weight * 1000.0).round() / 1000.0
}

fn doubt_word(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Unlikely => "unlikely",
        Doubt::Rivals => "rivals",
        Doubt::Ids => "ids",
        Doubt::BirthDates => "birth_dates",
        Doubt::NamesOnly => "names_only",
        Doubt::FirstNames => "first_names",
        Doubt::LastNames => "last_names",
        Doubt::NoPlace => "no_place",
    }
}

/// Adds the links of rows that name a participant by number alone: they follow the link of that participant, where only one
/// centre has such a number.
fn followers(rows: &mut Vec<Link>, store: &Store, vault: &Vault) -> Result<()> {
    let by_number = people::by_number(vault)?;
    let municipality_of = people::municipalities(store)?;
    let of_participant: BTreeMap<String, Link> =
        rows.iter().filter(|r| r.kind == "participant" && r.outcome == "linked").map(|r| (r.record_key.clone(), r.clone())).collect();
    for (table, kind) in [("identifications", "identification"), ("referrals", "referral")] {
        for (record_key, number, municipality) in people::followers(store, table)? {
            // Centres number children on their own, so another centre may use the number too, and its extract may still be missing.
            let may_be = |key: &&String| match (&municipality, municipality_of.get(*key)) {
                (Some(of_row), Some(of_centre)) => of_row == of_centre,
                _ => true,
            };
            let candidates: Vec<&String> = by_number.get(&number).into_iter().flatten().filter(may_be).collect();
            let participant_key = if let [only] = candidates[..] { Some(only.clone()) } else { None };
            let unlinked = Link {
                kind: kind.into(),
                record_key,
                participant_key: participant_key.clone(),
                outcome: "unlinked".into(),
                place: 1,
                ..Link::default()
            };
            rows.push(match participant_key.and_then(|key| of_participant.get(&key)) {
                Some(link) => Link {
                    outcome: "linked".into(),
                    pupil_key: link.pupil_key.clone(),
                    pupil: link.pupil,
                    decided_by: Some("number".into()),
                    ..unlinked
                },
                None => unlinked,
            });
        }
    }
    Ok(())
}

/// Records by kind; a record with several rows counts once.
fn counts(rows: &[Link]) -> BTreeMap<String, Counts> {
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.place == 1) {
        let counts = all.entry(row.kind.clone()).or_default();
        match row.outcome.as_str() {
            "linked" => counts.linked += 1,
            "review" => counts.review += 1,
            _ => counts.unlinked += 1,
        }
    }
    all
}

fn batch(rows: &[Link], known_from: Vec<String>) -> Result<RecordBatch> {
    let text = |value: fn(&Link) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(value))) };
    let optional = |value: fn(&Link) -> Option<&str>| -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(value))) };
    let number = |value: fn(&Link) -> Option<f64>| -> ArrayRef { Arc::new(Float64Array::from_iter(rows.iter().map(value))) };
    let columns: Vec<ArrayRef> = vec![
        text(|r| &r.kind),
        text(|r| &r.record_key),
        optional(|r| r.participant_key.as_deref()),
        text(|r| &r.outcome),
        Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.place))),
        optional(|r| r.pupil_key.as_deref()),
        Arc::new(Int32Array::from_iter(rows.iter().map(|r| r.pupil))),
        number(|r| r.weight),
        number(|r| r.probability),
        optional(|r| r.decided_by.as_deref()),
        optional(|r| r.doubt.as_deref()),
        optional(|r| r.why.as_deref()),
        Arc::new(StringArray::from(known_from)),
    ];
    RecordBatch::try_new(links().columns, columns).store_err()
}

/// The links of the store as they are now, in order.
///
/// # Errors
/// A store error.
pub fn kept(store: &Store) -> Result<Vec<Link>> {
    Ok(kept_with_runs(store)?.into_iter().map(|(link, _)| link).collect())
}

/// Like [`kept`], each link with the run that it comes from.
fn kept_with_runs(store: &Store) -> Result<Vec<(Link, String)>> {
    let mut rows = Vec::new();
    for file in store.files(&links().name) {
        let path = store.path_of(&links().name, &file);
        let open = std::fs::File::open(&path).map_err(|e| Error::io(&path, e))?;
        for batch in ParquetRecordBatchReaderBuilder::try_new(open).store_err()?.build().store_err()? {
            let batch = batch.store_err()?;
            let text = |at: usize, row: usize| {
                let column = batch.column(at).as_string::<i32>();
                column.is_valid(row).then(|| column.value(row).to_string())
            };
            let number = |at: usize, row: usize| {
                let column = batch.column(at).as_primitive::<Float64Type>();
                column.is_valid(row).then(|| column.value(row))
            };
            let integer = |at: usize, row: usize| {
                let column = batch.column(at).as_primitive::<Int32Type>();
                column.is_valid(row).then(|| column.value(row))
            };
            rows.extend((0..batch.num_rows()).map(|row| {
                let link = Link {
                    kind: text(0, row).unwrap_or_default(),
                    record_key: text(1, row).unwrap_or_default(),
                    participant_key: text(2, row),
                    outcome: text(3, row).unwrap_or_default(),
                    place: integer(4, row).unwrap_or(1),
                    pupil_key: text(5, row),
                    pupil: integer(6, row),
                    weight: number(7, row),
                    probability: number(8, row),
                    decided_by: text(9, row),
                    doubt: text(10, row),
                    why: text(11, row),
                };
                (link, text(12, row).unwrap_or_default())
            }));
        }
    }
    Ok(rows)
}
