//! Collects the people to be linked from the vault and the store: pupils, participants, and children named in identifications.

use std::collections::{BTreeMap, BTreeSet};

use az::UnwrappedAs;
use polars::prelude::*;
use prane_base::day;
use prane_base::error::Result;
use prane_base::key::unhex;
use prane_linkage::{Person, Sex};
use prane_reports::legible;
use prane_store::Store;
use prane_store::tables::ROW_KEY;
use prane_vault::Vault;
use prane_vault::errors::FrameError;

use crate::scan;

/// The pupils of the vault, sorted by key.
#[derive(Default)]
pub struct Pupils {
    /// The person of each pupil.
    pub people: Vec<Person>,
    /// The key of each pupil, in hex.
    pub keys: Vec<String>,
    /// The number of each pupil in this store.
    pub numbers: Vec<Option<i32>>,
}

/// Records of one table that are to be linked, sorted by key.
#[derive(Default)]
pub struct Records {
    /// The person of each record.
    pub people: Vec<Person>,
    /// The `participant_key` or `row_key` of each record.
    pub keys: Vec<String>,
}

/// Codes of schools, municipalities and centres, the same for all people.
#[derive(Default)]
pub struct Places {
    codes: BTreeMap<String, u32>,
    municipality_of: BTreeMap<String, String>,
    /// School → its code and the code of its municipality.
    of_school: BTreeMap<String, (u32, Option<u32>)>,
}

impl Places {
    /// Reads the municipality of each school.
    ///
    /// # Errors
    /// A store error.
    pub fn of(store: &Store) -> Result<Self> {
        let mut places = Self::default();
        if let Some(schools) = collect(store, "schools", &["school_id", "municipality"])? {
            let schools = Texts::of(&schools, &["school_id", "municipality"])?;
            for row in 0..schools.rows {
                if let (Some(school), Some(municipality)) = (schools.get(0, row), schools.get(1, row)) {
                    places.municipality_of.insert(school.into(), municipality.into());
                }
            }
        }
        Ok(places)
    }

    fn code(&mut self, kind: char, name: &str) -> u32 {
        let next = self.codes.len().unwrapped_as::<u32>();
        *self.codes.entry(format!("{kind}{name}")).or_insert(next)
    }

    fn school(&mut self, person: &mut Person, school: &str) {
        let known = self.of_school.get(school).copied();
        let (code, place) = known.unwrap_or_else(|| {
            let place = self.municipality_of.get(school).cloned().map(|name| self.code('m', &name));
            let codes = (self.code('s', school), place);
            self.of_school.insert(school.into(), codes);
            codes
        });
        if !person.schools.contains(&code) {
            person.schools.push(code);
        }
        if let Some(place) = place.filter(|place| !person.municipalities.contains(place)) {
            person.municipalities.push(place);
        }
    }

    fn municipality(&mut self, person: &mut Person, name: &str) {
        let code = self.code('m', name);
        if !person.municipalities.contains(&code) {
            person.municipalities.push(code);
        }
    }
}

/// Text columns of a frame.
pub(super) struct Texts {
    columns: Vec<StringChunked>,
    pub(super) rows: usize,
}

impl Texts {
    pub(super) fn of(frame: &DataFrame, names: &[&str]) -> Result<Self> {
        let columns = names.iter().map(|n| Ok(frame.column(n)?.str()?.rechunk().into_owned())).collect::<PolarsResult<_>>().frame_err()?;
        Ok(Self { columns, rows: frame.height() })
    }

    pub(super) fn get(&self, column: usize, row: usize) -> Option<&str> {
        self.columns[column].get(row).filter(|t| !t.is_empty())
    }

    fn owned(&self, column: usize, row: usize) -> Option<String> {
        self.get(column, row).map(String::from)
    }
}

/// Columns of a table of the store; `None` where the table has no files.
pub(super) fn collect(store: &Store, table: &str, columns: &[&str]) -> Result<Option<DataFrame>> {
    let Some(frame) = scan(store, table)? else { return Ok(None) };
    Ok(Some(frame.select(columns.iter().map(|c| col(*c)).collect::<Vec<_>>()).collect().frame_err()?))
}

