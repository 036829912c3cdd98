//! Updates sizes and row counts in the log of a table after an erasure rewrote files in place, in every version. Nothing else of
//! the log changes, so that a past night still finds its files.

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::percent_decode_str;
use prane_base::error::{Error, Result};
use serde_json::Value;

/// The new size of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resized {
    /// Bytes.
    pub size: u64,
    /// Rows.
    pub rows: u64,
}

/// Writes the new sizes of a table's files into its log; also those of other files whose size differs from the log, as an
/// interrupted erasure leaves them.
///
/// # Errors
/// A store error.
pub fn resize(root: &Path, table: &str, resized: BTreeMap<String, Resized>) -> Result<()> {
    let folder = root.join(table);
    let log = folder.join("_delta_log");
    if !log.is_dir() {
        return Ok(());
    }
    let io_error = |e: std::io::Error| Error::io(&log, e);
    let mut versions: Vec<_> = std::fs::read_dir(&log).map_err(io_error)?.flatten().map(|e| e.path()).collect();
    versions.sort();
    let has_ending = |path: &Path, ending: &str| path.to_string_lossy().ends_with(ending);
    let mut changed_any = false;
    for path in versions.iter().filter(|p| has_ending(p, ".json")) {
        let text = std::fs::read_to_string(path).map_err(io_error)?;
        let mut changed = false;
        let lines = text
            .lines()
            .map(|line| {
                let mut action: Value = serde_json::from_str(line).map_err(|e| Error::store(path.display().to_string(), e))?;
                changed |= update(&mut action, &folder, &resized);
                Ok(if changed { action.to_string() } else { line.to_string() })
            })
            .collect::<Result<Vec<String>>>()?;
        if changed {
            changed_any = true;
            let temporary = log.join(".resized");
            std::fs::write(&temporary, lines.join("\n") + "\n").map_err(io_error)?;
            std::fs::rename(&temporary, path).map_err(io_error)?;
        }
    }
    // A checkpoint repeats the log with the old sizes. Without it the log is read from its start, which must exist.
    let is_complete = log.join("00000000000000000000.json").exists();
    for path in versions.iter().filter(|p| has_ending(p, ".checkpoint.parquet") || has_ending(p, "_last_checkpoint")) {
        if !changed_any {
            break;
        }
        if !is_complete {
            return Err(Error::store(log.display().to_string(), "begins with a checkpoint: this version cannot erase from such a log"));
        }
        std::fs::remove_file(path).map_err(io_error)?;
    }
    Ok(())
}

/// Sets size and row count of a file that an action adds or removes; returns whether anything changed.
fn update(action: &mut Value, folder: &Path, resized: &BTreeMap<String, Resized>) -> bool {
    let mut changed = false;
    for kind in ["add", "remove"] {
        let Some(file) = action.get_mut(kind) else { continue };
        let Some(path) = file["path"].as_str().map(decoded) else { continue };
        let now = match resized.get(&path) {
            Some(now) => *now,
            None => match actual_size(&folder.join(&path), file["size"].as_u64()) {
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

/// Size and rows of a file on disk; `None` where its size is that of the log, or it cannot be read.
fn actual_size(path: &Path, size: Option<u64>) -> Option<Resized> {
    let actual = std::fs::metadata(path).ok()?.len();
    if Some(actual) == size {
        return None;
    }
    let file = std::fs::File::open(path).ok()?;
    let rows = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).ok()?.metadata().file_metadata().num_rows();
    Some(Resized { size: actual, rows: u64::try_from(rows).ok()? })
}

/// A path of the log with its percent-encoding removed.
pub(super) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded() {
        assert_eq!(decoded("school_year=2025-2026/a%20b.parquet"), "school_year=2025-2026/a b.parquet");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn every_version_is_updated() {
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
