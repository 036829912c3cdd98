//! Rows of the two registers packed into integers: a row of attendance into 64 bits, a mark into 128.
//!
//! From the high bits to the low bits: the key of the row (pupil, day within the period, the rest of the key), then its
//! origin, then its value. After sorting, rows of one key are neighbours, the earliest origin first.

use arrow::array::{ArrayRef, StringDictionaryBuilder};
use arrow::datatypes::Int32Type;
use std::sync::Arc;

/// Subjects that a packed mark can tell apart.
pub const MOST_SUBJECTS: usize = 1 << 16;

/// A packed row.
pub trait Packed: Copy + Send + Sync {
    /// Whether the register is partitioned by term (marks) or by month (attendance).
    const BY_TERM: bool;
    /// Packs a row. `codes` are the columns of the key after pupil and day, and then the value.
    fn pack(pupil: u32, day: u32, codes: [u32; 3], origin: u16) -> Self;
    /// An integer that holds the key and the origin.
    type Order: Ord;
    /// Key and origin: the sort order of rows.
    fn order(self) -> Self::Order;
    /// The key without the origin: two rows of one identity are versions of one row.
    fn identity(self) -> Self::Order;
    /// Code of the pupil, or its rank once pupils are ranked.
    fn pupil(self) -> u32;
    /// Day within the period, from 0.
    fn day(self) -> u32;
    /// Number of the file or stored run that the row comes from.
    fn origin(self) -> u16;
    /// Code of the status, or the mark in hundredths.
    fn value(self) -> u32;
    /// The codes that the row was packed from.
    fn codes(self) -> [u32; 3];
}

/// A row of attendance, a day or a lesson: pupil 32 bits, day 6, lesson 6, origin 16, status 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedAttendance(u64);

impl Packed for PackedAttendance {
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

/// A row of marks: pupil 32 bits, subject 16, day 16, term 8, origin 16, mark in hundredths 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedMark(u128);

impl Packed for PackedMark {
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

#[allow(clippy::cast_possible_truncation)] // only the low 32 bits are wanted
fn low(bits: u64) -> u32 {
    bits as u32
}

#[allow(clippy::cast_possible_truncation)] // only the low 16 bits are wanted
fn low16(bits: u32) -> u16 {
    bits as u16
}

#[allow(clippy::cast_possible_truncation)] // only the low 32 bits are wanted
fn low128(bits: u128) -> u32 {
    bits as u32
}

/// Builds a dictionary column of texts that repeat: each run of equal texts costs one look-up.
pub struct TextColumn {
    builder: StringDictionaryBuilder<Int32Type>,
}

impl TextColumn {
    /// An empty column.
    #[must_use]
    pub fn new() -> Self {
        Self { builder: StringDictionaryBuilder::new() }
    }
    /// Appends a text `count` times.
    pub fn push(&mut self, text: &str, count: usize) {
        self.builder.append_values(text, count);
    }
    /// Appends a null.
    pub fn push_null(&mut self) {
        self.builder.append_null();
    }
    /// The column.
    #[must_use]
    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

impl Default for TextColumn {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_loses_nothing() {
        let day = PackedAttendance::pack(67_000_000, 41, [60, 5, 0], 65_535);
        assert_eq!((day.pupil(), day.day(), day.codes(), day.origin()), (67_000_000, 41, [60, 5, 0], 65_535));
        let mark = PackedMark::pack(67_000_000, 366, [12, 65_000, 1_000], 65_535);
        assert_eq!((mark.pupil(), mark.day(), mark.codes(), mark.origin()), (67_000_000, 366, [12, 65_000, 1_000], 65_535));
    }

    #[test]
    fn rows_of_one_key_sort_by_origin() {
        let older = PackedAttendance::pack(1, 2, [0, 5, 0], 1);
        let newer = PackedAttendance::pack(1, 2, [0, 0, 0], 2);
        assert!(older.order() < newer.order());
        assert_eq!(older.identity(), newer.identity());
    }
}
