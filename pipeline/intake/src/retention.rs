//! Finds the pupils whose retention has ended: nothing was recorded of them, at school or at a centre they are linked to, for
//! more than `[retention] keep_years` school years. Participants who are linked to no pupil are left to their centre. This module
//! only finds; nothing is erased that was not shown first.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use prane_base::day::{self, school_year_of};
use prane_base::error::Result;
use prane_base::project::Project;
use prane_store::Store;
use prane_vault::errors::FrameError;

use crate::links::kept;
use crate::scan;

/// Pupils whose retention has ended.
#[derive(Debug, Default)]
pub struct Expired {
    /// First year of the first school year that is kept: pupils who were last seen before it have expired.
    pub before: i32,
    /// Keys of pupils, by the first year of the last school year in which anything was recorded of them.
    pub pupils: BTreeMap<i32, BTreeSet<String>>,
}

impl Expired {
    /// Keys of all of them.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.pupils.values().flatten().cloned().collect()
    }

    /// What would be erased, in plain words.
    #[must_use]
    pub fn text(&self, keep_years: u32) -> String {
        if self.pupils.is_empty() {
            return format!(
                "nobody was last seen before the school year {}-{}: nothing to erase (keep_years = {keep_years})\n",
                self.before,
                self.before + 1
            );
        }
        let mut text = format!("last seen before the school year {}-{} (keep_years = {keep_years}):\n", self.before, self.before + 1);
        for (year, pupils) in &self.pupils {
            text.push_str(&format!("  {year}-{}: {} pupils\n", year + 1, pupils.len()));
        }
        text
    }
}

/// Finds the expired pupils. `current` is the first year of the school year of the last recorded day; that one and the `keep_years` before
/// it are kept.
///
/// # Errors
/// Store errors.
pub fn expired(project: &Project, year_starts: (u32, u32), store: &Store, current: i32) -> Result<Expired> {
    // A number of years beyond the calendar keeps everybody.
    let before = current.saturating_sub_unsigned(project.config.retention.keep_years);
    let mut last: BTreeMap<String, i32> = BTreeMap::new();
    let mut note_last = |table: &str, column: &str, year_of: &dyn Fn(i32) -> i32| -> Result<()> {
        let Some(frame) = scan(store, table)? else { return Ok(()) };
        let seen = frame.group_by([col("pupil_key")]).agg([col(column).max()]).collect().frame_err()?;
        let (keys, days) = (
            seen.column("pupil_key").frame_err()?.str().frame_err()?.clone(),
            seen.column(column).frame_err()?.date().frame_err()?.physical().clone(),
        );
        for (key, day) in keys.iter().zip(days.iter()) {
            if let (Some(key), Some(day)) = (key, day) {
                let year = year_of(day);
                last.entry(key.to_string()).and_modify(|l| *l = (*l).max(year)).or_insert(year);
            }
        }
        Ok(())
    };
    let year_of = |days: i32| school_year_of(day::of_number(days), year_starts);
    note_last("enrolments", "start_date", &year_of)?;
    note_last("attendance_by_month", "month", &year_of)?;
    note_last("marks_by_term", "last_date", &year_of)?;
    note_last("contacts", "date", &year_of)?;
    note_last("identifications", "date", &year_of)?;
    note_last("referrals", "date", &year_of)?;
    let mut still_enrolled = BTreeSet::new();
    if let Some(frame) = scan(store, "enrolments")? {
        // An enrolment without an end date is still running.
        let open = frame.filter(col("end_date").is_null()).select([col("pupil_key")]).collect().frame_err()?;
        still_enrolled.extend(open.column("pupil_key").frame_err()?.str().frame_err()?.iter().flatten().map(String::from));
    }
    let mut at_centres: BTreeMap<String, i32> = BTreeMap::new();
    for (table, column) in [("centre_attendance", "date"), ("centre_enrolments", "start_date")] {
        let Some(frame) = scan(store, table)? else { continue };
        let seen = frame.group_by([col("participant_key")]).agg([col(column).max()]).collect().frame_err()?;
        let (keys, days) = (
            seen.column("participant_key").frame_err()?.str().frame_err()?,
            seen.column(column).frame_err()?.date().frame_err()?.physical(),
        );
        for (key, day) in keys.iter().zip(days.iter()) {
            if let (Some(key), Some(day)) = (key, day) {
                at_centres.entry(key.to_string()).and_modify(|l| *l = (*l).max(year_of(day))).or_insert(year_of(day));
            }
        }
    }
    for link in kept(store)?.into_iter().filter(|link| link.outcome == "linked") {
        let seen = link.participant_key.as_ref().and_then(|key| at_centres.get(key));
        if let (Some(pupil), Some(year)) = (link.pupil_key, seen) {
            last.entry(pupil).and_modify(|l| *l = (*l).max(*year)).or_insert(*year);
        }
    }
    let mut pupils: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
    for (key, year) in last.into_iter().filter(|(key, year)| *year < before && !still_enrolled.contains(key)) {
        pupils.entry(year).or_default().insert(key);
    }
    Ok(Expired { before, pupils })
}
