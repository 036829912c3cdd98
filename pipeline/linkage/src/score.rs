//! Scores: the best pairs of each person on the right, and their odds against rivals.

use rayon::prelude::*;

use super::assign::Known;
use super::block::Data;
use super::compare::Comparer;
use super::levels::{COMPARISONS, Levels};
use super::likeness::{Alike, Front, Likeness};
use super::model::{Model, Scale};
use super::rules::{Passed, RULES};

/// A pair that is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Row on the left.
    pub left: u32,
    /// Row on the right.
    pub right: u32,
    /// The sum of the prior and all weights, in bits.
    pub weight: f64,
    /// Log2 of the odds against no match on the left and all rivals; never above `weight`.
    pub standing: f64,
    /// Level of agreement of each comparison.
    pub levels: Levels,
    /// Weight of each comparison, in bits.
    pub weights: [f64; COMPARISONS],
    /// Evidence for two children.
    pub alike: Alike,
}

/// The result of scoring all pairs.
pub struct Scores {
    /// Pairs by right row, best first.
    pub pairs: Vec<Scored>,
    /// Number of pairs compared.
    pub compared: u64,
    /// Skipped blocks, by rule; without rules that skipped none.
    pub passed: Vec<Passed>,
}

#[derive(Default)]
struct Part {
    pairs: Vec<Scored>,
    compared: u64,
    passed: [u64; RULES.len()],
}

/// Scores the candidates of each person on the right. Keeps at most `keep` pairs per person, of at least `least` bits, and every
/// pair that a person decided on.
#[must_use]
pub fn score(data: &Data, likeness: &Likeness, model: &Model, known: &Known, keep: usize, least: f64) -> Scores {
    let scale = Scale { model, rarity: data.rarity, names: data.names, left: data.left, right: data.right };
    let rights: Vec<u32> = (0..data.right.len()).collect();
    let part = |rights: &[u32]| {
        let mut comparer = Comparer::new(data.names, data.ids, data.left, data.right);
        let (mut part, mut lefts, mut best, mut front) = (Part::default(), Vec::new(), Vec::new(), Front::default());
        for &right in rights {
            comparer.turn_to(right);
            known.candidates(data, right, &mut lefts, &mut part.passed);
            part.compared += lefts.len() as u64;
            best.clear();
            front.clear();
            let is_decided = known.is_decided(right);
            // The sum of the odds of all pairs that are not kept.
            let mut rest = 0.0;
            for (left, levels) in comparer.levels(&lefts) {
                let weight = scale.weight(left, right, levels);
                if is_decided && known.is_same(left, right) {
                    let weights = scale.weights(left, right, levels);
                    part.pairs.push(Scored { left, right, weight, standing: weight, levels, weights, alike: Alike::default() });
                    continue;
                }
                front.add(levels);
                best.push((weight, left, levels));
                if best.len() >= 4 * keep + 16 {
                    rest += shrink(&mut best, keep);
                }
            }
            rest += shrink(&mut best, keep);
            for (at, &(weight, left, levels)) in best.iter().enumerate() {
                if weight < least {
                    continue;
                }
                let others: f64 = best.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, b)| b.0.exp2()).sum();
                // "No match" keeps all of its share: the estimated share of participants who are pupils is an average, and too high
                // for children out of school.
                let standing = if data.one_file { weight } else { weight - (1.0 + rest + others).log2() };
                let alike = likeness.of(data.left, data.right, (left, right), levels, &front);
                part.pairs.push(Scored { left, right, weight, standing, levels, weights: scale.weights(left, right, levels), alike });
            }
        }
        part
    };
    let parts: Vec<Part> = rights.par_chunks(256).map(part).collect();
    let passed = RULES.iter().enumerate().map(|(at, &rule)| Passed { rule, times: parts.iter().map(|p| p.passed[at]).sum() });
    let mut scores = Scores {
        passed: passed.filter(|p| p.times > 0).collect(),
        compared: parts.iter().map(|p| p.compared).sum(),
        pairs: parts.into_iter().flat_map(|p| p.pairs).collect(),
    };
    if !data.one_file {
        rival_claims(data, &mut scores.pairs);
    }
    scores
}

/// Keeps the `keep` best pairs, best first, ties in the order of the file; returns the sum of the odds of the others.
fn shrink(best: &mut Vec<(f64, u32, Levels)>, keep: usize) -> f64 {
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    best.drain(keep.min(best.len())..).map(|(weight, ..)| weight.exp2()).sum()
}

/// Lowers the standing of pairs whose pupil is also a candidate of other participants of the same centre: at most one of them is
/// that pupil.
fn rival_claims(data: &Data, pairs: &mut [Scored]) {
    let claim = |pair: &Scored| (data.right.source[pair.right as usize].group, pair.left);
    let mut order: Vec<((u32, u32), usize)> = pairs.iter().map(claim).zip(0..).collect();
    order.sort_unstable();
    for claims in order.chunk_by(|a, b| a.0 == b.0) {
        if claims.len() < 2 {
            continue;
        }
        let odds: Vec<f64> = claims.iter().map(|&(_, pair)| pairs[pair].weight.exp2()).collect();
        for (at, &(_, pair)) in claims.iter().enumerate() {
            let others: f64 = odds.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, o)| o).sum();
            let alone = (pairs[pair].weight - pairs[pair].standing).exp2();
            pairs[pair].standing = pairs[pair].weight - (alone + others).log2();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels::SPECS;
    use super::super::normalise::{Names, Numbers};
    use super::super::person::{People, Person};
    use super::super::{block::Blocks, model::Rarity};
    use super::*;

    #[test]
    fn shrink_keeps_the_best_and_sums_the_rest() {
        let levels = [0; COMPARISONS];
        let mut best = vec![(1.0, 7, levels), (3.0, 5, levels), (3.0, 4, levels), (0.0, 1, levels)];
        let rest = shrink(&mut best, 2);
        assert_eq!(best.iter().map(|b| b.1).collect::<Vec<_>>(), [4, 5], "equal ones in the file's order");
        assert!((rest - 3.0).abs() < 1e-9);
    }

    #[test]
    fn participants_of_a_centre_share_a_pupil() {
        let people: Vec<Person> = [1, 1, 2].map(|group| Person { group, ..Person::default() }).into();
        let (mut names, mut ids) = (Names::default(), Numbers::default());
        let (left, right) = (People::new(&people, &mut names, &mut ids), People::new(&people, &mut names, &mut ids));
        let (blocks, rarity) = (Blocks::new(&names, &ids, &left, &right, 9), Rarity::new(&names, &left));
        let data = Data { names: &names, ids: &ids, left: &left, right: &right, blocks: &blocks, rarity: &rarity, one_file: false };
        let levels = std::array::from_fn(|c| SPECS[c].unknown());
        let pair = |right: u32| {
            let (weight, weights) = (20.0, [0.0; COMPARISONS]);
            Scored { left: 0, right, weight, standing: weight, levels, weights, alike: Alike::default() }
        };
        let mut pairs = vec![pair(0), pair(1), pair(2)];
        rival_claims(&data, &mut pairs);
        assert!(pairs[0].standing < 0.0 && (pairs[0].standing - pairs[1].standing).abs() < 1e-12);
        assert!((pairs[2].standing - 20.0).abs() < 1e-12, "another centre");
    }
}
