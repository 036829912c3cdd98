//! Blocking: which pairs are looked at at all. Half a million pupils times thirty thousand participants are fifteen
//! thousand million pairs; these rules leave some hundred for a participant and miss few of the true ones, since a
//! record would have to err in several fields at once to escape them all.
//!
//! A block, the pupils of one key, may be too large to be of use ("the first of January", a placeholder id). Such a
//! block is passed over for that rule and counted, and the count is reported.

use super::normalise::{NONE, Names, Numbers};
use super::person::{People, Record};

/// What two records must have in common to become a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// National id.
    Id,
    /// Second half of the id: one slip leaves either half whole.
    IdTail,
    /// First half of the id, which is date and sex in many countries, and the last name by sound.
    IdHead,
    /// Birth date, also with day and month swapped.
    Birth,
    /// First and last name by sound of their first word, also in the other order.
    Names,
    /// Birth year and month, first name by sound.
    MonthFirst,
    /// Birth year and month, last name by sound.
    MonthLast,
    /// Birth year and day, first name by sound.
    DayFirst,
    /// Birth year and day, last name by sound.
    DayLast,
    /// Birth month and day, first name by sound.
    YearlessFirst,
    /// Birth month and day, last name by sound.
    YearlessLast,
    /// School and first name by sound.
    SchoolFirst,
    /// School and last name by sound.
    SchoolLast,
    /// Municipality and first name by sound, for a participant without birth date.
    PlaceFirst,
    /// Municipality and last name by sound, for a participant without birth date.
    PlaceLast,
}

/// All rules.
pub const RULES: [Rule; 15] = [
    Rule::Id,
    Rule::IdTail,
    Rule::IdHead,
    Rule::Birth,
    Rule::Names,
    Rule::MonthFirst,
    Rule::MonthLast,
    Rule::DayFirst,
    Rule::DayLast,
    Rule::YearlessFirst,
    Rule::YearlessLast,
    Rule::SchoolFirst,
    Rule::SchoolLast,
    Rule::PlaceFirst,
    Rule::PlaceLast,
];

/// Blocks passed over because they were too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// The rule.
    pub rule: Rule,
    /// How often a person on the right met such a block.
    pub times: u64,
}

/// The left side, by the keys of all rules.
pub struct Blocks<'a> {
    names: &'a Names,
    ids: &'a Numbers,
    left: &'a People<'a>,
    right: &'a People<'a>,
    largest: usize,
    /// Per rule, sorted by key and then row.
    index: Vec<(Vec<u64>, Vec<u32>)>,
}

impl<'a> Blocks<'a> {
    /// Indexes `left`; blocks of more than `largest` people are passed over.
    #[must_use]
    pub fn new(names: &'a Names, ids: &'a Numbers, left: &'a People<'a>, right: &'a People<'a>, largest: usize) -> Self {
        let mut blocks = Self { names, ids, left, right, largest, index: Vec::new() };
        blocks.index = RULES.iter().map(|&rule| blocks.sorted(rule)).collect();
        blocks
    }

    fn sorted(&self, rule: Rule) -> (Vec<u64>, Vec<u32>) {
        let mut rows = Vec::with_capacity(self.left.records.len());
        for row in 0..self.left.len() {
            self.keys(rule, self.left, row, |key| rows.push((key, row)));
        }
        rows.sort_unstable();
        rows.dedup();
        rows.into_iter().unzip()
    }

    /// The people on the left that share a key of any rule with person `right`, each once, in the file's order.
    pub fn candidates(&self, right: u32, out: &mut Vec<u32>, passed: &mut [u64; RULES.len()]) {
        out.clear();
        for (rule, times) in RULES.iter().zip(passed) {
            self.block(*rule, right, out, times);
        }
        out.sort_unstable();
        out.dedup();
    }

    /// The people on the left that `rule` puts beside person `right`, appended.
    pub fn block(&self, rule: Rule, right: u32, out: &mut Vec<u32>, passed: &mut u64) {
        let record = *self.right.at(right);
        if matches!(rule, Rule::PlaceFirst | Rule::PlaceLast) && record.birth != NONE {
            return;
        }
        let (keys, rows) = &self.index[rule as usize];
        let mut take = |key: u64| {
            let from = keys.partition_point(|&k| k < key);
            let size = keys[from..].partition_point(|&k| k == key);
            if size > self.largest {
                *passed += 1;
            } else {
                out.extend_from_slice(&rows[from..from + size]);
            }
        };
        self.keys(rule, self.right, right, &mut take);
        let (first, last) = (self.names.head(record.first), self.names.head(record.last));
        match rule {
            Rule::Birth if record.birth != NONE => {
                let swapped = record.birth / 10_000 * 10_000 + record.birth % 100 * 100 + record.birth / 100 % 100;
                if swapped != record.birth {
                    take(mix([swapped, 0, 0]));
                }
            }
            Rule::Names if first != NONE && last != NONE && first != last => take(mix([last, first, 0])),
            _ => {}
        }
    }

