//! `prane erase PUPIL` and `prane retention`: remove children from every version of the store, the rejects, the published files
//! and, last, the vault. Aggregates stay. A receipt without names records what was removed.
//!
//! An erasure writes a marker file first, with the children sealed to the vault's key. An interrupted erasure continues when it is
//! run again, and until it is complete the marker stops other commands.

mod rejects;
mod store;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use prane_reports::legible;
use prane_vault::Children;
use serde::Serialize;

pub use prane_intake::retention::{Expired, expired};
use words::Words;

use crate::night::RunOptions;
use crate::nightly;
use crate::preflight;
use crate::publish;
use prane_base::disk::files_below;
use prane_base::disk::write_private;
use prane_base::error::{Error, Result, plural};
use prane_base::key::{hex, unhex};
use prane_base::project::Project;
use prane_base::telemetry;
use prane_intake::links;
use prane_store::Store;
use prane_vault::{Vault, sheet_before};

/// The marker file of an unfinished erasure.
const MARKER: &str = ".erasing";

/// The receipt of an erasure; it names nobody.
#[derive(Debug, Default, Serialize)]
pub struct Receipt {
    /// When the erasure was started.
    pub at: DateTime<Utc>,
    /// Number of children.
    pub children: usize,
    /// Table → rows removed from the store, over all versions.
    pub store_rows: BTreeMap<String, u64>,
    /// Rewritten files of the store.
    pub store_files: usize,
    /// Rows removed from the rejects.
    pub reject_rows: u64,
    /// Days whose lists were published again.
    pub days_drawn: Vec<String>,
    /// Days that could not be published again and were removed.
    pub days_removed: Vec<String>,
    /// Sheet → rows removed from the vault.
    pub vault_rows: BTreeMap<String, u64>,
    /// Files of the inbox that still identify the children; they are not changed, because they belong to whoever handed them in.
    pub inbox_files: usize,
    /// Other files of the project that still identify them. Unless it is 0, the command fails.
    pub left: usize,
}

/// Fails while an erasure is unfinished.
///
/// # Errors
/// A vault error that says how to finish it.
pub fn check_none_unfinished(project: &Project) -> Result<()> {
    if project.root.join(MARKER).exists() {
        return Err(Error::vault(
            MARKER,
            "an erasure was cut off half-way",
            "run the same `prane erase` again: it goes on where it stopped; nothing else works until it is done",
        ));
    }
    Ok(())
}

/// The children that `who` names: each is a pupil's number or key, or a participant such as `C01/K001`.
///
/// # Errors
/// A usage error for an unknown child; vault and store errors.
pub async fn find(project: &Project, who: &[String], now: DateTime<Utc>) -> Result<Children> {
    let vault = Vault::open(project, false)?;
    let marker = project.root.join(MARKER);
    if marker.exists() {
        let sealed = std::fs::read(&marker).map_err(|e| Error::io(&marker, e))?;
        let unfinished: Children =
            serde_json::from_slice(&vault.unseal(&sealed, MARKER)?).map_err(|e| Error::vault(MARKER, e.to_string(), "please report it"))?;
        if unfinished.asked == who {
            return Ok(unfinished);
        }
        return Err(Error::usage(
            "an erasure of somebody else was cut off half-way",
            "run that one again first; it goes on where it stopped",
        ));
    }
    let store = Store::open(&project.store(), &project.staging(), now).await?;
    preflight::check_store_exists(project, &store)?;
    if store.is_past() {
        return Err(Error::usage(
            "an erasure changes the newest state of the store, and nights came after that time",
            "leave --known-at out",
        ));
    }
    let mut children = Children { asked: who.to_vec(), ..Children::default() };
    let participants = vault.texts("centre_participants", "participant_key", None, ["participant_key", "centre_id", "participant_id"])?;
    for name in who {
        if let Some(key) = unhex(name).or_else(|| vault.pupil_key(name)) {
            children.pupil_keys.insert(hex(key));
            continue;
        }
        let found = participants.iter().find(|[_, centre, id]| format!("{centre}/{id}") == *name);
        let [key, ..] = found.ok_or_else(|| {
            Error::usage(
                format!("nobody is known by {name}"),
                "give a pupil's number, a pupil_key, or a participant as CENTRE/NUMBER; an erased child is unknown, too",
            )
        })?;
        children.participant_keys.insert(key.clone());
    }
    complete(&mut children, &vault, &store)?;
    Ok(children)
}

