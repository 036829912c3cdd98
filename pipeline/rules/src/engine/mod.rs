//! `DataFusion` over the store: schemas, parameters, and views built in the order of their dependencies.
//!
//! A view that several others read is computed once; a large result is written to a file in the staging folder. All queries see one
//! state of the store, and the days in `run.as_of`.

pub mod empty;
mod functions;
mod head_checks;
mod history;
pub mod provider;
mod steps;
pub mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use chrono::NaiveDate;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use prane_base::config::EngineSection;
use prane_base::error::{Error, Result, WHAT_CAN_BE_ASKED, nearest};
use prane_store::errors::StoreError;

use crate::errors::EngineError;
use crate::query::{Keep, Library, Query, references, single_select};
use provider::Files;

/// Rows of a record batch: twice `DataFusion`'s default, because most columns here are narrow.
const BATCH_ROWS: usize = 16_384;
/// A join's build side of at most this many bytes (or rows, where bytes are unknown) is built by one thread, without repartitioning.
const SINGLE_BUILD_BYTES: usize = 128 << 20;
const SINGLE_BUILD_ROWS: usize = 1 << 20;
/// A computed view with more rows is written to a file.
const MOST_ROWS_IN_MEMORY: usize = 100_000;
/// Rows of a row group in such a file; threads read different row groups.
const VIEW_ROW_GROUP: usize = 64 * 1024;
/// Views built concurrently: while one waits for a single thread, the other goes on.
const AT_ONCE: usize = 2;
/// With at most this many rows of attendance, every view with several readers is computed once, because planning costs more than
/// computing then.
const FEW_ROWS: u64 = 2_000_000;

/// The query engine of one night.
pub struct Engine<'a> {
    ctx: SessionContext,
    library: &'a Library,
    staging: PathBuf,
    built: BTreeSet<String>,
    /// Rows of attendance; with few of them, more views are computed once.
    pub attendance_rows: u64,
}

/// A session with the house's settings.
///
/// # Errors
/// A configuration error for a memory limit that is none, a store error for the spill folder.
pub fn session(settings: &EngineSection, staging: &std::path::Path) -> Result<SessionContext> {
    let spill = staging.join("spill");
    std::fs::create_dir_all(&spill).map_err(|e| Error::io(&spill, e))?;
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(settings.memory_bytes()?, 1.0)
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill])))
        .build_arc()
        .engine_err()?;
    let mut config =
        SessionConfig::new().with_target_partitions(settings.thread_count()).with_batch_size(BATCH_ROWS).with_information_schema(true);
    config.options_mut().sql_parser.enable_ident_normalization = true;
    config.options_mut().optimizer.prefer_hash_join = true;
    // Plain texts throughout; why is said at `Files::of_table`.
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    // The SQL says which side of a join is kept in memory: the first. Guessed sizes turned sides of millions of rows round.
    config.options_mut().optimizer.join_reordering = false;
    // Where it is not too large it is built once, and the large side need not be dealt out to the threads first.
    config.options_mut().optimizer.hash_join_single_partition_threshold = SINGLE_BUILD_BYTES;
    config.options_mut().optimizer.hash_join_single_partition_threshold_rows = SINGLE_BUILD_ROWS;
    let ctx = SessionContext::new_with_config_rt(config, runtime);
    functions::register(&ctx);
    add_schemas(&ctx)?;
    Ok(ctx)
}

fn add_schemas(ctx: &SessionContext) -> Result<()> {
    for schema in [
        "sources",
        "store",
        "run",
        "history",
        "indicators",
        "flags",
        "caseload",
        "pages",
        "programme",
        "checks",
        "analyses",
        "derived",
        "audit",
        steps::SCHEMA,
    ] {
        let catalog = ctx.catalog("datafusion").ok_or_else(|| Error::Bug("no catalog".into()))?;
        catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new())).engine_err()?;
    }
    Ok(())
}

/// The table reference of `schema.name`.
#[must_use]
pub fn reference(id: &str) -> TableReference {
    match id.split_once('.') {
        Some((schema, table)) => TableReference::partial(schema, table),
        None => TableReference::bare(id),
    }
}

