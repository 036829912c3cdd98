//! Merges two pupils where a person decided that they are one child with two numbers: from then on the rows of the second have
//! the key of the first. The files that count now are rewritten; past versions stay as they are, so that a list of that time can
//! be made again. A later decision cannot undo a merge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch, StringArray};
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take};
use arrow::datatypes::{DataType, Int32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::error::{Error, Result};
use prane_base::key::unhex;
use prane_store::errors::StoreError;
use prane_store::files::FileWriter;
use prane_store::tables::{OTHER_PUPIL, PUPIL, TableSpec};
use prane_store::{DataFile, Store};
use prane_vault::Vault;

use super::decisions::Decided;

/// Columns that hold a pupil's key.
const KEYS: [&str; 2] = ["pupil_key", OTHER_PUPIL];
/// Rows of a batch.
const BATCH: usize = 1 << 16;

/// Key of the pupil that goes → key and number of the pupil that stays.
type Merges = BTreeMap<String, (String, Option<i32>)>;

/// Applies decisions that two numbers are of one pupil; returns how many were new. `tables` are groups of tables with files of
/// the same names: a register with its sums, every other table by itself.
///
/// # Errors
/// Store and vault errors.
pub fn apply(decided: &[Decided], tables: &[Vec<TableSpec>], store: &mut Store, vault: &mut Vault) -> Result<usize> {
    let mut merges = Merges::new();
    for decision in decided.iter().filter(|d| d.decision == "same") {
        let Some(keep) = decision.pupil_key.as_ref() else { continue };
        // Of a chain of merges the first pupil stays.
        let keep = merges.get(keep).map_or(keep.clone(), |(key, _)| key.clone());
        let (Some(gone), Some(key)) = (unhex(&decision.record), unhex(&keep)) else { continue };
        // Two decisions of one night may be equal, or form a cycle.
        if gone != key {
            vault.merge_pupils(gone, key)?;
            let number = vault.pupils.code(key).and_then(|code| vault.pupils.number(code));
            // Earlier merges into the pupil that goes now lead to the one that stays.
            merges.values_mut().filter(|(key, _)| *key == decision.record).for_each(|into| *into = (keep.clone(), number));
            merges.insert(decision.record.clone(), (keep, number));
        }
    }
    if merges.is_empty() {
        return Ok(0);
    }
    let mut hasher = blake3::Hasher::new();
    for (gone, (keep, _)) in &merges {
        hasher.update(gone.as_bytes()).update(keep.as_bytes());
    }
    let mark = format!("-one-{}.parquet", &hasher.finalize().to_hex()[..8]);
    for group in tables {
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for spec in group {
            for file in store.files(&spec.name) {
                if holds(store, spec, &file, &merges)? {
                    touched.insert(file.path);
                }
            }
        }
        for spec in group {
            let files: Vec<DataFile> = store.files(&spec.name).into_iter().filter(|f| touched.contains(&f.path)).collect();
            for file in files {
                let written = rewrite(store, spec, &file, &merges, &mark)?;
                store.prepare(&spec.name, vec![written], [file.path]);
            }
        }
    }
    Ok(merges.len())
}

fn open(store: &Store, spec: &TableSpec, file: &DataFile) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>> {
    let path = store.path_of(&spec.name, file);
    let open = std::fs::File::open(&path).map_err(|e| Error::io(&path, e))?;
    Ok(ParquetRecordBatchReaderBuilder::try_new(open).store_err()?.with_batch_size(BATCH))
}

/// Whether a file has rows of a pupil that goes.
fn holds(store: &Store, spec: &TableSpec, file: &DataFile, merges: &Merges) -> Result<bool> {
    let builder = open(store, spec, file)?;
    let keys: Vec<usize> =
        (0..builder.schema().fields().len()).filter(|at| KEYS.contains(&builder.schema().field(*at).name().as_str())).collect();
    if keys.is_empty() {
        return Ok(false);
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), keys);
    for batch in builder.with_projection(mask).build().store_err()? {
        for column in batch.store_err()?.columns() {
            if column.as_string::<i32>().iter().flatten().any(|key| merges.contains_key(key)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Writes a file anew with merged keys and numbers, in the order of its table, under a new name.
fn rewrite(store: &Store, spec: &TableSpec, file: &DataFile, merges: &Merges, mark: &str) -> Result<DataFile> {
    let builder = open(store, spec, file)?;
    let schema = builder.schema().clone();
    let batches = builder.build().store_err()?.map(|batch| merged(&batch.store_err()?, merges)).collect::<Result<Vec<_>>>()?;
    let mut all = concat_batches(&schema, &batches).store_err()?;
    let order: Vec<SortColumn> =
        spec.sorted_by.iter().filter_map(|name| Some(SortColumn { values: all.column_by_name(name)?.clone(), options: None })).collect();
    if !order.is_empty() {
        let places = lexsort_to_indices(&order, None).store_err()?;
        let columns = all.columns().iter().map(|c| take(c, &places, None)).collect::<Result<Vec<_>, _>>().store_err()?;
        all = RecordBatch::try_new(schema.clone(), columns).store_err()?;
    }
    let path = format!("{}{mark}", file.path.trim_end_matches(".parquet"));
    let mut writer = FileWriter::create(&store.folder(&spec.name), spec, path, file.partition.clone())?;
    for from in (0..all.num_rows()).step_by(BATCH) {
        writer.write(&all.slice(from, BATCH.min(all.num_rows() - from)))?;
    }
    Ok(DataFile { span: file.span.clone(), ..writer.finish()? })
}

fn merged(batch: &RecordBatch, merges: &Merges) -> Result<RecordBatch> {
    let pupil_keys = batch.column_by_name("pupil_key").map(|c| c.as_string::<i32>().clone());
    let columns = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| -> ArrayRef {
            match field.name().as_str() {
                name if KEYS.contains(&name) && *field.data_type() == DataType::Utf8 => {
                    let keys = column.as_string::<i32>();
                    let merged = keys.iter().map(|key| key.map(|key| merges.get(key).map_or(key, |(keep, _)| keep.as_str())));
                    Arc::new(StringArray::from_iter(merged))
                }
                PUPIL => {
                    let numbers = column.as_primitive::<Int32Type>();
                    let merged = (0..numbers.len()).map(|row| {
                        let key = pupil_keys.as_ref().filter(|k| k.is_valid(row)).map(|k| k.value(row));
                        match key.and_then(|key| merges.get(key)) {
                            Some((_, number)) => *number,
                            None => numbers.is_valid(row).then(|| numbers.value(row)),
                        }
                    });
                    Arc::new(Int32Array::from_iter(merged))
                }
                _ => column.clone(),
            }
        })
        .collect();
    RecordBatch::try_new(batch.schema(), columns).store_err()
}
