//! Rows of the two registers as integers: a pupil-day of attendance in 64 bits, a mark in 128.
//!
//! From the high bits to the low: what makes a row the same row (pupil, day in its period, the rest of the key), then
//! its origin, then its value. Sorted, rows of one key lie together, the earliest origin first.

use arrow::array::{ArrayRef, StringDictionaryBuilder};
use arrow::datatypes::Int32Type;
use std::sync::Arc;

/// Subjects that a packed mark can tell apart.
pub const MOST_SUBJECTS: usize = 1 << 16;

/// A packed row.
pub trait Packed: Copy + Send + Sync {
    /// Partitioned by term, not by month.
    const BY_TERM: bool;
    /// Columns of the key after pupil and day, and then the value; as codes.
    fn pack(pupil: u32, day: u32, codes: [u32; 3], origin: u16) -> Self;
    /// What rows are compared by, as wide as it has to be.
    type Order: Ord;
    /// Orders rows by key and then by origin.
    fn order(self) -> Self::Order;
    /// Same identity = same row.
    fn identity(self) -> Self::Order;
    /// Pupil's code, or rank once ranked.
    fn pupil(self) -> u32;
    /// Day within the period.
    fn day(self) -> u32;
    /// Where it came from.
    fn origin(self) -> u16;
    /// Its value.
    fn value(self) -> u32;
    /// The codes it was packed from.
    fn codes(self) -> [u32; 3];
}

/// A pupil's day or lesson: pupil 32 bits, day 6, lesson 6, origin 16, status 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session(u64);

impl Packed for Session {
    const BY_TERM: bool = false;
    fn pack(pupil: u32, day: u32, [lesson, status, _]: [u32; 3], origin: u16) -> Self {
        Self(u64::from(pupil) << 32 | u64::from(day) << 26 | u64::from(lesson) << 20 | u64::from(origin) << 4 | u64::from(status))
    }
    type Order = u64;
    fn order(self) -> u64 {
        self.0 >> 4
    }
    fn identity(self) -> u64 {
        self.0 >> 20
    }
    fn pupil(self) -> u32 {
        low(self.0 >> 32)
    }
    fn day(self) -> u32 {
        low(self.0 >> 26) & 0x3F
    }
    fn origin(self) -> u16 {
        low16(low(self.0 >> 4))
    }
    fn value(self) -> u32 {
        low(self.0) & 0xF
    }
    fn codes(self) -> [u32; 3] {
        [low(self.0 >> 20) & 0x3F, self.value(), 0]
    }
}

/// A mark: pupil 32 bits, subject 16, day 16, term 8, origin 16, mark in hundredths 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given(u128);

impl Packed for Given {
    const BY_TERM: bool = true;
    fn pack(pupil: u32, day: u32, [term, subject, mark]: [u32; 3], origin: u16) -> Self {
        Self(
            u128::from(pupil) << 88
                | u128::from(subject) << 72
                | u128::from(day) << 56
                | u128::from(term) << 48
                | u128::from(origin) << 32
                | u128::from(mark),
        )
    }
    type Order = u128;
    fn order(self) -> u128 {
        self.0 >> 32
    }
    fn identity(self) -> u128 {
        self.0 >> 48
    }
    fn pupil(self) -> u32 {
        low128(self.0 >> 88)
    }
    fn day(self) -> u32 {
        low128(self.0 >> 56) & 0xFFFF
    }
    fn origin(self) -> u16 {
        low16(low128(self.0 >> 32))
    }
    fn value(self) -> u32 {
        low128(self.0)
    }
    fn codes(self) -> [u32; 3] {
        [low128(self.0 >> 48) & 0xFF, low128(self.0 >> 72) & 0xFFFF, self.value()]
    }
}

#[allow(clippy::cast_possible_truncation)] // the low 32 bits are what is asked for
fn low(bits: u64) -> u32 {
    bits as u32
}

#[allow(clippy::cast_possible_truncation)] // the low 16 bits are what is asked for
fn low16(bits: u32) -> u16 {
    bits as u16
}

#[allow(clippy::cast_possible_truncation)] // the low 32 bits are what is asked for
fn low128(bits: u128) -> u32 {
    bits as u32
}

/// A column of repeated texts: each run costs one look-up.
pub struct Texts {
    builder: StringDictionaryBuilder<Int32Type>,
}

impl Texts {
    /// An empty column.
    #[must_use]
    pub fn new() -> Self {
        Self { builder: StringDictionaryBuilder::new() }
    }
    /// Appends `count` times the same text.
    pub fn push(&mut self, text: &str, count: usize) {
        self.builder.append_values(text, count);
    }
    /// Appends an empty place.
    pub fn push_null(&mut self) {
        self.builder.append_null();
    }
    /// The column.
    #[must_use]
    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_every_part() {
        let day = Session::pack(67_000_000, 41, [60, 5, 0], 65_535);
        assert_eq!((day.pupil(), day.day(), day.codes(), day.origin()), (67_000_000, 41, [60, 5, 0], 65_535));
        let mark = Given::pack(67_000_000, 366, [12, 65_000, 1_000], 65_535);
        assert_eq!((mark.pupil(), mark.day(), mark.codes(), mark.origin()), (67_000_000, 366, [12, 65_000, 1_000], 65_535));
    }

    #[test]
    fn rows_of_one_key_lie_together_in_the_order_they_came() {
        let older = Session::pack(1, 2, [0, 5, 0], 1);
        let newer = Session::pack(1, 2, [0, 0, 0], 2);
        assert!(older.order() < newer.order());
        assert_eq!(older.identity(), newer.identity());
    }
}
