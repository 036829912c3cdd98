//! Blocking: chooses the pairs to compare. Half a million pupils and thirty thousand participants are 15 billion pairs; the
//! rules leave some hundred per participant and miss few true pairs, because a record would need errors in several fields at once
//! to share no key.
//!
//! A block, the pupils of one key, may be too large to be useful (born on 1 January, a placeholder id). Such a block is skipped
//! for that rule, and the number of skipped blocks is reported.

use rayon::prelude::*;

use super::model::Rarity;
use super::normalise::{NONE, Names, Numbers};
use super::person::{People, Record};
use super::rules::{RULES, Rule};

/// The left side, indexed by the keys of all rules.
pub struct Blocks<'a> {
    names: &'a Names,
    ids: &'a Numbers,
    left: &'a People<'a>,
    right: &'a People<'a>,
    largest: usize,
    /// One index per rule.
    index: Vec<Index>,
}

/// The records of both sides with their indexes.
pub struct Data<'a> {
    /// Names of both sides.
    pub names: &'a Names,
    /// Ids of both sides.
    pub ids: &'a Numbers,
    /// The left side.
    pub left: &'a People<'a>,
    /// The right side.
    pub right: &'a People<'a>,
    /// Candidates.
    pub blocks: &'a Blocks<'a>,
    /// Rarity of the left side's values.
    pub rarity: &'a Rarity,
    /// Whether both sides are one file: each pair is then compared once, with `left < right`.
    pub one_file: bool,
}

/// The people on the left by one key.
struct Index {
    /// Start of the keys with each value of the first two bytes; keys are hashes, so these runs are short.
    starts: Vec<u32>,
    keys: Vec<u64>,
    rows: Vec<u32>,
}

impl<'a> Blocks<'a> {
    /// Indexes `left`; blocks of more than `largest` people are skipped.
    #[must_use]
    pub fn new(names: &'a Names, ids: &'a Numbers, left: &'a People<'a>, right: &'a People<'a>, largest: usize) -> Self {
        let mut blocks = Self { names, ids, left, right, largest, index: Vec::new() };
        blocks.index = RULES.par_iter().map(|&rule| blocks.sorted(rule)).collect();
        blocks
    }

