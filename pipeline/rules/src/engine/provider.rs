//! A `DataFusion` table over the active Parquet files of one version of a table, with their sort order.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use az::UnwrappedAs;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result as EngineResult, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use prane_base::error::{Error, Result};
use prane_store::{DataFile, Store, TableSpec};

/// With more files, the sort order of a table is not used, because merging the files costs more.
const MOST_SORTED_FILES: usize = 64;

/// A table of the store, or a materialised view.
#[derive(Debug)]
pub struct Files {
    table: TableSchema,
    files: Vec<PartitionedFile>,
    rows: usize,
    sorted_by: Vec<String>,
}

impl Files {
    /// Files of a stored table. Texts are `Utf8`, not `Utf8View`: views keep the pages that they were read from in memory, so a join or
    /// sort that keeps a few rows of each page would keep all pages.
    ///
    /// # Errors
    /// A store error for an invalid path.
    pub fn of_table(store: &Store, spec: &TableSpec, files: &[DataFile], hidden: &[&str]) -> Result<Self> {
        let fields: Vec<Arc<Field>> = spec.columns.fields().iter().filter(|f| !hidden.contains(&f.name().as_str())).cloned().collect();
        let partitions: Vec<Arc<Field>> = spec.partition_by.iter().map(|p| Arc::new(Field::new(p, DataType::Utf8, true))).collect();
        let mut partitioned_files = Vec::with_capacity(files.len());
        for file in files {
            let path = store.path_of(&spec.name, file);
            let mut partitioned_file = partitioned(&path, file.size)?;
            partitioned_file.partition_values =
                spec.partition_by.iter().map(|p| ScalarValue::Utf8(file.partition.get(p).cloned())).collect();
            partitioned_files.push(partitioned_file);
        }
        let rows = files.iter().map(|f| f.rows).sum::<u64>();
        Ok(Self {
            table: TableSchema::builder(Arc::new(Schema::new(fields))).with_table_partition_cols(partitions).build(),
            files: partitioned_files,
            rows: rows.unwrapped_as::<usize>(),
            sorted_by: spec.sorted_by.clone(),
        })
    }

    /// A single Parquet file with this schema.
    ///
    /// # Errors
    /// A store error for an invalid path.
    pub fn one(path: &std::path::Path, schema: SchemaRef, rows: usize) -> Result<Self> {
        let size = std::fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
        Ok(Self { table: TableSchema::from(schema), files: vec![partitioned(path, size)?], rows, sorted_by: Vec::new() })
    }
}

fn partitioned(path: &std::path::Path, size: u64) -> Result<PartitionedFile> {
    let absolute = path.canonicalize().map_err(|e| Error::io(path, e))?;
    let url = url::Url::from_file_path(&absolute)
        .map_err(|()| Error::store(path.display().to_string(), "is not a path that a table can have"))?;
    let location = object_store::path::Path::from_url_path(url.path()).map_err(|e| Error::store(path.display().to_string(), e))?;
    Ok(PartitionedFile::new(location.to_string(), size))
}

#[async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.table.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let source = Arc::new(ParquetSource::new(self.table.clone()).with_table_parquet_options(state.table_options().parquet.clone()));
        let sorted = !self.sorted_by.is_empty() && self.files.len() <= MOST_SORTED_FILES;
        // A sorted file needs a group of its own to keep its order; other files are distributed evenly.
        let groups: Vec<FileGroup> = if sorted {
            self.files.iter().map(|f| FileGroup::new(vec![f.clone()])).collect()
        } else {
            let mut groups = vec![Vec::new(); state.config().target_partitions().clamp(1, self.files.len().max(1))];
            let count = groups.len();
            for (at, file) in self.files.iter().enumerate() {
                groups[at % count].push(file.clone());
            }
            groups.into_iter().map(FileGroup::new).collect()
        };
        let mut statistics = Statistics::new_unknown(self.table.table_schema());
        statistics.num_rows = Precision::Exact(self.rows);
        let mut config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit);
        if sorted {
            let schema = self.table.table_schema();
            let order = self
                .sorted_by
                .iter()
                .map(|name| Ok(PhysicalSortExpr::new_default(col(name, schema)?)))
                .collect::<EngineResult<Vec<_>>>()?;
            config = config.with_output_ordering(LexOrdering::new(order).into_iter().collect());
        }
        let config = config.with_projection_indices(projection.cloned())?.build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
