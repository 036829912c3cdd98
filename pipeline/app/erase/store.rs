//! Removes children's rows from every data file of the store, in every version. A file keeps its name and its entry in the Delta
//! log; the entry gets the new size.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::disk::files_below;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_store::errors::StoreError;
use prane_store::files::FileWriter;
use prane_store::tables::{OTHER_PUPIL, ROW_KEY, TableSpec, links};
use prane_store::{Resized, resize};
use prane_vault::Children;

use super::Receipt;

/// Columns whose keys identify a child.
const KEY_COLUMNS: [&str; 5] = ["pupil_key", OTHER_PUPIL, "participant_key", ROW_KEY, "record_key"];

/// Removes the rows, and counts them in `receipt`.
///
/// # Errors
/// Store errors.
pub fn erase(project: &Project, children: &Children, receipt: &mut Receipt) -> Result<()> {
    let root = project.store();
    let mut tables: Vec<PathBuf> =
        std::fs::read_dir(&root).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    tables.sort();
    for folder in tables {
        let table = folder.file_name().unwrap_or_default().to_string_lossy().to_string();
        tracing::debug!("{table}");
        let mut resized: BTreeMap<String, Resized> = BTreeMap::new();
        for path in files_below(&folder).into_iter().filter(|p| p.extension().is_some_and(|e| e == "parquet") && !in_log(p)) {
            let Some((removed, file)) = rewrite(&folder, &table, &path, children)? else { continue };
            let relative = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            resized.insert(relative, file);
            *receipt.store_rows.entry(table.clone()).or_default() += removed;
            receipt.store_files += 1;
        }
        // Even without rewritten files: an earlier call may have been interrupted before it updated the log.
        resize(&root, &table, resized)?;
    }
    Ok(())
}

fn in_log(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "_delta_log")
}

/// For each row, whether it belongs to none of the children.
fn kept_rows(batch: &RecordBatch, children: &Children) -> BooleanArray {
    let columns: Vec<(&str, &ArrayRef)> = KEY_COLUMNS.iter().filter_map(|name| Some((*name, batch.column_by_name(name)?))).collect();
    (0..batch.num_rows())
        .map(|row| {
            let is_of_child = columns.iter().any(|(name, column)| {
                let column = column.as_string::<i32>();
                let key = if column.is_valid(row) { column.value(row) } else { return false };
                match *name {
                    "pupil_key" | OTHER_PUPIL => children.pupil_keys.contains(key),
                    "participant_key" => children.participant_keys.contains(key),
                    _ => [&children.row_keys, &children.participant_keys, &children.pupil_keys].iter().any(|keys| keys.contains(key)),
                }
            });
            Some(!is_of_child)
        })
        .collect()
}

/// Rewrites one file; returns the number of removed rows and the new size, or `None` where the file has no row of the children.
fn rewrite(folder: &Path, table: &str, path: &Path, children: &Children) -> Result<Option<(u64, Resized)>> {
    let open = || std::fs::File::open(path).map_err(|e| Error::io(path, e));
    let builder = ParquetRecordBatchReaderBuilder::try_new(open()?).store_err()?;
    let schema = builder.schema().clone();
    let key_columns: Vec<usize> = (0..schema.fields().len()).filter(|at| is_key_column(&schema, *at)).collect();
    if key_columns.is_empty() {
        return Ok(None);
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), key_columns);
    let mut removed = 0;
    for batch in builder.with_projection(mask).build().store_err()? {
        removed += kept_rows(&batch.store_err()?, children).false_count() as u64;
    }
    if removed == 0 {
        return Ok(None);
    }
    let rewritten = folder.join(".erasing.parquet");
    let spec = TableSpec { name: table.into(), columns: schema, partition_by: vec![], sorted_by: vec![] };
    let mut writer = FileWriter::create(folder, &spec, ".erasing.parquet".into(), BTreeMap::new())?;
    for batch in ParquetRecordBatchReaderBuilder::try_new(open()?).store_err()?.build().store_err()? {
        let batch = batch.store_err()?;
        let kept = filter_record_batch(&batch, &kept_rows(&batch, children)).store_err()?;
        // A record whose candidates include an erased pupil stays as unlinked, and the next night links it again.
        let kept = if table == links().name { with_unlinked(&batch, kept, children)? } else { kept };
        writer.write(&kept)?;
    }
    let written = writer.finish()?;
    std::fs::rename(&rewritten, path).map_err(|e| Error::io(path, e))?;
    Ok(Some((removed, Resized { size: written.size, rows: written.rows })))
}

fn is_key_column(schema: &SchemaRef, at: usize) -> bool {
    KEY_COLUMNS.contains(&schema.field(at).name().as_str()) && *schema.field(at).data_type() == DataType::Utf8
}

/// The kept rows of `links`, with one `unlinked` row for each record that lost a pupil: the record itself must not be lost.
fn with_unlinked(before: &RecordBatch, kept: RecordBatch, children: &Children) -> Result<RecordBatch> {
    let text = |batch: &RecordBatch, name: &str, row: usize| -> Option<String> {
        let column = batch.column_by_name(name)?.as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_string())
    };
    let record = |batch: &RecordBatch, row: usize| (text(batch, "kind", row), text(batch, "record_key", row));
    let mut lost = std::collections::BTreeSet::new();
    let is_kept = kept_rows(before, children);
    for row in (0..before.num_rows()).filter(|row| !is_kept.value(*row)) {
        let (kind, key) = record(before, row);
        let is_erased = key.as_ref().is_none_or(|k| children.participant_keys.contains(k) || children.row_keys.contains(k));
        // A row of kind `pupil` asks about a second number of a pupil: without the pupil there is nothing to ask.
        if !is_erased && kind.as_deref() != Some("pupil") {
            lost.insert((kind, key));
        }
    }
    if lost.is_empty() {
        return Ok(kept);
    }
    let others: BooleanArray = (0..kept.num_rows()).map(|row| Some(!lost.contains(&record(&kept, row)))).collect();
    let others = filter_record_batch(&kept, &others).store_err()?;
    let rows: Vec<usize> = (0..before.num_rows()).filter(|row| lost.remove(&record(before, *row))).collect();
    let mut columns = Vec::new();
    for (field, column) in before.schema().fields().iter().zip(before.columns()) {
        let unlinked = match field.name().as_str() {
            "kind" | "record_key" | "participant_key" | "known_from" => {
                let indices = arrow::array::UInt64Array::from_iter_values(rows.iter().map(|r| *r as u64));
                arrow::compute::take(column, &indices, None).store_err()?
            }
            "outcome" => std::sync::Arc::new(arrow::array::StringArray::from_iter_values(rows.iter().map(|_| "unlinked"))),
            "place" => std::sync::Arc::new(arrow::array::Int32Array::from_iter_values(rows.iter().map(|_| 1))),
            _ => arrow::array::new_null_array(field.data_type(), rows.len()),
        };
        columns.push(unlinked);
    }
    let unlinked = RecordBatch::try_new(before.schema(), columns).store_err()?;
    arrow::compute::concat_batches(&before.schema(), [&others, &unlinked]).store_err()
}
