//! Tables that are registered before any SQL file is built: those of the store and the parameters of the night.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use az::UnwrappedAs;
use chrono::NaiveDate;
use datafusion::datasource::{MemTable, TableProvider};
use prane_base::day::{self, school_year_name, school_year_of};
use prane_base::error::{Error, Result};
use prane_contract::{Account, Contract};
use prane_store::errors::StoreError;
use prane_store::tables::{ROW_KEY, TableSpec, links, registers, spec_of, sums_of};
use prane_store::{DataFile, Figures, Store};
use toml::Value;

use super::Engine;
pub use super::history::{history, lists_spec, shown_question, shown_specs};
use super::provider::Files;
use crate::errors::EngineError;
use crate::policy::{Numbers, Policy};
use crate::query::{Query, Records};

/// A table in memory.
pub(crate) fn memory(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Arc<dyn TableProvider>> {
    Ok(Arc::new(MemTable::try_new(schema, vec![batches]).engine_err()?))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<(SchemaRef, RecordBatch)> {
    let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, a)| a).collect()).store_err()?;
    Ok((schema, batch))
}

fn put(engine: &Engine<'_>, id: &str, columns: Vec<(&str, ArrayRef)>) -> Result<()> {
    let (schema, batch) = batch(columns)?;
    engine.register(id, memory(schema, vec![batch])?)
}

/// Registers the table of every contract in `sources.*`, empty where no extract gives it, and the sums of the registers in `store.*`.
///
/// # Errors
/// Store errors.
pub fn sources(engine: &Engine<'_>, store: &Store, contracts: &[Contract]) -> Result<()> {
    for spec in contracts.iter().map(spec_of).chain([registers(), links()]) {
        // Linked tables keep their row keys in `store`; [`link`] makes their tables in `sources`.
        let (schema, hidden): (_, &[&str]) =
            if LINKED.iter().any(|(table, ..)| *table == spec.name) { ("store", &[]) } else { ("sources", &[ROW_KEY]) };
        put_files(engine, store, &format!("{schema}.{}", spec.name), &spec, &store.files(&spec.name), hidden)?;
        for sums in sums_of(&spec) {
            let paths = |table: &str| store.files(table).into_iter().map(|f| f.path).collect::<Vec<_>>();
            if paths(&sums.name) != paths(&spec.name) {
                return Err(Error::store(
                    format!("store/{}", sums.name),
                    format!(
                        "does not match store/{}: restore both from the same backup, or read the extracts again into a new store",
                        spec.name
                    ),
                ));
            }
            put_files(engine, store, &format!("store.{}", sums.name), &sums, &store.files(&sums.name), &[])?;
        }
    }
    Ok(())
}

/// Tables whose rows are linked to pupils: name, kind of its rows in `links.kind`, column of the record key.
pub(super) const LINKED: [(&str, &str, &str); 3] = [
    ("centre_participants", "participant", "participant_key"),
    ("identifications", "identification", ROW_KEY),
    ("referrals", "referral", ROW_KEY),
];

/// Registers the linked tables in `sources.*`, with the pupils that linkage found. They are small, so they are kept in memory.
///
/// # Errors
/// A bug.
pub async fn link(engine: &Engine<'_>) -> Result<()> {
    for (table, kind, key) in LINKED {
        let columns = engine.context().table_provider(format!("store.{table}")).await.engine_err()?.schema();
        let has = |name: &str| columns.field_with_name(name).is_ok();
        let mut select: Vec<String> = columns
            .fields()
            .iter()
            .filter(|f| f.name() != ROW_KEY)
            .map(|f| match f.name().as_str() {
                "participant_key" => "coalesce(l.participant_key, r.participant_key) as participant_key".into(),
                name @ ("pupil_key" | "pupil") => format!("coalesce(r.{name}, l.{name}) as {name}"),
                name => format!("r.{name}"),
            })
            .collect();
        select.extend(["pupil_key", "pupil"].into_iter().filter(|name| !has(name)).map(|name| format!("l.{name}")));
        let sql = format!(
            "select {} from store.{table} r \
             left join (\
                select record_key, participant_key, \
                       case when outcome = 'linked' then pupil_key end as pupil_key, case when outcome = 'linked' then pupil end as pupil \
                from sources.links where kind = '{kind}' and place = 1) l on l.record_key = r.{key}",
            select.join(", ")
        );
        put_query(engine, &format!("sources.{table}"), &sql).await?;
    }
    Ok(())
}

