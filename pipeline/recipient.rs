//! Who gets published files sealed: `[[recipient]]` of prane.toml. Where a place has a recipient, only the archive that
//! the recipient can open is published, and nothing of it lies there in the clear.

use std::collections::{BTreeMap, BTreeSet};

use prane_reports::PlaceKind;
use zip::CompressionMethod;

use crate::config::Config;
use crate::draw::place_folder;
use crate::fault::{Fault, Outcome};
use crate::seal::{Recipient, seal_to};
use crate::vault::keep::archive;

/// Coordinators, as `[[recipient]]` calls them.
pub const COORDINATOR: &str = "coordinator";

/// Analysts, as `[[recipient]]` calls them.
pub const ANALYSTS: &str = "analysts";

/// The recipients of a project, by `school:S0001`, `centre:C01`, `coordinator` or `analysts`.
#[derive(Default)]
pub struct Recipients(BTreeMap<String, Vec<Recipient>>);

impl Recipients {
    /// Reads them.
    ///
    /// # Errors
    /// A configuration fault that names the recipient whose place or key is wrong.
    pub fn of(config: &Config, file: &str) -> Outcome<Self> {
        let mut all: BTreeMap<String, Vec<Recipient>> = BTreeMap::new();
        for recipient in &config.recipient {
            let known = match recipient.whom.split_once(':') {
                Some(("school" | "centre", id)) => !id.is_empty(),
                Some(_) => false,
                None => matches!(recipient.whom.as_str(), COORDINATOR | ANALYSTS),
            };
            if !known {
                return Err(Fault::configuration(
                    file,
                    format!("a [[recipient]] is for \"{}\"", recipient.whom),
                    "write for = \"school:S0001\", \"centre:C01\", \"coordinator\" or \"analysts\"",
                ));
            }
            let key = Recipient::parse(&recipient.key).map_err(|what| {
                Fault::configuration(
                    file,
                    format!("the key of the [[recipient]] for \"{}\" {what}", recipient.whom),
                    "age-keygen makes a pair; docs/recipients.md shows how, on Windows too",
                )
            })?;
            all.entry(recipient.whom.clone()).or_default().push(key);
        }
        Ok(Self(all))
    }

    /// Whether somebody gets the files of `whom` sealed.
    #[must_use]
    pub fn has(&self, whom: &str) -> bool {
        self.0.contains_key(whom)
    }

    /// What is published of the `files` drawn for `whom`: the one file `name`, which only the recipients open, or, where there
    /// is no recipient, the files as they are.
    ///
    /// # Errors
    /// A bug.
    pub fn published(&self, whom: &str, name: &str, files: Vec<(String, Vec<u8>)>) -> Outcome<Vec<(String, Vec<u8>)>> {
        let Some(keys) = self.0.get(whom) else { return Ok(files) };
        Ok(vec![(name.to_string(), seal_to(keys, &archive(&files, CompressionMethod::Deflated)?)?)])
    }

    /// Folders below one published night that would hold only a sealed file.
    #[must_use]
    pub fn folders(&self) -> Vec<String> {
        self.0
            .keys()
            .map(|whom| match whom.split_once(':') {
                Some(("school", id)) => place_folder(PlaceKind::School, id),
                Some((_, id)) => place_folder(PlaceKind::Centre, id),
                None if whom == ANALYSTS => ANALYSTS.into(),
                None => "overview".into(),
            })
            .collect()
    }

    /// Recipients of places that are not among `places`: a typing error would leave the true place's files in the clear.
    #[must_use]
    pub fn nowhere(&self, places: &BTreeSet<String>) -> Vec<String> {
        self.0.keys().filter(|whom| !matches!(whom.as_str(), COORDINATOR | ANALYSTS) && !places.contains(*whom)).cloned().collect()
    }
}
