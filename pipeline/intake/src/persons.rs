//! Is this row of the child that it says? What a number says of a person is held against what the vault knows of that
//! number: a number is evidence of who somebody is, and never enough to make two children one.

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

/// A row that is about another child than it says, or may be.
pub(super) struct Refusal {
    /// Place of the row in its frame.
    pub row: usize,
    /// Canonical column at error.
    pub column: &'static str,
    /// What kind of error it is.
    pub why: Why,
    /// Why, in plain words.
    pub reason: String,
}

/// What tells a child from its namesakes, in one written form; empty or none where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Who {
    first_name: String,
    last_name: String,
    birth_date: Option<i32>,
}

impl Who {
    /// Both names and the birth date are known and the same.
    fn agrees(&self, other: &Who) -> bool {
        self.agrees_in_name(other) && self.agrees_in_birth(other)
    }

    fn agrees_in_name(&self, other: &Who) -> bool {
        !self.first_name.is_empty()
            && !self.last_name.is_empty()
            && (sound(&self.first_name), sound(&self.last_name)) == (sound(&other.first_name), sound(&other.last_name))
    }

    fn agrees_in_birth(&self, other: &Who) -> bool {
        self.birth_date.is_some() && self.birth_date == other.birth_date
    }

    /// Another name and another birth date: a slip in one of the two is a correction, in both it is another child. Where a
    /// birth date is not known, both names must differ.
    fn is_another(&self, other: &Who) -> bool {
        let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && sound(a) != sound(b);
        // First and last name get swapped in extracts.
        let swapped = sound(&self.first_name) == sound(&other.last_name) && sound(&self.last_name) == sound(&other.first_name);
        let (first, last) = (differ(&self.first_name, &other.first_name), differ(&self.last_name, &other.last_name));
        match (self.birth_date, other.birth_date) {
            _ if swapped => false,
            (Some(one), Some(another)) => one != another && (first || last),
            _ => first && last,
        }
    }
}

/// The people of a frame that has their columns, row by row.
fn people_of(frame: &DataFrame) -> PolarsResult<Vec<Who>> {
    let (first, last) = (texts(frame, "first_name")?, texts(frame, "last_name")?);
    let births = frame.column("birth_date")?.date()?.physical().clone();
    let name = |names: &StringChunked, row: usize| names.get(row).map(clean).unwrap_or_default();
    Ok((0..frame.height())
        .map(|row| Who { first_name: name(&first, row), last_name: name(&last, row), birth_date: births.get(row) })
        .collect())
}

