//! Finds files that contradict most of the stored rows that they repeat. A register with shifted columns, or one with another
//! school's code, would overwrite a school's days in one run. Such a file is refused until the configuration allows it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::packed::Packed;
use super::register::{Shelf, Shelves};

/// A file that repeats fewer stored rows of a school than this is not checked.
const FEWEST: u64 = 200;

/// The stored rows of one school that a file repeats.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Repeated {
    /// Stored rows that it repeats.
    pub rows: u64,
    /// Repeated rows for which the file has another value.
    pub changed: u64,
}

/// The files (origins from `first_file` on) that change a larger share of a school's stored rows than `most`, with the counts
/// of the first such school. Filling in a row that was stored as not recorded is not a change.
pub fn contradicting<R: Packed>(shelves: &Shelves<R>, first_file: usize, most: f64) -> BTreeMap<u16, Repeated> {
    let is_stored = |row: &R| usize::from(row.origin()) < first_file;
    let mixed: Vec<_> = shelves.iter().filter(|(_, shelf)| shelf.iter().any(is_stored) && !shelf.iter().all(is_stored)).collect();
    let counted: Vec<(u32, BTreeMap<u16, Repeated>)> =
        mixed.par_iter().map(|((_, school), shelf)| (*school, of_shelf(shelf, first_file))).collect();
    let mut all: BTreeMap<(u16, u32), Repeated> = BTreeMap::new();
    for (school, files) in counted {
        for (origin, repeated) in files {
            let sum = all.entry((origin, school)).or_default();
            sum.rows += repeated.rows;
            sum.changed += repeated.changed;
        }
    }
    #[allow(clippy::cast_precision_loss)] // a share
    let is_too_much = |repeated: &Repeated| repeated.rows >= FEWEST && repeated.changed as f64 > most * repeated.rows as f64;
    let mut found = BTreeMap::new();
    for ((origin, _), repeated) in all.into_iter().filter(|(_, repeated)| is_too_much(repeated)) {
        found.entry(origin).or_insert(repeated);
    }
    found
}

fn of_shelf<R: Packed>(shelf: &Shelf<R>, first_file: usize) -> BTreeMap<u16, Repeated> {
    let mut rows: Vec<R> = shelf.iter().copied().collect();
    rows.sort_by_key(|row| row.order());
    let mut files: BTreeMap<u16, Repeated> = BTreeMap::new();
    for group in rows.chunk_by(|a, b| a.identity() == b.identity()) {
        let (stored, new) = group.split_at(group.partition_point(|row| usize::from(row.origin()) < first_file));
        let Some(stored) = stored.last().filter(|row| row.value() != 0) else { continue };
        for row in new {
            let repeated = files.entry(row.origin()).or_default();
            repeated.rows += 1;
            repeated.changed += u64::from(row.value() != stored.value());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::packed::PackedAttendance;
    use super::super::register::Period;
    use super::*;

    #[test]
    fn a_file_that_changes_most_of_what_it_repeats_is_found_and_one_that_fills_in_is_not() {
        let mut shelf = Shelf::default();
        for pupil in 0..250 {
            shelf.push(0, PackedAttendance::pack(pupil, 0, [0, 1, 0], 0));
            shelf.push(0, PackedAttendance::pack(pupil, 1, [0, 0, 0], 0));
            // The first file changes 120 of 250, the second 130; both fill in a day that was not recorded.
            for (origin, changed) in [(1, 120), (2, 130)] {
                shelf.push(0, PackedAttendance::pack(pupil, 0, [0, if pupil < changed { 2 } else { 1 }, 0], origin));
                shelf.push(0, PackedAttendance::pack(pupil, 1, [0, 1, 0], origin));
            }
        }
        let shelves = Shelves::from_iter([((Period { school_year: 2025, slot: 24_300 }, 0), shelf)]);
        assert_eq!(contradicting(&shelves, 1, 0.5), BTreeMap::from([(2, Repeated { rows: 250, changed: 130 })]));
        assert_eq!(contradicting(&shelves, 1, 1.0), BTreeMap::new());
    }
}