fn sex_of(text: Option<&str>) -> Option<Sex> {
    match text {
        Some("F") => Some(Sex::Female),
        Some("M") => Some(Sex::Male),
        _ => None,
    }
}

/// Names (in their legible form), national ids and birth dates of a sheet of the vault, by its key; of the wanted keys, where
/// `wanted` is given.
pub(super) fn named(
    vault: &Vault,
    sheet: &str,
    key: &str,
    with_ids: bool,
    wanted: Option<&BTreeSet<String>>,
) -> Result<BTreeMap<String, Person>> {
    Ok(people_of(vault, sheet, key, with_ids, wanted)?.into_iter().collect())
}

/// Like [`named`], in the order of the sheet, which is sorted by its key.
fn people_of(vault: &Vault, sheet: &str, key: &str, with_ids: bool, wanted: Option<&BTreeSet<String>>) -> Result<Vec<(String, Person)>> {
    let mut columns = vec![key, "first_name", "last_name", "birth_date"];
    if with_ids {
        columns.push("national_id");
    }
    let Some(frame) = vault.sheet(sheet, Some(&columns))? else { return Ok(Vec::new()) };
    let texts = Texts::of(&frame, &[key, "first_name", "last_name"])?;
    let ids = if with_ids { Some(Texts::of(&frame, &["national_id"])?) } else { None };
    let births = frame.column("birth_date").frame_err()?.date().frame_err()?.physical().rechunk().into_owned();
    Ok((0..texts.rows)
        .filter(|row| wanted.is_none_or(|wanted| texts.get(0, *row).is_some_and(|key| wanted.contains(key))))
        .filter_map(|row| {
            let person = Person {
                national_id: ids.as_ref().and_then(|ids| ids.owned(0, row)),
                first_name: texts.get(1, row).map(legible),
                last_name: texts.get(2, row).map(legible),
                birth_date: births.get(row).map(|d| day::of_number(d).into()),
                ..Person::default()
            };
            texts.owned(0, row).map(|key| (key, person))
        })
        .collect())
}

/// Every pupil with a row in a pupils extract, with all schools that the pupil was ever enrolled at.
///
/// # Errors
/// Store and vault errors.
pub fn pupils(vault: &Vault, store: &Store, places: &mut Places) -> Result<Pupils> {
    let mut found = people_of(vault, "pupils", "pupil_key", true, None)?;
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let (keys, mut people): (Vec<String>, Vec<Person>) = found.into_iter().unzip();
    if let Some(frame) = collect(store, "pupils", &["pupil_key", "sex"])? {
        let frame = frame.sort(["pupil_key"], SortMultipleOptions::default().with_maintain_order(true)).frame_err()?;
        let texts = Texts::of(&frame, &["pupil_key", "sex"])?;
        let mut cursor = Cursor::default();
        for row in 0..texts.rows {
            if let Some(at) = texts.get(0, row).and_then(|key| cursor.find(&keys, key)) {
                people[at].sex = sex_of(texts.get(1, row)).or(people[at].sex);
            }
        }
    }
    // Without an extract of enrolments the attendance says which schools a pupil was at.
    let table = if store.has("enrolments") { "enrolments" } else { "attendance_by_month" };
    if let Some(frame) = scan(store, table)? {
        let schools = frame.select([col("pupil_key"), col("school_id")]).unique(None, UniqueKeepStrategy::Any);
        let schools = schools.sort(["pupil_key", "school_id"], SortMultipleOptions::default()).collect().frame_err()?;
        let texts = Texts::of(&schools, &["pupil_key", "school_id"])?;
        let mut cursor = Cursor::default();
        for row in 0..texts.rows {
            if let (Some(at), Some(school)) = (texts.get(0, row).and_then(|key| cursor.find(&keys, key)), texts.get(1, row)) {
                places.school(&mut people[at], school);
            }
        }
    }
    let number = |key: &String| unhex(key).and_then(|key| vault.pupils.code(key)).and_then(|code| vault.pupils.number(code));
    let numbers = keys.iter().map(number).collect();
    Ok(Pupils { people, keys, numbers })
}

