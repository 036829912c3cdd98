//! Likeness: evidence that a pair of similar records is of two children. It is derived from the records: which spellings are
//! first names of their own, which birth dates are more frequent than births, and whether another pupil agrees better.

use hashbrown::{HashMap, HashSet};

use super::levels::{BIRTH, BIRTH_PARTS, EQUAL, FIRST, LAST, Levels, ORDER, OTHER, SOUND, SWAPPED};
use super::model::count;
use super::normalise::{NONE, Names};
use super::person::People;

/// A spelling of more children than this, of at least two families, may be a name rather than a slip.
const OTHER_BEARERS: u32 = 2;
/// One particular slip of a letter is expected at most once among this many occurrences of a name.
const SLIP_ONE_IN: f64 = 1_000.0;
/// One particular spelling of the same sound, as "Zanna" for "Zana", is expected at most once among this many.
const SOUND_ONE_IN: f64 = 100.0;
/// Where more than one child in this many has a unique first name, an unknown spelling may be a name.
const SINGLE_ONE_IN: usize = 50;
/// Least number of children with a common birth date.
const FEWEST_OF_DATE: u32 = 5;
/// A common date has at least this many times the expected number of children: seasonal variation of births is smaller.
const FAR_MORE: f64 = 2.0;
/// A common date has at most this probability by chance, as a natural logarithm: one in five hundred. An ordinary date may then be
/// taken for a common one, which costs a few questions.
const NO_ACCIDENT: f64 = -6.2;
/// Days of a year.
const DAYS: f64 = 365.25;

/// The relation of two spellings of first names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spellings {
    /// One name, equal or misspelt on one side.
    #[default]
    Slip,
    /// The records have too few names to decide.
    Unsure,
    /// Two names, each of several children.
    TwoNames,
}

/// Evidence for two children, whatever the weight of the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alike {
    /// Relation of the first names.
    pub spellings: Spellings,
    /// Whether both have a birth date under which many children are entered.
    pub common_date: bool,
    /// Whether another pupil agrees better in names and birth date.
    pub namesake: bool,
}

/// Statistics of first names and birth dates of both files.
pub struct Likeness {
    /// By name: number of children with this first name.
    bearers: Vec<u32>,
    /// By name: number of last names of those children.
    families: Vec<u32>,
    few_names: bool,
    common: HashSet<u32>,
}