    fn sorted(&self, rule: Rule) -> Index {
        let mut rows = Vec::with_capacity(self.left.records.len());
        for row in 0..self.left.len() {
            self.keys(rule, self.left, row, false, |key| rows.push((key, row)));
        }
        rows.sort_unstable();
        rows.dedup();
        let mut starts = vec![0; (1 << 16) + 1];
        for (key, _) in &rows {
            starts[(key >> 48) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let (keys, rows) = rows.into_iter().unzip();
        Index { starts, keys, rows }
    }

    /// Whether a person on the left equals person `right` in id, both names and birth date. Then only people with the same id can
    /// be rivals; `out` receives them.
    pub fn has_exact_match(&self, right: u32, out: &mut Vec<u32>) -> bool {
        out.clear();
        let r = *self.right.at(right);
        if [r.id, r.first, r.last, r.birth].contains(&NONE) {
            return false;
        }
        self.block(Rule::Id, right, out, &mut 0);
        out.iter().any(|&left| {
            let l = self.left.at(left);
            (l.id, l.first, l.last, l.birth) == (r.id, r.first, r.last, r.birth)
        })
    }

    /// The people on the left who share a key of any rule with person `right`, each once, in the order of the file.
    pub fn candidates(&self, right: u32, out: &mut Vec<u32>, passed: &mut [u64; RULES.len()]) {
        out.clear();
        for (rule, times) in RULES.iter().zip(passed) {
            self.block(*rule, right, out, times);
        }
        out.sort_unstable();
        out.dedup();
    }

    /// Appends the people on the left who share a key of `rule` with person `right`.
    pub fn block(&self, rule: Rule, right: u32, out: &mut Vec<u32>, passed: &mut u64) {
        let record = *self.right.at(right);
        let Index { starts, keys, rows } = &self.index[rule as usize];
        let largest = if rule == Rule::SchoolPlace { self.largest / 20 } else { self.largest };
        let mut look_up = |key: u64| {
            let start = (key >> 48) as usize;
            let (start, end) = (starts[start] as usize, starts[start + 1] as usize);
            let from = start + keys[start..end].partition_point(|&k| k < key);
            let window = &keys[from..keys.len().min(from + largest + 1)];
            let size = window.partition_point(|&k| k == key);
            if size > largest {
                *passed += 1;
            } else {
                out.extend_from_slice(&rows[from..from + size]);
            }
        };
        self.keys(rule, self.right, right, true, &mut look_up);
        let (first, last) = (self.names.head(record.first), self.names.head(record.last));
        match rule {
            Rule::Birth if record.birth != NONE => {
                let swapped = record.birth / 10_000 * 10_000 + record.birth % 100 * 100 + record.birth / 100 % 100;
                if swapped != record.birth {
                    look_up(mix([swapped, 0, 0]));
                }
            }
            Rule::Names if first != NONE && last != NONE && first != last => look_up(mix([last, first, 0])),
            _ => {}
        }
    }

    /// Passes every key of `rule` for a person to `emit`; none where a part of the key is not known. `is_right` is true for a person
    /// on the right side.
    fn keys(&self, rule: Rule, people: &People, at: u32, is_right: bool, mut emit: impl FnMut(u64)) {
        let r: &Record = people.at(at);
        let (first, last) = (self.names.head(r.first), self.names.head(r.last));
        let [year, month, day] = if r.birth == NONE { [NONE; 3] } else { [r.birth / 10_000, r.birth / 100 % 100, r.birth % 100] };
        let person = &people.source[at as usize];
        let starts = |letters: usize| self.names.starts(r.first, r.last, letters);
        let mut each = |codes: &[u32], name: u32, other: u32| {
            for &code in codes.iter().filter(|_| name != NONE && other != NONE) {
                emit(mix([code, name, other]));
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
            Rule::SchoolFirst => return each(&person.schools, first, 0),
            Rule::SchoolLast => return each(&person.schools, last, 0),
            Rule::PlaceFirst | Rule::PlaceLast => {
                // Keys on the left have a mark for a known birth date. A person on the right is compared with those who have none, and
                // with all where its own is not known.
                let name = if rule == Rule::PlaceFirst { first } else { last };
                let dated = u32::from(r.birth != NONE);
                each(&person.municipalities, name, if is_right { 0 } else { dated });
                if is_right && dated == 0 {
                    each(&person.municipalities, name, 1);
                }
                return;
            }
            Rule::SchoolPlace => {
                return person.schools.iter().for_each(|&school| each(&person.municipalities, school, 0));
            }
            Rule::SchoolMonth => return each(&person.schools, year, month),
            Rule::SchoolInitials => return each(&person.schools, starts(1), 0),
            Rule::PlaceInitials => return each(&person.municipalities, starts(1), 0),
            Rule::Starts => [starts(3), 0, 0],
            Rule::MonthInitials => [year, month, starts(1)],
        };
        if !parts.contains(&NONE) {
            emit(mix(parts));
        }
    }
}

/// Hash of one half of an id (FNV-1a); [`NONE`] where there is no id.
fn half(id: &str, first: bool) -> u32 {
    if id.is_empty() {
        return NONE;
    }
    let (head, tail) = id.as_bytes().split_at(id.len() / 2);
    let bytes = if first { head } else { tail };
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193));
    hash.min(NONE - 1)
}

/// Hash of three numbers (`splitmix64`, twice). A collision adds a few pairs to compare, and loses none.
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
    fn records_with_slips_share_a_key() {
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
    fn candidates_are_distinct_and_large_blocks_are_counted() {
        let left = vec![person("Arben", "Hoxha", "20150203"); 3];
        assert_eq!(candidates(&left, &left[0], 10), (vec![0, 1, 2], 0));
        let (none, passed) = candidates(&left, &left[0], 2);
        assert!(none.is_empty() && passed > 0);
    }
}
