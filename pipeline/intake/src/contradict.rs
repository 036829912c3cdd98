//! Files that say otherwise than most of what is stored: a register with its columns shifted, or of another school under this
//! one's code, would undo a school's days in one night. Such a file is refused until somebody lets it in.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::packed::Packed;
use super::register::{Shelf, Shelves};

/// Stored rows that a file has to repeat before it is judged by how many of them it changes.
const FEWEST: u64 = 200;

/// What a file says of the stored rows of one school.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Stored rows that it repeats.
    pub rows: u64,
    /// Of those, rows that it changes.
    pub changed: u64,
}

/// By origin, what the files (origins from `first_file` on) say otherwise than the stored rows of one school, where that is more
/// than `most` of what they repeat. Rows that were stored as not recorded are not changed by being filled in.
pub fn contradicting<R: Packed>(shelves: &Shelves<R>, first_file: usize, most: f64) -> BTreeMap<u16, Met> {
    let is_stored = |row: &R| usize::from(row.origin()) < first_file;
    let mixed: Vec<_> = shelves.iter().filter(|(_, shelf)| shelf.iter().any(is_stored) && !shelf.iter().all(is_stored)).collect();
    let judged: Vec<(u32, BTreeMap<u16, Met>)> =
        mixed.par_iter().map(|((_, school), shelf)| (*school, of_shelf(shelf, first_file))).collect();
    let mut all: BTreeMap<(u16, u32), Met> = BTreeMap::new();
    for (school, files) in judged {
        for (origin, met) in files {
            let sum = all.entry((origin, school)).or_default();
            sum.rows += met.rows;
            sum.changed += met.changed;
        }
    }
    #[allow(clippy::cast_precision_loss)] // a share
    let is_too_much = |met: &Met| met.rows >= FEWEST && met.changed as f64 > most * met.rows as f64;
    let mut found = BTreeMap::new();
    for ((origin, _), met) in all.into_iter().filter(|(_, met)| is_too_much(met)) {
        found.entry(origin).or_insert(met);
    }
    found
}

fn of_shelf<R: Packed>(shelf: &Shelf<R>, first_file: usize) -> BTreeMap<u16, Met> {
    let mut rows: Vec<R> = shelf.iter().copied().collect();
    rows.sort_by_key(|row| row.order());
    let mut files: BTreeMap<u16, Met> = BTreeMap::new();
    for group in rows.chunk_by(|a, b| a.identity() == b.identity()) {
        let (stored, new) = group.split_at(group.partition_point(|row| usize::from(row.origin()) < first_file));
        let Some(stored) = stored.last().filter(|row| row.value() != 0) else { continue };
        for row in new {
            let met = files.entry(row.origin()).or_default();
            met.rows += 1;
            met.changed += u64::from(row.value() != stored.value());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::packed::Session;
    use super::super::register::Period;
    use super::*;

    #[test]
    fn a_file_that_changes_most_of_what_it_repeats_is_found_and_one_that_fills_in_is_not() {
        let mut shelf = Shelf::default();
        for pupil in 0..250 {
            shelf.push(0, Session::pack(pupil, 0, [0, 1, 0], 0));
            shelf.push(0, Session::pack(pupil, 1, [0, 0, 0], 0));
            // The first file changes 120 of 250, the second 130; both fill in a day that was not recorded.
            for (origin, changed) in [(1, 120), (2, 130)] {
                shelf.push(0, Session::pack(pupil, 0, [0, if pupil < changed { 2 } else { 1 }, 0], origin));
                shelf.push(0, Session::pack(pupil, 1, [0, 1, 0], origin));
            }
        }
        let shelves = Shelves::from_iter([((Period { school_year: 2025, slot: 24_300 }, 0), shelf)]);
        assert_eq!(contradicting(&shelves, 1, 0.5), BTreeMap::from([(2, Met { rows: 250, changed: 130 })]));
        assert_eq!(contradicting(&shelves, 1, 1.0), BTreeMap::new());
    }
}