impl<'a> Engine<'a> {
    /// An engine without tables; the functions of [`tables`] register them.
    #[must_use]
    pub fn new(ctx: SessionContext, library: &'a Library, staging: PathBuf) -> Self {
        Self { ctx, library, staging, built: BTreeSet::new(), attendance_rows: u64::MAX }
    }

    /// The `DataFusion` session.
    #[must_use]
    pub fn context(&self) -> &SessionContext {
        &self.ctx
    }

    /// The SQL files.
    #[must_use]
    pub fn library(&self) -> &'a Library {
        self.library
    }

    /// Registers a table as `schema.name`, in place of an earlier one.
    ///
    /// # Errors
    /// A bug.
    pub fn register(&self, id: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        self.ctx.deregister_table(reference(id)).engine_err()?;
        self.ctx.register_table(reference(id), table).engine_err()?;
        Ok(())
    }

    /// The schema of a registered table or a built view.
    ///
    /// # Errors
    /// A SQL error where it does not exist.
    pub async fn schema_of(&self, id: &str) -> Result<SchemaRef> {
        Ok(self.ctx.table_provider(reference(id)).await.engine_err()?.schema())
    }

    /// Lets go of the tables and views of these schemas, and of the memory that they hold: what was computed from them stays, and
    /// they cannot be asked again.
    ///
    /// # Errors
    /// A bug.
    pub fn forget(&self, schemas: &[&str]) -> Result<()> {
        let is_meant = |id: &str| id.split_once('.').is_some_and(|(schema, _)| schemas.contains(&schema));
        for id in self.tables().iter().filter(|id| is_meant(id)) {
            self.ctx.deregister_table(reference(id)).engine_err()?;
        }
        Ok(())
    }

    /// Marks a view as provided by the caller: its SQL file, if any, is not used.
    pub fn provide(&mut self, id: &str) {
        self.built.insert(id.to_string());
    }

    /// Builds the views and everything they read.
    ///
    /// # Errors
    /// A configuration error that names the file whose SQL does not run.
    pub async fn build(&mut self, wanted: &[&str]) -> Result<()> {
        let wanted: BTreeSet<String> = wanted.iter().map(ToString::to_string).collect();
        let order: Vec<Query> = self.library.order(&wanted)?.into_iter().filter(|q| !self.built.contains(&q.id)).cloned().collect();
        let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
        for read in order.iter().flat_map(|q| &q.reads) {
            *readers.entry(read.as_str()).or_default() += 1;
        }
        let mut built = self.built.clone();
        let this = &*self;
        let (mut running, mut open) = (FuturesUnordered::new(), BTreeSet::new());
        for query in &order {
            let needs_flags = query.reads.contains("run.raised_flags") && !built.contains("run.raised_flags");
            while !open.is_empty() && (needs_flags || open.len() >= AT_ONCE || query.reads.iter().any(|r| open.contains(r))) {
                finish_one(&mut running, &mut open, &mut built).await?;
            }
            // The flags come first in the order: they are all built before the first view that reads their union.
            if needs_flags {
                this.unite_flags().await?;
                built.insert("run.raised_flags".into());
            }
            tracing::debug!("{}", query.id);
            // A part of a page may be large: it is computed when it is answered, unless its head says that it is read again.
            let asked = wanted.contains(&query.id) && query.schema() != "pages";
            let many = asked || readers.get(query.id.as_str()).copied().unwrap_or(0) > 1;
            let once = match query.header.keep {
                Some(Keep::Never) if this.attendance_rows > FEW_ROWS => false,
                Some(Keep::Once) => true,
                // Whether a key names one row is asked of what was computed.
                _ => many || query.schema() == "flags" || query.required.as_ref().is_some_and(|o| !o.keys.is_empty()),
            };
            open.insert(query.id.clone());
            running.push(async move { (query.id.clone(), this.build_one(query, once).await) });
        }
        while !open.is_empty() {
            finish_one(&mut running, &mut open, &mut built).await?;
        }
        drop(running);
        if wanted.contains("run.raised_flags") && !built.contains("run.raised_flags") {
            this.unite_flags().await?;
            built.insert("run.raised_flags".into());
        }
        self.built = built;
        Ok(())
    }

    async fn build_one(&self, query: &Query, once: bool) -> Result<()> {
        let told = |e: Error| match e {
            Error::Sql { what, .. } => {
                let hint = self.unknown(&query.reads).unwrap_or_else(|| "`prane sql -f FILE` shows the error with its place".to_string());
                Error::configuration(&query.file, what, hint)
            }
            other => other,
        };
        let (steps, rest) = steps::split(query)?;
        for (name, step) in &steps {
            let frame = self.frame(step.clone()).await.map_err(told)?;
            let table = self.keep(name, frame).await.map_err(told)?;
            self.register(&format!("{}.{name}", steps::SCHEMA), table)?;
        }
        let frame = self.frame(rest).await.map_err(told)?;
        for (name, _) in &steps {
            // The plan holds what it reads.
            self.ctx.deregister_table(reference(&format!("{}.{name}", steps::SCHEMA))).engine_err()?;
        }
        head_checks::columns(query, frame.schema().as_arrow())?;
        let table = if once { self.keep(&query.id, frame).await.map_err(told)? } else { frame.into_view() };
        self.register(&query.id, table)?;
        head_checks::keys(&self.ctx, query, &query.id).await
    }

    async fn frame(&self, statement: Statement) -> Result<DataFrame> {
        let plan = self.ctx.state().statement_to_plan(statement).await.engine_err()?;
        self.ctx.execute_logical_plan(plan).await.engine_err()
    }

    /// A sentence about the first of these tables that does not exist, with the most similar one that does.
    fn unknown(&self, reads: &BTreeSet<String>) -> Option<String> {
        let id = reads.iter().find(|id| !self.ctx.table_exist(reference(id)).unwrap_or(false))?;
        let tables = self.tables();
        let known = || tables.iter().map(String::as_str).chain(self.library.queries.keys().map(String::as_str));
        let near = nearest(id, known()).or_else(|| {
            // The name may lack its schema.
            known().find(|k| k.split_once('.').is_some_and(|(_, name)| name == id))
        });
        Some(near.map_or_else(|| format!("there is no {id}"), |near| format!("there is no {id}; did you mean {near}?")))
    }

    /// The `schema.name` of every registered table, sorted.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        let catalog = self.ctx.catalog("datafusion");
        let names = |schema: &String| -> Vec<String> {
            let tables = catalog.as_ref().and_then(|c| c.schema(schema)).map(|s| s.table_names()).unwrap_or_default();
            tables.into_iter().map(|name| format!("{schema}.{name}")).collect()
        };
        let mut tables: Vec<String> = catalog.as_ref().map(|c| c.schema_names()).unwrap_or_default().iter().flat_map(names).collect();
        tables.sort();
        tables
    }

    /// Computes a frame once: into memory, or into a file where it is large.
    async fn keep(&self, id: &str, frame: DataFrame) -> Result<Arc<dyn TableProvider>> {
        let schema = nullable(frame.schema().as_arrow());
        let mut stream = frame.execute_stream().await.engine_err()?.map(|batch| batch.and_then(|b| fit(&schema, &b)));
        let mut batches = Vec::new();
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch.engine_err()?;
            rows += batch.num_rows();
            batches.push(batch);
            if rows > MOST_ROWS_IN_MEMORY {
                break;
            }
        }
        if rows <= MOST_ROWS_IN_MEMORY {
            return Ok(Arc::new(MemTable::try_new(schema, vec![batches]).engine_err()?));
        }
        let folder = self.staging.join("views");
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
        let path = folder.join(format!("{id}.parquet"));
        let file = std::fs::File::create(&path).map_err(|e| Error::io(&path, e))?;
        // Read once or twice and thrown away: packing it would cost more than it saves.
        let plain = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_max_row_group_row_count(Some(VIEW_ROW_GROUP))
            .build();
        let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(plain)).store_err()?;
        for batch in batches.drain(..) {
            writer.write(&batch).store_err()?;
        }
        while let Some(batch) = stream.next().await {
            let batch = batch.engine_err()?;
            rows += batch.num_rows();
            writer.write(&batch).store_err()?;
        }
        writer.close().store_err()?;
        Ok(Arc::new(Files::one(&path, schema, rows)?))
    }

    /// Registers `run.raised_flags`, the union of all flags.
    async fn unite_flags(&self) -> Result<()> {
        let mut parts = Vec::new();
        for flag in self.library.of_schema("flags") {
            let provider = self.ctx.table_provider(reference(&flag.id)).await.engine_err()?;
            let has = |name: &str| provider.schema().field_with_name(name).is_ok();
            let level = match (has("level"), flag.header.level.as_ref().and_then(toml::Value::as_integer)) {
                (true, _) => "cast(f.level as int)".to_string(),
                (false, Some(level)) => format!("cast({level} as int)"),
                (false, None) => {
                    return Err(Error::configuration(&flag.file, "says no level", "add a column level, or level = 2 to its header"));
                }
            };
            if !has("pupil_key") || !has("value") || !has("threshold") || !has("since_date") {
                return Err(Error::configuration(
                    &flag.file,
                    "does not have the columns of a flag",
                    "a flag gives (as_of, pupil_key, value, threshold, since_date, level)",
                ));
            }
            let (as_of, from) = if has("as_of") {
                ("f.as_of", format!("{} f", flag.id))
            } else {
                ("n.as_of", format!("{} f cross join run.as_of n", flag.id))
            };
            parts.push(format!(
                "select {as_of} as as_of, '{}' as flag, f.pupil_key, cast(f.value as double) as value, cast(f.threshold as double) as threshold, cast(f.since_date as date) as since_date, {level} as level from {from}",
                flag.name()
            ));
        }
        let frame = self.ctx.sql(&parts.join(" union all ")).await.engine_err()?;
        let table = self.keep("run.raised_flags", frame).await?;
        self.register("run.raised_flags", table)
    }

    /// Plans a query, after building the views that it reads.
    ///
    /// # Errors
    /// A SQL error with the message of `DataFusion`.
    pub async fn ask(&mut self, sql: &str) -> Result<DataFrame> {
        let reads = self.reads(sql)?;
        let wanted: Vec<&str> = reads.iter().map(String::as_str).collect();
        self.build(&wanted).await?;
        self.ctx.sql(sql.trim().trim_end_matches(';')).await.engine_err().map_err(|error| match error {
            Error::Sql { what, source, .. } => {
                Error::Sql { what, hint: self.unknown(&reads).unwrap_or_else(|| WHAT_CAN_BE_ASKED.into()), source }
            }
            other => other,
        })
    }

    /// Whether a query reads a table of a schema.
    ///
    /// # Errors
    /// A SQL error.
    pub fn reads_schema(&self, schema: &str, sql: &str) -> Result<bool> {
        Ok(self.reads(sql)?.iter().any(|read| read.split('.').next() == Some(schema)))
    }

    /// The tables and views that a query reads.
    fn reads(&self, sql: &str) -> Result<BTreeSet<String>> {
        let statement = single_select(sql.trim().trim_end_matches(';')).map_err(Error::sql)?;
        let mut reads = references(&statement).map_err(Error::sql)?;
        let text = sql.trim_start().to_lowercase();
        // A query about the catalogue must see every view.
        if reads.iter().any(|r| r.starts_with("information_schema")) || text.starts_with("show tables") {
            reads.extend(self.library.queries.values().filter(|q| q.schema() != "derived").map(|q| q.id.clone()));
        }
        if text.starts_with("explain") || text.starts_with("describe") {
            reads.extend(self.library.queries.keys().filter(|id| text.contains(id.as_str())).cloned());
        }
        Ok(reads)
    }

    /// The rows of several queries, run concurrently; texts as `Utf8`.
    ///
    /// # Errors
    /// A SQL error.
    pub async fn rows_of_all(&mut self, questions: &[String]) -> Result<Vec<Vec<RecordBatch>>> {
        let mut reads = BTreeSet::new();
        for sql in questions {
            reads.extend(self.reads(sql)?);
        }
        let wanted: Vec<&str> = reads.iter().map(String::as_str).collect();
        self.build(&wanted).await?;
        let ctx = &self.ctx;
        let answers = questions.iter().map(|sql| async move {
            let batches = ctx.sql(sql).await.engine_err()?.collect().await.engine_err()?;
            batches.into_iter().map(plain_texts).collect::<Result<Vec<_>>>()
        });
        futures::stream::iter(answers).buffered(AT_ONCE).try_collect().await
    }

    /// The rows of a query, with an empty batch where it has none, so that the columns are known; texts as `Utf8`.
    ///
    /// # Errors
    /// A SQL error.
    pub async fn table(&mut self, sql: &str) -> Result<Vec<RecordBatch>> {
        let frame = self.ask(sql).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let mut batches = frame.collect().await.engine_err()?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(schema));
        }
        batches.into_iter().map(plain_texts).collect()
    }

    /// The rows of a query; texts as `Utf8`.
    ///
    /// # Errors
    /// A SQL error.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<RecordBatch>> {
        let batches = self.ask(sql).await?.collect().await.engine_err()?;
        batches.into_iter().map(plain_texts).collect()
    }
}

