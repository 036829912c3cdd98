//! Sealing: authenticated encryption of bytes to the holder of a key (age: X25519 and ChaCha20-Poly1305). It knows neither files
//! nor projects.

use std::io::Write;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::{DecryptError, Encryptor, x25519};

use crate::error::{Error, Result};

/// A secret key, `AGE-SECRET-KEY-1…`, and its public key.
pub struct KeyPair(x25519::Identity);

/// A public key, `age1…`.
#[derive(Clone)]
pub struct Recipient(x25519::Recipient);

impl KeyPair {
    /// A new key pair, from the system's random source.
    #[must_use]
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Parses a key as `age-keygen` writes it: lines that start with `#` are comments. `place` names the text in messages.
    ///
    /// # Errors
    /// A vault error where the text holds no key.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or_default();
        x25519::Identity::from_str(line).map(Self).map_err(|_| {
            Error::vault(place, "holds no key", "a key is one line that starts with AGE-SECRET-KEY-1; take it from where you keep a copy")
        })
    }

    /// The text that [`KeyPair::parse`] reads, with `comment` at its head.
    #[must_use]
    pub fn file_text(&self, comment: &str) -> String {
        format!("# {comment}\n# public key: {}\n{}\n", self.0.to_public(), self.0.to_string().expose_secret())
    }

    /// The public key.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// Decrypts `sealed`. `place` names it in messages.
    ///
    /// # Errors
    /// A vault error where it was sealed with another key, or the bytes have changed.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>> {
        age::decrypt(&self.0, sealed).map_err(|e| match e {
            DecryptError::NoMatchingKeys => Error::vault(
                place,
                "is sealed with another key",
                "give the key it was sealed with (vault.key, PRANE_VAULT_KEY or [vault] key_command)",
            ),
            _ => Error::vault(
                place,
                "is damaged: its bytes are not as they were written",
                "put it back from a backup (`prane vault backup` makes them)",
            ),
        })
    }
}

impl Recipient {
    /// Parses a public key.
    ///
    /// # Errors
    /// The end of a sentence that begins with the key, where the text is not a public key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with("AGE-SECRET-KEY-") {
            return Err("is a secret key: give the public one, which starts with age1, and make a new pair".into());
        }
        x25519::Recipient::from_str(text).map(Self).map_err(|_| "is no public key of age; one starts with age1 and has 62 letters".into())
    }

    /// Encrypts `bytes` to the holder of the secret key. The result differs each time, because a new file key is drawn.
    ///
    /// # Errors
    /// A bug.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        seal_to(std::slice::from_ref(self), bytes)
    }
}

/// Encrypts `bytes` to the holders of these keys.
///
/// # Errors
/// A bug where there is no recipient.
pub fn seal_to(recipients: &[Recipient], bytes: &[u8]) -> Result<Vec<u8>> {
    let bug = |e: &dyn std::fmt::Display| Error::Bug(format!("sealing: {e}"));
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|r| &r.0 as &dyn age::Recipient)).map_err(|e| bug(&e))?;
    let mut sealed = Vec::with_capacity(bytes.len() + 1024);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|e| bug(&e))?;
    writer.write_all(bytes).map_err(|e| bug(&e))?;
    writer.finish().map_err(|e| bug(&e))?;
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_with_their_key() {
        let (key, other) = (KeyPair::generate(), KeyPair::generate());
        let sealed = key.recipient().seal(b"who").unwrap();
        assert!(!sealed.windows(3).any(|w| w == b"who"));
        assert_eq!(key.open(&sealed, "x").unwrap(), b"who");
        assert!(other.open(&sealed, "x").unwrap_err().to_string().contains("another key"));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(key.open(&damaged, "x").is_err(), "byte {at} changed unseen");
        }
        assert!(key.open(&sealed[..sealed.len() - 1], "x").unwrap_err().to_string().contains("damaged"));
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = KeyPair::generate();
        let text = key.file_text("kept for a test");
        let again = KeyPair::parse(&text, "x").unwrap();
        assert_eq!(again.open(&key.recipient().seal(b"a").unwrap(), "x").unwrap(), b"a");
        assert!(KeyPair::parse("# only talk\n", "vault.key").err().unwrap().to_string().starts_with("vault.key: holds no key"));
        let secret = text.lines().last().unwrap();
        assert!(Recipient::parse(secret).err().unwrap().contains("secret"));
        assert!(Recipient::parse("age1nothing").is_err());
    }
}
