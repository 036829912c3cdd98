//! Checks before a store is used: that it exists where the project has had nights, and that it has nights at the time asked for.
//! A missing store is not taken for a first night, because its disk may not be mounted.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_store::{Store, nights_of};

/// Fails where the store has no nights although the project has had some. If such a night ran as a first night, every record
/// that is no longer in the inbox would be missing from the lists.
///
/// # Errors
/// A vault error that says how to restore the store or to start anew.
pub fn check_store_exists(project: &Project, store: &Store) -> Result<()> {
    let list = project.store().join("nights.json");
    // The program never writes an empty list: a person put it there to start anew.
    if !store.nights().is_empty() || store.is_past() || list.exists() {
        return Ok(());
    }
    let Some(trace) = trace_of_night(project) else { return Ok(()) };
    let url = &project.config.store.url;
    Err(Error::vault(
        format!("{url}/nights.json"),
        format!("is missing, but {trace}, so this is not the first night"),
        format!(
            "mount the disk that {url}/ lies on, or restore {url}/ as a whole from a backup. To start anew on purpose, put every extract back into inbox/ and move {url}/, published/, runs/ and vault/ away (or, to keep the names, leave vault/ and write [] into {url}/nights.json)"
        ),
    ))
}

/// Fails where `known_at` lies before the first night of a store that has nights.
///
/// # Errors
/// A usage error.
pub fn check_known_at(store: &Store, known_at: DateTime<Utc>) -> Result<()> {
    if store.is_past() && store.nights().is_empty() {
        return Err(Error::usage(
            format!("nothing was known yet at {known_at}: every night of this store is later"),
            "leave --known-at out, or give a time after the first night",
        ));
    }
    Ok(())
}

/// The `known_at` of the newest night of the project's store.
///
/// # Errors
/// A store error when the nights cannot be read.
pub fn last_known_at(project: &Project) -> Result<Option<DateTime<Utc>>> {
    Ok(nights_of(&project.store())?.iter().map(|night| night.known_at).max())
}

/// Evidence outside the store that the project has had a night.
#[must_use]
pub fn trace_of_night(project: &Project) -> Option<&'static str> {
    if has_published_days(&project.published()) {
        Some("published/ holds lists")
    } else if prane_vault::knows_pupils(&project.vault()) {
        Some("vault/ knows pupils")
    } else if has_published_run(&project.runs()) {
        Some("runs/ has the manifest of a published night")
    } else {
        None
    }
}

fn has_published_days(published: &Path) -> bool {
    let mut names = std::fs::read_dir(published).into_iter().flatten().flatten().map(|e| e.file_name());
    names.any(|name| name.to_string_lossy().parse::<NaiveDate>().is_ok())
}

fn has_published_run(runs: &Path) -> bool {
    let files = std::fs::read_dir(runs).into_iter().flatten().flatten().map(|e| e.path());
    let is_published = |text: String| {
        serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|run| run["outcome"] == "published" && run["run_id"].is_string())
    };
    files.filter(|path| path.extension().is_some_and(|e| e == "json")).any(|path| std::fs::read_to_string(path).is_ok_and(is_published))
}
