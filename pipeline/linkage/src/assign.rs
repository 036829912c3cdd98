//! Assignment: decides which pairs are linked and which ones a person is asked about.
//!
//! A link has two conditions. First, its probability must be high enough after the share of all rivals: other pupils that this
//! participant may be, and other participants of the same centre that may be this pupil. Two rivals cannot both have more than
//! half of the probability, so the assignment is one-to-one without solving a matching; close cases are for a person anyway.
//! Second, the fields that agree must distinguish a child from siblings, twins, cousins of the same name and the next line of
//! the list, which the weights alone do not ensure.

use std::collections::{BTreeMap, BTreeSet};

use super::block::Data;
use super::levels::{
    BIRTH, BIRTH_PARTS, BIRTH_SLIP, CLOSE, EQUAL, FIRST, ID, ID_OTHER, ID_SLIP, LAST, Levels, MUNICIPALITY, OTHER, PART, SCHOOL, SEX,
    SPECS, UNEQUAL,
};
use super::likeness::{Alike, Spellings};
use super::rules::RULES;
use super::score::Scored;
use super::{Decision, Doubt, Error, Settings, Verdict};

/// Decisions of persons, indexed.
#[derive(Debug, Default)]
pub struct Known {
    /// The right row comes first, so that the pairs of one person are neighbours.
    same: BTreeSet<(u32, u32)>,
    linked: BTreeMap<u32, u32>,
    taken: BTreeSet<(u32, u32)>,
    different: BTreeSet<(u32, u32)>,
    none: BTreeSet<u32>,
    one_file: bool,
}

impl Known {
    /// Reads the decisions on `left` and `right`.
    ///
    /// # Errors
    /// A row that is not in the file, or decisions that contradict each other.
    pub fn new(decisions: &[Decision], data: &Data) -> Result<Self, Error> {
        let mut known = Self { one_file: data.one_file, ..Self::default() };
        for &decision in decisions {
            let (Decision::Same { right, .. } | Decision::Different { right, .. } | Decision::NoOne { right }) = decision;
            if right >= data.right.len() {
                return Err(Error::NoSuchRow { side: "right", row: right });
            }
            let (Decision::Same { left, .. } | Decision::Different { left, .. }) = decision else {
                known.none.insert(right);
                continue;
            };
            if left >= data.left.len() || (data.one_file && left == right) {
                return Err(Error::NoSuchRow { side: "left", row: left });
            }
            let pair = if data.one_file { (left.min(right), left.max(right)) } else { (left, right) };
            if matches!(decision, Decision::Different { .. }) {
                known.different.insert(pair);
                continue;
            }
            known.same.insert((pair.1, pair.0));
            if !data.one_file {
                let before = known.linked.insert(right, left);
                if before.is_some_and(|other| other != left) {
                    return Err(Error::Contradiction { right });
                }
                known.taken.insert((data.right.source[right as usize].group, left));
            }
        }
        let contradiction = known.same.iter().find(|(right, left)| {
            let none = known.none.contains(right) || (data.one_file && known.none.contains(left));
            none || known.different.contains(&(*left, *right))
        });
        match contradiction.map(|pair| pair.0) {
            Some(right) => Err(Error::Contradiction { right }),
            None => Ok(known),
        }
    }

    /// Whether a person decided that the two are one child.
    #[must_use]
    pub fn is_same(&self, left: u32, right: u32) -> bool {
        self.same.contains(&(right, left))
    }

    /// Whether a person decided who `right` is.
    #[must_use]
    pub fn is_decided(&self, right: u32) -> bool {
        self.same.range((right, 0)..=(right, u32::MAX)).next().is_some()
    }