/// Registers the rows of a query as a table in memory.
async fn put_query(engine: &Engine<'_>, id: &str, sql: &str) -> Result<()> {
    let frame = engine.context().sql(sql).await.engine_err()?;
    let schema = super::nullable(frame.schema().as_arrow());
    let batches =
        frame.collect().await.engine_err()?.into_iter().map(|b| super::fit(&schema, &b).engine_err()).collect::<Result<Vec<_>>>()?;
    engine.register(id, memory(schema, batches)?)
}

/// Registers the files of a table, or an empty table without files.
pub(super) fn put_files(engine: &Engine<'_>, store: &Store, id: &str, spec: &TableSpec, files: &[DataFile], hidden: &[&str]) -> Result<()> {
    let provider = Files::of_table(store, spec, files, hidden)?;
    engine.register(id, if files.is_empty() { memory(provider.schema(), vec![])? } else { Arc::new(provider) })
}

/// Derives schools and enrolments from attendance where no extract gives them. Returns the tables without an extract, and adds a
/// sentence about each to `notes`.
///
/// # Errors
/// Configuration errors of `queries/derived/`.
pub async fn derive(engine: &mut Engine<'_>, store: &Store, notes: &mut Vec<String>) -> Result<Vec<&'static str>> {
    let mut missing = Vec::new();
    for (table, effect) in [
        ("schools", "codes stand for names, and there is no region or municipality"),
        ("enrolments", "a pupil counts as enrolled from the first day recorded; no classes or grade levels"),
    ] {
        if store.has(table) {
            continue;
        }
        if let Some(query) = engine.library().queries.get(&format!("derived.{table}")) {
            let id = format!("sources.{table}");
            put_query(engine, &id, &query.sql).await?;
            super::head_checks::columns(query, engine.schema_of(&id).await?.as_ref())?;
            super::head_checks::keys(engine.context(), query, &id).await?;
            missing.push(table);
            notes.push(format!("no {table} extract: derived from the attendance rows ({effect})"));
        }
    }
    for (table, effect) in [
        ("calendar", "session days are inferred from the days recorded"),
        ("marks", "rules about marks are switched off"),
        ("pupils", "no names, no ages: lists show the pupil's number"),
        ("centre_participants", "rules about centres are switched off"),
    ] {
        if !store.has(table) {
            missing.push(table);
            notes.push(format!("no {table} extract: {effect}"));
        }
    }
    Ok(missing)
}

/// Registers `run.as_of`.
///
/// # Errors
/// A bug.
pub fn as_of(engine: &Engine<'_>, days: &[NaiveDate], year_starts: (u32, u32)) -> Result<()> {
    let years: Vec<String> = days.iter().map(|d| school_year_name(school_year_of(*d, year_starts))).collect();
    put(
        engine,
        "run.as_of",
        vec![
            ("as_of", Arc::new(Date32Array::from_iter_values(days.iter().copied().map(day::number)))),
            ("school_year", Arc::new(StringArray::from(years))),
        ],
    )
}

/// Registers `run.policy`.
///
/// # Errors
/// A configuration error for a value of an unsupported type.
pub fn policy(engine: &Engine<'_>, policy: &Policy) -> Result<()> {
    let columns = numbers(&[&policy.numbers])?;
    put(engine, "run.policy", columns.iter().map(|(n, a)| (n.as_str(), a.clone())).collect())
}

/// Registers `run.flag_rules` and `run.flag_covers`: the records that each flag depends on, and the flags that it covers.
///
/// # Errors
/// A bug.
pub fn flag_rules(engine: &Engine<'_>) -> Result<()> {
    let flags: Vec<_> = engine.library().of_schema("flags").collect();
    let covers: Vec<(&str, &str)> = flags.iter().flat_map(|f| f.header.covers.iter().map(|c| (f.name(), c.as_str()))).collect();
    put(
        engine,
        "run.flag_covers",
        vec![
            ("flag", Arc::new(StringArray::from_iter_values(covers.iter().map(|(flag, _)| flag)))),
            ("covered", Arc::new(StringArray::from_iter_values(covers.iter().map(|(_, covered)| covered)))),
        ],
    )?;
    put(
        engine,
        "run.flag_rules",
        vec![
            ("flag", Arc::new(StringArray::from_iter_values(flags.iter().map(|f| f.name())))),
            ("rests_on", Arc::new(StringArray::from_iter(flags.iter().map(|f| f.header.rests_on.map(Records::word))))),
        ],
    )
}

/// Registers the policy of each place: `run.policy_school`, one row per school; `run.policy_centre`, one row per centre of
/// `sources.centres`, with the overrides of its region; and `run.flag_steps`.
///
/// # Errors
/// A configuration error for a value of an unsupported type.
pub async fn policy_of_places(engine: &Engine<'_>, policy: &Policy) -> Result<()> {
    let mut schools = places(engine, "select distinct school_id, coalesce(region, '') as region from sources.schools").await?;
    // Schools that `sources.schools` lacks need a policy too, or the pupils there would be in no indicator.
    for table in ["sources.enrolments", "sources.calendar", "store.school_day"] {
        if engine.context().table_exist(super::reference(table)).unwrap_or(false) {
            let mentioned = places(engine, &format!("select distinct school_id, '' as region from {table} where school_id <> '*'")).await?;
            let unlisted = mentioned.into_iter().filter(|(id, _)| !schools.iter().any(|(known, _)| known == id));
            let unlisted: Vec<_> = unlisted.collect();
            schools.extend(unlisted);
        }
    }
    schools.sort();
    let (schools, rows): (Vec<_>, Vec<_>) = schools.into_iter().map(|(id, region)| (id.clone(), policy.of_school(&id, &region))).unzip();
    flag_steps(engine, &schools, &rows)?;
    policy_rows(engine, policy, ("run.policy_school", "school_id"), schools, &rows)?;
    let centres = "select distinct centre_id, coalesce(region, '') as region from sources.centres order by centre_id, region";
    let (centres, rows): (Vec<_>, Vec<_>) =
        places(engine, centres).await?.into_iter().map(|(id, region)| (id, policy.of_school("", &region))).unzip();
    policy_rows(engine, policy, ("run.policy_centre", "centre_id"), centres, &rows)
}

/// The ids and regions of places.
async fn places(engine: &Engine<'_>, sql: &str) -> Result<Vec<(String, String)>> {
    let mut places = Vec::new();
    for batch in engine.context().sql(sql).await.engine_err()?.collect().await.engine_err()? {
        let batch = super::plain_texts(batch)?;
        let (ids, regions) = (text(&batch, 0)?, text(&batch, 1)?);
        places.extend((0..batch.num_rows()).map(|at| (ids.value(at).to_string(), regions.value(at).to_string())));
    }
    Ok(places)
}

fn policy_rows(engine: &Engine<'_>, policy: &Policy, (table, id): (&str, &str), ids: Vec<String>, rows: &[Numbers]) -> Result<()> {
    // Without places, the types of the columns still come from the policy.
    let columns = if rows.is_empty() {
        numbers(&[&policy.numbers])?.into_iter().map(|(n, a)| (n, a.slice(0, 0))).collect()
    } else {
        numbers(&rows.iter().collect::<Vec<_>>())?
    };
    let mut all: Vec<(&str, ArrayRef)> = vec![(id, Arc::new(StringArray::from(ids)))];
    all.extend(columns.iter().map(|(n, a)| (n.as_str(), a.clone())));
    put(engine, table, all)
}

/// Registers `run.flag_steps`, one row per school and flag: the next step and the service that the policy names for the flag, or for
/// `other` where the flag has no line.
fn flag_steps(engine: &Engine<'_>, schools: &[String], policies: &[Numbers]) -> Result<()> {
    let mut columns: [Vec<Option<String>>; 4] = Default::default();
    for (school, numbers) in schools.iter().zip(policies) {
        let policy_text = |table: &str, flag: &str| {
            let text = |key: &str| numbers.get(&format!("{table}_{key}")).and_then(Value::as_str).map(String::from);
            text(flag).or_else(|| text("other"))
        };
        for flag in engine.library().of_schema("flags").map(Query::name) {
            let row =
                [Some(school.clone()), Some(flag.to_string()), policy_text("next_step", flag), policy_text("suggested_service", flag)];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    let names = ["school_id", "flag", "next_step", "suggested_service"];
    let arrays = columns.map(|column| -> ArrayRef { Arc::new(StringArray::from(column)) });
    put(engine, "run.flag_steps", names.into_iter().zip(arrays).collect())
}

fn text(batch: &RecordBatch, column: usize) -> Result<&StringArray> {
    batch
        .column(column)
        .as_any()
        .downcast_ref::<StringArray>()
        .ok_or_else(|| Error::Bug(format!("column {column} of {} is not a text", batch.schema())))
}

/// The policy values as columns, with one row per set of numbers.
fn numbers(rows: &[&Numbers]) -> Result<Vec<(String, ArrayRef)>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    first
        .iter()
        .map(|(name, kind)| {
            let values = rows.iter().map(|r| r.get(name));
            #[allow(clippy::cast_precision_loss)] // small numbers
            let array: ArrayRef = match kind {
                Value::Integer(_) if rows.iter().any(|r| matches!(r.get(name), Some(Value::Float(_)))) => Arc::new(
                    Float64Array::from_iter(values.map(|v| v.and_then(|v| v.as_float().or_else(|| v.as_integer().map(|i| i as f64))))),
                ),
                Value::Integer(_) => Arc::new(Int64Array::from_iter(values.map(|v| v.and_then(Value::as_integer)))),
                Value::Float(_) => Arc::new(Float64Array::from_iter(
                    values.map(|v| v.and_then(|v| v.as_float().or_else(|| v.as_integer().map(|i| i as f64)))),
                )),
                Value::Boolean(_) => Arc::new(BooleanArray::from_iter(values.map(|v| v.and_then(Value::as_bool)))),
                Value::String(_) => Arc::new(StringArray::from_iter(values.map(|v| v.and_then(Value::as_str).map(String::from)))),
                Value::Array(_) => Arc::new(texts(values.map(|v| v.and_then(Value::as_array)))),
                _ => {
                    return Err(Error::configuration(
                        "queries/policy.toml",
                        format!("{name} is a {}", kind.type_str()),
                        "give a number, a boolean, a text or a list of texts",
                    ));
                }
            };
            Ok((name.clone(), array))
        })
        .collect()
}

fn texts<'a>(rows: impl Iterator<Item = Option<&'a toml::value::Array>>) -> ListArray {
    let mut builder = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
    for row in rows {
        for value in row.into_iter().flatten() {
            builder.values().append_option(value.as_str());
        }
        builder.append(true);
    }
    builder.finish()
}

/// Registers `run.inputs`.
///
/// # Errors
/// A bug.
pub fn inputs(engine: &Engine<'_>, accounts: &[Account]) -> Result<()> {
    let count = |of: fn(&Account) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(accounts.iter().map(|a| of(a).unwrapped_as::<i64>())))
    };
    put(
        engine,
        "run.inputs",
        vec![
            ("file", Arc::new(StringArray::from_iter_values(accounts.iter().map(|a| &a.file)))),
            ("table_name", Arc::new(StringArray::from_iter_values(accounts.iter().map(|a| &a.table)))),
            ("read", count(|a| a.read)),
            ("stored", count(|a| a.stored)),
            ("superseded", count(|a| a.superseded)),
            ("rejected", count(|a| a.rejected)),
        ],
    )
}

