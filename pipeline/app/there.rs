//! Whether the store that should be there is: a first night must be one, and not the night after a disk was not mounted.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_store::{Store, nights_of};

/// Stops where a store has no nights and the project has had some.
///
/// # Errors
/// An error that says what to do: begun as a first night, whatever is not in the inbox any more would be gone from the lists.
pub fn must_be_there(project: &Project, store: &Store) -> Result<()> {
    let list = project.store().join("nights.json");
    // An empty list was put there by a person.
    if !store.nights().is_empty() || store.is_past() || list.exists() {
        return Ok(());
    }
    let Some(trace) = trace_of_a_night(project) else { return Ok(()) };
    let url = &project.config.store.url;
    Err(Error::vault(
        format!("{url}/nights.json"),
        format!("is not there, though {trace}: this is no first night"),
        format!(
            "mount the disk that {url}/ lies on, or restore {url}/ as a whole from a backup; nothing was changed. To begin anew on purpose, put every extract back into inbox/ and move {url}/, published/, runs/ and vault/ away (or, to keep the names, leave vault/ and write [] into {url}/nights.json)"
        ),
    ))
}

/// Stops where the time that is asked for lies before the first night: then nothing was known, though something is stored.
///
/// # Errors
/// A usage error.
pub fn something_is_known(store: &Store, known_at: DateTime<Utc>) -> Result<()> {
    if store.is_past() && store.nights().is_empty() {
        return Err(Error::usage(
            format!("nothing was known yet at {known_at}: every night of this store is later"),
            "leave --known-at out, or give a time after the first night",
        ));
    }
    Ok(())
}

/// When the newest night of a project's store knew what it knew.
///
/// # Errors
/// A store error when the nights cannot be read.
pub fn last_known_at(project: &Project) -> Result<Option<DateTime<Utc>>> {
    Ok(nights_of(&project.store())?.iter().map(|night| night.known_at).max())
}

/// What of a project tells that it has had a night, beside its store.
#[must_use]
pub fn trace_of_a_night(project: &Project) -> Option<&'static str> {
    if has_published(&project.published()) {
        Some("published/ holds lists")
    } else if prane_vault::knows_pupils(&project.vault()) {
        Some("vault/ knows pupils")
    } else if has_told(&project.runs()) {
        Some("runs/ tells of a published night")
    } else {
        None
    }
}

fn has_published(published: &Path) -> bool {
    let mut names = std::fs::read_dir(published).into_iter().flatten().flatten().map(|e| e.file_name());
    names.any(|name| name.to_string_lossy().parse::<NaiveDate>().is_ok())
}

fn has_told(runs: &Path) -> bool {
    let files = std::fs::read_dir(runs).into_iter().flatten().flatten().map(|e| e.path());
    let published = |text: String| {
        serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|run| run["outcome"] == "published" && run["run_id"].is_string())
    };
    files.filter(|path| path.extension().is_some_and(|e| e == "json")).any(|path| std::fs::read_to_string(path).is_ok_and(published))
}
