//! Estimates the model from the records themselves, without labelled data.
//!
//! `u` is estimated from random pairs, nearly all of different children; the expected true pairs among them are subtracted. `m`
//! is estimated by expectation maximisation over the pairs of some blocking rules, each for the fields that it does not block on
//! (as in Splink: Linacre et al., Int. J. Population Data Science 7(3), 2022), and the passes are pooled. The shares of
//! `levels.rs` are the prior of each share, worth a few pairs: a project of thirty participants gets those shares, and one of
//! thirty thousand its own.

use rayon::prelude::*;

use super::assign::probability;
use super::block::Data;
use super::compare::Comparer;
use super::levels::{BIRTH, COMPARISONS, FIRST, ID, LAST, Levels, ORDER, SPECS};
use super::model::{LEAST_U, Model, Scale, count};
use super::rules::{RULES, Rule};
use super::sample::{Patterns, blocked, drawn, spread};

/// Most people on the right from whom the prior is estimated.
const PRIOR_FROM: usize = 1_500;
/// Upper limit of the prior share of participants who are pupils.
const MOST_FOUND: f64 = 0.95;
/// Most true pairs that one pass counts for.
const MOST_TAUGHT: f64 = 5_000.0;
/// Number of pairs that the shares of `levels.rs` are worth.
const LEAN: f64 = 20.0;
/// Most iterations of expectation maximisation; about ten are needed.
const ROUNDS: usize = 40;
/// Rounds of estimating u, m and the prior in turn.
const ROUNDS_OF_ALL: usize = 3;
/// Lower limit of `m`: any level can occur for one child by a clerical error, once in ten thousand.
const LEAST_M: f64 = 1e-4;

/// The training rules: what the pairs have in common, and the comparisons that are excluded for it.
const PASSES: [(Rule, Option<Rule>, &[usize]); 4] = [
    (Rule::Id, None, &[ID]),
    (Rule::Birth, Some(Rule::MonthLast), &[BIRTH, LAST, ORDER]),
    (Rule::Birth, Some(Rule::MonthFirst), &[BIRTH, FIRST, ORDER]),
    (Rule::Names, None, &[FIRST, LAST, ORDER]),
];

/// Estimates the model of these records.
#[must_use]
pub fn estimate(data: &Data) -> Model {
    let mut model = Model::before(data.left.records.len());
    if data.left.records.is_empty() || data.right.records.is_empty() {
        return model;
    }
    let drawn = drawn(data);
    let passes: Vec<Patterns> = PASSES.iter().map(|(rule, both, _)| blocked(data, *rule, *both)).collect();
    // From the second round on, the model of the round before is used to subtract true pairs from the random pairs.
    for round in 0..ROUNDS_OF_ALL {
        let u = estimate_u(&drawn, (round > 0).then_some(&model));
        let m = estimate_m(&passes, &u, &model);
        model = Model::new(model.prior, &m, &u);
        model.prior = estimate_prior(data, &model);
    }
    model
}

/// `u`: shares among the random pairs, each weighted by the probability that it is a pair of two children.
fn estimate_u(drawn: &Patterns, model: Option<&Model>) -> Vec<Vec<f64>> {
    let seen = tally(drawn, |levels| {
        let probability_of_two = model.map(|model| {
            let weights = model.comparisons.iter().zip(levels).map(|(c, &level)| c.levels[usize::from(level)].weight);
            1.0 - probability(model.start() + weights.sum::<f64>())
        });
        probability_of_two.unwrap_or(1.0)
    });
    let mut u = each_share(&seen, LEAST_U, |comparison, level| SPECS[comparison].levels[level].2);
    // Names are compared in the order that fits, so the order itself is not estimated.
    u[ORDER] = SPECS[ORDER].levels.iter().map(|level| level.2).collect();
    u
}

