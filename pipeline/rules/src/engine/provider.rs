//! The files of one table as `DataFusion` sees them: the active Parquet files of one version, each with its sort order.

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

/// Files beyond which a table's sort order is not worth merging for.
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
    /// The given files of a stored table. Texts are plain: views of them would hold on to every page they were read from,
    /// and a join or a sort that keeps a few rows of each page would keep them all.
    ///
    /// # Errors
    /// A store error for a path that is none.
    pub fn of_table(store: &Store, spec: &TableSpec, files: &[DataFile], hidden: &[&str]) -> Result<Self> {
        let fields: Vec<Arc<Field>> = spec.columns.fields().iter().filter(|f| !hidden.contains(&f.name().as_str())).cloned().collect();
        let partitions: Vec<Arc<Field>> = spec.partition_by.iter().map(|p| Arc::new(Field::new(p, DataType::Utf8, true))).collect();
        let mut given = Vec::with_capacity(files.len());
        for file in files {
            let path = store.path_of(&spec.name, file);
            let mut one = partitioned(&path, file.size)?;
            one.partition_values = spec.partition_by.iter().map(|p| ScalarValue::Utf8(file.partition.get(p).cloned())).collect();
            given.push(one);
        }
        let rows = files.iter().map(|f| f.rows).sum::<u64>();
        Ok(Self {
            table: TableSchema::builder(Arc::new(Schema::new(fields))).with_table_partition_cols(partitions).build(),
            files: given,
            rows: rows.unwrapped_as::<usize>(),
            sorted_by: spec.sorted_by.clone(),
        })
    }

    /// One Parquet file with this schema.
    ///
    /// # Errors
    /// A store error for a path that is none.
    pub fn one(path: &std::path::Path, schema: SchemaRef, rows: usize) -> Result<Self> {
        let size = std::fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
        Ok(Self { table: TableSchema::from(schema), files: vec![partitioned(path, size)?], rows, sorted_by: Vec::new() })
    }
}

fn partitioned(path: &std::path::Path, size: u64) -> Result<PartitionedFile> {
    let absolute = path.canonicalize().map_err(|e| Error::io(path, e))?;
    let url =
        url::Url::from_file_path(&absolute).map_err(|()| Error::store(path.display().to_string(), "is not a path a table can have"))?;
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
        // Sorted files each stand alone, so that their order holds; the rest is dealt out evenly.
        let groups: Vec<FileGroup> = if sorted {
            self.files.iter().map(|f| FileGroup::new(vec![f.clone()])).collect()
        } else {
            let mut dealt = vec![Vec::new(); state.config().target_partitions().clamp(1, self.files.len().max(1))];
            let count = dealt.len();
            for (at, file) in self.files.iter().enumerate() {
                dealt[at % count].push(file.clone());
            }
            dealt.into_iter().map(FileGroup::new).collect()
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