impl Likeness {
    /// Counts the children of `left` and `right`; equal records count once.
    #[must_use]
    pub fn new(names: &Names, left: &People, right: &People) -> Self {
        let children = |people: &[&People]| {
            let records = people.iter().flat_map(|people| &people.records);
            let mut all: Vec<[u32; 3]> = records.map(|r| [r.first, r.last, r.birth]).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (mut bearers, mut families) = (vec![0; names.len()], vec![0; names.len()]);
        let mut before = [NONE; 2];
        for [first, last, _] in children(&[left, right]).into_iter().filter(|child| child[0] != NONE) {
            bearers[first as usize] += 1;
            if before != [first, last] {
                families[first as usize] += 1;
                before = [first, last];
            }
        }
        let mut pupils = vec![0_u32; names.len()];
        for record in left.records.iter().filter(|r| r.first != NONE) {
            pupils[record.first as usize] += 1;
        }
        let single = pupils.iter().filter(|n| **n == 1).count();
        let mut common = common_dates(&children(&[left]));
        common.extend(common_dates(&children(&[right])));
        Self { bearers, families, few_names: single * SINGLE_ONE_IN > left.records.len(), common }
    }

    /// What speaks for two children in this pair; `front` holds the best agreements of the record on the right.
    #[must_use]
    pub fn of(&self, left: &People, right: &People, (l, r): (u32, u32), levels: Levels, front: &Front) -> Alike {
        let (l, r) = (left.at(l), right.at(r));
        let first = if levels[ORDER] == SWAPPED { r.last } else { r.first };
        Alike {
            spellings: self.spellings(l.first, first, levels[FIRST] == SOUND),
            common_date: levels[BIRTH] == EQUAL && self.common.contains(&l.birth),
            namesake: front.has_better(levels),
        }
    }

    fn spellings(&self, a: u32, b: u32, sound_the_same: bool) -> Spellings {
        if a == b || a == NONE || b == NONE {
            return Spellings::Slip;
        }
        let (of_a, of_b) = (self.bearers[a as usize], self.bearers[b as usize]);
        let (fewer, more) = (of_a.min(of_b), of_a.max(of_b));
        let slips = f64::from(more) / if sound_the_same { SOUND_ONE_IN } else { SLIP_ONE_IN };
        let has_families = |name: u32| self.families[name as usize] > 1;
        // The two records of the pair are among the bearers themselves.
        if fewer > OTHER_BEARERS && has_families(a) && has_families(b) && f64::from(fewer) > slips + 3.0 * slips.sqrt() {
            Spellings::TwoNames
        } else if self.few_names {
            Spellings::Unsure
        } else {
            Spellings::Slip
        }
    }
}

/// The dates, `yyyymmdd`, of far more children than are born on one day: 1 January of any year, or whatever is written where the
/// date is not known.
fn common_dates(children: &[[u32; 3]]) -> HashSet<u32> {
    let (mut dates, mut days, mut months, mut years) = (HashMap::new(), HashMap::new(), HashMap::new(), HashSet::new());
    let mut all = 0;
    for birth in children.iter().map(|child| child[2]).filter(|birth| *birth != NONE) {
        all += 1;
        *dates.entry(birth).or_insert(0) += 1;
        *days.entry(birth % 10_000).or_insert(0) += 1;
        *months.entry(birth / 100).or_insert(0) += 1;
        years.insert(birth / 10_000);
    }
    let of_years = count(years.len().max(1));
    let spread = f64::from(all) / (DAYS * of_years);
    // A day of the year is judged without its most frequent year, so that a single date does not make it common.
    let mut fullest = HashMap::new();
    for (date, n) in &dates {
        let most: &mut u32 = fullest.entry(date % 10_000).or_insert(0);
        *most = (*most).max(*n);
    }
    let is_common = |date: &u32| {
        let (of_date, of_day, most) = (dates[date], days[&(date % 10_000)], fullest[&(date % 10_000)]);
        // Of some birth years only few months are at school: then the other days of the month give the expected number.
        let of_month = f64::from(months[&(date / 100)] - of_date) / 29.0;
        let of_other_years = f64::from(all - of_day) / DAYS * (of_years - 1.0) / of_years;
        is_far_above(of_date, of_month.max(spread)) || is_far_above(of_day - most, of_other_years)
    };
    dates.keys().filter(|date| is_common(date)).copied().collect()
}

/// Whether `n` is far above `expected`, by Chernoff's bound on the Poisson distribution.
fn is_far_above(n: u32, expected: f64) -> bool {
    let (seen, expected) = (f64::from(n), expected.max(1e-3));
    n >= FEWEST_OF_DATE && seen >= FAR_MORE * expected && seen - expected - seen * (seen / expected).ln() <= NO_ACCIDENT
}

/// The Pareto front of agreement in first name, last name and birth date among the candidates of one person.
#[derive(Default)]
pub struct Front(Vec<[u8; 3]>);

impl Front {
    /// Removes all candidates.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the agreement of a candidate.
    pub fn add(&mut self, levels: Levels) {
        let agreement = agreement(levels);
        if !self.0.iter().any(|other| is_no_worse(*other, agreement)) {
            self.0.retain(|other| !is_no_worse(agreement, *other));
            self.0.push(agreement);
        }
    }

    /// Whether another candidate agrees better in one of the three fields and no worse in the others.
    fn has_better(&self, levels: Levels) -> bool {
        let agreement = agreement(levels);
        self.0.iter().any(|other| is_no_worse(*other, agreement) && *other != agreement)
    }
}

/// The levels of names and birth date; an unknown value counts like a different one.
fn agreement(levels: Levels) -> [u8; 3] {
    [levels[FIRST].min(OTHER), levels[LAST].min(OTHER), levels[BIRTH].min(BIRTH_PARTS)]
}

fn is_no_worse(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(&b).all(|(a, b)| a <= b)
}

#[cfg(test)]
mod tests {
    use super::super::levels::{BIRTH_SLIP, CLOSE, COMPARISONS, SPECS};
    use super::super::normalise::Numbers;
    use super::super::person::{BirthDate, Person};
    use super::*;

    const FAMILIES: [&str; 4] = ["Hoxha", "Leka", "Marku", "Shehu"];

