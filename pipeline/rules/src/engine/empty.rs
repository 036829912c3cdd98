//! Registers every table of a night without rows, so that each view can be planned and its columns documented.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use prane_base::error::Result;
use prane_store::TableSpec;
use prane_store::tables::{ROW_KEY, links, registers, spec_of, sums_of};

use super::Engine;
use super::tables::{self, AuditRows, LINKED};
use crate::Rulebook;

/// Registers the tables that a night registers before it builds any SQL file.
///
/// # Errors
/// A configuration error for a policy value of an unsupported type.
pub async fn tables(engine: &Engine<'_>, rulebook: &Rulebook) -> Result<()> {
    for spec in rulebook.contracts.iter().map(spec_of).chain([registers(), links()]) {
        let is_linked = LINKED.iter().any(|(table, ..)| *table == spec.name);
        put(engine, if is_linked { "store" } else { "sources" }, &spec, if is_linked { "" } else { ROW_KEY })?;
        for sums in sums_of(&spec) {
            put(engine, "store", &sums, "")?;
        }
    }
    for spec in [tables::lists_spec()].iter().chain(&tables::shown_specs()) {
        put(engine, "history", spec, "")?;
    }
    tables::link(engine).await?;
    tables::as_of(engine, &[], rulebook.year_starts)?;
    tables::policy(engine, &rulebook.policy)?;
    tables::flag_rules(engine)?;
    tables::policy_of_places(engine, &rulebook.policy).await?;
    tables::inputs(engine, &[])?;
    tables::last_night(engine, None)?;
    tables::audit(engine, &AuditRows::default())
}

fn put(engine: &Engine<'_>, schema: &str, spec: &TableSpec, hidden: &str) -> Result<()> {
    let fields: Vec<Arc<Field>> = spec.full_schema().fields().iter().filter(|f| f.name() != hidden).cloned().collect();
    engine.register(&format!("{schema}.{}", spec.name), tables::memory(Arc::new(Schema::new(fields)), vec![])?)
}