/// `m`: pooled from all passes. A pass counts for at most [`MOST_TAUGHT`] true pairs, so that a pass with correlated fields (names
/// of a region) does not outvote the others.
fn estimate_m(passes: &[Patterns], u: &[Vec<f64>], before: &Model) -> Vec<Vec<f64>> {
    let mut pooled: Vec<Vec<f64>> = SPECS.iter().map(|s| vec![0.0; s.levels.len()]).collect();
    for (pairs, (_, _, without)) in passes.iter().zip(PASSES) {
        let (matches, expected) = maximise(pairs, without, u, before);
        let scale = MOST_TAUGHT / matches.max(MOST_TAUGHT);
        for (comparison, counts) in expected.into_iter().enumerate().filter(|(c, _)| !without.contains(c)) {
            for (sum, n) in pooled[comparison].iter_mut().zip(counts) {
                *sum += scale * n;
            }
        }
    }
    each_share(&pooled, LEAST_M, |comparison, level| SPECS[comparison].levels[level].1)
}

/// Expectation maximisation over one pass: the expected number of true pairs, in total and at each level. `u` is fixed; the share
/// of true pairs and `m` are estimated. It starts from the probability of a pair that agrees in the blocked fields by `before`.
fn maximise(pairs: &Patterns, without: &[usize], u: &[Vec<f64>], before: &Model) -> (f64, Vec<Vec<f64>>) {
    let mut m: Vec<Vec<f64>> = SPECS.iter().map(|s| s.levels.iter().map(|l| l.1).collect()).collect();
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    let blocked_on: f64 = without.iter().map(|&c| before.comparisons[c].levels[0].weight).sum();
    let mut lambda = probability(before.start() + blocked_on).clamp(1e-6, 0.999);
    let (mut matches, mut expected) = (0.0, tally(pairs, |_| 0.0));
    for _ in 0..ROUNDS {
        let odds = lambda / (1.0 - lambda);
        let chance = |levels: &Levels| {
            let known = (0..COMPARISONS).filter(|c| !without.contains(c) && usize::from(levels[*c]) < m[*c].len());
            let factor = known.fold(odds, |product, c| product * m[c][usize::from(levels[c])] / u[c][usize::from(levels[c])]);
            factor / (1.0 + factor)
        };
        matches = pairs.iter().map(|(levels, n)| n * chance(levels)).sum();
        expected = tally(pairs, chance);
        let next = ((matches + 0.3) / (total + 1.0)).clamp(1e-6, 0.999);
        let has_converged = (next - lambda).abs() < 1e-7;
        lambda = next;
        m = each_share(&expected, LEAST_M, |comparison, level| SPECS[comparison].levels[level].1);
        if has_converged {
            break;
        }
    }
    (matches, expected)
}

/// Sums the pairs at each level, weighted by `weigh`.
fn tally(pairs: &Patterns, weigh: impl Fn(&Levels) -> f64) -> Vec<Vec<f64>> {
    let mut sums: Vec<Vec<f64>> = SPECS.iter().map(|s| vec![0.0; s.levels.len()]).collect();
    for (levels, n) in pairs {
        let n = n * weigh(levels);
        for (sum, &level) in sums.iter_mut().zip(levels) {
            if let Some(sum) = sum.get_mut(usize::from(level)) {
                *sum += n;
            }
        }
    }
    sums
}

/// Turns counts into shares within each set of levels, with the shares of `levels.rs` (`prior_share`) as prior.
fn each_share(counts: &[Vec<f64>], least: f64, prior_share: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    let mut out: Vec<Vec<f64>> = counts.to_vec();
    for (comparison, spec) in SPECS.iter().enumerate() {
        for set in [0..spec.split, spec.split..spec.levels.len()] {
            let all: f64 = counts[comparison][set.clone()].iter().sum();
            for level in set {
                out[comparison][level] = ((counts[comparison][level] + LEAN * prior_share(comparison, level)) / (all + LEAN)).max(least);
            }
        }
    }
    out
}

