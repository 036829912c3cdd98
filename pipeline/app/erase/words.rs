//! Searches and redacts texts that identify erased children: their numbers, keys and full names, as whole words.

use std::path::Path;

use aho_corasick::AhoCorasick;
use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::disk::files_below;
use prane_base::error::{Error, Result};
use prane_store::errors::StoreError;
use prane_vault::Children;
use serde_json::Value;

/// The text that replaces a word.
const REDACTED: &str = "[erased]";

/// Search patterns for the children's words.
pub(super) struct Words {
    all: AhoCorasick,
    /// Without the pupils' numbers: in a table the same digits may be a code of something else.
    names: AhoCorasick,
}

impl Words {
    /// The words that identify these children.
    pub(super) fn of(children: &Children) -> Result<Self> {
        let build = |words: Vec<&String>| AhoCorasick::new(words).map_err(|e| Error::Bug(e.to_string()));
        let all = children.words.iter().chain(&children.pupil_keys).chain(&children.participant_keys).collect();
        let names = children.words.iter().filter(|word| !children.pupil_ids.contains(*word)).collect();
        Ok(Self { all: build(all)?, names: build(names)? })
    }

    /// Whether a file contains one of the words.
    pub(super) fn are_in(&self, path: &Path) -> bool {
        std::fs::read(path).is_ok_and(|bytes| spans(&self.all, &bytes).next().is_some())
    }

    /// Replaces the words in the texts of a JSON file; returns whether it contained any.
    pub(super) fn redact(&self, path: &Path) -> Result<bool> {
        if !self.are_in(path) {
            return Ok(false);
        }
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
        let Ok(mut json) = serde_json::from_str::<Value>(&text) else { return Ok(false) };
        if !self.redact_value(&mut json) {
            return Ok(false);
        }
        let text = serde_json::to_string_pretty(&json).map_err(|e| Error::Bug(e.to_string()))?;
        prane_base::disk::write_private(path, text.as_bytes())?;
        Ok(true)
    }

    fn redact_value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.redacted(text) {
                Some(redacted) => {
                    *text = redacted;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |any, item| self.redact_value(item) | any),
            Value::Object(fields) => fields.values_mut().fold(false, |any, item| self.redact_value(item) | any),
            _ => false,
        }
    }

    fn redacted(&self, text: &str) -> Option<String> {
        let mut redacted = String::new();
        let mut copied = 0;
        for (start, end) in spans(&self.all, text.as_bytes()) {
            redacted.push_str(&text[copied..start]);
            redacted.push_str(REDACTED);
            copied = end;
        }
        (copied > 0).then(|| redacted + &text[copied..])
    }

    /// The number of files of the store with a text that contains a name or national id of the children.
    pub(super) fn stored(&self, store: &Path) -> Result<usize> {
        let mut count = 0;
        for path in files_below(store).iter().filter(|p| p.extension().is_some_and(|e| e == "parquet")) {
            count += usize::from(self.are_in_cells(path)?);
        }
        Ok(count)
    }

    fn are_in_cells(&self, path: &Path) -> Result<bool> {
        let file = std::fs::File::open(path).map_err(|e| Error::io(path, e))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).store_err()?;
        let texts: Vec<usize> =
            builder.schema().fields().iter().enumerate().filter(|(_, f)| *f.data_type() == DataType::Utf8).map(|(at, _)| at).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), texts);
        for batch in builder.with_projection(mask).build().store_err()? {
            for column in batch.store_err()?.columns() {
                let Some(cells) = column.as_string_opt::<i32>() else { continue };
                if (0..cells.len()).any(|at| cells.is_valid(at) && spans(&self.names, cells.value(at).as_bytes()).next().is_some()) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Start and end of each occurrence as a whole word.
fn spans(words: &AhoCorasick, bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    words
        .find_iter(bytes)
        .map(|found| (found.start(), found.end()))
        .filter(move |(start, end)| !is_part(start.checked_sub(1).and_then(|at| bytes.get(at))) && !is_part(bytes.get(*end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_of_texts_are_taken_out() {
        let children = Children {
            words: ["1001".to_string(), "Ema Çela".to_string()].into(),
            pupil_ids: ["1001".to_string()].into(),
            ..Children::default()
        };
        let words = Words::of(&children).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.json");
        std::fs::write(&path, r#"{"read":1001,"hash":"a1001b","note":"found: 1001, Ema Çela."}"#).unwrap();
        assert!(words.redact(&path).unwrap());
        let json: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(json, serde_json::json!({"read": 1001, "hash": "a1001b", "note": "found: [erased], [erased]."}));
        assert!(!words.redact(&path).unwrap());
    }
}
