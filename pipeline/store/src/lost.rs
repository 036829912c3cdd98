//! Detects nights that are missing from `nights.json`.

use std::path::Path;

use prane_base::error::{Error, Result};

use super::NightRecord;

/// Checks that no table has more commits than an interrupted night can leave: then `nights.json` is older than the tables.
///
/// # Errors
/// An error that names the table.
pub(super) fn check_no_night_is_missing(root: &Path, nights: &[NightRecord]) -> Result<()> {
    let tables = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in tables {
        let table = folder.file_name().unwrap_or_default().to_string_lossy().to_string();
        let versions = std::fs::read_dir(folder.join("_delta_log")).into_iter().flatten().flatten();
        let newest = versions.filter_map(|e| e.file_name().to_string_lossy().strip_suffix(".json")?.parse::<u64>().ok()).max();
        let known = nights.last().and_then(|night| night.versions.get(&table)).copied();
        // The first commit makes two versions, the empty table and its rows: 0 and 1.
        if newest.is_some_and(|newest| newest > known.unwrap_or(0) + 1) {
            return Err(Error::vault(
                "store/nights.json",
                format!("is older than store/{table}, or not the list of these tables: nights are missing from it"),
                "restore the whole folder of the store from one backup",
            ));
        }
    }
    Ok(())
}