    fn children(first: &str, n: u32) -> impl Iterator<Item = Person> + '_ {
        (0..n).map(move |i| Person {
            first_name: Some(first.into()),
            last_name: Some(FAMILIES[i as usize % 4].into()),
            birth_date: BirthDate::digits(&format!("{}{:02}{:02}", 2008 + i % 10, 1 + i / 10 % 12, 1 + i / 120 % 28)),
            ..Person::default()
        })
    }

    fn spellings(people: &[Person], a: &str, b: &str) -> Spellings {
        let (mut names, mut ids) = (Names::default(), Numbers::default());
        let none = Vec::new();
        let (left, right) = (People::new(people, &mut names, &mut ids), People::new(&none, &mut names, &mut ids));
        let (a, b) = (names.number(a), names.number(b));
        let sound_the_same = names.sound(a) == names.sound(b);
        Likeness::new(&names, &left, &right).spellings(a, b, sound_the_same)
    }

    #[test]
    fn a_spelling_is_a_name_where_others_bear_it() {
        let people = |n: u32| children("Artan", 90).chain(children("Arian", n)).collect::<Vec<_>>();
        assert_eq!(spellings(&people(3), "Artan", "Arian"), Spellings::TwoNames);
        assert_eq!(spellings(&people(2), "Artan", "Arian"), Spellings::Slip, "one other child has it");
        assert_eq!(spellings(&people(3), "Artan", "Artan"), Spellings::Slip, "the same");
        let family: Vec<Person> = children("Artan", 900).chain(children("Arian", 40).step_by(4)).collect();
        assert_eq!(spellings(&family, "Artan", "Arian"), Spellings::Slip, "of one family, which may be one child");
        let common = |slip: &str, n: u32| children("Artan", 2_000).chain(children(slip, n)).collect::<Vec<_>>();
        assert_eq!(spellings(&common("Artn", 6), "Artan", "Artn"), Spellings::Slip, "of so many some are written wrongly alike");
        assert_eq!(spellings(&common("Arian", 7), "Artan", "Arian"), Spellings::TwoNames);
        assert_eq!(spellings(&common("Arttan", 30), "Artan", "Arttan"), Spellings::Slip, "the same to the ear is written more often");
        let few: Vec<Person> = children("Artan", 9).chain(children("Arian", 1)).collect();
        assert_eq!(spellings(&few, "Artan", "Arian"), Spellings::Unsure, "one name in ten is nobody else's");
    }

    #[test]
    fn dates_that_forms_are_filled_with_are_common() {
        let child = |i: u32, birth: u32| [i, 0, birth];
        let evenly = |n: u32| (0..n).map(|i| child(i, (2008 + i % 10) * 10_000 + (1 + i / 10 % 12) * 100 + 1 + i / 120 % 28));
        assert!(common_dates(&evenly(3_360).collect::<Vec<_>>()).is_empty(), "evenly spread");
        let first = (0..40).map(|i| child(9_000 + i, (2008 + i % 10) * 10_000 + 101));
        let found = common_dates(&evenly(3_360).chain(first).collect::<Vec<_>>());
        assert_eq!(found.len(), 10, "the first of January of each year, and nothing else: {found:?}");
        assert!(found.iter().all(|date| date % 10_000 == 101));
        let one = (0..12).map(|i| child(9_000 + i, 20_120_615));
        let found = common_dates(&evenly(3_360).chain(one).collect::<Vec<_>>());
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [20_120_615], "one day of one year");
        assert!(common_dates(&[child(1, 20_140_101), child(2, 20_140_101)]).is_empty(), "two children are twins");
    }

    #[test]
    fn another_candidate_agrees_better() {
        let levels = |first: u8, birth: u8| {
            let mut levels: Levels = [0; COMPARISONS];
            (levels[FIRST], levels[BIRTH]) = (first, birth);
            levels
        };
        let mut front = Front::default();
        for candidate in [levels(CLOSE, EQUAL), levels(EQUAL, EQUAL), levels(OTHER, 5)] {
            front.add(candidate);
        }
        assert!(front.has_better(levels(CLOSE, EQUAL)) && !front.has_better(levels(EQUAL, EQUAL)));
        front.clear();
        front.add(levels(CLOSE, EQUAL));
        front.add(levels(EQUAL, BIRTH_SLIP));
        assert!(!front.has_better(levels(CLOSE, EQUAL)), "better in one, worse in the other");
        front.clear();
        front.add(levels(EQUAL, 5));
        assert!(!front.has_better(levels(EQUAL, SPECS[BIRTH].unknown())), "another birth date is no better than none");
    }
}