/// Adds every other key, number and name by which the same children can be identified.
fn complete(children: &mut Children, vault: &Vault, store: &Store) -> Result<()> {
    for link in links::kept(store)? {
        let of_pupil = link.outcome == "linked" && link.pupil_key.as_ref().is_some_and(|key| children.pupil_keys.contains(key));
        let of_participant = link.participant_key.as_ref().is_some_and(|key| children.participant_keys.contains(key));
        match link.kind.as_str() {
            "participant" if of_pupil => drop(children.participant_keys.insert(link.record_key)),
            "identification" | "referral" if of_pupil || of_participant => drop(children.row_keys.insert(link.record_key)),
            _ => {}
        }
    }
    for (id, code, _) in vault.pupils.all_ids() {
        if children.pupil_keys.contains(&hex(vault.pupils.key(code))) {
            children.pupil_ids.insert(id.into());
        }
    }
    // Only full names: a first or last name alone is shared by many people.
    let full_names = |first: &str, last: &str| -> Vec<String> {
        if first.is_empty() || last.is_empty() {
            return Vec::new();
        }
        // As the extract spelt it, and as lists show it.
        let spellings = [(first.to_owned(), last.to_owned()), (legible(first), legible(last))];
        let orders = |(first, last): &(String, String)| {
            [format!("{first} {last}"), format!("{last} {first}"), format!("{first}, {last}"), format!("{last}, {first}")]
        };
        spellings.iter().flat_map(orders).collect()
    };
    // Earlier spellings too: earlier lists show them.
    for sheet in ["pupils".to_string(), sheet_before("pupils")] {
        let columns = ["national_id", "first_name", "last_name"];
        for [national, first, last] in vault.texts(&sheet, "pupil_id", Some(&children.pupil_ids), columns)? {
            children.words.extend(full_names(&first, &last).into_iter().chain([national]));
        }
    }
    let columns = ["participant_key", "centre_id", "participant_id", "national_id", "first_name", "last_name"];
    for sheet in ["centre_participants".to_string(), sheet_before("centre_participants")] {
        for [_, centre, id, national, first, last] in vault.texts(&sheet, "participant_key", Some(&children.participant_keys), columns)? {
            children.participants.insert((centre, id));
            children.words.extend(full_names(&first, &last).into_iter().chain([national]));
        }
    }
    children.words.extend(children.pupil_ids.iter().cloned());
    // Short words would match unrelated texts.
    children.words.retain(|word| word.chars().count() > 3);
    Ok(())
}

/// Erases the children under the project's lock, and publishes the lists of all days again.
///
/// # Errors
/// Store and vault errors; a repeated call continues the erasure.
pub async fn erase(project: &Project, children: &Children, at: DateTime<Utc>) -> Result<Receipt> {
    let count = children.pupil_keys.len().max(children.participant_keys.len());
    let mut receipt = Receipt { at, children: count, ..Receipt::default() };
    let mut stages = telemetry::stage("store");
    {
        let _lock = publish::lock(project)?;
        let marker = serde_json::to_vec(children).map_err(|e| Error::Bug(e.to_string()))?;
        write_private(&project.root.join(MARKER), &Vault::open(project, true)?.seal(&marker)?)?;
        store::erase(project, children, &mut receipt)?;
        let erased_rows = receipt.store_rows.get("attendance").copied().unwrap_or(0);
        Store::open(&project.store(), &project.staging(), at).await?.forget_rows(erased_rows)?;
        stages.next("rejects");
        receipt.reject_rows = rejects::erase(&project.rejects(), children)?;
        remove_if_there(&project.review())?;
        // Before the lists are drawn again: they contain notes from the manifests.
        let words = Words::of(children)?;
        let manifests = files_below(&project.runs()).into_iter().filter(|p| p.extension().is_some_and(|e| e == "json"));
        for path in manifests.chain([project.store().join("nights.json")]) {
            words.redact(&path)?;
        }
    }
    stages.next("published");
    draw_again(project, at, &mut receipt).await?;
    let _lock = publish::lock(project)?;
    stages.next("vault");
    receipt.vault_rows = Vault::open(project, true)?.erase(children)?;
    let words = Words::of(children)?;
    let holds = |path: &PathBuf| words.are_in(path);
    receipt.inbox_files = files_below(&project.inbox()).iter().filter(|path| holds(path)).count();
    let elsewhere = [project.rejects(), project.published(), project.runs(), project.review()];
    receipt.left = elsewhere.iter().flat_map(|folder| files_below(folder)).filter(holds).count();
    // Texts in rows of other children may name them.
    receipt.left += words.stored(&project.store())?;
    let folder = project.runs().join("erasures");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    let number = std::fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))?.count() + 1;
    let path = folder.join(format!("{number:04}.json"));
    let text = serde_json::to_string_pretty(&receipt).map_err(|e| Error::Bug(e.to_string()))?;
    write_private(&path, text.as_bytes())?;
    std::fs::remove_file(project.root.join(MARKER)).map_err(|e| Error::io(&project.root, e))?;
    let _ = stages.finish();
    Ok(receipt)
}