    /// Gives every key of `rule` for a person to `give`; none where a part of it is not known.
    fn keys(&self, rule: Rule, people: &People, at: u32, mut give: impl FnMut(u64)) {
        let r: &Record = people.at(at);
        let (first, last) = (self.names.head(r.first), self.names.head(r.last));
        let [year, month, day] = if r.birth == NONE { [NONE; 3] } else { [r.birth / 10_000, r.birth / 100 % 100, r.birth % 100] };
        let person = &people.source[at as usize];
        let mut each = |codes: &[u32], name: u32| {
            for &code in codes.iter().filter(|_| name != NONE) {
                give(mix([code, name, 0]));
            }
        };
        let parts = match rule {
            Rule::Id => [r.id, 0, 0],
            Rule::IdTail => [half(self.ids.text(r.id), false), 0, 0],
            Rule::IdHead => [half(self.ids.text(r.id), true), last, 0],
            Rule::Birth => [r.birth, 0, 0],
            Rule::Names => [first, last, 0],
            Rule::MonthFirst => [year, month, first],
            Rule::MonthLast => [year, month, last],
            Rule::DayFirst => [year, day, first],
            Rule::DayLast => [year, day, last],
            Rule::YearlessFirst => [month, day, first],
            Rule::YearlessLast => [month, day, last],
            Rule::SchoolFirst => return each(&person.schools, first),
            Rule::SchoolLast => return each(&person.schools, last),
            Rule::PlaceFirst => return each(&person.municipalities, first),
            Rule::PlaceLast => return each(&person.municipalities, last),
        };
        if !parts.contains(&NONE) {
            give(mix(parts));
        }
    }
}

/// One half of an id as a number (FNV-1a); [`NONE`] where there is no id.
fn half(id: &str, first: bool) -> u32 {
    if id.is_empty() {
        return NONE;
    }
    let (head, tail) = id.as_bytes().split_at(id.len() / 2);
    let bytes = if first { head } else { tail };
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193));
    hash.min(NONE - 1)
}

/// Three numbers as one key (`splitmix64`, twice). Two keys that collide put a few more pairs beside each other, no fewer.
fn mix([a, b, c]: [u32; 3]) -> u64 {
    fn stir(z: u64) -> u64 {
        let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    stir(stir(u64::from(a) << 32 | u64::from(b)) ^ u64::from(c))
}

#[cfg(test)]
mod tests {
    use super::super::person::{BirthDate, Person};
    use super::*;

    fn person(first: &str, last: &str, birth: &str) -> Person {
        Person {
            first_name: Some(first.into()),
            last_name: Some(last.into()),
            birth_date: BirthDate::digits(birth),
            municipalities: vec![1],
            ..Person::default()
        }
    }

    fn candidates(left: &[Person], right: &Person, largest: usize) -> (Vec<u32>, u64) {
        let (mut names, mut ids) = (Names::default(), Numbers::default());
        let right = std::slice::from_ref(right);
        let (left, right) = (People::new(left, &mut names, &mut ids), People::new(right, &mut names, &mut ids));
        let blocks = Blocks::new(&names, &ids, &left, &right, largest);
        let (mut out, mut passed) = (Vec::new(), [0; RULES.len()]);
        blocks.candidates(0, &mut out, &mut passed);
        (out, passed.iter().sum())
    }

    #[test]
    fn slips_stay_together() {
        let left = [person("Arben", "Hoxha", "20150203")];
        for right in [
            person("Hoxha", "Arben", ""),
            person("Rben", "Hoha", "20150302"),
            person("Arben", "Shehu", "20150213"),
            person("Arbn", "Hoxha", "20160203"),
            person("Arbn", "Hoxha", ""),
        ] {
            assert_eq!(candidates(&left, &right, 10).0, [0], "{right:?}");
        }
        assert!(candidates(&left, &person("Besa", "Leka", "20110405"), 10).0.is_empty());
    }

    #[test]
    fn a_pair_comes_once_and_large_blocks_are_counted() {
        let left = vec![person("Arben", "Hoxha", "20150203"); 3];
        assert_eq!(candidates(&left, &left[0], 10), (vec![0, 1, 2], 0));
        let (none, passed) = candidates(&left, &left[0], 2);
        assert!(none.is_empty() && passed > 0);
    }

    #[test]
    fn rules_stand_at_their_place() {
        for (at, rule) in RULES.iter().enumerate() {
            assert_eq!(*rule as usize, at);
        }
    }
}