    /// The candidates of `right`: those of the blocks without pairs that decisions exclude, and those that a person decided on.
    pub fn candidates(&self, data: &Data, right: u32, out: &mut Vec<u32>, passed: &mut [u64; RULES.len()]) {
        out.clear();
        if let Some(&left) = self.linked.get(&right) {
            out.push(left);
            return;
        }
        if self.none.contains(&right) {
            return;
        }
        // Three participants in four have an exact match by id; other candidates would not change their result.
        if self.one_file || !data.blocks.has_exact_match(right, out) {
            data.blocks.candidates(right, out, passed);
        }
        let group = data.right.source[right as usize].group;
        out.retain(|&left| {
            let is_candidate = !self.one_file || (left < right && !self.none.contains(&left));
            is_candidate && !self.taken.contains(&(group, left)) && !self.different.contains(&(left, right))
        });
        if self.one_file {
            out.extend(self.same.range((right, 0)..=(right, u32::MAX)).map(|pair| pair.1));
            out.sort_unstable();
            out.dedup();
        }
    }
}

/// Whether a pair is linked or for review; `None` where it is too unlikely to ask a person.
#[must_use]
pub fn verdict(pair: &Scored, known: &Known, settings: &Settings) -> Option<Verdict> {
    if known.is_same(pair.left, pair.right) {
        return Some(Verdict::Decided);
    }
    let (alone, standing) = (probability(pair.weight), probability(pair.standing));
    if alone < settings.review_at {
        None
    } else if let Some(doubt) = doubt(pair.levels, pair.alike) {
        Some(Verdict::Review(doubt))
    } else if standing >= settings.link_at {
        Some(Verdict::Link)
    } else {
        Some(Verdict::Review(if alone >= settings.link_at { Doubt::Rivals } else { Doubt::Unlikely }))
    }
}

