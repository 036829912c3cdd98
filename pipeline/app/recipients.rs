//! What of the published files is sealed for whom, and in which folders it lies.

use prane_base::archive;
use prane_base::error::Result;
use prane_base::recipient::{ANALYSTS, Recipients};
use prane_reports::PlaceKind;

/// The files as they are published for `whom`: as they are, or one sealed archive of the name `name`.
///
/// # Errors
/// A bug.
pub fn published(recipients: &Recipients, whom: &str, name: &str, files: Vec<(String, Vec<u8>)>) -> Result<Vec<(String, Vec<u8>)>> {
    if !recipients.has(whom) {
        return Ok(files);
    }
    let sealed = recipients.seal(whom, &archive::deflated(&files)?)?;
    Ok(sealed.map(|bytes| (name.to_string(), bytes)).into_iter().collect())
}

/// Folders of a night that hold nothing but sealed files.
#[must_use]
pub fn sealed_folders(recipients: &Recipients) -> Vec<String> {
    recipients
        .all()
        .map(|whom| match whom.split_once(':') {
            Some(("school", id)) => place_folder(PlaceKind::School, id),
            Some((_, id)) => place_folder(PlaceKind::Centre, id),
            None if whom == ANALYSTS => ANALYSTS.into(),
            None => "overview".into(),
        })
        .collect()
}

/// `schools/S0001`; ids come from extracts, and a folder's name must stay below its own folder.
#[must_use]
pub fn place_folder(kind: PlaceKind, id: &str) -> String {
    let safe: String = id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
    // Folders that differ by case only are one folder on Windows and on a stick, where some names cannot be made at all.
    let clear = safe == id && !id.chars().any(char::is_lowercase) && !reserved(id);
    let name = if clear { safe } else { format!("{safe}-{}", &blake3::hash(id.as_bytes()).to_hex()[..6]) };
    match kind {
        PlaceKind::School => format!("schools/{name}"),
        PlaceKind::Centre => format!("centres/{name}"),
    }
}

/// Names that Windows keeps for devices.
fn reserved(id: &str) -> bool {
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
