//! Links with ids that people know: `prane link export` (which participant is which pupil) and `prane explain --link` (why).
//! Both need the vault's key, and both are logged before anything is shown.

use std::collections::BTreeMap;
use std::fmt::Write;

use prane_base::error::{Error, Result};
use prane_base::key::{hex, unhex};
use prane_contract::reject::{harmless, timeless_workbook};
use prane_store::Store;
use prane_vault::Vault;
use rust_xlsxwriter::XlsxError;

use super::{Link, kept};

/// Columns of the export.
const COLUMNS: [&str; 5] = ["centre_id", "participant_id", "pupil_id", "weight", "decided_by"];

/// Every link of a participant, one row each.
///
/// # Errors
/// Store and vault errors.
fn rows(store: &Store, vault: &Vault) -> Result<Vec<[String; 5]>> {
    let participants = participants(vault)?;
    // A child with two numbers has one key; the number of the last row is shown.
    let pupils: BTreeMap<String, String> =
        vault.texts("pupils", "pupil_key", None, ["pupil_key", "pupil_id"])?.into_iter().map(|[key, id]| (key, id)).collect();
    let mut rows: Vec<[String; 5]> = kept(store)?
        .into_iter()
        .filter(|link| link.kind == "participant" && link.outcome == "linked")
        .map(|link| {
            let (centre, participant) = participants.get(&link.record_key).cloned().unwrap_or_default();
            let pupil = link.pupil_key.as_ref().and_then(|key| pupils.get(key)).cloned().unwrap_or_default();
            let weight = link.weight.map(|w| format!("{w:.1}")).unwrap_or_default();
            [centre, participant, pupil, weight, link.decided_by.unwrap_or_default()]
        })
        .collect();
    rows.sort();
    Ok(rows)
}

/// Centre and number of every participant, by key.
fn participants(vault: &Vault) -> Result<BTreeMap<String, (String, String)>> {
    let columns = ["participant_key", "centre_id", "participant_id"];
    let rows = vault.texts("centre_participants", "participant_key", None, columns)?;
    Ok(rows.into_iter().map(|[key, centre, id]| (key, (centre, id))).collect())
}

/// The links as CSV.
///
/// # Errors
/// Store and vault errors.
pub fn csv(store: &Store, vault: &Vault) -> Result<Vec<u8>> {
    let store_error = |e: csv::Error| Error::store("the export", e);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(store_error)?;
    for row in rows(store, vault)? {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(store_error)?;
    }
    writer.into_inner().map_err(|e| Error::store("the export", e))
}

/// The links as a workbook.
///
/// # Errors
/// Store and vault errors.
pub fn xlsx(store: &Store, vault: &Vault) -> Result<Vec<u8>> {
    let rows = rows(store, vault)?;
    workbook(&rows).map_err(|e| Error::store("the export", e))
}

fn workbook(rows: &[[String; 5]]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = timeless_workbook()?;
    let sheet = workbook.add_worksheet().set_name("links")?;
    for (column, name) in (0_u16..).zip(COLUMNS) {
        sheet.write_string(0, column, name)?;
    }
    for (at, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row) {
            match cell.parse::<f64>() {
                Ok(weight) if column == 3 => sheet.write_number(at, column, weight)?,
                _ => sheet.write_string(at, column, harmless(cell))?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

/// The links of a record and their reasons, in words, with keys and fields but without names. `id` is the number of a participant
/// (`C01/K001` where several centres use it) or of an identification; or the number or key of a pupil, for all its links.
///
/// # Errors
/// A usage error where no record has that id.
pub fn explain(store: &Store, vault: &Vault, id: &str) -> Result<String> {
    let participants = participants(vault)?;
    let pupil = unhex(id).or_else(|| vault.pupil_key(id)).map(hex);
    let links = kept(store)?;
    let label = |link: &Link| match participants.get(&link.record_key) {
        Some((centre, number)) => format!("{centre}/{number}"),
        None => format!("{} {}", link.kind, &link.record_key[..8.min(link.record_key.len())]),
    };
    let has_id = |link: &&Link| {
        let has_number = participants.get(&link.record_key).is_some_and(|(_, number)| number == id);
        has_number || label(link) == id || link.record_key == id || (pupil.is_some() && link.pupil_key == pupil)
    };
    let found: Vec<&Link> = links.iter().filter(has_id).collect();
    if found.is_empty() {
        return Err(Error::usage(
            "no record of a centre is known by that, and no link leads to it",
            "give a participant's number (K001, or C01/K001), a pupil's number, or a pupil_key",
        ));
    }
    let mut text = String::new();
    for link in found {
        let decided = link.decided_by.as_deref().map(|by| format!(", by {by}")).unwrap_or_default();
        let _ = writeln!(text, "{}: {}{decided}", label(link), link.outcome);
        let Some(pupil) = &link.pupil_key else { continue };
        let _ = writeln!(text, "  pupil {pupil}");
        if let (Some(weight), Some(probability)) = (link.weight, link.probability) {
            let _ = writeln!(text, "  weight {weight:.1} bits, probability {probability:.6} after others who fit had their share");
        }
        if let Some(doubt) = &link.doubt {
            let _ = writeln!(text, "  a person is asked because of: {doubt}");
        }
        for field in link.why.iter().flat_map(|why| why.split("; ")) {
            let _ = writeln!(text, "    {field}");
        }
    }
    Ok(text)
}
