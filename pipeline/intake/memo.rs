//! Remembering the verdict on each distinct raw value of a column: registers repeat few values many times.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The code of a value that was refused.
pub const REFUSED: u32 = u32::MAX;

/// Raw value → code, for one column.
#[derive(Default)]
pub struct Memo {
    values: Vec<(Box<[u8]>, u32)>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    last: usize,
}

impl Memo {
    /// The code of `raw`, from `judge` when it is met for the first time.
    pub fn code(&mut self, raw: &[u8], judge: impl FnOnce() -> u32) -> u32 {
        // Registers repeat the same pupils in the same order, and the same day many times over: the value met last and
        // the one after it are tried before the index.
        if let Some((value, code)) = self.values.get(self.last)
            && **value == *raw
        {
            return *code;
        }
        if let Some((value, code)) = self.values.get(self.last + 1)
            && **value == *raw
        {
            self.last += 1;
            return *code;
        }
        let hash = self.hasher.hash_one(raw);
        if let Some(at) = self.index.find(hash, |at| *self.values[*at as usize].0 == *raw) {
            self.last = *at as usize;
            return self.values[self.last].1;
        }
        let code = judge();
        let at = self.values.len();
        self.values.push((raw.into(), code));
        let (values, hasher) = (&self.values, &self.hasher);
        if let Ok(number) = u32::try_from(at) {
            self.index.insert_unique(hash, number, |at| hasher.hash_one(&*values[*at as usize].0));
        }
        self.last = at;
        code
    }
}
