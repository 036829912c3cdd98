//! Checks whether a row is about the child whose number it has: name and birth date of the row are compared with those that
//! the vault holds for the number. An equal number is evidence of who somebody is, and never enough to merge two children.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use polars::prelude::*;
use prane_base::error::Result;
use prane_base::key::{hex, unhex};
use prane_contract::Contract;
use prane_contract::value::Why;
use prane_linkage::{clean, clean_id, sound};
use prane_store::Store;
use prane_vault::Vault;
use prane_vault::errors::FrameError;
use prane_vault::identity::IN_PUPILS;

use super::small::texts;
use super::verdict::rows;
use crate::links;

/// A row that is, or may be, about another child than its number says.
pub(super) struct Refusal {
    /// Position of the row in its frame.
    pub row: usize,
    /// Canonical column at error.
    pub column: &'static str,
    /// What kind of error it is.
    pub why: Why,
    /// Why, in plain words.
    pub reason: String,
}

/// Names (in their normal form) and birth date of a child; empty or none where not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    first_name: String,
    last_name: String,
    birth_date: Option<i32>,
}

impl Identity {
    /// Whether both names and the birth date are known and equal.
    fn agrees(&self, other: &Identity) -> bool {
        self.agrees_in_name(other) && self.agrees_in_birth(other)
    }

    fn agrees_in_name(&self, other: &Identity) -> bool {
        !self.first_name.is_empty()
            && !self.last_name.is_empty()
            && (sound(&self.first_name), sound(&self.last_name)) == (sound(&other.first_name), sound(&other.last_name))
    }

    fn agrees_in_birth(&self, other: &Identity) -> bool {
        self.birth_date.is_some() && self.birth_date == other.birth_date
    }

    /// Whether this is another child: another name and another birth date. A change in one of the two is a correction. Where a
    /// birth date is not known, both names must differ.
    fn is_another_child(&self, other: &Identity) -> bool {
        let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && sound(a) != sound(b);
        // Extracts sometimes swap first and last names.
        let swapped = sound(&self.first_name) == sound(&other.last_name) && sound(&self.last_name) == sound(&other.first_name);
        let (first, last) = (differ(&self.first_name, &other.first_name), differ(&self.last_name, &other.last_name));
        match (self.birth_date, other.birth_date) {
            _ if swapped => false,
            (Some(birth), Some(other_birth)) => birth != other_birth && (first || last),
            _ => first && last,
        }
    }
}

/// The identity in each row of a frame.
fn identities(frame: &DataFrame) -> PolarsResult<Vec<Identity>> {
    let (first, last) = (texts(frame, "first_name")?, texts(frame, "last_name")?);
    let births = frame.column("birth_date")?.date()?.physical().clone();
    let name = |names: &StringChunked, row: usize| names.get(row).map(clean).unwrap_or_default();
    Ok((0..frame.height())
        .map(|row| Identity { first_name: name(&first, row), last_name: name(&last, row), birth_date: births.get(row) })
        .collect())
}

