//! Remembering the verdict on each distinct raw value of a column: registers repeat few values many times.

use std::hash::BuildHasher;

use az::UnwrappedAs;
use hashbrown::{DefaultHashBuilder, HashTable};

/// The code of a value that was refused.
pub const REFUSED: u32 = u32::MAX;

/// A raw value's length, first and last bytes: up to [`Mark::WHOLE`] bytes they are all of it, so that values are
/// compared without going where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Mark {
    length: usize,
    first: u64,
    last: u64,
}

impl Mark {
    const WHOLE: usize = 16;

    fn of(raw: &[u8]) -> Self {
        let (first, last) = match (raw.first_chunk::<8>(), raw.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (raw.first_chunk::<4>(), raw.last_chunk::<4>()) {
                (Some(first), Some(last)) => (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))),
                _ => (raw.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
            },
        };
        Self { length: raw.len(), first, last }
    }
}

/// A value met before.
struct Known {
    mark: Mark,
    code: u32,
    /// The bytes, where the mark is not all of them.
    rest: Option<Box<[u8]>>,
}

impl Known {
    fn is(&self, mark: Mark, raw: &[u8]) -> bool {
        self.mark == mark && self.rest.as_ref().is_none_or(|rest| **rest == *raw)
    }
}

/// Raw value → code, for one column.
#[derive(Default)]
pub struct Memo {
    values: Vec<Known>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    last: usize,
}

impl Memo {
    /// The code of `raw`, from `judge` when it is met for the first time.
    pub fn code(&mut self, raw: &[u8], judge: impl FnOnce() -> u32) -> u32 {
        // Registers repeat the same pupils in the same order, and the same day many times over: the value met last and
        // the one after it are tried before the index.
        let mark = Mark::of(raw);
        for at in self.last..(self.last + 2).min(self.values.len()) {
            if self.values[at].is(mark, raw) {
                self.last = at;
                return self.values[at].code;
            }
        }
        self.look_up(mark, raw, judge)
    }

    fn look_up(&mut self, mark: Mark, raw: &[u8], judge: impl FnOnce() -> u32) -> u32 {
        let hash = self.hasher.hash_one((mark.length, mark.first, mark.last));
        if let Some(at) = self.index.find(hash, |at| self.values[*at as usize].is(mark, raw)) {
            self.last = *at as usize;
            return self.values[self.last].code;
        }
        let code = judge();
        let at = self.values.len();
        self.values.push(Known { mark, code, rest: (raw.len() > Mark::WHOLE).then(|| raw.into()) });
        let (values, hasher) = (&self.values, &self.hasher);
        let hash_of = |mark: Mark| hasher.hash_one((mark.length, mark.first, mark.last));
        self.index.insert_unique(hash, at.unwrapped_as(), |at| hash_of(values[*at as usize].mark));
        self.last = at;
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_alike_are_told_apart() {
        let mut memo = Memo::default();
        let values: [&[u8]; 14] = [
            b"",
            b"\0",
            b"\0\0",
            b"a",
            b"ab",
            b"abc",
            b"abcd",
            b"abcdabcd",
            b"abcdabcdabcdabcd",
            b"abcdabcd_abcdabcd",
            b"abcdabcd-abcdabcd",
            b"abcdabcdabcd",
            b"P0000001",
            b"P0000002",
        ];
        let numbered: Vec<(u32, &[u8])> = (0..).zip(values).collect();
        for round in 0..3 {
            for (number, raw) in &numbered {
                let code = memo.code(raw, || if round == 0 { *number } else { REFUSED });
                assert_eq!(code, *number, "{raw:?} in round {round}");
            }
            for (number, raw) in numbered.iter().rev() {
                assert_eq!(memo.code(raw, || REFUSED), *number);
            }
        }
    }
}
