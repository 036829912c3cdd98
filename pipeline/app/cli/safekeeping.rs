//! Commands that read or change names: `link`, `erase`, `retention` and `vault`. Each writes the audit log first.

use std::path::Path;

use chrono::NaiveDate;
use prane_base::day::school_year_of;
use prane_base::disk::write_private;
use prane_base::error::{Error, Result, plural};
use prane_base::project::Project;
use prane_intake::links::{export, files};
use prane_linkage::Settings;
use prane_rules::Rulebook;
use prane_store::Store;
use prane_vault::{Vault, keep};

use super::{Common, LinkCommand, LinkFormat, VaultCommand, known_at, now, out};
use crate::{audit, erase, nightly, preflight, publish};

/// `prane erase`.
pub(super) async fn erase(common: &Common, who: &[String], yes: bool) -> Result<()> {
    let project = Project::open(&common.project)?;
    let at = known_at(&project, common)?;
    let children = erase::find(&project, who, at).await?;
    if !yes {
        return out(format!(
            "would erase {} known by {}, with {} at centres, from the store (every version), the rejects, the lists and the vault; aggregates stay\nnothing was done: add --yes to do it; it cannot be undone\n",
            plural(children.pupil_keys.len().max(1), "pupil"),
            plural(children.pupil_ids.len(), "number"),
            plural(children.participant_keys.len(), "record"),
        )
        .as_bytes());
    }
    audit::note(&project, now(), "erase", &plural(who.len(), "record"))?;
    let receipt = erase::erase(&project, &children, at).await?;
    out(receipt.text().as_bytes())?;
    if receipt.left == 0 {
        return Ok(());
    }
    Err(Error::vault(
        "erase",
        format!("{} of the project still name or identify the erased children", plural(receipt.left, "file")),
        "search the texts of other children's contacts, rejects/ and published/, and remove what identifies them",
    ))
}

/// `prane retention`.
pub(super) async fn retention(common: &Common, yes: bool) -> Result<()> {
    let project = Project::open(&common.project)?;
    let keep_years = project.config.retention.keep_years;
    if keep_years == 0 {
        return out(b"[retention] keep_years is 0: children are kept for ever; set it to show who is past it\n");
    }
    let rulebook = Rulebook::load(&project)?;
    let store = Store::open(&project.store(), &project.staging(), known_at(&project, common)?).await?;
    preflight::check_store_exists(&project, &store)?;
    let Some(last) = store.nights().last().and_then(|n| n.as_of.parse::<NaiveDate>().ok()) else {
        return Err(Error::usage("nothing is stored yet", "`prane run` first"));
    };
    let expired = erase::expired(&project, rulebook.year_starts, &store, school_year_of(last, rulebook.year_starts))?;
    out(expired.text(keep_years).as_bytes())?;
    let keys = expired.keys();
    if keys.is_empty() {
        return Ok(());
    }
    if !yes {
        return out(b"nothing was done: add --yes to erase them; it cannot be undone\n");
    }
    erase(common, &keys, true).await
}

/// `prane link`.
pub(super) async fn link(common: &Common, what: &LinkCommand) -> Result<()> {
    let (format, to) = match what {
        LinkCommand::Export { format, to } => (format, to),
        LinkCommand::Try { left, right, to, link_at, review_at, keep } => {
            let settings = nightly::linkage_settings(&Rulebook::load(&Project::open(&common.project)?)?.policy)?;
            let settings = Settings {
                link_at: link_at.unwrap_or(settings.link_at),
                review_at: review_at.unwrap_or(settings.review_at),
                keep: keep.unwrap_or(settings.keep),
                ..settings
            };
            let tried = files::try_files(left, right.as_deref(), &settings)?;
            if !common.quiet {
                eprint!("{}", tried.summary);
            }
            return write_result(to.as_deref(), &tried.csv);
        }
    };
    let (project, store, vault) = with_vault(common).await?;
    audit::note(&project, now(), "link export", "")?;
    let bytes = match format {
        LinkFormat::Csv => export::csv(&store, &vault)?,
        LinkFormat::Xlsx => export::xlsx(&store, &vault)?,
    };
    write_result(to.as_deref(), &bytes)
}

/// Writes to a new private file, or to stdout without one.
fn write_result(to: Option<&Path>, bytes: &[u8]) -> Result<()> {
    match to {
        Some(path) if path.exists() => {
            Err(Error::usage(format!("{} exists already", path.display()), "name a file that does not exist yet"))
        }
        Some(path) => write_private(path, bytes),
        None => out(bytes),
    }
}

/// `prane vault`.
pub(super) fn keep_vault(common: &Common, what: &VaultCommand) -> Result<()> {
    let project = Project::open(&common.project)?;
    let _lock = publish::lock(&project)?;
    erase::check_none_unfinished(&project)?;
    let note = |what: &str| audit::note(&project, now(), what, "");
    let message = match what {
        VaultCommand::RotateKey { new_key_file } => {
            note("vault rotate-key")?;
            keep::rotate_key(&project, new_key_file.as_deref())?
        }
        VaultCommand::Backup { file } => {
            note("vault backup")?;
            keep::backup(&project, file)?
        }
    };
    out(format!("{message}\n").as_bytes())
}

/// Opens the store and the vault of a project that has had a night.
pub(super) async fn with_vault(common: &Common) -> Result<(Project, Store, Vault)> {
    let project = Project::open(&common.project)?;
    let store = Store::open(&project.store(), &project.staging(), known_at(&project, common)?).await?;
    preflight::check_store_exists(&project, &store)?;
    let vault = Vault::open(&project, false)?;
    if store.nights().is_empty() {
        return Err(Error::usage("nothing is stored yet", "`prane run` first"));
    }
    Ok((project, store, vault))
}
