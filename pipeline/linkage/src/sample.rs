//! Samples: the pairs the estimate (`estimate.rs`) looks at, as counts of what they came to.

use az::UnwrappedAs;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::block::Data;
use super::compare::Comparer;
use super::levels::Levels;
use super::model::count;
use super::person::People;
use super::rules::Rule;

/// Pairs drawn blindly, at most; all pairs where there are fewer.
const DRAWN: usize = 2_000_000;
/// People on the right they are drawn for, at most.
const DRAWN_FOR: usize = 4_000;
/// Pairs of one training rule, at most.
const TRAINED: usize = 500_000;

/// How often each combination of levels came up, sorted: sums over it come out the same every time.
pub type Patterns = Vec<(Levels, f64)>;

/// Every `step`th person on the right, so that no more than `most` are taken, spread over the file.
#[must_use]
pub fn spread(people: &People, most: usize) -> Vec<u32> {
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

/// Pairs drawn blindly. The numbers come from a fixed seed and the person's place: the same pairs every time.
#[must_use]
pub fn drawn(data: &Data) -> Patterns {
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
    ((((z ^ (z >> 31)) >> 32) * u64::from(end)) >> 32).unwrapped_as()
}

/// The pairs one rule makes, or two rules both make; people on the right are left out evenly where they are too many.
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
    fn numbers_drawn_are_spread() {
        let mut state = 1;
        let mut seen = [0; 4];
        for _ in 0..4_000 {
            seen[below(&mut state, 4) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n > 900), "{seen:?}");
    }
}