/// The share of true pairs among all pairs: the fixed point at which the probabilities of the candidates of some people sum up to
/// the number of true pairs that it implies. A participant is one pupil or none, so its candidates and "none" share a
/// probability of 1. At most [`MOST_FOUND`] of the participants count as pupils; otherwise good data would make the model
/// certain that all of them are.
fn estimate_prior(data: &Data, model: &Model) -> f64 {
    let rights = spread(data.right, PRIOR_FROM);
    let scale = Scale { model, rarity: data.rarity, names: data.names, left: data.left, right: data.right };
    let part = |rights: &[u32]| {
        let mut comparer = Comparer::new(data.names, data.ids, data.left, data.right);
        let (mut lefts, mut sums) = (Vec::new(), Vec::new());
        for &right in rights {
            comparer.turn_to(right);
            data.blocks.candidates(right, &mut lefts, &mut [0; RULES.len()]);
            lefts.retain(|&left| !data.one_file || left < right);
            let pairs = comparer.levels(&lefts);
            let factors = pairs.map(|(left, levels)| scale.weights(left, right, levels).iter().sum::<f64>().exp2());
            if data.one_file {
                sums.extend(factors.filter(|&f| f > 1.0));
            } else {
                sums.push(factors.sum());
            }
        }
        sums
    };
    let sums: Vec<f64> = rights.par_chunks(64).flat_map_iter(part).collect();
    let all = if data.one_file {
        rights.iter().map(|&right| f64::from(right)).sum::<f64>()
    } else {
        count(rights.len()) * count(data.left.records.len())
    };
    let lefts = count(data.left.records.len());
    let most = if data.one_file { 0.5 } else { MOST_FOUND / lefts };
    let mut prior = model.prior.min(most);
    for _ in 0..60 {
        let none = none(prior, data);
        let matches: f64 = sums.iter().map(|sum| prior * sum / (none + prior * sum)).sum();
        // Half a match is added, so that the prior of a file without matches does not become 0.
        prior = ((matches + 0.5) / (all + 1.0)).clamp(1e-12, most);
    }
    prior
}

/// The probability, by the prior alone, that a person on the right has no match on the left; among duplicates, that two records
/// are not of one child.
#[must_use]
pub fn none(prior: f64, data: &Data) -> f64 {
    1.0 - if data.one_file { prior } else { prior * count(data.left.records.len()) }
}

#[cfg(test)]
mod tests {
    use super::super::levels::{OTHER, SEX};
    use super::*;

    fn unknown() -> Levels {
        std::array::from_fn(|c| SPECS[c].unknown())
    }

    #[test]
    fn without_pairs_the_prior_shares_stay() {
        let nothing = tally(&Vec::new(), |_| 1.0);
        let shares = each_share(&nothing, LEAST_M, |c, level| SPECS[c].levels[level].1);
        assert!((shares[FIRST][0] - SPECS[FIRST].levels[0].1).abs() < 1e-12);
        let mut equal = unknown();
        equal[FIRST] = 0;
        let many = tally(&vec![(equal, 1e6)], |_| 1.0);
        let shares = each_share(&many, LEAST_M, |c, level| SPECS[c].levels[level].1);
        assert!(shares[FIRST][0] > 0.999);
        assert!((shares[SEX][0] - SPECS[SEX].levels[0].1).abs() < 1e-12, "of a field never seen");
    }

    #[test]
    fn true_pairs_are_separated_from_others() {
        // A block of 1000 true pairs and 9000 others; first names agree for 90 % of the true, 1 % of the others.
        let mix = |first: u8, birth: u8, n: f64| {
            let mut levels = unknown();
            (levels[FIRST], levels[BIRTH]) = (first, birth);
            (levels, n)
        };
        let pairs = vec![mix(0, 0, 855.0), mix(0, 5, 45.0 + 90.0), mix(OTHER, 0, 95.0 + 1.0), mix(OTHER, 5, 5.0 + 8909.0)];
        let u: Vec<Vec<f64>> = SPECS.iter().map(|s| s.levels.iter().map(|l| l.2).collect()).collect();
        let (matches, expected) = maximise(&pairs, &[ID], &u, &Model::before(1_000));
        assert!((matches - 1_000.0).abs() < 60.0, "{matches}");
        assert!((expected[FIRST][0] / matches - 0.9).abs() < 0.03);
        let (none, counts) = maximise(&Vec::new(), &[ID], &u, &Model::before(1_000));
        assert!(none.abs() < 1e-9 && counts[FIRST][0].abs() < 1e-9);
    }
}
