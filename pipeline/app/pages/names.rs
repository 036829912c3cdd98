//! Names from the vault, for the pupils and participants on pages only. Every name on a page, list or workbook comes from here and
//! is made legible.

use std::collections::{BTreeMap, BTreeSet};

use prane_base::error::Result;
use prane_base::key::hex;
use prane_reports::legible;
use prane_vault::Vault;

/// The id and name that a page shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
}

/// Names by key.
pub(super) type Names = BTreeMap<String, Person>;

/// The names of `keys` in a sheet of the vault.
pub(super) fn look_up(vault: &Vault, sheet: &str, key: &str, id: &str, keys: &BTreeSet<String>) -> Result<Names> {
    let rows = vault.texts(sheet, key, Some(keys), [key, id, "first_name", "last_name"])?;
    let person = |id, first: String, last: String| Person { id, first_name: legible(&first), last_name: legible(&last) };
    Ok(rows.into_iter().map(|[key, id, first, last]| (key, person(id, first, last))).collect())
}

/// Staff key → name.
pub(super) fn staff(vault: &Vault) -> Result<BTreeMap<String, String>> {
    Ok(vault.texts("staff", "by_key", None, ["by_key", "by"])?.into_iter().map(|[key, name]| (key, legible(&name))).collect())
}

/// The names of these pupils; a pupil without a name has the school's number only. The numbers are read in one pass over all
/// pupils, because without a pupils extract nobody has a name.
pub(super) fn pupils(vault: &Vault, keys: &BTreeSet<String>) -> Result<Names> {
    let mut names = look_up(vault, "pupils", "pupil_key", "pupil_id", keys)?;
    if names.len() < keys.len() {
        for (id, code, _) in vault.pupils.all_ids() {
            let key = hex(vault.pupils.key(code));
            if keys.contains(&key) {
                names.entry(key).or_insert_with(|| Person { id: id.into(), ..Person::default() });
            }
        }
    }
    Ok(names)
}

/// The name of a pupil, or the first eight digits of the key where the vault knows none.
pub(super) fn of(names: &Names, key: &str) -> Person {
    names.get(key).cloned().unwrap_or_else(|| Person { id: key.chars().take(8).collect(), ..Person::default() })
}