impl Engine<'_> {
    /// The rows of a view for one day, in the order that its head names; texts as `Utf8`.
    ///
    /// # Errors
    /// A configuration error that names the file whose SQL fails.
    pub async fn answer(&mut self, view: &str, as_of: NaiveDate) -> Result<Vec<RecordBatch>> {
        let question = self.library.question_of_day(view, as_of)?;
        self.rows(&question).await
    }

    /// The rows of several views for one day, computed concurrently.
    ///
    /// # Errors
    /// A configuration error that names the file whose SQL fails.
    pub async fn answers<const N: usize>(&mut self, views: [&str; N], as_of: NaiveDate) -> Result<[Vec<RecordBatch>; N]> {
        let questions = views.iter().map(|view| self.library.question_of_day(view, as_of)).collect::<Result<Vec<_>>>()?;
        let answers = self.rows_of_all(&questions).await?;
        answers.try_into().map_err(|_| Error::Bug("a view has no answer".into()))
    }
}

/// Waits until one of the running builds is complete.
async fn finish_one<F: Future<Output = (String, Result<()>)>>(
    running: &mut FuturesUnordered<F>,
    open: &mut BTreeSet<String>,
    built: &mut BTreeSet<String>,
) -> Result<()> {
    if let Some((id, outcome)) = running.next().await {
        outcome?;
        open.remove(&id);
        built.insert(id);
    }
    Ok(())
}

