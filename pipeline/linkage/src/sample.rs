//! Samples: the pairs that the estimate (`estimate.rs`) uses, as counts of their levels of agreement.

use az::UnwrappedAs;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::block::Data;
use super::compare::Comparer;
use super::levels::Levels;
use super::model::count;
use super::person::People;
use super::rules::Rule;

/// Most random pairs; all pairs where there are fewer.
const DRAWN: usize = 2_000_000;
/// Most people on the right for whom random pairs are drawn.
const DRAWN_FOR: usize = 4_000;
/// Most pairs of one training rule.
const TRAINED: usize = 500_000;

/// Number of pairs with each combination of levels, sorted, so that sums over it are deterministic.
pub type Patterns = Vec<(Levels, f64)>;

/// At most `most` people on the right, evenly spread over the file.
#[must_use]
pub fn spread(people: &People, most: usize) -> Vec<u32> {
    let step = people.records.len().div_ceil(most).max(1);
    (0..people.len()).step_by(step).collect()
}

/// The patterns of the pairs of `rights`; `pairs` appends the left rows for a right row.
fn patterns(data: &Data, rights: &[u32], pairs: impl Fn(u32, &mut Vec<u32>) + Sync) -> Patterns {
    let part = |rights: &[u32]| {
        let mut comparer = Comparer::new(data.names, data.ids, data.left, data.right);
        let (mut lefts, mut seen) = (Vec::new(), HashMap::<Levels, usize>::new());
        for &right in rights {
            comparer.turn_to(right);
            lefts.clear();
            pairs(right, &mut lefts);
            for (_, levels) in comparer.levels(&lefts) {
                *seen.entry(levels).or_default() += 1;
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

/// Patterns of random pairs. The generator is seeded by the row of the person, so the pairs are the same every time.
#[must_use]
pub fn drawn(data: &Data) -> Patterns {
    let rights = spread(data.right, DRAWN_FOR);
    let pairs_per_person = DRAWN / rights.len().max(1);
    let takes_all = data.left.records.len() <= pairs_per_person;
    patterns(data, &rights, |right, lefts| {
        let end = if data.one_file { right } else { data.left.len() };
        if takes_all {
            lefts.extend(0..end);
        } else if end > 0 {
            let mut state = u64::from(right) ^ 0x5eed_0f11_4a6e;
            lefts.extend((0..pairs_per_person).map(|_| below(&mut state, end)));
        }
    })
}

/// A uniformly distributed number below `end` (`splitmix64`).
fn below(state: &mut u64, end: u32) -> u32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((((z ^ (z >> 31)) >> 32) * u64::from(end)) >> 32).unwrapped_as()
}

/// Patterns of the pairs of one rule, or of the pairs that two rules have in common; for an even sample of the people on the right
/// where the pairs are too many.
#[must_use]
pub fn blocked(data: &Data, rule: Rule, both: Option<Rule>) -> Patterns {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_spread() {
        let mut state = 1;
        let mut seen = [0; 4];
        for _ in 0..4_000 {
            seen[below(&mut state, 4) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n > 900), "{seen:?}");
    }
}