/// A cursor over sorted keys that only moves forward: half a million look-ups in sorted order need no search.
#[derive(Default)]
struct Cursor(usize);

impl Cursor {
    /// The position of `key`; keys must be looked up in sorted order.
    fn find(&mut self, keys: &[String], key: &str) -> Option<usize> {
        while keys.get(self.0).is_some_and(|k| k.as_str() < key) {
            self.0 += 1;
        }
        keys.get(self.0).is_some_and(|k| k == key).then_some(self.0)
    }
}

/// Every participant of every centre.
///
/// # Errors
/// Store and vault errors.
pub fn participants(vault: &Vault, store: &Store, places: &mut Places) -> Result<Records> {
    let mut found = named(vault, "centre_participants", "participant_key", true, None)?;
    let mut municipality_of = BTreeMap::new();
    if let Some(frame) = collect(store, "centres", &["centre_id", "municipality"])? {
        let texts = Texts::of(&frame, &["centre_id", "municipality"])?;
        municipality_of.extend((0..texts.rows).filter_map(|row| Some((texts.owned(0, row)?, texts.owned(1, row)?))));
    }
    let Some(frame) = collect(store, "centre_participants", &["participant_key", "centre_id", "sex", "school_id"])? else {
        return Ok(Records::default());
    };
    let texts = Texts::of(&frame, &["participant_key", "centre_id", "sex", "school_id"])?;
    let mut rows: BTreeMap<String, Person> = BTreeMap::new();
    for row in 0..texts.rows {
        let Some(key) = texts.owned(0, row) else { continue };
        let mut person = found.remove(&key).unwrap_or_default();
        person.sex = sex_of(texts.get(2, row));
        if let Some(school) = texts.get(3, row) {
            places.school(&mut person, school);
        }
        if let Some(centre) = texts.get(1, row) {
            person.group = places.code('c', centre);
            if let Some(municipality) = municipality_of.get(centre) {
                places.municipality(&mut person, municipality);
            }
        }
        rows.insert(key, person);
    }
    let (keys, people) = rows.into_iter().unzip();
    Ok(Records { people, keys })
}

/// Identifications that name a child, but neither a pupil's nor a participant's number. Each is a group of its own, because one
/// child may be identified twice.
///
/// # Errors
/// Store and vault errors.
pub fn identified(vault: &Vault, store: &Store, places: &mut Places) -> Result<Records> {
    let mut found = named(vault, "identifications", ROW_KEY, false, None)?;
    let columns = [ROW_KEY, "municipality", "pupil_key", "participant_key"];
    let Some(frame) = collect(store, "identifications", &columns)? else { return Ok(Records::default()) };
    let texts = Texts::of(&frame, &columns)?;
    let mut rows: BTreeMap<String, Person> = BTreeMap::new();
    for row in (0..texts.rows).filter(|row| texts.get(2, *row).is_none() && texts.get(3, *row).is_none()) {
        let Some(key) = texts.owned(0, row) else { continue };
        let mut person = found.remove(&key).unwrap_or_default();
        if let Some(municipality) = texts.get(1, row) {
            places.municipality(&mut person, municipality);
        }
        // Counted down from the top: they are linked in one call with participants, whose groups are codes from 0.
        person.group = u32::MAX - rows.len().unwrapped_as::<u32>();
        rows.insert(key, person);
    }
    let (keys, people) = rows.into_iter().unzip();
    Ok(Records { people, keys })
}

