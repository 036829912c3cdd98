//! Views that are kept in the store, a partition at a time: a night computes only the partitions whose files changed.
//!
//! A kept file's name carries a fingerprint of everything it was made from (the SQL, the policy, the files); where the
//! name is there already, nothing is to be done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use super::provider::Files;
use super::{Engine, plain_type, reference, session_beside};
use crate::contract::Contract;
use crate::fault::{Fault, Outcome};
use crate::query::Query;
use crate::store::files::{FileWriter, partition_folder};
use crate::store::tables::spec_of;
use crate::store::{DataFile, Store, TableSpec};
use crate::telemetry::Progress;

/// Brings the kept views up to date; returns their specs.
///
/// # Errors
/// Configuration faults of a kept view's SQL, store faults.
pub async fn refresh(
    engine: &mut Engine<'_>,
    store: &mut Store,
    contracts: &[Contract],
    policy: &str,
    progress: &Progress,
) -> Outcome<Vec<TableSpec>> {
    let mut specs = Vec::new();
    for query in kept(engine)? {
        let Some(source) = contracts.iter().find(|c| c.table == query.header.from).map(spec_of) else {
            return Err(Fault::configuration(
                &query.file,
                format!("from = \"{}\" is no table", query.header.from),
                "from = \"attendance\" or \"marks\"",
            ));
        };
        progress.step(&query.id);
        specs.push(refresh_one(engine, &query, &source, store, policy).await?);
        // Its SQL file is not used again: the engine reads what is kept.
        engine.provide(&query.id);
    }
    Ok(specs)
}

/// Kept views, each after those it reads.
fn kept(engine: &Engine<'_>) -> Outcome<Vec<Query>> {
    let all: BTreeSet<String> = engine.library().of_schema("store").map(|q| q.id.clone()).collect();
    Ok(engine.library().order(&all)?.into_iter().filter(|q| q.header.keep == "store").cloned().collect())
}

async fn refresh_one(engine: &Engine<'_>, query: &Query, source: &TableSpec, store: &mut Store, policy: &str) -> Outcome<TableSpec> {
    let mut by_partition: BTreeMap<BTreeMap<String, String>, Vec<DataFile>> = BTreeMap::new();
    for file in store.files(&source.name) {
        by_partition.entry(file.partition.clone()).or_default().push(file);
    }
    let spec = kept_spec(engine, query, source, store).await?;
    let (mut adds, mut current) = (Vec::new(), BTreeSet::new());
    let before = store.files(&spec.name);
    for (partition, files) in &by_partition {
        let path = format!("{}{}.parquet", partition_folder(&spec, partition), fingerprint(engine, query, source, files, store, policy));
        current.insert(path.clone());
        if before.iter().any(|f| f.path == path) {
            continue;
        }
        let ctx = partition_session(engine, query, source, partition, files, store).await?;
        let mut stream = ctx
            .sql(&query.sql)
            .await?
            .execute_stream()
            .await
            .map_err(|e| Fault::configuration(&query.file, Fault::from(e).to_string(), "mend the SQL"))?;
        let mut writer = FileWriter::create(&store.folder(&spec.name), &spec, path, partition.clone())?;
        while let Some(batch) = stream.next().await {
            writer.write_cast(&spec.columns, &batch?)?;
        }
        adds.push(writer.finish()?);
    }
    let gone: Vec<String> = before.into_iter().map(|f| f.path).filter(|p| !current.contains(p)).collect();
    store.prepare(&spec.name, adds, gone);
    let provider = Files::of_table(store, &spec, &store.files(&spec.name), &[])?;
    engine.register(&query.id, Arc::new(provider))?;
    Ok(spec)
}

/// What a kept file was made from, in 16 hex digits.
fn fingerprint(engine: &Engine<'_>, query: &Query, source: &TableSpec, files: &[DataFile], store: &Store, policy: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |t: &str| {
        hasher.update(t.as_bytes()).update(b"\0");
    };
    let mut open = vec![query];
    while let Some(one) = open.pop() {
        text(&one.sql);
        for read in &one.reads {
            match engine.library().queries.get(read) {
                Some(inner) => open.push(inner),
                None if read == "run.policy" => text(policy),
                None if *read == format!("sources.{}", source.name) => files.iter().for_each(|f| text(&f.path)),
                None => store.files(read.trim_start_matches("sources.")).iter().for_each(|f| text(&f.path)),
            }
        }
    }
    hasher.finalize().to_hex()[..16].to_string()
}

/// A session in which the source is one partition, and kept views are what they hold for it.
async fn partition_session(
    engine: &Engine<'_>,
    query: &Query,
    source: &TableSpec,
    partition: &BTreeMap<String, String>,
    files: &[DataFile],
    store: &Store,
) -> Outcome<SessionContext> {
    let ctx = session_beside(engine.context())?;
    let provider = Files::of_table(store, source, files, &[])?;
    ctx.register_table(reference(&format!("sources.{}", source.name)), Arc::new(provider))?;
    let views = engine.library().order(&query.reads)?;
    let reads: BTreeSet<&String> = views.iter().flat_map(|v| &v.reads).chain(&query.reads).collect();
    for base in reads.into_iter().filter(|r| !engine.library().queries.contains_key(*r)) {
        if !ctx.table_exist(reference(base))? {
            ctx.register_table(reference(base), engine.context().table_provider(reference(base)).await?)?;
        }
    }
    for inner in views {
        let table: Arc<dyn TableProvider> = if inner.header.keep == "store" {
            let all = engine.context().table_provider(reference(&inner.id)).await?;
            let columns = Arc::new(without(&all.schema(), &source.partition_by));
            let spec = TableSpec { name: inner.name().into(), columns, partition_by: source.partition_by.clone(), sorted_by: vec![] };
            let own: Vec<DataFile> = store.files(&spec.name).into_iter().filter(|f| f.partition == *partition).collect();
            Arc::new(Files::of_table(store, &spec, &own, &[])?)
        } else {
            ctx.sql(&inner.sql).await?.into_view()
        };
        ctx.register_table(reference(&inner.id), table)?;
    }
    Ok(ctx)
}

fn without(schema: &Schema, names: &[String]) -> Schema {
    Schema::new(
        schema
            .fields()
            .iter()
            .filter(|f| !names.contains(f.name()))
            .map(|f| f.as_ref().clone().with_data_type(plain_type(f.data_type())))
            .collect::<Vec<Field>>(),
    )
}

/// The stored form of a kept view: the columns its SQL gives, partitioned as its source.
async fn kept_spec(engine: &Engine<'_>, query: &Query, source: &TableSpec, store: &Store) -> Outcome<TableSpec> {
    let ctx = partition_session(engine, query, source, &BTreeMap::new(), &[], store).await?;
    let frame = ctx.sql(&query.sql).await.map_err(|e| Fault::configuration(&query.file, Fault::from(e).to_string(), "mend the SQL"))?;
    let columns = Arc::new(without(frame.schema().as_arrow(), &[]));
    Ok(TableSpec { name: query.name().into(), columns, partition_by: source.partition_by.clone(), sorted_by: vec![] })
}
