//! Reads the files of a version of a Delta table, and commits the next version. The only module that uses the crate `deltalake`.

use std::collections::BTreeMap;
use std::path::Path;

use az::UnwrappedAs;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, LogicalFileView, Remove, StructField};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use prane_base::day;
use prane_base::error::{Error, Result};
use serde_json::{Value, json};
use url::Url;

use super::{DataFile, NightRecord, Span, TableSpec};

fn url_of(folder: &Path) -> Result<Url> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    let absolute = folder.canonicalize().map_err(|e| Error::io(folder, e))?;
    Url::from_directory_path(&absolute).map_err(|()| Error::store(folder.display().to_string(), "is not a path that a table can have"))
}

fn store_error(folder: &Path) -> impl Fn(DeltaTableError) -> Error + '_ {
    move |e| Error::store(folder.display().to_string(), e)
}

/// The files of one version of a table.
pub(super) async fn active_files(folder: &Path, version: u64) -> Result<Vec<DataFile>> {
    let mut table = DeltaTableBuilder::from_url(url_of(folder)?).and_then(DeltaTableBuilder::build).map_err(store_error(folder))?;
    table.load_version(version).await.map_err(store_error(folder))?;
    let state = table.snapshot().map_err(store_error(folder))?;
    let mut files = state.log_data().iter().map(|view| data_file(folder, &view)).collect::<Result<Vec<_>>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn data_file(folder: &Path, view: &LogicalFileView) -> Result<DataFile> {
    let lacks = |what: &str| Error::store(folder.display().to_string(), format!("its log gives no {what} of {}", view.path()));
    let stats: Value = view.stats().as_deref().and_then(|s| serde_json::from_str(s).ok()).unwrap_or_default();
    let partition = view.partition_values_map().into_iter().map(|(k, v)| (k, v.unwrap_or_default())).collect();
    Ok(DataFile {
        path: view.path().to_string(),
        partition,
        size: u64::try_from(view.size()).map_err(|_| lacks("size"))?,
        rows: stats["numRecords"].as_u64().ok_or_else(|| lacks("number of rows"))?,
        span: span_of(&stats),
        staged: false,
    })
}

fn span_of(stats: &Value) -> Option<Span> {
    let text = |side: &str, column: &str| stats[side][column].as_str().map(String::from);
    let day = |side: &str| Some(day::number(text(side, "date")?.parse().ok()?));
    Some(Span { schools: (text("minValues", "school_id")?, text("maxValues", "school_id")?), days: (day("minValues")?, day("maxValues")?) })
}

fn stats_of(file: &DataFile) -> String {
    let Some(span) = &file.span else { return json!({ "numRecords": file.rows }).to_string() };
    let day = |days: i32| day::of_number(days).to_string();
    json!({
        "numRecords": file.rows,
        "minValues": { "school_id": span.schools.0, "date": day(span.days.0) },
        "maxValues": { "school_id": span.schools.1, "date": day(span.days.1) },
    })
    .to_string()
}

fn partition_values(file: &DataFile) -> BTreeMap<String, Option<String>> {
    file.partition.iter().map(|(k, v)| (k.clone(), Some(v.clone()))).collect()
}

/// Commits files to a table, which the first commit creates; returns the new version.
pub(super) async fn commit(folder: &Path, spec: &TableSpec, adds: &[DataFile], removes: &[DataFile], record: &NightRecord) -> Result<u64> {
    let stamp = record.known_at.timestamp_millis();
    let mut table = open_or_create(folder, spec).await?;
    let added = adds.iter().map(|file| {
        Action::Add(Add {
            path: file.path.clone(),
            partition_values: partition_values(file).into_iter().collect(),
            size: file.size.unwrapped_as(),
            modification_time: stamp,
            data_change: true,
            stats: Some(stats_of(file)),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        })
    });
    let removed = removes.iter().map(|file| {
        Action::Remove(Remove {
            path: file.path.clone(),
            data_change: true,
            deletion_timestamp: Some(stamp),
            extended_file_metadata: Some(true),
            partition_values: Some(partition_values(file).into_iter().collect()),
            size: Some(file.size.unwrapped_as()),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
        })
    });
    let actions: Vec<Action> = removed.chain(added).collect();
    let partitions = if spec.partition_by.is_empty() { None } else { Some(spec.partition_by.clone()) };
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: partitions, predicate: None };
    // Every version must stay readable: without checkpoints the crate does not clean up old parts of the log.
    let metadata = CommitProperties::default()
        .with_create_checkpoint(false)
        .with_cleanup_expired_logs(Some(false))
        .with_metadata([("run_id".to_string(), json!(record.run_id)), ("known_at".to_string(), json!(record.known_at))]);
    let commit = {
        let state = table.snapshot().map_err(store_error(folder))?;
        CommitBuilder::from(metadata)
            .with_actions(actions)
            .build(Some(state), table.log_store(), operation)
            .await
            .map_err(store_error(folder))?
    };
    table.update_state().await.map_err(store_error(folder))?;
    Ok(commit.version())
}