/// The identities in the vault's sheet of pupils, by the value of its column `by`; of the rows with a wanted value.
fn known_identities(vault: &Vault, by: &str, wanted: &BTreeSet<String>) -> Result<HashMap<String, Identity>> {
    let columns: BTreeSet<&str> = [by, "first_name", "last_name", "birth_date"].into();
    let Some(sheet) = vault.sheet("pupils", Some(&columns.into_iter().collect::<Vec<_>>()))? else { return Ok(HashMap::new()) };
    let wanted = df!(by => wanted.iter().map(String::as_str).collect::<Vec<_>>()).frame_err()?.lazy();
    let found = sheet.lazy().join(wanted, [col(by)], [col(by)], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
    let values = texts(&found, by).frame_err()?;
    Ok(values.iter().zip(identities(&found).frame_err()?).filter_map(|(value, identity)| Some((value?.to_string(), identity))).collect())
}

/// Rows of a frame that cannot be about the child whose number they have.
///
/// # Errors
/// Store and vault errors.
pub(super) fn refusals(contract: &Contract, frame: &DataFrame, store: &Store, vault: &Vault) -> Result<Vec<Refusal>> {
    match contract.table.as_str() {
        "pupils" => reused_numbers(frame, vault),
        "link_decisions" => implausible_decisions(frame, store, vault),
        _ => Ok(Vec::new()),
    }
}

/// Rows that have a known number with another name and another birth date.
fn reused_numbers(frame: &DataFrame, vault: &Vault) -> Result<Vec<Refusal>> {
    let ids = texts(frame, "pupil_id").frame_err()?;
    let mut of_number = known_identities(vault, "pupil_id", &ids.iter().flatten().map(String::from).collect())?;
    let mut refused = Vec::new();
    for (row, identity) in identities(frame).frame_err()?.into_iter().enumerate() {
        let Some(id) = ids.get(row) else { continue };
        if of_number.get(id).is_some_and(|before| identity.is_another_child(before)) {
            refused.push(Refusal {
                row,
                column: "pupil_id",
                why: Why::Slip,
                reason: "this pupil number stands for a child of another name and another birth date; if the number was given anew, give this child a number of its own; if both corrections are right, hand them in on two days, one after the other".into(),
            });
        } else {
            of_number.insert(id.to_string(), identity);
        }
    }
    Ok(refused)
}

/// Decisions that two numbers are of one child where no review asked about them and neither name nor birth date agrees.
fn implausible_decisions(frame: &DataFrame, store: &Store, vault: &Vault) -> Result<Vec<Refusal>> {
    let (ids, others, decisions) =
        (texts(frame, "pupil_id").frame_err()?, texts(frame, "other_pupil_id").frame_err()?, texts(frame, "decision").frame_err()?);
    let pairs: Vec<(usize, &str, &str)> = (0..frame.height())
        .filter(|row| decisions.get(*row) == Some("same"))
        .filter_map(|row| Some((row, ids.get(row)?, others.get(row)?)))
        .collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let of_number =
        known_identities(vault, "pupil_id", &pairs.iter().flat_map(|(_, a, b)| [(*a).to_string(), (*b).to_string()]).collect())?;
    let asked: BTreeSet<(String, String)> = links::kept(store)?
        .into_iter()
        .filter(|link| link.kind == "pupil")
        .filter_map(|link| Some((link.pupil_key?, link.record_key)))
        .flat_map(|(left, right)| [(left.clone(), right.clone()), (right, left)])
        .collect();
    let is_plausible = |left: &str, right: &str| {
        let keys = vault.pupil_key(left).zip(vault.pupil_key(right));
        let agree = of_number.get(left).zip(of_number.get(right)).is_some_and(|(a, b)| a.agrees_in_name(b) || a.agrees_in_birth(b));
        agree || keys.is_some_and(|(a, b)| a == b || asked.contains(&(hex(a), hex(b))))
    };
    Ok(pairs
        .into_iter()
        .filter(|(_, left, right)| !is_plausible(left, right))
        .map(|(row, ..)| Refusal {
            row,
            column: "other_pupil_id",
            why: Why::Slip,
            reason: "nobody was asked about these two pupil numbers, and neither name nor birth date agrees: two children are not made one; look at both numbers again, or have the names corrected first".into(),
        })
        .collect())
}

/// The result of [`take`].
pub(super) struct TakenPupils {
    /// Code of the pupil of each row; `None` for a row without a number.
    pub codes: Vec<Option<u32>>,
    /// Messages about national ids, for whoever handed in the file.
    pub messages: Vec<String>,
}

/// Adds the pupils of a frame to the vault. A national id joins two numbers only where name and birth date agree as well.
///
/// # Errors
/// Vault errors.
pub(super) fn take(frame: &DataFrame, vault: &mut Vault) -> Result<TakenPupils> {
    let (ids, national) = (texts(frame, "pupil_id").frame_err()?, texts(frame, "national_id").frame_err()?);
    let identities = identities(frame).frame_err()?;
    let holders: BTreeSet<String> = national
        .iter()
        .flatten()
        .filter_map(clean_id)
        .filter_map(|id| vault.pupils.holder(&id))
        .map(|code| hex(vault.pupils.key(code)))
        .collect();
    let mut identity_of: HashMap<u32, Identity> = HashMap::new();
    if !holders.is_empty() {
        let found = known_identities(vault, "pupil_key", &holders)?;
        identity_of.extend(found.into_iter().filter_map(|(key, identity)| Some((vault.pupils.code(unhex(&key)?)?, identity))));
    }
    let (mut codes, mut placeholders, mut shared) = (Vec::with_capacity(identities.len()), 0, 0);
    for (row, identity) in identities.into_iter().enumerate() {
        let Some(id) = ids.get(row) else {
            codes.push(None);
            continue;
        };
        let written = national.get(row).filter(|text| !text.trim().is_empty());
        let clean = written.and_then(clean_id);
        placeholders += u64::from(written.is_some() && clean.is_none());
        let is_same_child = |holder: u32| {
            let is_own = vault.pupils.get(id).is_some_and(|(code, _)| code == holder);
            is_own || identity_of.get(&holder).is_some_and(|known| known.agrees(&identity))
        };
        let usable = clean.as_deref().filter(|id| vault.pupils.holder(id).is_none_or(is_same_child));
        let code = vault.pupils.take(&vault.secret, id, usable, IN_PUPILS);
        shared += u64::from(clean.as_deref().and_then(|id| vault.pupils.holder(id)).is_some_and(|holder| holder != code));
        identity_of.entry(code).or_insert(identity);
        codes.push(Some(code));
    }
    let mut messages = Vec::new();
    if placeholders > 0 {
        messages.push(format!(
            "{} with a placeholder for a national id (no digits, one digit over and over, or too short): taken as none",
            rows(placeholders)
        ));
    }
    if shared > 0 {
        messages.push(format!(
            "{} with a national id that another pupil has too, of another name or birth date or taken in before: nothing was joined by it, and a person is asked (review/)",
            rows(shared)
        ));
    }
    Ok(TakenPupils { codes, messages })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(first: &str, last: &str, birth_date: Option<i32>) -> Identity {
        Identity { first_name: clean(first), last_name: clean(last), birth_date }
    }

    #[test]
    fn another_name_and_another_birth_date_is_another_child() {
        let before = identity("Shkëlzen", "Çela", Some(15_000));
        assert!(!identity("SHKELZEN", "Cela", Some(15_001)).is_another_child(&before), "the birth date alone");
        assert!(!identity("Çela", "Shkëlzen", Some(15_001)).is_another_child(&before), "names swapped, and the birth date");
        assert!(!identity("Arta", "Çela", Some(15_000)).is_another_child(&before), "the name alone");
        assert!(!identity("", "", Some(15_001)).is_another_child(&before), "no name");
        assert!(identity("Arta", "Çela", Some(15_001)).is_another_child(&before));
        assert!(identity("Arta", "Leka", None).is_another_child(&before), "nothing agrees");
    }

    #[test]
    fn only_names_and_birth_date_together_agree() {
        let pupil = identity("Shkëlzen", "Çela", Some(15_000));
        assert!(pupil.agrees(&identity("shkelzen", "CELA", Some(15_000))));
        assert!(!pupil.agrees(&identity("shkelzen", "CELA", None)));
        assert!(!identity("", "", Some(1)).agrees(&identity("", "", Some(1))));
    }
}