/// Rows of identifications or referrals that name a participant by its number, without its centre and without a pupil: the row
/// key, the pseudonym of the number alone, and the municipality where the row has one.
///
/// # Errors
/// A store error.
pub fn followers(store: &Store, table: &str) -> Result<Vec<(String, String, Option<String>)>> {
    let mut columns = vec![ROW_KEY, "pupil_key", "participant_key"];
    if table == "identifications" {
        columns.push("municipality");
    }
    let Some(frame) = collect(store, table, &columns)? else { return Ok(Vec::new()) };
    let texts = Texts::of(&frame, &columns)?;
    let place = |row: usize| if columns.len() > 3 { texts.owned(3, row) } else { None };
    let mut rows: Vec<_> = (0..texts.rows)
        .filter(|row| texts.get(1, *row).is_none())
        .filter_map(|row| Some((texts.owned(0, row)?, texts.owned(2, row)?, place(row))))
        .collect();
    rows.sort();
    Ok(rows)
}

/// Participant → municipality of its centre.
///
/// # Errors
/// A store error.
pub fn municipalities(store: &Store) -> Result<BTreeMap<String, String>> {
    let (Some(centres), Some(participants)) = (
        collect(store, "centres", &["centre_id", "municipality"])?,
        collect(store, "centre_participants", &["participant_key", "centre_id"])?,
    ) else {
        return Ok(BTreeMap::new());
    };
    let centres = Texts::of(&centres, &["centre_id", "municipality"])?;
    let of_centre: BTreeMap<&str, &str> = (0..centres.rows).filter_map(|row| Some((centres.get(0, row)?, centres.get(1, row)?))).collect();
    let participants = Texts::of(&participants, &["participant_key", "centre_id"])?;
    Ok((0..participants.rows)
        .filter_map(|row| Some((participants.owned(0, row)?, (*of_centre.get(participants.get(1, row)?)?).to_string())))
        .collect())
}

/// Pseudonym of a number alone → the participants with that number: several where centres use the same numbers.
///
/// # Errors
/// Vault errors.
pub fn by_number(vault: &Vault) -> Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for [key, id] in vault.texts("centre_participants", "participant_key", None, ["participant_key", "participant_id"])? {
        found.entry(vault.participant_key(None, &id)).or_default().push(key);
    }
    Ok(found)
}

/// Pupils who left or arrived, and so may have two numbers: their positions among [`Pupils`].
#[derive(Default)]
pub struct Movers {
    /// Pupils whose last enrolment has ended, with its last day.
    pub left: Vec<(u32, i32)>,
    /// Pupils whose first enrolment began after the first weeks of the store, with its first day.
    pub arrived: Vec<(u32, i32)>,
}

/// Pupils enrolled within this many days of the earliest enrolment count as there from the start.
const FIRST_WEEKS: i32 = 30;

/// The pupils who left and who arrived; none without an extract of enrolments.
///
/// # Errors
/// A store error.
pub fn movers(pupils: &Pupils, store: &Store) -> Result<Movers> {
    let Some(frame) = scan(store, "enrolments")? else { return Ok(Movers::default()) };
    let enrolments = frame
        .group_by([col("pupil_key")])
        .agg([
            col("start_date").min().alias("first"),
            col("end_date").max().alias("last"),
            col("end_date").is_null().any(true).alias("open"),
        ])
        .sort(["pupil_key"], SortMultipleOptions::default())
        .collect()
        .frame_err()?;
    let texts = Texts::of(&enrolments, &["pupil_key"])?;
    let (first, last) = (
        enrolments.column("first").frame_err()?.date().frame_err()?.physical().clone(),
        enrolments.column("last").frame_err()?.date().frame_err()?.physical().clone(),
    );
    let open = enrolments.column("open").frame_err()?.bool().frame_err()?.clone();
    let from_start_until = first.min().unwrap_or(0) + FIRST_WEEKS;
    let (mut movers, mut cursor) = (Movers::default(), Cursor::default());
    for row in 0..texts.rows {
        let Some(at) = texts.get(0, row).and_then(|key| cursor.find(&pupils.keys, key)) else { continue };
        let at = at.unwrapped_as::<u32>();
        if let (Some(last), Some(false)) = (last.get(row), open.get(row)) {
            movers.left.push((at, last));
        }
        if let Some(first) = first.get(row).filter(|first| *first > from_start_until) {
            movers.arrived.push((at, first));
        }
    }
    movers.left.sort_unstable();
    movers.arrived.sort_unstable();
    Ok(movers)
}
