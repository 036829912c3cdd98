//! A cache of the code of each distinct raw value of a column: registers repeat few values many times.

use std::hash::BuildHasher;

use az::UnwrappedAs;
use hashbrown::{DefaultHashBuilder, HashTable};

/// The code of a value that is refused.
pub const REFUSED: u32 = u32::MAX;

/// Length, first bytes and last bytes of a raw value. They are the whole value up to [`Fingerprint::WHOLE`] bytes, so that
/// most values are compared without following a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Fingerprint {
    length: usize,
    first: u64,
    last: u64,
}

impl Fingerprint {
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

/// A cached value.
struct Entry {
    fingerprint: Fingerprint,
    code: u32,
    /// All bytes of the value, where the fingerprint is not the whole value.
    bytes: Option<Box<[u8]>>,
}

impl Entry {
    fn matches(&self, fingerprint: Fingerprint, raw: &[u8]) -> bool {
        self.fingerprint == fingerprint && self.bytes.as_ref().is_none_or(|bytes| **bytes == *raw)
    }
}

/// Raw value → code, for one column.
#[derive(Default)]
pub struct Memo {
    entries: Vec<Entry>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Position of the entry that was found last.
    last: usize,
}

impl Memo {
    /// The code of `raw`; `judge` computes it the first time.
    pub fn code(&mut self, raw: &[u8], judge: impl FnOnce() -> u32) -> u32 {
        // Registers repeat the same pupils in the same order, and the same day many times in a row: the entry found last
        // and the one after it are tried before the index.
        let fingerprint = Fingerprint::of(raw);
        for at in self.last..(self.last + 2).min(self.entries.len()) {
            if self.entries[at].matches(fingerprint, raw) {
                self.last = at;
                return self.entries[at].code;
            }
        }
        self.look_up(fingerprint, raw, judge)
    }

    fn look_up(&mut self, fingerprint: Fingerprint, raw: &[u8], judge: impl FnOnce() -> u32) -> u32 {
        let hash_of = |hasher: &DefaultHashBuilder, f: Fingerprint| hasher.hash_one((f.length, f.first, f.last));
        let hash = hash_of(&self.hasher, fingerprint);
        if let Some(at) = self.index.find(hash, |at| self.entries[*at as usize].matches(fingerprint, raw)) {
            self.last = *at as usize;
            return self.entries[self.last].code;
        }
        let code = judge();
        let at = self.entries.len();
        self.entries.push(Entry { fingerprint, code, bytes: (raw.len() > Fingerprint::WHOLE).then(|| raw.into()) });
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.index.insert_unique(hash, at.unwrapped_as(), |at| hash_of(hasher, entries[*at as usize].fingerprint));
        self.last = at;
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_values_have_codes_of_their_own() {
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
