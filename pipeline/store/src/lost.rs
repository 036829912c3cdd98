//! Nights that are missing from the list of them.

use std::path::Path;

use prane_base::error::{Error, Result};

use super::NightRecord;

/// Stops where a table has more commits than a night that was cut off can leave: the list of nights is older than its tables.
///
/// # Errors
/// An error that names the table; a store error when the nights cannot be read.
pub(super) fn no_night_is_lost(root: &Path, nights: &[NightRecord]) -> Result<()> {
    let tables = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in tables {
        let table = folder.file_name().unwrap_or_default().to_string_lossy().to_string();
        let versions = std::fs::read_dir(folder.join("_delta_log")).into_iter().flatten().flatten();
        let newest = versions.filter_map(|e| e.file_name().to_string_lossy().strip_suffix(".json")?.parse::<u64>().ok()).max();
        let known = nights.last().and_then(|night| night.versions.get(&table)).copied();
        // A first commit is two versions: the table, and its rows.
        if newest.is_some_and(|newest| newest > known.unwrap_or(0) + 1) {
            return Err(Error::vault(
                "store/nights.json",
                format!("is older than store/{table}, or not the list of these tables: nights are missing from it"),
                "restore the whole folder of the store from one backup; nothing was changed",
            ));
        }
    }
    Ok(())
}