/// The probability that corresponds to `weight`, log2 of odds.
#[must_use]
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// Why a person has to be asked about a pair, whatever its weight.
fn doubt(levels: Levels, alike: Alike) -> Option<Doubt> {
    let (first, last, birth, id) = (levels[FIRST], levels[LAST], levels[BIRTH], levels[ID]);
    let id_agrees = id <= ID_SLIP;
    let birth_agrees = birth <= BIRTH_SLIP;
    let birth_unknown = birth == SPECS[BIRTH].unknown();
    if id == ID_OTHER {
        return Some(Doubt::Ids);
    }
    let birth_nearly_agrees = id == EQUAL && birth == BIRTH_PARTS;
    if !(birth_agrees || birth_nearly_agrees || birth_unknown) {
        return Some(Doubt::BirthDates);
    }
    if !id_agrees && birth_unknown {
        return Some(Doubt::NamesOnly);
    }
    // Cousins of one name may be born a digit or a year apart, and many children are entered under one date. Consecutive ids
    // differ by one slip, so only an equal id is evidence.
    if id != EQUAL && !birth_unknown && (birth != EQUAL || alike.common_date) {
        return Some(Doubt::BirthDates);
    }
    // Twins and siblings differ in the first name, and a record under the id of the other differs only there. "Arben" and
    // "Arbena" are close: without an id, a different sex is evidence for two children.
    if first == OTHER || (first > CLOSE && !(id_agrees && birth_agrees)) {
        return Some(Doubt::FirstNames);
    }
    // "Artan" and "Arian" are two children, whatever their ids; a missing word of a double name is not another name.
    if first != EQUAL && first < OTHER && first != PART && alike.spellings == Spellings::TwoNames {
        return Some(Doubt::FirstNames);
    }
    if first == CLOSE && !id_agrees && (levels[SEX] == UNEQUAL || last > CLOSE) {
        return Some(Doubt::FirstNames);
    }
    if first == CLOSE && id != EQUAL && alike.spellings == Spellings::Unsure {
        return Some(Doubt::FirstNames);
    }
    if alike.namesake {
        return Some(Doubt::Rivals);
    }
    if last > CLOSE && !(id_agrees && birth == EQUAL) {
        return Some(Doubt::LastNames);
    }
    // A namesake of another place may be born on the same day: without an id the municipality must agree, and where it is not
    // known all fields must be equal.
    let place_known = levels[MUNICIPALITY] != SPECS[MUNICIPALITY].unknown();
    let place_agrees = levels[SCHOOL] == EQUAL || levels[MUNICIPALITY] == EQUAL;
    if !id_agrees && !place_agrees && (place_known || birth != EQUAL || first != EQUAL || last != EQUAL) {
        return Some(Doubt::NoPlace);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::levels::{BIRTH_SWAPPED, COMPARISONS, NEAR, SOUND};
    use super::*;

    fn levels(changes: &[(usize, u8)]) -> Levels {
        let mut levels = [0; COMPARISONS];
        for &(at, level) in changes {
            levels[at] = level;
        }
        levels
    }

    fn pair(levels: Levels, weight: f64, standing: f64) -> Scored {
        Scored { left: 0, right: 0, weight, standing, levels, weights: [0.0; COMPARISONS], alike: Alike::default() }
    }

    #[test]
    fn doubts_by_levels() {
        let no_id = (ID, SPECS[ID].unknown());
        let doubt = |levels| doubt(levels, Alike::default());
        assert_eq!(doubt(levels(&[])), None);
        assert_eq!(doubt(levels(&[no_id])), None);
        assert_eq!(doubt(levels(&[no_id, (BIRTH, BIRTH_SWAPPED)])), Some(Doubt::BirthDates), "a cousin of the same name");
        assert_eq!(doubt(levels(&[(ID, ID_SLIP), (BIRTH, BIRTH_SLIP)])), Some(Doubt::BirthDates), "the next number, the next day");
        assert_eq!(doubt(levels(&[(BIRTH, BIRTH_SWAPPED)])), None, "under the same number");
        assert_eq!(doubt(levels(&[(FIRST, OTHER)])), Some(Doubt::FirstNames), "a twin under the other's id");
        assert_eq!(doubt(levels(&[no_id, (FIRST, CLOSE), (SEX, UNEQUAL)])), Some(Doubt::FirstNames), "Arben and Arbena");
        assert_eq!(doubt(levels(&[no_id, (BIRTH, SPECS[BIRTH].unknown())])), Some(Doubt::NamesOnly));
        assert_eq!(doubt(levels(&[(FIRST, OTHER), (LAST, OTHER), (BIRTH, 5)])), Some(Doubt::BirthDates), "an id alone");
        assert_eq!(doubt(levels(&[no_id, (LAST, NEAR)])), Some(Doubt::LastNames));
        assert_eq!(doubt(levels(&[(ID, ID_OTHER)])), Some(Doubt::Ids));
    }

    #[test]
    fn doubts_by_likeness() {
        let no_id = (ID, SPECS[ID].unknown());
        let two = Alike { spellings: Spellings::TwoNames, ..Alike::default() };
        for first in [SOUND, CLOSE, NEAR] {
            assert_eq!(doubt(levels(&[(FIRST, first)]), two), Some(Doubt::FirstNames), "under the twin's number");
        }
        assert_eq!(doubt(levels(&[(FIRST, PART)]), two), None, "Ana of Ana Maria");
        assert_eq!(doubt(levels(&[no_id, (FIRST, CLOSE)]), Alike::default()), None, "a slip");
        let unsure = Alike { spellings: Spellings::Unsure, ..Alike::default() };
        assert_eq!(doubt(levels(&[no_id, (FIRST, CLOSE)]), unsure), Some(Doubt::FirstNames));
        assert_eq!(doubt(levels(&[(FIRST, CLOSE)]), unsure), None);
        let common = Alike { common_date: true, ..Alike::default() };
        assert_eq!(doubt(levels(&[no_id]), common), Some(Doubt::BirthDates));
        assert_eq!(doubt(levels(&[]), common), None);
        let namesake = Alike { namesake: true, ..Alike::default() };
        assert_eq!(doubt(levels(&[(FIRST, CLOSE)]), namesake), Some(Doubt::Rivals));
    }

    #[test]
    fn rivals_and_thresholds() {
        let (known, settings) = (Known::default(), Settings::default());
        assert_eq!(verdict(&pair(levels(&[]), 30.0, 30.0), &known, &settings), Some(Verdict::Link));
        assert_eq!(verdict(&pair(levels(&[]), 30.0, 0.0), &known, &settings), Some(Verdict::Review(Doubt::Rivals)));
        assert_eq!(verdict(&pair(levels(&[]), 2.0, 2.0), &known, &settings), Some(Verdict::Review(Doubt::Unlikely)));
        assert_eq!(verdict(&pair(levels(&[]), -9.0, -9.0), &known, &settings), None);
    }
}
