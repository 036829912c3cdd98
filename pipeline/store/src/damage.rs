//! Checks that every file of the store's nights exists and can be read to its end. It repairs nothing.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use serde_json::Value;

use super::NightRecord;

/// A file that is missing or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Path of the file relative to the store's folder, with `/`.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// Reads every file of every version up to those of the last night to its end. Returns the number of files, and the damaged ones
/// sorted by name.
#[must_use]
pub fn damage(root: &Path, nights: &[NightRecord]) -> (usize, Vec<Damage>) {
    let Some(last) = nights.last() else { return (0, Vec::new()) };
    let mut files: BTreeMap<String, Option<u64>> = BTreeMap::new();
    let mut damaged = Vec::new();
    for (table, version) in &last.versions {
        for number in 0..=*version {
            let log = format!("{table}/_delta_log/{number:020}.json");
            match added(&root.join(&log)) {
                Ok(added) => files.extend(added.into_iter().map(|(path, size)| (format!("{table}/{path}"), size))),
                Err(what) => damaged.push(Damage { file: log, what }),
            }
        }
    }
    let count = files.len();
    let found: Vec<Damage> =
        files.into_par_iter().filter_map(|(file, size)| read(&root.join(&file), size).err().map(|what| Damage { file, what })).collect();
    damaged.extend(found);
    damaged.sort_by(|a, b| a.file.cmp(&b.file));
    (count, damaged)
}

/// The files that one commit added, with their sizes.
fn added(log: &Path) -> Result<Vec<(String, Option<u64>)>, String> {
    let text = std::fs::read_to_string(log).map_err(|e| e.to_string())?;
    let mut files = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let action: Value = serde_json::from_str(line).map_err(|e| format!("is no commit: {e}"))?;
        if let Some(path) = action["add"]["path"].as_str() {
            let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().to_string();
            files.push((path, action["add"]["size"].as_u64()));
        }
    }
    Ok(files)
}

/// Reads a file to its end; a reader that panics on damaged bytes counts as an error.
fn read(path: &Path, size: Option<u64>) -> Result<(), String> {
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let found = file.metadata().map_err(|e| e.to_string())?.len();
    if let Some(size) = size.filter(|size| *size != found) {
        return Err(format!("has {found} bytes; {size} were written"));
    }
    let rows = || -> Result<(), String> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
        for batch in reader.map_err(|e| e.to_string())? {
            batch.map_err(|e| e.to_string())?;
        }
        Ok(())
    };
    catch_unwind(AssertUnwindSafe(rows)).unwrap_or_else(|_| Err("cannot be decoded".into()))
}
