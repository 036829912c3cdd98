//! The model: the weight of each level of agreement, and its adjustment for rare values.

use hashbrown::HashMap;

use super::levels::{BIRTH, COMPARISONS, EQUAL, FIRST, ID, LAST, Levels, MUNICIPALITY, SCHOOL, SOUND, SPECS};
use super::normalise::{NONE, Names};
use super::person::People;

/// Lower limit of `u`, whatever the data say: one record in a million has a value of another person by a clerical error. It limits
/// the weight of one field to about 20 bits.
pub const LEAST_U: f64 = 1e-6;

/// The parameters of the linkage.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Probability that a random record of one side and a random record of the other are of one child.
    pub prior: f64,
    /// Comparisons, in the order of `Pair::levels` and `Pair::weights`.
    pub comparisons: Vec<Comparison>,
}

/// One comparison of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Name, such as "first name".
    pub name: &'static str,
    /// Levels, strongest first; the last is "not known" with weight 0.
    pub levels: Vec<Level>,
}

/// One level of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Name, such as "same sound".
    pub name: &'static str,
    /// Share among pairs of records of one child.
    pub m: f64,
    /// Share among pairs of records of different children.
    pub u: f64,
    /// `log2(m / u)`, before the adjustment for rare values. The weight of disagreement is never positive, however rare it is.
    pub weight: f64,
}

impl Model {
    /// A model with these shares, `[comparison][level]`, without the level "not known".
    #[must_use]
    pub fn new(prior: f64, m: &[Vec<f64>], u: &[Vec<f64>]) -> Self {
        let comparisons = SPECS.iter().zip(m.iter().zip(u)).map(|(spec, (m, u))| {
            let mut levels: Vec<Level> = spec
                .levels
                .iter()
                .zip(m.iter().zip(u))
                .zip(1..)
                .map(|((&(name, ..), (&m, &u)), next)| {
                    let weight = (m / u).log2();
                    let differs = next == spec.split || next == spec.levels.len();
                    Level { name, m, u, weight: if differs { weight.min(0.0) } else { weight } }
                })
                .collect();
            levels.push(Level { name: "not known", m: 1.0, u: 1.0, weight: 0.0 });
            Comparison { name: spec.name, levels }
        });
        Self { prior, comparisons: comparisons.collect() }
    }

    /// The model before any data: the shares of `levels.rs`, and a prior of about one match among `left` records.
    #[must_use]
    pub fn before(left: usize) -> Self {
        let shares = |of: fn(&(&'static str, f64, f64)) -> f64| SPECS.iter().map(|s| s.levels.iter().map(of).collect()).collect();
        let (m, u): (Vec<_>, Vec<_>) = (shares(|l| l.1), shares(|l| l.2));
        Self::new(0.8 / count(left.max(2)), &m, &u)
    }

    /// The prior as log2 of odds.
    #[must_use]
    pub fn start(&self) -> f64 {
        (self.prior / (1.0 - self.prior)).log2()
    }

    /// A pair in words: comparison, level and weight. Unknown fields are left out.
    #[must_use]
    pub fn explain(&self, levels: Levels, weights: &[f64; COMPARISONS]) -> Vec<(&'static str, &'static str, f64)> {
        let compared = self.comparisons.iter().zip(levels.into_iter().zip(weights));
        compared
            .filter(|(c, (level, _))| usize::from(*level) + 1 < c.levels.len())
            .map(|(c, (level, &weight))| (c.name, c.levels[usize::from(level)].name, weight))
            .collect()
    }

    fn weight(&self, comparison: usize, level: u8) -> f64 {
        self.comparisons[comparison].levels[usize::from(level)].weight
    }
}

/// A count as a float; counts are far below 2^52.
#[allow(clippy::cast_precision_loss)]
pub fn count(n: usize) -> f64 {
    n as f64
}

/// How rare the values of the left side are: agreement on a name of one child in ten thousand is stronger evidence than on "Arben".
///
/// This is Splink's adjustment for term frequency: for equal values the share of the value replaces the average share `u`. The
/// share is `count / (records + 1/u)`, so that in a small file a name that occurs once does not count as one in a million.
pub struct Rarity {
    first: Vec<f64>,
    last: Vec<f64>,
    first_sound: Vec<f64>,
    last_sound: Vec<f64>,
    birth: HashMap<u32, f64>,
    school: HashMap<u32, f64>,
    municipality: HashMap<u32, f64>,
    id: HashMap<u32, f64>,
}

impl Rarity {
    /// Counts the values of `left`.
    #[must_use]
    pub fn new(names: &Names, left: &People) -> Self {
        let u = |comparison: usize| SPECS[comparison].levels[0].2;
        let all = |field: fn(&super::person::Record) -> u32| left.records.iter().map(field);
        Self {
            first: listed(names.len(), all(|r| r.first), u(FIRST)),
            last: listed(names.len(), all(|r| r.last), u(LAST)),
            first_sound: against_average(listed(names.sounds(), left.records.iter().map(|r| names.sound(r.first)), u(FIRST))),
            last_sound: against_average(listed(names.sounds(), left.records.iter().map(|r| names.sound(r.last)), u(LAST))),
            birth: mapped(all(|r| r.birth), u(BIRTH)),
            school: mapped(left.source.iter().flat_map(|p| p.schools.iter().copied()), u(SCHOOL)),
            municipality: mapped(left.source.iter().flat_map(|p| p.municipalities.iter().copied()), u(MUNICIPALITY)),
            id: mapped(all(|r| r.id), LEAST_U),
        }
    }
}

/// `log2` of the share of every number below `size`.
fn listed(size: usize, values: impl Iterator<Item = u32>, u: f64) -> Vec<f64> {
    let mut counts = vec![0_usize; size];
    let mut known = 0;
    for value in values.filter(|&v| v != NONE) {
        counts[value as usize] += 1;
        known += 1;
    }
    counts.into_iter().map(|n| share(n, known, u)).collect()
}

/// `log2` of the share of every code that occurs. The map is never iterated, so its order has no effect.
fn mapped(values: impl Iterator<Item = u32>, u: f64) -> HashMap<u32, f64> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    let mut known = 0;
    for value in values.filter(|&v| v != NONE) {
        *counts.entry(value).or_default() += 1;
        known += 1;
    }
    counts.into_iter().map(|(value, n)| (value, share(n, known, u))).collect()
}

fn share(n: usize, known: usize, u: f64) -> f64 {
    (count(n.max(1)) / (count(known) + 1.0 / u)).max(LEAST_U).log2()
}

/// Divides shares by the probability that two random records have the same value.
fn against_average(mut shares: Vec<f64>) -> Vec<f64> {
    let average: f64 = shares.iter().map(|s| (2.0 * s).exp2()).sum();
    let average = average.max(LEAST_U).log2();
    for share in &mut shares {
        *share -= average;
    }
    shares
}

/// Computes the weights of pairs, by a model and the rarity of values.
pub struct Scale<'a> {
    /// The model.
    pub model: &'a Model,
    /// The rarities.
    pub rarity: &'a Rarity,
    /// The sound of every name.
    pub names: &'a Names,
    /// The left side.
    pub left: &'a People<'a>,
    /// The right side.
    pub right: &'a People<'a>,
}

