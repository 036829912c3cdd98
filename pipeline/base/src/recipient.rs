//! Recipients of sealed files: `[[recipient]]` of prane.toml. For a place with a recipient only the archive that the recipient can
//! open is published, and nothing in the clear.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::seal::{Recipient, seal_to};

/// Coordinators, as `[[recipient]]` calls them.
pub const COORDINATOR: &str = "coordinator";

/// Analysts, as `[[recipient]]` calls them.
pub const ANALYSTS: &str = "analysts";

/// The recipients of a project, by `school:S0001`, `centre:C01`, `coordinator` or `analysts`.
#[derive(Default)]
pub struct Recipients(BTreeMap<String, Vec<Recipient>>);

impl Recipients {
    /// Reads the recipients of a configuration; `file` names it in messages.
    ///
    /// # Errors
    /// A configuration error that names the recipient whose place or key is wrong.
    pub fn of(config: &Config, file: &str) -> Result<Self> {
        let mut all: BTreeMap<String, Vec<Recipient>> = BTreeMap::new();
        for recipient in &config.recipient {
            let known = match recipient.whom.split_once(':') {
                Some(("school" | "centre", id)) => !id.is_empty(),
                Some(_) => false,
                None => matches!(recipient.whom.as_str(), COORDINATOR | ANALYSTS),
            };
            if !known {
                return Err(Error::configuration(
                    file,
                    format!("a [[recipient]] is for \"{}\"", recipient.whom),
                    "write for = \"school:S0001\", \"centre:C01\", \"coordinator\" or \"analysts\"",
                ));
            }
            let key = Recipient::parse(&recipient.key).map_err(|what| {
                Error::configuration(
                    file,
                    format!("the key of the [[recipient]] for \"{}\" {what}", recipient.whom),
                    "age-keygen makes a pair; docs/recipients.md shows how, on Windows too",
                )
            })?;
            all.entry(recipient.whom.clone()).or_default().push(key);
        }
        Ok(Self(all))
    }

    /// Whether the files of `whom` are sealed for a recipient.
    #[must_use]
    pub fn has(&self, whom: &str) -> bool {
        self.0.contains_key(whom)
    }

    /// `bytes` sealed for the recipients of `whom`; `None` where there are none.
    ///
    /// # Errors
    /// A bug.
    pub fn seal(&self, whom: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        self.0.get(whom).map(|keys| seal_to(keys, bytes)).transpose()
    }

    /// Everything that has a recipient, such as `school:S0001`.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Recipients of places that are not among `places`: after a typing error the files of the intended place would be in the clear.
    #[must_use]
    pub fn nowhere(&self, places: &BTreeSet<String>) -> Vec<String> {
        self.0.keys().filter(|whom| !matches!(whom.as_str(), COORDINATOR | ANALYSTS) && !places.contains(*whom)).cloned().collect()
    }
}
