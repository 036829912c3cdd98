//! Receipts: what became of the lines of a list that a place filled in and sent back.

use std::collections::BTreeMap;

use az::UnwrappedAs;
use chrono::NaiveDate;
use prane_base::error::{Error, Result};
use prane_intake::receipt::standing;
use prane_reports::{PlacePage, Receipt, ReceiptLine};
use prane_vault::Vault;

fn damaged(count: &str) -> Error {
    Error::vault(
        "vault/",
        format!("the sheet receipts holds {count} where a number of lines should be"),
        "restore vault/ and store/ from the same backup",
    )
}

/// Puts the receipts of `as_of` on the pages of their places.
pub(super) fn fill(vault: &Vault, as_of: NaiveDate, pages: &mut [PlacePage]) -> Result<()> {
    let mut receipts: BTreeMap<(String, String), Receipt> = BTreeMap::new();
    for line in standing(vault, as_of)? {
        let receipt = receipts.entry((line.place_kind, line.place_id)).or_default();
        receipt.day = receipt.day.max(line.day);
        if line.why == "taken" {
            receipt.taken += line.value.parse::<u32>().map_err(|_| damaged(&line.value))?;
        } else {
            let row = line.row.unwrapped_as::<u32>();
            receipt.lines.push(ReceiptLine { row, pupil_id: line.pupil_id, column: line.column, why: line.why, value: line.value });
        }
    }
    for page in pages {
        page.receipt = receipts.remove(&(page.place.kind.code().to_string(), page.place.id.clone()));
    }
    Ok(())
}
