//! Pseudonyms of pupils, participants and staff.
//!
//! `pupil_key` is a keyed BLAKE3 hash of the national id where there is one, else of the school system's `pupil_id`, cut to
//! 32 hex digits. The secret is made on the first run and stored in `vault/`, never in `store/`. A pupil's key never changes:
//! the vault keeps `pupil_id` → `pupil_key`, also when a national id arrives or is corrected later.

use az::UnwrappedAs;
use hashbrown::HashMap;
use prane_base::error::{Error, Result};
use prane_base::key::Key;
use prane_linkage::clean_id;

/// The project's secret, from which all pseudonyms are derived.
pub struct Secret([u8; 32]);

impl Secret {
    /// A new secret, from the system's random source.
    ///
    /// # Errors
    /// A store error where there is no such source.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::store("the system's random source", e))?;
        Ok(Self(bytes))
    }

    /// Parses a secret of 64 hex digits; `place` names it in messages.
    ///
    /// # Errors
    /// A vault error when the text is not one.
    pub fn parse(text: &[u8], place: &str) -> Result<Self> {
        let digits = std::str::from_utf8(text).ok().and_then(|t| blake3::Hash::from_hex(t.trim()).ok());
        digits.map(|hash| Self(*hash.as_bytes())).ok_or_else(|| {
            Error::vault(
                place,
                "is not a key of 64 hex digits",
                "restore it from a backup: without it the store cannot be joined to new extracts",
            )
        })
    }

    /// The secret as 64 hex digits.
    #[must_use]
    pub fn text(&self) -> String {
        blake3::Hash::from(self.0).to_hex().to_string()
    }

    /// A secret for tests and rehearsals.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The pseudonym of `parts`; keys of different `kind`s differ.
    #[must_use]
    pub fn key(&self, kind: &str, parts: &[&[u8]]) -> Key {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(kind.as_bytes());
        for part in parts {
            hasher.update(&[0x1f]);
            hasher.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        key
    }

    /// Pseudonym of a centre's participant. Identifications and referrals name no centre: their pseudonym is of the number alone,
    /// and the linkage finds the participant.
    #[must_use]
    pub fn participant(&self, centre: Option<&str>, id: &str) -> Key {
        self.key("participant", &[centre.unwrap_or("").as_bytes(), id.as_bytes()])
    }
}

/// Bit of `seen`: an extract of pupils has named the `pupil_id`.
pub const IN_PUPILS: u8 = 1;
/// Bit of `seen`: an extract of enrolments has named the `pupil_id`.
pub const IN_ENROLMENTS: u8 = 2;

/// All known pupils: `pupil_id` → code → key. Codes are dense numbers for use in memory; they differ from run to run and are
/// never written.
#[derive(Default)]
pub struct Pupils {
    ids: HashMap<Box<str>, (u32, u8)>,
    keys: Vec<Key>,
    codes: HashMap<Key, u32>,
    national: HashMap<Box<str>, u32>,
    /// Number of each code that has one; see [`Pupils::number`].
    numbers: Vec<Option<i32>>,
    next_number: i32,
    /// Whether anything changed since the vault was read.
    pub changed: bool,
}

impl Pupils {
    /// Restores a pupil from the vault.
    pub fn restore(&mut self, id: &str, key: Key, seen: u8, number: Option<i32>) {
        let code = self.code_of_key(key);
        self.ids.insert(id.into(), (code, seen));
        match number {
            Some(number) => {
                self.numbers[code as usize] = Some(number);
                self.next_number = self.next_number.max(number + 1);
            }
            // In a vault of an earlier version pupils have no numbers yet: they get them together with new pupils.
            None => self.changed = true,
        }
    }

    /// Restores a national id from the vault, except a placeholder, which an earlier version took for an id.
    pub fn restore_national(&mut self, national_id: &str, key: Key) {
        let code = self.code_of_key(key);
        if let Some(id) = clean_id(national_id) {
            self.national.insert(id.into(), code);
        }
    }

    /// The code of the pupil who has this national id, in its clean form.
    #[must_use]
    pub fn holder(&self, national_id: &str) -> Option<u32> {
        self.national.get(national_id).copied()
    }

    fn code_of_key(&mut self, key: Key) -> u32 {
        let (keys, numbers) = (&mut self.keys, &mut self.numbers);
        *self.codes.entry(key).or_insert_with(|| {
            keys.push(key);
            numbers.push(None);
            (keys.len() - 1).unwrapped_as()
        })
    }