/// Registers `run.last_night`: the figures of the last night before this run, or no row.
///
/// # Errors
/// A bug.
pub fn last_night(engine: &Engine<'_>, last: Option<&Figures>) -> Result<()> {
    let column = |of: fn(&Figures) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(last.map(of))) };
    put(
        engine,
        "run.last_night",
        vec![
            ("schools", column(|f| f.schools)),
            ("pupils_assessable", column(|f| f.pupils_assessable)),
            ("flagged", column(|f| f.flagged)),
            ("level_3", column(|f| f.level_3)),
            ("attendance_rows", column(|f| f.attendance_rows)),
        ],
    )
}

/// Rows from the vault that only an audit may read.
#[derive(Debug, Default)]
pub struct AuditRows {
    /// Pupil key, community, disability.
    pub pupils: Vec<[String; 3]>,
    /// Participant key, reason for being at a centre.
    pub centre_enrolments: Vec<[String; 2]>,
}

/// Registers `audit.*`, which no list, flag or model may read, for audits of the effect of rules on groups. An empty text is unknown.
///
/// # Errors
/// A bug.
pub fn audit(engine: &Engine<'_>, rows: &AuditRows) -> Result<()> {
    fn column<const N: usize>(rows: &[[String; N]], at: usize) -> ArrayRef {
        Arc::new(StringArray::from_iter(rows.iter().map(|row| Some(row[at].as_str()).filter(|text| !text.is_empty()))))
    }
    let (pupils, enrolments) = (&rows.pupils, &rows.centre_enrolments);
    put(
        engine,
        "audit.pupils",
        vec![("pupil_key", column(pupils, 0)), ("community", column(pupils, 1)), ("disability", column(pupils, 2))],
    )?;
    put(engine, "audit.centre_enrolments", vec![("participant_key", column(enrolments, 0)), ("reason", column(enrolments, 1))])
}

/// The last recorded session day; `None` where nothing was recorded.
///
/// # Errors
/// A store error.
pub async fn last_recorded_day(engine: &Engine<'_>) -> Result<Option<NaiveDate>> {
    let batches = engine
        .context()
        .sql("select cast(max(date) as int) as day from store.school_day")
        .await
        .engine_err()?
        .collect()
        .await
        .engine_err()?;
    let last = batches
        .first()
        .and_then(|b| b.column(0).as_any().downcast_ref::<Int32Array>().filter(|a| a.len() == 1 && a.is_valid(0)).map(|a| a.value(0)));
    Ok(last.map(day::of_number))
}