/// Whom the vault knows by some values of a column of its sheet of pupils.
fn known(vault: &Vault, by: &str, wanted: &BTreeSet<String>) -> Result<HashMap<String, Who>> {
    let columns: BTreeSet<&str> = [by, "first_name", "last_name", "birth_date"].into();
    let Some(sheet) = vault.sheet("pupils", Some(&columns.into_iter().collect::<Vec<_>>()))? else { return Ok(HashMap::new()) };
    let wanted = df!(by => wanted.iter().map(String::as_str).collect::<Vec<_>>()).frame_err()?.lazy();
    let found = sheet.lazy().join(wanted, [col(by)], [col(by)], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
    let values = texts(&found, by).frame_err()?;
    Ok(values.iter().zip(people_of(&found).frame_err()?).filter_map(|(value, who)| Some((value?.to_string(), who))).collect())
}

/// Rows of a frame that cannot be of the child whose number they bear.
///
/// # Errors
/// Store and vault errors.
pub(super) fn refusals(contract: &Contract, frame: &DataFrame, store: &Store, vault: &Vault) -> Result<Vec<Refusal>> {
    match contract.table.as_str() {
        "pupils" => used_again(frame, vault),
        "link_decisions" => implausible(frame, store, vault),
        _ => Ok(Vec::new()),
    }
}

/// Rows that bring a known number with another name and another birth date.
fn used_again(frame: &DataFrame, vault: &Vault) -> Result<Vec<Refusal>> {
    let ids = texts(frame, "pupil_id").frame_err()?;
    let mut of_number = known(vault, "pupil_id", &ids.iter().flatten().map(String::from).collect())?;
    let mut refused = Vec::new();
    for (row, who) in people_of(frame).frame_err()?.into_iter().enumerate() {
        let Some(id) = ids.get(row) else { continue };
        if of_number.get(id).is_some_and(|before| who.is_another(before)) {
            refused.push(Refusal {
                row,
                column: "pupil_id",
                why: Why::Slip,
                reason: "this pupil number stands for a child of another name and another birth date; if the number was given anew, give this child a number of its own; if both corrections are right, hand them in on two days, one after the other".into(),
            });
        } else {
            of_number.insert(id.to_string(), who);
        }
    }
    Ok(refused)
}

/// Decisions that two numbers are one child's, where nobody was asked and neither name nor birth date agrees.
fn implausible(frame: &DataFrame, store: &Store, vault: &Vault) -> Result<Vec<Refusal>> {
    let (ids, others, decisions) =
        (texts(frame, "pupil_id").frame_err()?, texts(frame, "other_pupil_id").frame_err()?, texts(frame, "decision").frame_err()?);
    let pairs: Vec<(usize, &str, &str)> = (0..frame.height())
        .filter(|row| decisions.get(*row) == Some("same"))
        .filter_map(|row| Some((row, ids.get(row)?, others.get(row)?)))
        .collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let of_number = known(vault, "pupil_id", &pairs.iter().flat_map(|(_, a, b)| [(*a).to_string(), (*b).to_string()]).collect())?;
    let asked: BTreeSet<(String, String)> = links::kept(store)?
        .into_iter()
        .filter(|link| link.kind == "pupil")
        .filter_map(|link| Some((link.pupil_key?, link.record_key)))
        .flat_map(|(one, other)| [(one.clone(), other.clone()), (other, one)])
        .collect();
    let plausible = |one: &str, other: &str| {
        let keys = vault.pupil_key(one).zip(vault.pupil_key(other));
        let agree = of_number.get(one).zip(of_number.get(other)).is_some_and(|(a, b)| a.agrees_in_name(b) || a.agrees_in_birth(b));
        agree || keys.is_some_and(|(a, b)| a == b || asked.contains(&(hex(a), hex(b))))
    };
    Ok(pairs
        .into_iter()
        .filter(|(_, one, other)| !plausible(one, other))
        .map(|(row, ..)| Refusal {
            row,
            column: "other_pupil_id",
            why: Why::Slip,
            reason: "nobody was asked about these two pupil numbers, and neither name nor birth date agrees: two children are not made one; look at both numbers again, or have the names corrected first".into(),
        })
        .collect())
}

/// The codes of a frame of pupils, and what was found about their national ids.
pub(super) struct Taken {
    /// A code a row.
    pub codes: Vec<Option<u32>>,
    /// Sentences for whoever handed the file in.
    pub told: Vec<String>,
}

/// Takes pupils under their numbers. A national id joins two of them only where name and birth date agree as well.
///
/// # Errors
/// Vault errors.
pub(super) fn take(frame: &DataFrame, vault: &mut Vault) -> Result<Taken> {
    let (ids, national) = (texts(frame, "pupil_id").frame_err()?, texts(frame, "national_id").frame_err()?);
    let people = people_of(frame).frame_err()?;
    let holders: BTreeSet<String> = national
        .iter()
        .flatten()
        .filter_map(clean_id)
        .filter_map(|id| vault.pupils.holder(&id))
        .map(|code| hex(vault.pupils.key(code)))
        .collect();
    let mut who_of: HashMap<u32, Who> = HashMap::new();
    if !holders.is_empty() {
        let found = known(vault, "pupil_key", &holders)?;
        who_of.extend(found.into_iter().filter_map(|(key, who)| Some((vault.pupils.code(unhex(&key)?)?, who))));
    }
    let (mut codes, mut placeholders, mut shared) = (Vec::with_capacity(people.len()), 0, 0);
    for (row, who) in people.into_iter().enumerate() {
        let Some(id) = ids.get(row) else {
            codes.push(None);
            continue;
        };
        let written = national.get(row).filter(|text| !text.trim().is_empty());
        let clean = written.and_then(clean_id);
        placeholders += u64::from(written.is_some() && clean.is_none());
        let joins = |holder: u32| {
            let own = vault.pupils.get(id).is_some_and(|(code, _)| code == holder);
            own || who_of.get(&holder).is_some_and(|known| known.agrees(&who))
        };
        let usable = clean.as_deref().filter(|id| vault.pupils.holder(id).is_none_or(joins));
        let code = vault.pupils.take(&vault.secret, id, usable, IN_PUPILS);
        shared += u64::from(clean.as_deref().and_then(|id| vault.pupils.holder(id)).is_some_and(|holder| holder != code));
        who_of.entry(code).or_insert(who);
        codes.push(Some(code));
    }
    let mut told = Vec::new();
    if placeholders > 0 {
        told.push(format!(
            "{} with a placeholder for a national id (no digits, one digit over and over, or too short): taken as none",
            rows(placeholders)
        ));
    }
    if shared > 0 {
        told.push(format!(
            "{} with a national id that another pupil has too, of another name or birth date or taken in before: nothing was joined by it, and a person is asked (review/)",
            rows(shared)
        ));
    }
    Ok(Taken { codes, told })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(first: &str, last: &str, birth_date: Option<i32>) -> Who {
        Who { first_name: clean(first), last_name: clean(last), birth_date }
    }

    #[test]
    fn a_slip_in_one_thing_is_a_correction_and_in_two_another_child() {
        let before = who("Shkëlzen", "Çela", Some(15_000));
        assert!(!who("SHKELZEN", "Cela", Some(15_001)).is_another(&before), "the birth date alone");
        assert!(!who("Çela", "Shkëlzen", Some(15_001)).is_another(&before), "names swapped, and the birth date");
        assert!(!who("Arta", "Çela", Some(15_000)).is_another(&before), "the name alone");
        assert!(!who("", "", Some(15_001)).is_another(&before), "no name");
        assert!(who("Arta", "Çela", Some(15_001)).is_another(&before));
        assert!(who("Arta", "Leka", None).is_another(&before), "nothing agrees");
    }

    #[test]
    fn only_a_whole_agreement_joins() {
        let one = who("Shkëlzen", "Çela", Some(15_000));
        assert!(one.agrees(&who("shkelzen", "CELA", Some(15_000))));
        assert!(!one.agrees(&who("shkelzen", "CELA", None)));
        assert!(!who("", "", Some(1)).agrees(&who("", "", Some(1))));
    }
}