/// The schema with every column nullable, because the nullability of a plan may differ from that of its batches.
pub(crate) fn nullable(schema: &arrow::datatypes::Schema) -> SchemaRef {
    let fields: Vec<_> = schema.fields().iter().map(|f| f.as_ref().clone().with_nullable(true)).collect();
    Arc::new(arrow::datatypes::Schema::new(fields))
}

/// Casts the columns of a batch to the types of its plan: a union or a literal may give another type of text.
pub(crate) fn fit(schema: &SchemaRef, batch: &RecordBatch) -> datafusion::common::Result<RecordBatch> {
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(f, c)| if c.data_type() == f.data_type() { Ok(c.clone()) } else { arrow::compute::cast(c, f.data_type()) })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// Casts all texts of a batch to `Utf8`.
///
/// # Errors
/// A store error, never met.
pub fn plain_texts(batch: RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema();
    let mut fields = Vec::with_capacity(schema.fields().len());
    let mut columns = Vec::with_capacity(schema.fields().len());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let plain = plain_type(field.data_type());
        columns.push(arrow::compute::cast(column, &plain).store_err()?);
        fields.push(field.as_ref().clone().with_data_type(plain));
    }
    RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), columns).store_err()
}

/// The type with `Utf8` in place of other types of text and dictionaries, in lists too.
#[must_use]
pub fn plain_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Dictionary(_, value) => plain_type(value),
        DataType::List(item) | DataType::LargeList(item) | DataType::ListView(item) => {
            DataType::List(Arc::new(item.as_ref().clone().with_data_type(plain_type(item.data_type()))))
        }
        other => other.clone(),
    }
}
