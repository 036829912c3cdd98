//! Sealing published files for recipients, and the folders of places.

use prane_base::archive;
use prane_base::error::Result;
use prane_base::recipient::{ANALYSTS, Recipients};
use prane_reports::PlaceKind;

/// The files to publish for `recipient`: unchanged, or one sealed archive called `name` where the project names a key for it.
///
/// # Errors
/// A bug.
pub fn published(recipients: &Recipients, recipient: &str, name: &str, files: Vec<(String, Vec<u8>)>) -> Result<Vec<(String, Vec<u8>)>> {
    if !recipients.has(recipient) {
        return Ok(files);
    }
    let sealed = recipients.seal(recipient, &archive::deflated(&files)?)?;
    Ok(sealed.map(|bytes| (name.to_string(), bytes)).into_iter().collect())
}

/// Folders of a publication that hold sealed files only.
#[must_use]
pub fn sealed_folders(recipients: &Recipients) -> Vec<String> {
    recipients
        .all()
        .map(|recipient| match recipient.split_once(':') {
            Some(("school", id)) => place_folder(PlaceKind::School, id),
            Some((_, id)) => place_folder(PlaceKind::Centre, id),
            None if recipient == ANALYSTS => ANALYSTS.into(),
            None => "overview".into(),
        })
        .collect()
}

/// The folder of a place, `schools/S0001`. Ids come from extracts, so characters that could leave the folder are replaced.
#[must_use]
pub fn place_folder(kind: PlaceKind, id: &str) -> String {
    let safe: String = id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
    // On Windows and FAT, names that differ by case only are one folder, and some names are reserved: such ids get a hash.
    let is_safe = safe == id && !id.chars().any(char::is_lowercase) && !is_reserved(id);
    let name = if is_safe { safe } else { format!("{safe}-{}", &blake3::hash(id.as_bytes()).to_hex()[..6]) };
    match kind {
        PlaceKind::School => format!("schools/{name}"),
        PlaceKind::Centre => format!("centres/{name}"),
    }
}

/// Whether Windows reserves the name for a device.
fn is_reserved(id: &str) -> bool {
    let upper = id.to_uppercase();
    let port = |name: &str| upper.strip_prefix(name).is_some_and(|n| n.len() == 1 && n != "0" && n.chars().all(|c| c.is_ascii_digit()));
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL") || port("COM") || port("LPT")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_places_share_a_folder_where_case_does_not_count() {
        let folders: BTreeSet<String> =
            ["S1", "s1", "CON", "con", "Con", "LPT1"].iter().map(|id| place_folder(PlaceKind::School, id).to_lowercase()).collect();
        assert_eq!(folders.len(), 6);
        assert!(!folders.contains("schools/con") && !folders.contains("schools/lpt1"));
        assert_eq!(place_folder(PlaceKind::School, "S0001"), "schools/S0001");
    }
}
