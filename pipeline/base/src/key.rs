//! Pseudonyms as bytes and as text.

/// A pseudonym: 16 bytes, written as 32 hex digits.
pub type Key = [u8; 16];

/// The key as 32 hex digits.
#[must_use]
pub fn hex(key: Key) -> String {
    hex::encode(key)
}

/// Parses a key of 32 hex digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Key> {
    let mut key = [0; 16];
    hex::decode_to_slice(text, &mut key).ok()?;
    Some(key)
}