async fn open_or_create(folder: &Path, spec: &TableSpec) -> Result<DeltaTable> {
    let url = url_of(folder)?;
    if folder.join("_delta_log").is_dir() {
        let mut table = DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build).map_err(store_error(folder))?;
        table.load().await.map_err(store_error(folder))?;
        return Ok(table);
    }
    let columns = spec.full_schema().fields().iter().map(|f| struct_field(f)).collect::<Result<Vec<StructField>>>()?;
    let table = DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build).map_err(store_error(folder))?;
    table
        .create()
        .with_table_name(&spec.name)
        .with_columns(columns)
        .with_partition_columns(spec.partition_by.clone())
        .await
        .map_err(store_error(folder))
}

fn struct_field(field: &arrow::datatypes::Field) -> Result<StructField> {
    use arrow::datatypes::DataType as A;
    use deltalake::kernel::{ArrayType, DataType as D, PrimitiveType as P};
    let primitive = |kind: &A| {
        Ok(match kind {
            A::Utf8 => P::String,
            A::Date32 => P::Date,
            A::Int32 => P::Integer,
            A::Int64 => P::Long,
            A::Float64 => P::Double,
            A::Boolean => P::Boolean,
            other => return Err(Error::Bug(format!("the store has no type for {other}"))),
        })
    };
    let kind = match field.data_type() {
        A::List(item) => D::Array(Box::new(ArrayType::new(D::Primitive(primitive(item.data_type())?), true))),
        plain => D::Primitive(primitive(plain)?),
    };
    Ok(StructField::new(field.name().clone(), kind, true))
}

/// Whether any version of a table has added the file `path`; also true where the log lacks its first version and cannot tell.
pub(super) fn has_added(folder: &Path, path: &str) -> Result<bool> {
    let log = folder.join("_delta_log");
    if !log.is_dir() {
        return Ok(false);
    }
    let mut is_complete = false;
    for entry in std::fs::read_dir(&log).map_err(|e| Error::io(&log, e))? {
        let version = entry.map_err(|e| Error::io(&log, e))?.path();
        if version.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        is_complete |= version.file_stem().is_some_and(|stem| stem == "00000000000000000000");
        let text = std::fs::read_to_string(&version).map_err(|e| Error::io(&version, e))?;
        for line in text.lines() {
            let action: Value = serde_json::from_str(line).map_err(|e| Error::store(version.display().to_string(), e))?;
            if action["add"]["path"].as_str().is_some_and(|added| super::resize::decoded(added) == path || added == path) {
                return Ok(true);
            }
        }
    }
    Ok(!is_complete)
}

/// Removes the commits after `version`, left by a night that was interrupted before its entry in `nights.json`: nothing refers to
/// them.
pub(super) fn remove_commits_after(folder: &Path, version: Option<u64>) -> Result<()> {
    let log = folder.join("_delta_log");
    if !log.is_dir() {
        return Ok(());
    }
    let Some(version) = version else {
        return std::fs::remove_dir_all(&log).map_err(|e| Error::io(&log, e));
    };
    for entry in std::fs::read_dir(&log).map_err(|e| Error::io(&log, e))? {
        let path = entry.map_err(|e| Error::io(&log, e))?.path();
        let number = path.file_name().and_then(|n| n.to_string_lossy().get(0..20).and_then(|digits| digits.parse::<u64>().ok()));
        if number.is_some_and(|n| n > version) {
            std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    Ok(())
}
