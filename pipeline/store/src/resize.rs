//! Telling the log of files that were written anew in their place, after an erasure: sizes and row counts, in every version.
//! Nothing else of the log changes, so a past night still finds its files.

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::percent_decode_str;
use prane_base::error::{Error, Result};
use serde_json::Value;

/// What a file is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resized {
    /// Bytes.
    pub size: u64,
    /// Rows.
    pub rows: u64,
}

/// Writes the new sizes of a table's files into its log; files that are not named, but whose size the log has wrong (an
/// erasure that was cut off), too.
///
/// # Errors
/// A store error.
pub fn resize(root: &Path, table: &str, resized: BTreeMap<String, Resized>) -> Result<()> {
    let folder = root.join(table);
    let log = folder.join("_delta_log");
    if !log.is_dir() {
        return Ok(());
    }
    let io = |e: std::io::Error| Error::io(&log, e);
    let mut versions: Vec<_> = std::fs::read_dir(&log).map_err(io)?.flatten().map(|e| e.path()).collect();
    versions.sort();
    let is = |path: &Path, ending: &str| path.to_string_lossy().ends_with(ending);
    let mut changed_any = false;
    for path in versions.iter().filter(|p| is(p, ".json")) {
        let text = std::fs::read_to_string(path).map_err(io)?;
        let mut changed = false;
        let lines = text
            .lines()
            .map(|line| {
                let mut action: Value = serde_json::from_str(line).map_err(|e| Error::store(path.display().to_string(), e))?;
                changed |= told(&mut action, &folder, &resized);
                Ok(if changed { action.to_string() } else { line.to_string() })
            })
            .collect::<Result<Vec<String>>>()?;
        if changed {
            changed_any = true;
            let aside = log.join(".resized");
            std::fs::write(&aside, lines.join("\n") + "\n").map_err(io)?;
            std::fs::rename(&aside, path).map_err(io)?;
        }
    }
    // Checkpoints repeat the log; without them it is read from its start, where that is still there.
    let whole = log.join("00000000000000000000.json").exists();
    for path in versions.iter().filter(|p| is(p, ".checkpoint.parquet") || is(p, "_last_checkpoint")) {
        if !changed_any {
            break;
        }
        if !whole {
            return Err(Error::store(log.display().to_string(), "begins with a checkpoint: this version cannot erase from such a log"));
        }
        std::fs::remove_file(path).map_err(io)?;
    }
    Ok(())
}

/// Sets size and rows of a file that an action adds or removes; whether that changed anything.
fn told(action: &mut Value, folder: &Path, resized: &BTreeMap<String, Resized>) -> bool {
    let mut changed = false;
    for kind in ["add", "remove"] {
        let Some(file) = action.get_mut(kind) else { continue };
        let Some(path) = file["path"].as_str().map(decoded) else { continue };
        let now = match resized.get(&path) {
            Some(now) => *now,
            None => match lost_track(&folder.join(&path), file["size"].as_u64()) {
                Some(now) => now,
                None => continue,
            },
        };
        if file["size"].as_u64() != Some(now.size) {
            file["size"] = now.size.into();
            changed = true;
        }
        let stats = file["stats"].as_str().and_then(|s| serde_json::from_str::<Value>(s).ok());
        if let Some(mut stats) = stats.filter(|s| s["numRecords"].as_u64() != Some(now.rows)) {
            stats["numRecords"] = now.rows.into();
            file["stats"] = stats.to_string().into();
            changed = true;
        }
    }
    changed
}

/// A file whose size is not the one the log has.
fn lost_track(path: &Path, size: Option<u64>) -> Option<Resized> {
    let there = std::fs::metadata(path).ok()?.len();
    if Some(there) == size {
        return None;
    }
    let file = std::fs::File::open(path).ok()?;
    let rows = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).ok()?.metadata().file_metadata().num_rows();
    Some(Resized { size: there, rows: u64::try_from(rows).ok()? })
}

/// A path as the log writes it, without its escapes.
pub(super) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_loses_its_escapes() {
        assert_eq!(decoded("school_year=2025-2026/a%20b.parquet"), "school_year=2025-2026/a b.parquet");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn every_version_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("t/_delta_log");
        std::fs::create_dir_all(&log).unwrap();
        let version = |n: u64, text: &str| std::fs::write(log.join(format!("{n:020}.json")), text).unwrap();
        version(
            0,
            "{\"add\":{\"path\":\"a.parquet\",\"size\":10,\"stats\":\"{\\\"numRecords\\\":5}\"}}\n{\"add\":{\"path\":\"b.parquet\",\"size\":7}}\n",
        );
        version(1, "{\"remove\":{\"path\":\"a.parquet\",\"size\":10}}\n");
        std::fs::write(log.join("00000000000000000000.checkpoint.parquet"), "x").unwrap();
        resize(folder.path(), "t", BTreeMap::from([("a.parquet".to_string(), Resized { size: 8, rows: 4 })])).unwrap();
        let text = |n: u64| std::fs::read_to_string(log.join(format!("{n:020}.json"))).unwrap();
        assert!(text(0).contains("\"size\":8") && text(0).contains("\\\"numRecords\\\":4") && text(0).contains("\"size\":7"));
        assert!(text(1).contains("\"size\":8"));
        assert!(!log.join("00000000000000000000.checkpoint.parquet").exists());
    }
}
