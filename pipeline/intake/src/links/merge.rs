//! One child, two numbers: where a person decided that two pupils are one, everything of the second is the first's from then on.
//! The files that count now are written anew under the first's key; past versions stay as they were, so a list of that time can
//! still be made again. It cannot be taken back by another decision.

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
/// Rows handed on at a time.
const BATCH: usize = 1 << 16;

/// Key of a second number → key and number of the pupil it is.
type Merges = BTreeMap<String, (String, Option<i32>)>;

/// Applies decisions that two numbers are one pupil's; how many were new. `tables` are groups that share the names of their files:
/// a register with its sums, every other table by itself.
///
/// # Errors
/// Store and vault errors.
pub fn apply(decided: &[Decided], tables: &[Vec<TableSpec>], store: &mut Store, vault: &mut Vault) -> Result<usize> {
    let mut merges = Merges::new();
    for one in decided.iter().filter(|d| d.decision == "same") {
        let Some(keep) = one.pupil_key.as_ref() else { continue };
        // Of a chain of numbers the first stands for all.
        let keep = merges.get(keep).map_or(keep.clone(), |(key, _)| key.clone());
        let (Some(gone), Some(key)) = (unhex(&one.record), unhex(&keep)) else { continue };
        // Two decisions of one night may be the same, or go round in a ring.
        if gone != key {
            vault.merge_pupils(gone, key)?;
            let number = vault.pupils.code(key).and_then(|code| vault.pupils.number(code));
            // Whoever was to be the number that goes now is the one that stays.
            merges.values_mut().filter(|(key, _)| *key == one.record).for_each(|into| *into = (keep.clone(), number));
            merges.insert(one.record.clone(), (keep, number));
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

/// Whether a file has rows of one of the numbers that are gone.
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

/// The file with the numbers put in place, in the order of its table, under a name of its own.
fn rewrite(store: &Store, spec: &TableSpec, file: &DataFile, merges: &Merges, mark: &str) -> Result<DataFile> {
    let builder = open(store, spec, file)?;
    let schema = builder.schema().clone();
    let batches = builder.build().store_err()?.map(|batch| replaced(&batch.store_err()?, merges)).collect::<Result<Vec<_>>>()?;
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

fn replaced(batch: &RecordBatch, merges: &Merges) -> Result<RecordBatch> {
    let own = batch.column_by_name("pupil_key").map(|c| c.as_string::<i32>().clone());
    let columns = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| -> ArrayRef {
            match field.name().as_str() {
                name if KEYS.contains(&name) && *field.data_type() == DataType::Utf8 => {
                    let keys = column.as_string::<i32>();
                    let put = keys.iter().map(|key| key.map(|key| merges.get(key).map_or(key, |(keep, _)| keep.as_str())));
                    Arc::new(StringArray::from_iter(put))
                }
                PUPIL => {
                    let numbers = column.as_primitive::<Int32Type>();
                    let put = (0..numbers.len()).map(|row| {
                        let key = own.as_ref().filter(|k| k.is_valid(row)).map(|k| k.value(row));
                        match key.and_then(|key| merges.get(key)) {
                            Some((_, number)) => *number,
                            None => numbers.is_valid(row).then(|| numbers.value(row)),
                        }
                    });
                    Arc::new(Int32Array::from_iter(put))
                }
                _ => column.clone(),
            }
        })
        .collect();
    RecordBatch::try_new(batch.schema(), columns).store_err()
}