fn remove_if_there(folder: &Path) -> Result<()> {
    if folder.exists() { std::fs::remove_dir_all(folder).map_err(|e| Error::io(folder, e)) } else { Ok(()) }
}

/// Publishes every day again, with the `known_at` of its night and without the children. A day that cannot be published is
/// removed.
async fn draw_again(project: &Project, now: DateTime<Utc>, receipt: &mut Receipt) -> Result<()> {
    let entries = std::fs::read_dir(project.published()).into_iter().flatten().flatten();
    let mut days: Vec<NaiveDate> = entries.filter_map(|e| e.file_name().to_string_lossy().parse().ok()).collect();
    days.sort_unstable();
    let known = Store::open(&project.store(), &project.staging(), now).await?;
    for day in days {
        let night = known.nights().iter().rev().find(|n| n.as_of == day.to_string());
        let options = RunOptions {
            as_of: Some(day),
            known_at: night.map_or(now, |n| n.known_at),
            clock: now,
            asked_at: now,
            take_in: false,
            rehearsal: false,
        };
        tracing::debug!("lists of {day}");
        match Box::pin(telemetry::silently(nightly::run(project, &options))).await {
            Ok(_) => receipt.days_drawn.push(day.to_string()),
            // The lists of this day cannot be made without the children's rows.
            Err(Error::CheckFailed { .. } | Error::ExtractMissing { .. } | Error::Sql { .. } | Error::Configuration { .. }) => {
                remove_if_there(&project.published().join(day.to_string()))?;
                receipt.days_removed.push(day.to_string());
            }
            Err(other) => return Err(other),
        }
    }
    if project.published().is_dir() { publish::point_latest(&project.published()) } else { Ok(()) }
}

impl Receipt {
    /// The receipt as text for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let sum = |rows: &BTreeMap<String, u64>| rows.values().sum::<u64>();
        let mut text = format!(
            "erased: {}\nstore: {} rows out of {}, all versions\nrejects: {} rows\npublished: {} drawn anew, {} removed\nvault: {} rows\n",
            if self.children == 1 { "1 child".into() } else { format!("{} children", self.children) },
            sum(&self.store_rows),
            plural(self.store_files, "file"),
            self.reject_rows,
            plural(self.days_drawn.len(), "day"),
            plural(self.days_removed.len(), "day"),
            sum(&self.vault_rows),
        );
        if self.inbox_files > 0 {
            text.push_str(&format!(
                "inbox/: {} still identify the children; prane has read them and needs them no more: remove them, and ask whoever hands them in to leave the children out, or the next extract brings them back\n",
                plural(self.inbox_files, "file")
            ));
        }
        if self.left > 0 {
            text.push_str(&format!("STILL THERE: {} elsewhere in the project still identify the children\n", plural(self.left, "file")));
        }
        text.push_str("backups, and lists that were handed out, are beyond the reach of this program\n");
        text
    }
}
