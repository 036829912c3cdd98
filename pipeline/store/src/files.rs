//! Data files of the store: their metadata, and a writer for sorted batches.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use prane_base::error::{Error, Result};

use super::TableSpec;
use crate::errors::StoreError;

/// One Parquet file of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Path relative to the table's folder, with `/`.
    pub path: String,
    /// Partition column → value.
    pub partition: BTreeMap<String, String>,
    /// Bytes.
    pub size: u64,
    /// Rows.
    pub rows: u64,
    /// Least and greatest school and day, for the registers.
    pub span: Option<Span>,
    /// Whether this night prepared the file, which is then not yet in the store's folder.
    pub staged: bool,
}

/// Which schools and days a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Least and greatest `school_id`.
    pub schools: (String, String),
    /// First and last day, in days since 1970-01-01.
    pub days: (i32, i32),
}

impl Span {
    /// Whether the file may hold rows of `school` from day `first` to day `last`.
    #[must_use]
    pub fn may_hold(&self, school: &str, first: i32, last: i32) -> bool {
        self.schools.0.as_str() <= school && school <= self.schools.1.as_str() && self.days.0 <= last && first <= self.days.1
    }
}

/// Rows of a row group: few enough to skip by statistics, enough to compress well.
const ROW_GROUP: usize = 256 * 1024;

/// Writes sorted batches as one file of a table; the same batches give the same bytes.
pub struct FileWriter {
    inner: ArrowWriter<File>,
    file: DataFile,
    path: std::path::PathBuf,
}

impl FileWriter {
    /// Opens `relative` below the table's `folder`.
    ///
    /// # Errors
    /// A store error.
    pub fn create(folder: &Path, spec: &TableSpec, relative: String, partition: BTreeMap<String, String>) -> Result<Self> {
        let path = folder.join(&relative);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
        }
        let file = File::create(&path).map_err(|e| Error::io(&path, e))?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).store_err()?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("prane".into());
        // Statistics only of days: readers skip row groups by them. Of other columns they would cost more than the compression.
        for field in spec.columns.fields().iter().filter(|f| *f.data_type() != DataType::Date32) {
            properties = properties.set_column_statistics_enabled(field.name().as_str().into(), EnabledStatistics::None);
        }
        let properties = properties.build();
        let inner = ArrowWriter::try_new(file, spec.columns.clone(), Some(properties)).store_err()?;
        Ok(Self { inner, file: DataFile { path: relative, partition, size: 0, rows: 0, span: None, staged: true }, path })
    }

    /// Appends a batch of the table's columns.
    ///
    /// # Errors
    /// A store error.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.file.rows += batch.num_rows() as u64;
        self.inner.write(batch).store_err()?;
        Ok(())
    }

    /// Appends a batch with the table's columns in their order, in types that can be cast to theirs.
    ///
    /// # Errors
    /// A store error.
    pub fn write_cast(&mut self, columns: &SchemaRef, batch: &RecordBatch) -> Result<()> {
        let cells =
            columns.fields().iter().zip(batch.columns()).map(|(f, c)| cast(c, f.data_type())).collect::<Result<Vec<_>, _>>().store_err()?;
        self.write(&RecordBatch::try_new(columns.clone(), cells).store_err()?)
    }

    /// Extends the span by rows of one school from day `first` to day `last`.
    pub fn widen(&mut self, school: &str, first: i32, last: i32) {
        let span = self.file.span.get_or_insert_with(|| Span { schools: (school.into(), school.into()), days: (first, last) });
        if school < span.schools.0.as_str() {
            span.schools.0 = school.into();
        }
        if school > span.schools.1.as_str() {
            span.schools.1 = school.into();
        }
        span.days = (span.days.0.min(first), span.days.1.max(last));
    }

    /// Closes the file.
    ///
    /// # Errors
    /// A store error.
    pub fn finish(self) -> Result<DataFile> {
        self.inner.close().store_err()?;
        let size = std::fs::metadata(&self.path).map_err(|e| Error::io(&self.path, e))?.len();
        Ok(DataFile { size, ..self.file })
    }
}

/// `school_year=2025-2026/period=2025-09/`
#[must_use]
pub fn partition_folder(spec: &TableSpec, partition: &BTreeMap<String, String>) -> String {
    spec.partition_by.iter().map(|p| format!("{p}={}/", partition.get(p).map_or("", String::as_str))).collect()
}
