//! Estimate: how much each level weighs, learnt from the records themselves without a known link.
//!
//! `u` comes from pairs drawn blindly, nearly all of different children; what true pairs are among them is taken out
//! again. `m` comes from expectation maximisation over the pairs of some blocking rules, each telling of the fields it
//! does not block on (as Splink does it: Linacre et al., Int. J. Population Data Science 7(3), 2022); the passes are
//! pooled. Every share leans on the one written in `compare.rs` as if a few pairs of that kind had been seen, so that a
//! project of thirty participants gets the written model and one of thirty thousand its own.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::assign::probability;
use super::block::{Blocks, Rule};
use super::compare::{BIRTH, COMPARISONS, Comparer, FIRST, ID, LAST, Levels, ORDER, SPECS};
use super::model::{LEAST_U, Model, Rarity, Scale, count};
use super::normalise::{Names, Numbers};
use super::person::People;

/// Pairs drawn blindly, at most; all pairs where there are fewer.
const DRAWN: usize = 2_000_000;
/// People on the right they are drawn for, at most.
const DRAWN_FOR: usize = 4_000;
/// Pairs of one training rule, at most.
const TRAINED: usize = 1_000_000;
/// People on the right the prior is estimated from, at most.
const PRIOR_FROM: usize = 3_000;
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

/// Everything the estimate reads.
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
    /// Whether both sides are one file: a pair is then looked at once, `left < right`.
    pub one_file: bool,
}

/// How often each combination of levels came up, sorted: sums over it come out the same every time.
type Patterns = Vec<(Levels, f64)>;

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
        let m = alike(&passes, &u);
        model = Model::new(model.prior, &m, &u);
        model.prior = prior(data, &model);
    }
    model
}

/// Every `step`th person on the right, so that no more than `most` are taken, spread over the file.
fn spread(people: &People, most: usize) -> Vec<u32> {
    let step = people.records.len().div_ceil(most).max(1);
    (0..people.len()).step_by(step).collect()
}

/// The patterns of pairs that `pairs` gives for each of `rights`.
fn patterns(data: &Data, rights: &[u32], pairs: impl Fn(u32, &mut Vec<u32>) + Sync) -> Patterns {
    let part = |rights: &[u32]| {
        let mut comparer = Comparer::new(data.names, data.ids, data.left, data.right);
        let (mut lefts, mut seen) = (Vec::new(), HashMap::<Levels, usize>::new());
        for &right in rights {
            comparer.turn_to(right);
            lefts.clear();
            pairs(right, &mut lefts);
            for &left in &lefts {
                *seen.entry(comparer.levels(left)).or_default() += 1;
            }
        }
        seen
    };
    let parts: Vec<_> = rights.par_chunks(256).map(part).collect();
    let mut all: Vec<(Levels, usize)> = parts.into_iter().flatten().collect();
    all.sort_unstable();
    let mut merged: Patterns = Vec::new();
    for (levels, n) in all {
        match merged.last_mut() {
            Some(last) if last.0 == levels => last.1 += count(n),
            _ => merged.push((levels, count(n))),
        }
    }
    merged
}

/// Pairs drawn blindly. The numbers come from a fixed seed and the person's place: the same pairs every time.
fn drawn(data: &Data) -> Patterns {
    let rights = spread(data.right, DRAWN_FOR);
    let each = DRAWN / rights.len().max(1);
    let everyone = data.left.records.len() <= each;
    patterns(data, &rights, |right, lefts| {
        let end = if data.one_file { right } else { data.left.len() };
        if everyone {
            lefts.extend(0..end);
        } else if end > 0 {
            let mut state = u64::from(right) ^ 0x5eed_0f11_4a6e;
            lefts.extend((0..each).map(|_| below(&mut state, end)));
        }
    })
}

/// A number below `end`, evenly (`splitmix64`).
fn below(state: &mut u64, end: u32) -> u32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((((z ^ (z >> 31)) >> 32) * u64::from(end)) >> 32).unwrap_or(0)
}

