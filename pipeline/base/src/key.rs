//! A pseudonym as bytes and as text.

/// 16 bytes, written as 32 hex digits.
pub type Key = [u8; 16];

/// 32 hex digits.
#[must_use]
pub fn hex(key: Key) -> String {
    hex::encode(key)
}

/// The key that 32 hex digits write.
#[must_use]
pub fn unhex(text: &str) -> Option<Key> {
    let mut key = [0; 16];
    hex::decode_to_slice(text, &mut key).ok()?;
    Some(key)
}