    /// The code of a known `pupil_id`, and the extracts that named it, as bits.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<(u32, u8)> {
        self.ids.get(id).copied()
    }

    /// The code of `id`; a new pupil gets a key, from the national id where there is one. A known national id joins `id` to the
    /// pupil who has it; the caller must have checked that the two are one child (`intake/persons.rs`). A placeholder counts as
    /// no national id.
    pub fn take(&mut self, secret: &Secret, id: &str, national_id: Option<&str>, seen: u8) -> u32 {
        let national = national_id.and_then(clean_id);
        let code = if let Some((code, seen_before)) = self.ids.get_mut(id) {
            self.changed |= *seen_before & seen != seen;
            *seen_before |= seen;
            *code
        } else {
            let known = national.as_deref().and_then(|n| self.national.get(n).copied());
            let code = known.unwrap_or_else(|| {
                let key = match &national {
                    Some(n) => secret.key("national_id", &[n.as_bytes()]),
                    None => secret.key("pupil_id", &[id.as_bytes()]),
                };
                self.code_of_key(key)
            });
            self.ids.insert(id.into(), (code, seen));
            self.changed = true;
            code
        };
        if let Some(national) = national
            && !self.national.contains_key(national.as_str())
        {
            self.national.insert(national.into(), code);
            self.changed = true;
        }
        code
    }

    /// From now on every id and national id of `gone` leads to `keep`.
    pub fn merge(&mut self, gone: Key, keep: Key) {
        let (gone, keep) = (self.code_of_key(gone), self.code_of_key(keep));
        self.ids.values_mut().filter(|(code, _)| *code == gone).for_each(|(code, _)| *code = keep);
        self.national.values_mut().filter(|code| **code == gone).for_each(|code| *code = keep);
        self.changed = true;
    }

    /// Gives a number to every pupil who has none, in the order of keys, so that numbers do not depend on threads.
    pub fn number_all(&mut self) {
        let mut new: Vec<usize> = (0..self.keys.len()).filter(|code| self.numbers[*code].is_none()).collect();
        new.sort_unstable_by_key(|code| self.keys[*code]);
        for code in new {
            self.numbers[code] = Some(self.next_number);
            self.next_number += 1;
        }
    }

    /// The number of a pupil. Numbers are dense and, unlike codes, never change. `None` for a new pupil before
    /// [`Pupils::number_all`].
    #[must_use]
    pub fn number(&self, code: u32) -> Option<i32> {
        self.numbers.get(code as usize).copied().flatten()
    }

    /// The key of a code.
    #[must_use]
    pub fn key(&self, code: u32) -> Key {
        self.keys[code as usize]
    }

    /// The code of a key.
    #[must_use]
    pub fn code(&self, key: Key) -> Option<u32> {
        self.codes.get(&key).copied()
    }

    /// Number of pupils.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no pupil is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Every `pupil_id` and the extracts that named it, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = (&str, u8)> {
        self.ids.iter().map(|(id, (_, seen))| (id.as_ref(), *seen))
    }

    /// Every `pupil_id` with its code and the extracts that named it, sorted by `pupil_id`.
    #[must_use]
    pub fn all_ids(&self) -> Vec<(&str, u32, u8)> {
        let mut all: Vec<_> = self.ids.iter().map(|(id, (code, seen))| (id.as_ref(), *code, *seen)).collect();
        all.sort_unstable();
        all
    }

    /// Every national id with its key, sorted by id.
    #[must_use]
    pub fn all_national(&self) -> Vec<(&str, Key)> {
        let mut all: Vec<_> = self.national.iter().map(|(id, code)| (id.as_ref(), self.keys[*code as usize])).collect();
        all.sort_unstable();
        all
    }

    /// The rank of each code in the order of keys, and the code of each rank.
    #[must_use]
    pub fn ranks(&self) -> (Vec<u32>, Vec<u32>) {
        let mut by_rank: Vec<u32> = (0..self.keys.len().unwrapped_as()).collect();
        by_rank.sort_unstable_by_key(|code| self.keys[*code as usize]);
        let mut rank_of = vec![0; by_rank.len()];
        for (rank, code) in (0..).zip(&by_rank) {
            rank_of[*code as usize] = rank;
        }
        (rank_of, by_rank)
    }
}

#[cfg(test)]
mod tests {
    use prane_base::key::{hex, unhex};

    use super::*;

    #[test]
    fn a_key_stays_when_a_national_id_arrives_or_is_corrected() {
        let secret = Secret::from_bytes([7; 32]);
        let mut pupils = Pupils::default();
        let first = pupils.take(&secret, "P1", None, IN_ENROLMENTS);
        let key = pupils.key(first);
        assert_eq!(pupils.take(&secret, "P1", Some("j1234-5678a"), IN_PUPILS), first);
        assert_eq!(pupils.take(&secret, "P1", Some("J12345679A"), IN_PUPILS), first);
        assert_eq!(pupils.key(first), key);
        pupils.number_all();
        let number = pupils.number(first);
        let second = pupils.take(&secret, "P2", None, IN_PUPILS);
        assert_eq!(pupils.number(second), None);
        pupils.number_all();
        assert_eq!((pupils.number(first), pupils.number(second)), (number, Some(1)));
        // The same child in another school system is recognised by its national id.
        assert_eq!(pupils.take(&secret, "Q9", Some("J12345678A"), IN_PUPILS), first);
        // A placeholder joins nobody.
        let (first, second) =
            (pupils.take(&secret, "Q1", Some("nuk ka"), IN_PUPILS), pupils.take(&secret, "Q2", Some("nuk ka"), IN_PUPILS));
        assert_ne!(first, second);
        assert_eq!(unhex(&hex(key)), Some(key));
    }
}
