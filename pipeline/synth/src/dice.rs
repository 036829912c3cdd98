//! Reproducible random numbers: a stream of its own for each purpose and each thing that is invented. It uses neither the clock nor
//! the system's random source nor floats, so that every machine draws the same numbers.

use az::UnwrappedAs;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// The purpose of a stream of numbers. New variants go to the end, so that the other streams do not change.
#[derive(Clone, Copy)]
pub(super) enum For {
    Schools,
    SchoolYear,
    ClassGaps,
    Person,
    PupilYear,
    Days,
    Marks,
    Centre,
    Casework,
    Sample,
    HardTwins,
    HardPerson,
    HardSecond,
    HardCentre,
    HardCasework,
}

/// One stream of numbers.
pub(super) struct Dice(Pcg32);

/// Mixes all 64 bits of a number (the finaliser of splitmix64).
pub(super) const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Dice {
    /// The stream of a world (`seed`) for one purpose and one thing (`which`, such as a pupil or a school).
    pub(super) fn new(seed: u64, purpose: For, which: u64) -> Self {
        let stream = mix(which ^ (purpose as u64).rotate_left(56));
        Self(Pcg32::new(mix(seed ^ stream), stream))
    }

    /// A number in `0..n` (0 for `n` = 0).
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32).unwrapped_as()
    }

    /// A number in `low..=high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True with a probability of `n` in 10,000.
    pub(super) fn chance(&mut self, n: u32) -> bool {
        self.below(10_000) < n
    }

    /// One of a list (which must not be empty).
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(count(list.len())) as usize]
    }
}

/// A length as a `u32`.
pub(super) fn count(n: usize) -> u32 {
    n.unwrapped_as()
}
