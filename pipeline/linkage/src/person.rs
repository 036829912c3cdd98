//! People as read from files, and their compact form for comparisons.

use az::UnwrappedAs;
use chrono::{Datelike, NaiveDate};

use super::normalise::{NONE, Names, Numbers, clean_id};

/// One record of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// National id as written; only letters and digits count.
    pub national_id: Option<String>,
    /// Given name or names, as written.
    pub first_name: Option<String>,
    /// Family name or names, as written.
    pub last_name: Option<String>,
    /// Birth date as written, also where it is not a day of the calendar.
    pub birth_date: Option<BirthDate>,
    /// Sex as registered.
    pub sex: Option<Sex>,
    /// Codes of the schools that a pupil has been at, or that a participant names.
    pub schools: Vec<u32>,
    /// Codes of the municipalities of those schools (a pupil) or of the centre (a participant).
    pub municipalities: Vec<u32>,
    /// The centre: within a group a pupil is linked to at most one participant. Not used for pupils.
    pub group: u32,
}

/// Sex as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Girls.
    Female,
    /// Boys.
    Male,
}

/// A birth date as written. Swapped day and month or a wrong digit may give a date that is not in the calendar (2015-31-02); it is
/// still evidence, so it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BirthDate {
    /// Four digits.
    pub year: u16,
    /// As written, 0 to 99.
    pub month: u8,
    /// As written, 0 to 99.
    pub day: u8,
}

impl From<NaiveDate> for BirthDate {
    fn from(date: NaiveDate) -> Self {
        Self { year: date.year().unwrapped_as(), month: date.month().unwrapped_as(), day: date.day().unwrapped_as() }
    }
}

impl BirthDate {
    /// Parses `yyyymmdd`, eight digits, without checking the calendar; `None` for other texts.
    #[must_use]
    pub fn digits(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self { year: text[..4].parse().ok()?, month: text[4..6].parse().ok()?, day: text[6..].parse().ok()? })
    }

    /// The date as a number of eight digits, for comparisons.
    pub(crate) fn number(self) -> u32 {
        u32::from(self.year) * 10_000 + u32::from(self.month) * 100 + u32::from(self.day)
    }
}

/// The fields of a person that comparisons use; [`NONE`] where unknown.
#[derive(Clone, Copy)]
pub struct Record {
    /// Number of the national id.
    pub id: u32,
    /// Counts of its letters and digits, see [`letters`].
    pub id_letters: u64,
    /// Number of the first name.
    pub first: u32,
    /// Number of the last name.
    pub last: u32,
    /// `yyyymmdd`.
    pub birth: u32,
    /// First of the schools.
    pub school: u32,
    /// First of the municipalities.
    pub municipality: u32,
    /// Sex.
    pub sex: Option<Sex>,
    /// Whether the person has more than one school or municipality; then they are read from the source.
    pub several: bool,
}

/// Counts of characters modulo 4, in two bits for each of 32 classes. One slip changes at most two counts, so nearly all pairs of
/// different ids are excluded without reading the texts, which would cost more than the rest of the comparison.
fn letters(id: &str) -> u64 {
    id.bytes().fold(0, |all, b| {
        let at = u32::from(b) % 32 * 2;
        let kept = all & !(3 << at);
        kept | ((((all >> at) & 3) + 1) & 3) << at
    })
}

/// Whether two ids may be one slip apart, by their letters.
pub fn may_be_a_slip(a: u64, b: u64) -> bool {
    let off = a ^ b;
    ((off | off >> 1) & 0x5555_5555_5555_5555).count_ones() <= 2
}

/// The people of a file, ready to be compared.
pub struct People<'a> {
    /// One record per person, in the order of the file.
    pub records: Vec<Record>,
    /// The people as read.
    pub source: &'a [Person],
}

impl<'a> People<'a> {
    /// Numbers the names and ids of `source`.
    pub fn new(source: &'a [Person], names: &mut Names, ids: &mut Numbers) -> Self {
        let records = source
            .iter()
            .map(|p| (p, p.national_id.as_deref().and_then(clean_id)))
            .map(|(p, id)| Record {
                id: id.as_deref().map_or(NONE, |id| ids.number(id)),
                id_letters: id.as_deref().map_or(0, letters),
                first: p.first_name.as_deref().map_or(NONE, |n| names.number(n)),
                last: p.last_name.as_deref().map_or(NONE, |n| names.number(n)),
                birth: p.birth_date.map_or(NONE, BirthDate::number),
                school: p.schools.first().copied().unwrap_or(NONE),
                municipality: p.municipalities.first().copied().unwrap_or(NONE),
                sex: p.sex,
                several: p.schools.len() > 1 || p.municipalities.len() > 1,
            })
            .collect();
        Self { records, source }
    }

    /// Number of people; `lib.rs` refuses files with more than fit.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.records.len().unwrapped_as()
    }

    /// The record of person `at`.
    #[must_use]
    pub fn at(&self, at: u32) -> &Record {
        &self.records[at as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_let_every_slip_pass() {
        for b in ["J1234567A", "J12345678", "J12435678A", "J12345778A", "J123456788A"] {
            assert!(may_be_a_slip(letters("J12345678A"), letters(b)), "{b}");
        }
        assert!(!may_be_a_slip(letters("J12345678A"), letters("K99011203B")));
    }

    #[test]
    fn a_date_need_not_exist() {
        let date = BirthDate::digits("20153102").unwrap();
        assert_eq!((date.year, date.month, date.day, date.number()), (2015, 31, 2, 20_153_102));
        assert_eq!(BirthDate::digits("2015-1-2"), None);
        assert_eq!(BirthDate::digits("2015010é"), None);
        let real = NaiveDate::from_ymd_opt(2015, 2, 3).unwrap();
        assert_eq!(BirthDate::from(real).number(), 20_150_203);
    }
}
