//! What each place is told of the list that it sent back.

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
    for told in standing(vault, as_of)? {
        let receipt = receipts.entry((told.place_kind, told.place_id)).or_default();
        receipt.day = receipt.day.max(told.day);
        if told.why == "taken" {
            receipt.taken += told.value.parse::<u32>().map_err(|_| damaged(&told.value))?;
        } else {
            let row = told.row.unwrapped_as::<u32>();
            receipt.lines.push(ReceiptLine { row, pupil_id: told.pupil_id, column: told.column, why: told.why, value: told.value });
        }
    }
    for page in pages {
        page.receipt = receipts.remove(&(page.place.kind.code().to_string(), page.place.id.clone()));
    }
    Ok(())
}
