//! Levels of agreement, and their shares before any data.
//!
//! Levels are numbered from the strongest; the last level of every comparison is "not known", with weight 0. The shares `m` and
//! `u` are the start of the estimate and its prior. They are not measured, but expert judgements of what school registers usually
//! contain (few mistyped ids, a tenth of names misspelt), and for `u` of a population of some hundred first and last names and
//! sixteen years of birth.

use az::UnwrappedAs;

/// Number of comparisons.
pub const COMPARISONS: usize = 8;
/// The level of each comparison, in the order of [`SPECS`].
pub type Levels = [u8; COMPARISONS];

/// Positions in [`Levels`].
pub const ID: usize = 0;
/// See [`ID`].
pub const FIRST: usize = 1;
/// See [`ID`].
pub const LAST: usize = 2;
/// See [`ID`].
pub const ORDER: usize = 3;
/// See [`ID`].
pub const BIRTH: usize = 4;
/// See [`ID`].
pub const SEX: usize = 5;
/// See [`ID`].
pub const SCHOOL: usize = 6;
/// See [`ID`].
pub const MUNICIPALITY: usize = 7;

/// The strongest level of every comparison.
pub const EQUAL: u8 = 0;
/// Names: spelt differently, sounding the same.
pub const SOUND: u8 = 1;
/// Names: one letter off, or Jaro-Winkler similarity of 0.92 and more.
pub const CLOSE: u8 = 2;
/// Names: an initial, or the words of one among the words of the other (patronymics, double names).
pub const PART: u8 = 3;
/// Names: Jaro-Winkler similarity of 0.85 and more.
pub const NEAR: u8 = 4;
/// Names: anything else.
pub const OTHER: u8 = 5;
/// Ids: one letter or digit off, or two neighbours swapped.
pub const ID_SLIP: u8 = 1;
/// Ids: anything else.
pub const ID_OTHER: u8 = 2;
/// Birth dates: day and month swapped.
pub const BIRTH_SWAPPED: u8 = 1;
/// Birth dates: one digit off, or two neighbouring digits swapped.
pub const BIRTH_SLIP: u8 = 2;
/// Birth dates: two of year, month and day the same.
pub const BIRTH_PARTS: u8 = 3;
/// Names in the other order.
pub const SWAPPED: u8 = 1;
/// Sex, school, municipality: not the same.
pub const UNEQUAL: u8 = 1;
/// Equal municipalities where the schools are equal, or equal sexes where the first names are. This is little further evidence,
/// because a school is in one municipality and most first names are of one sex; as [`EQUAL`] it would count twice.
pub const EQUAL_AFTER: u8 = 2;

/// A comparison: its levels, each with name, `m` (share among records of one child) and `u` (share among records of two).
pub struct Spec {
    /// Name of the comparison.
    pub name: &'static str,
    /// All levels except "not known".
    pub levels: &'static [(&'static str, f64, f64)],
    /// The first level of the second set, where the levels are two sets whose shares each sum up to one.
    pub split: usize,
}

impl Spec {
    /// The level "not known".
    #[must_use]
    pub fn unknown(&self) -> u8 {
        self.levels.len().unwrapped_as()
    }
}

/// All comparisons.
pub const SPECS: [Spec; COMPARISONS] = [
    Spec { name: "national id", levels: &[("equal", 0.95, 1e-6), ("one slip", 0.035, 2e-6), ("different", 0.015, 0.999_997)], split: 3 },
    Spec {
        name: "first name",
        levels: &[
            ("equal", 0.82, 0.012),
            ("same sound", 0.05, 0.002),
            ("close", 0.06, 0.01),
            ("part of the other", 0.02, 0.003),
            ("similar", 0.015, 0.02),
            ("different", 0.035, 0.953),
        ],
        split: 6,
    },
    Spec {
        name: "last name",
        levels: &[
            ("equal", 0.84, 0.01),
            ("same sound", 0.05, 0.001),
            ("close", 0.06, 0.005),
            ("part of the other", 0.015, 0.002),
            ("similar", 0.01, 0.02),
            ("different", 0.025, 0.962),
        ],
        split: 6,
    },
    // Swapped names have a fixed cost, whichever names they are: u is 1 for both levels, see `estimate.rs`.
    Spec { name: "order of names", levels: &[("as written", 0.97, 1.0), ("swapped", 0.03, 1.0)], split: 2 },
    Spec {
        name: "birth date",
        levels: &[
            ("equal", 0.9, 2e-4),
            ("day and month swapped", 0.02, 7e-5),
            ("one digit off", 0.05, 3e-3),
            ("two of three parts equal", 0.015, 0.01),
            ("same year", 0.005, 0.06),
            ("different", 0.01, 0.927),
        ],
        split: 6,
    },
    Spec {
        name: "sex",
        levels: &[
            ("equal, other first name", 0.98, 0.5),
            ("different", 0.02, 0.5),
            ("equal, same first name", 0.99, 0.98),
            ("different, same first name", 0.01, 0.02),
        ],
        split: 2,
    },
    Spec { name: "school", levels: &[("equal", 0.85, 0.01), ("different", 0.15, 0.99)], split: 2 },
    Spec {
        name: "municipality",
        levels: &[
            ("equal, other school", 0.8, 0.08),
            ("different", 0.2, 0.92),
            ("equal, same school", 0.98, 0.98),
            ("different, same school", 0.02, 0.02),
        ],
        split: 2,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one() {
        for spec in SPECS {
            for set in [&spec.levels[..spec.split], &spec.levels[spec.split..]] {
                let m: f64 = set.iter().map(|level| level.1).sum();
                assert!(set.is_empty() || (m - 1.0).abs() < 1e-9, "{}", spec.name);
            }
        }
    }
}