/// The pairs one rule makes, or two rules both make; people on the right are left out evenly where they are too many.
fn blocked(data: &Data, rule: Rule, both: Option<Rule>) -> Patterns {
    let lefts = |right: u32, out: &mut Vec<u32>| {
        data.blocks.block(rule, right, out, &mut 0);
        if let Some(other) = both {
            let mut second = Vec::new();
            data.blocks.block(other, right, &mut second, &mut 0);
            second.sort_unstable();
            out.retain(|left| second.binary_search(left).is_ok());
        }
        out.retain(|&left| !data.one_file || left < right);
    };
    let probe = spread(data.right, 1_000);
    let size: usize = probe
        .iter()
        .map(|&right| {
            let mut out = Vec::new();
            lefts(right, &mut out);
            out.len()
        })
        .sum();
    let most = (TRAINED * probe.len() / size.max(1)).max(1);
    patterns(data, &spread(data.right, most), lefts)
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

/// `m`: from every pass, pooled.
fn alike(passes: &[Patterns], u: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut pooled: Vec<Vec<f64>> = SPECS.iter().map(|s| vec![0.0; s.levels.len()]).collect();
    for (pairs, (_, _, without)) in passes.iter().zip(PASSES) {
        let expected = maximise(pairs, without, u);
        for (comparison, counts) in expected.into_iter().enumerate().filter(|(c, _)| !without.contains(c)) {
            for (sum, n) in pooled[comparison].iter_mut().zip(counts) {
                *sum += n;
            }
        }
    }
    each_share(&pooled, LEAST_M, |comparison, level| SPECS[comparison].levels[level].1)
}

/// Expectation maximisation over one pass: how many true pairs are at each level. `u` stays; the share of true pairs
/// and `m` move.
fn maximise(pairs: &Patterns, without: &[usize], u: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut m: Vec<Vec<f64>> = SPECS.iter().map(|s| s.levels.iter().map(|l| l.1).collect()).collect();
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    let mut lambda = 0.3;
    let mut expected = tally(pairs, |_| 0.0);
    for _ in 0..ROUNDS {
        let odds = lambda / (1.0 - lambda);
        let probability = |levels: &Levels| {
            let told = (0..COMPARISONS).filter(|c| !without.contains(c) && usize::from(levels[*c]) < m[*c].len());
            let factor = told.fold(odds, |product, c| product * m[c][usize::from(levels[c])] / u[c][usize::from(levels[c])]);
            factor / (1.0 + factor)
        };
        let matches: f64 = pairs.iter().map(|(levels, n)| n * probability(levels)).sum();
        expected = tally(pairs, probability);
        let next = ((matches + 0.3) / (total + 1.0)).clamp(1e-6, 0.999);
        let settled = (next - lambda).abs() < 1e-7;
        lambda = next;
        m = each_share(&expected, LEAST_M, |comparison, level| SPECS[comparison].levels[level].1);
        if settled {
            break;
        }
    }
    expected
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
/// sum to as many true pairs as it says. A participant has at most one pupil, so its candidates share one probability.
fn prior(data: &Data, model: &Model) -> f64 {
    let rights = spread(data.right, PRIOR_FROM);
    let scale = Scale { model, rarity: data.rarity, names: data.names, left: data.left, right: data.right };
    let part = |rights: &[u32]| {
        let mut comparer = Comparer::new(data.names, data.ids, data.left, data.right);
        let (mut lefts, mut sums) = (Vec::new(), Vec::new());
        for &right in rights {
            comparer.turn_to(right);
            data.blocks.candidates(right, &mut lefts, &mut [0; super::block::RULES.len()]);
            let factors = lefts.iter().filter(|&&left| !data.one_file || left < right).map(|&left| {
                let levels = comparer.levels(left);
                scale.weights(left, right, &levels).iter().sum::<f64>().exp2()
            });
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
    let mut prior = model.prior;
    for _ in 0..60 {
        let odds = prior / (1.0 - prior);
        let matches: f64 = sums.iter().map(|sum| odds * sum / (1.0 + odds * sum)).sum();
        // Leaning on half a match keeps a file without any from ending at nothing.
        prior = ((matches + 0.5) / (all + 1.0)).clamp(1e-12, 0.5);
    }
    prior
}