impl Scale<'_> {
    /// The weight of each comparison of a pair, in bits.
    #[must_use]
    pub fn weights(&self, left: u32, right: u32, levels: Levels) -> [f64; COMPARISONS] {
        let record = self.left.at(left);
        let mut weights: [f64; COMPARISONS] = std::array::from_fn(|c| self.model.weight(c, levels[c]));
        let m = |c: usize| self.model.comparisons[c].levels[0].m.log2();
        for (c, name, shares, sounds) in [
            (FIRST, record.first, &self.rarity.first, &self.rarity.first_sound),
            (LAST, record.last, &self.rarity.last, &self.rarity.last_sound),
        ] {
            if levels[c] == EQUAL {
                weights[c] = m(c) - shares[name as usize];
            } else if levels[c] == SOUND {
                weights[c] -= sounds[self.names.sound(name) as usize];
            }
        }
        if levels[BIRTH] == EQUAL {
            weights[BIRTH] = m(BIRTH) - self.rarity.birth.get(&record.birth).unwrap_or(&0.0);
        }
        if levels[ID] == EQUAL {
            weights[ID] = weights[ID].min(m(ID) - self.rarity.id.get(&record.id).unwrap_or(&0.0));
        }
        if levels[SCHOOL] == EQUAL {
            weights[SCHOOL] = m(SCHOOL) - self.place(left, right, true);
        }
        if levels[MUNICIPALITY] == EQUAL {
            weights[MUNICIPALITY] = m(MUNICIPALITY) - self.place(left, right, false);
        }
        weights
    }

    /// The weight of a pair: the sum of the prior and all comparisons.
    #[must_use]
    pub fn weight(&self, left: u32, right: u32, levels: Levels) -> f64 {
        self.model.start() + self.weights(left, right, levels).iter().sum::<f64>()
    }

    /// `log2` of the share of the most common place that both have in common, which is the weakest evidence.
    fn place(&self, left: u32, right: u32, school: bool) -> f64 {
        let (l, r) = (self.left.at(left), self.right.at(right));
        let shares = if school { &self.rarity.school } else { &self.rarity.municipality };
        let share = |code: u32| shares.get(&code).copied().unwrap_or(LEAST_U.log2());
        if !(l.several || r.several) {
            return share(if school { l.school } else { l.municipality });
        }
        let (l, r) = (&self.left.source[left as usize], &self.right.source[right as usize]);
        let (l, r) = if school { (&l.schools, &r.schools) } else { (&l.municipalities, &r.municipalities) };
        l.iter().filter(|code| r.contains(code)).map(|&code| share(code)).fold(LEAST_U.log2(), f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_before_data_is_readable() {
        let model = Model::before(1000);
        assert!((model.start() + 10.3).abs() < 0.1);
        let equal = &model.comparisons[FIRST].levels[0];
        assert_eq!(equal.name, "equal");
        assert!(equal.weight > 5.0 && model.comparisons[FIRST].levels[5].weight < -4.0);
        let never = Model::new(0.1, &[vec![0.5; 6], vec![0.5; 6]], &[vec![0.1; 6], vec![0.1; 6]]);
        assert!(never.comparisons[FIRST].levels[4].weight > 0.0 && never.comparisons[FIRST].levels[5].weight <= 0.0);
        let mut levels = [0; COMPARISONS];
        levels[BIRTH] = SPECS[BIRTH].unknown();
        let explained = model.explain(levels, &[1.0; COMPARISONS]);
        assert_eq!(explained.len(), COMPARISONS - 1);
        assert!(explained.iter().all(|(name, ..)| *name != "birth date"));
    }

    #[test]
    fn a_rare_value_in_a_small_file_is_not_one_in_a_million() {
        assert!((share(1, 400, 0.01).exp2() - 1.0 / 500.0).abs() < 1e-9);
        assert!(share(1, 500_000, 0.01) < share(1, 400, 0.01));
        assert!(share(0, 0, 0.01).is_finite());
    }
}
