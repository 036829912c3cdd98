//! Estimate: how much each level weighs, learnt from the records themselves without a known link.
//!
//! `u` comes from pairs drawn blindly, nearly all of different children; what true pairs are among them is taken out
//! again. `m` comes from expectation maximisation over the pairs of some blocking rules, each telling of the fields it
//! does not block on (as Splink does it: Linacre et al., Int. J. Population Data Science 7(3), 2022); the passes are
//! pooled. Every share leans on the one written in `levels.rs` as if a few pairs of that kind had been seen, so that a
//! project of thirty participants gets the written model and one of thirty thousand its own.

use rayon::prelude::*;

use super::assign::probability;
use super::block::Data;
use super::compare::Comparer;
use super::levels::{BIRTH, COMPARISONS, FIRST, ID, LAST, Levels, ORDER, SPECS};
use super::model::{LEAST_U, Model, Scale, count};
use super::rules::{RULES, Rule};
use super::sample::{Patterns, blocked, drawn, spread};

/// People on the right the prior is estimated from, at most.
const PRIOR_FROM: usize = 1_500;
/// At least one participant in twenty is taken for no pupil, before its record is read.
const MOST_FOUND: f64 = 0.95;
/// As many true pairs one pass counts for, at most.
const MOST_TAUGHT: f64 = 5_000.0;
/// As many pairs the written shares are worth.
const LEAN: f64 = 20.0;
/// Rounds of expectation maximisation; it settles in ten or so.
const ROUNDS: usize = 40;
/// Rounds of u, m and prior after each other.
const ROUNDS_OF_BOTH: usize = 3;
/// No level is ruled out for one child: a clerk can do anything once in ten thousand.
const LEAST_M: f64 = 1e-4;

/// The training rules: what pairs share, and the comparisons that then say nothing.
const PASSES: [(Rule, Option<Rule>, &[usize]); 4] = [
    (Rule::Id, None, &[ID]),
    (Rule::Birth, Some(Rule::MonthLast), &[BIRTH, LAST, ORDER]),
    (Rule::Birth, Some(Rule::MonthFirst), &[BIRTH, FIRST, ORDER]),
    (Rule::Names, None, &[FIRST, LAST, ORDER]),
];

/// The model of these records.
#[must_use]
pub fn estimate(data: &Data) -> Model {
    let mut model = Model::before(data.left.records.len());
    if data.left.records.is_empty() || data.right.records.is_empty() {
        return model;
    }
    let drawn = drawn(data);
    let passes: Vec<Patterns> = PASSES.iter().map(|(rule, both, _)| blocked(data, *rule, *both)).collect();
    // The first round's model tells how many true pairs are among those drawn, the later ones take them out.
    for round in 0..ROUNDS_OF_BOTH {
        let u = unlike(&drawn, (round > 0).then_some(&model));
        let m = alike(&passes, &u, &model);
        model = Model::new(model.prior, &m, &u);
        model.prior = prior(data, &model);
    }
    model
}

/// `u`: shares among the pairs drawn, each counted as far as `model` takes it for a pair of two children.
fn unlike(drawn: &Patterns, model: Option<&Model>) -> Vec<Vec<f64>> {
    let seen = tally(drawn, |levels| {
        let told = model.map(|model| {
            let weights = model.comparisons.iter().zip(levels).map(|(c, &level)| c.levels[usize::from(level)].weight);
            1.0 - probability(model.start() + weights.sum::<f64>())
        });
        told.unwrap_or(1.0)
    });
    let mut u = each_share(&seen, LEAST_U, |comparison, level| SPECS[comparison].levels[level].2);
    // Names are compared in the order that fits, so their own u counts once whichever order that is.
    u[ORDER] = SPECS[ORDER].levels.iter().map(|level| level.2).collect();
    u
}

/// `m`: from every pass, pooled; none counts for more than [`MOST_TAUGHT`] true pairs, so that one pass misled by fields
/// that depend on each other (names of a region) does not outvote the others.
fn alike(passes: &[Patterns], u: &[Vec<f64>], before: &Model) -> Vec<Vec<f64>> {
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

/// Expectation maximisation over one pass: how many true pairs are at each level. `u` stays; the share of true pairs
/// and `m` move. It starts where `before` puts the block: the prior, and agreement on what is blocked on.
fn maximise(pairs: &Patterns, without: &[usize], u: &[Vec<f64>], before: &Model) -> (f64, Vec<Vec<f64>>) {
    let mut m: Vec<Vec<f64>> = SPECS.iter().map(|s| s.levels.iter().map(|l| l.1).collect()).collect();
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    let blocked_on: f64 = without.iter().map(|&c| before.comparisons[c].levels[0].weight).sum();
    let mut lambda = probability(before.start() + blocked_on).clamp(1e-6, 0.999);
    let (mut matches, mut expected) = (0.0, tally(pairs, |_| 0.0));
    for _ in 0..ROUNDS {
        let odds = lambda / (1.0 - lambda);
        let chance = |levels: &Levels| {
            let told = (0..COMPARISONS).filter(|c| !without.contains(c) && usize::from(levels[*c]) < m[*c].len());
            let factor = told.fold(odds, |product, c| product * m[c][usize::from(levels[c])] / u[c][usize::from(levels[c])]);
            factor / (1.0 + factor)
        };
        matches = pairs.iter().map(|(levels, n)| n * chance(levels)).sum();
        expected = tally(pairs, chance);
        let next = ((matches + 0.3) / (total + 1.0)).clamp(1e-6, 0.999);
        let settled = (next - lambda).abs() < 1e-7;
        lambda = next;
        m = each_share(&expected, LEAST_M, |comparison, level| SPECS[comparison].levels[level].1);
        if settled {
            break;
        }
    }
    (matches, expected)
}

/// Sums the pairs at each level, each as far as `weigh` counts it.
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

/// Turns counts into shares within each set of levels, leaning on the `written` share of comparison and level.
fn each_share(counts: &[Vec<f64>], least: f64, written: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    let mut out: Vec<Vec<f64>> = counts.to_vec();
    for (comparison, spec) in SPECS.iter().enumerate() {
        for set in [0..spec.split, spec.split..spec.levels.len()] {
            let all: f64 = counts[comparison][set.clone()].iter().sum();
            for level in set {
                out[comparison][level] = ((counts[comparison][level] + LEAN * written(comparison, level)) / (all + LEAN)).max(least);
            }
        }
    }
    out
}

/// The share of true pairs among all pairs: the fixed point at which the probabilities of the candidates of some people
/// sum to as many true pairs as it says. A participant is one of the pupils or none: its candidates and "none" share one
/// probability. At most [`MOST_FOUND`] of the participants are taken for pupils, or a run of good data would end in
/// certainty that everyone is.
fn prior(data: &Data, model: &Model) -> f64 {
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
        // Leaning on half a match keeps a file without any from ending at nothing.
        prior = ((matches + 0.5) / (all + 1.0)).clamp(1e-12, most);
    }
    prior
}

/// The probability that someone on the right is no one on the left, by the prior alone; among duplicates, that two
/// records are not one child.
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
    fn few_pairs_leave_the_written_shares() {
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
    fn true_pairs_are_told_from_the_others() {
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
