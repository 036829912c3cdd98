//! Runs every case under `tests/queries/`: `given/*.csv` as tables, the view under test built by the program's own
//! engine, its rows held against `expect.csv`. The conventions stand at the head of `queries/columns.toml`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use prane_base::config::{Config, EngineSection, Language};
use prane_base::telemetry::Progress;
use prane_rules::engine::{Engine, session, tables};
use prane_rules::policy::Policy;
use prane_rules::query::Library;
use toml::Value;

use support::{Row, root, rows};

/// Column → type, by table.
type Columns = BTreeMap<String, BTreeMap<String, String>>;

/// Measures are held against registers handed in, in `traps.rs`: they read sums that are made when a register is taken
/// in. Cases here start from measures.
const HELD_IN_TRAPS: [&str; 3] = ["derived", "indicators", "pages"];

fn columns() -> Columns {
    let text = fs::read_to_string(root().join("tests/queries/columns.toml")).unwrap();
    let schemas: BTreeMap<String, Columns> = toml::from_str(&text).unwrap();
    schemas
        .into_iter()
        .flat_map(|(schema, all)| all.into_iter().map(move |(table, columns)| (format!("{schema}.{table}"), columns)))
        .collect()
}

/// `schema.view` and folder of every case.
fn cases() -> Vec<(String, PathBuf)> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
        paths.sort();
        paths
    };
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().to_string();
    below(&root().join("tests/queries"))
        .iter()
        .flat_map(|view| below(view).into_iter().map(|case| (name(view), case)).collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn every_case_gives_what_it_expects() {
    let (columns, mut wrong) = (columns(), Vec::new());
    for (view, folder) in cases() {
        // The same rows whatever the number of threads.
        for threads in [1, 3] {
            if let Err(difference) = hold(&view, &folder, &columns, threads).await {
                wrong.push(format!("{} with {threads} threads:\n{difference}", folder.strip_prefix(root()).unwrap().display()));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_view_has_a_case_and_every_case_a_view() {
    let library = Library::load(Path::new("no such folder")).unwrap();
    let tried: BTreeSet<String> = cases().into_iter().map(|(view, _)| view).collect();
    for view in &tried {
        assert!(library.queries.contains_key(view), "a case for {view}, which no SQL file makes");
    }
    let untried: Vec<&str> = library
        .queries
        .values()
        .filter(|q| !HELD_IN_TRAPS.contains(&q.schema()) && !tried.contains(&q.id))
        .map(|q| q.id.as_str())
        .collect();
    assert!(untried.is_empty(), "without a case: {untried:?}");
    // A view that gives nothing holds against a case that expects nothing.
    let with_rows: BTreeSet<String> = cases()
        .into_iter()
        .filter(|(_, folder)| !rows(&fs::read(folder.join("expect.csv")).unwrap()).is_empty())
        .map(|(view, _)| view)
        .collect();
    assert_eq!(tried.difference(&with_rows).collect::<Vec<_>>(), Vec::<&String>::new(), "no case expects a row");
}

#[test]
fn every_flag_is_tried_on_a_pupil_who_is_not_assessable() {
    // Flags say what the records say; whether a pupil can be judged is asked in one place, caseload.levels.
    let mut tried = BTreeSet::new();
    for (view, folder) in
        cases().into_iter().filter(|(view, folder)| view.starts_with("flags.") && !folder.ends_with("override_of_a_school"))
    {
        let given = rows(&fs::read(folder.join("given/indicators.pupil.csv")).unwrap());
        assert!(given.iter().any(|row| row["assessable"] == "false"), "{view} is never asked about a pupil who is not assessable");
        tried.insert(view);
    }
    assert!(tried.len() > 10, "{tried:?}");
}

/// Builds a view from what is given and compares it with what is expected.
async fn hold(view: &str, folder: &Path, columns: &Columns, threads: usize) -> Result<(), String> {
    let given = given(folder);
    let mut library = Library::load(Path::new("no such folder")).unwrap();
    library.own_policy = own_policy(&library, &given);
    // What is given is not built, nor what it would be built from.
    library.queries.retain(|id, _| id == view || !columns.contains_key(id) || !is_given(id, &given));
    let policy = Policy::load(&library, &Config::default()).unwrap();
    let staging = tempfile::tempdir().unwrap();
    let settings = EngineSection { threads, ..EngineSection::default() };
    let ctx = session(&settings, staging.path()).unwrap();
    ctx.register_udf(prane_rules::answer::reason_function(Language::En).unwrap());
    let mut engine = Engine::new(ctx, &library, staging.path().to_path_buf());
    tables::policy(&engine, &policy).unwrap();
    tables::flag_rules(&engine).unwrap();
    put(&engine, "sources.schools", &columns["sources.schools"], &all_schools(&given));
    put(&engine, "sources.centres", &columns["sources.centres"], given.get("sources.centres").map_or(&[][..], |r| r.as_slice()));
    tables::policy_of_places(&engine, &policy).await.unwrap();
    for (id, kinds) in columns.iter().filter(|(id, _)| is_given(id, &given)) {
        put(&engine, id, kinds, given.get(id).map_or(&[][..], |r| r.as_slice()));
        engine.provide(id);
    }
    if let Some(id) = given.keys().find(|id| !columns.contains_key(*id) && !id.starts_with("run.policy")) {
        return Err(format!("given/{id}.csv is a table that columns.toml does not type"));
    }
    let expect = fs::read(folder.join("expect.csv")).unwrap();
    let header: Vec<String> = csv::Reader::from_reader(expect.as_slice()).headers().unwrap().iter().map(String::from).collect();
    let wanted = rows(&expect);
    let question = format!("select {} from {view}", header.join(", "));
    let found = engine.rows(&question, &Progress::silent()).await.map_err(|e| e.to_string())?;
    let mut found: Vec<Vec<String>> = found.iter().flat_map(texts).collect();
    let mut wanted: Vec<Vec<String>> = wanted.iter().map(|row| header.iter().map(|h| plain(&row[h])).collect()).collect();
    found.sort();
    wanted.sort();
    if found == wanted {
        return Ok(());
    }
    let less = |all: &[Vec<String>], other: &[Vec<String>]| {
        all.iter().filter(|r| !other.contains(r)).map(|r| format!("    {}", r.join(","))).collect::<Vec<_>>().join("\n")
    };
    Err(format!("  {}\n  expected:\n{}\n  found:\n{}", header.join(","), less(&wanted, &found), less(&found, &wanted)))
}

/// Table → rows of every given file.
fn given(folder: &Path) -> BTreeMap<String, Vec<Row>> {
    let files = fs::read_dir(folder.join("given")).unwrap().map(|e| e.unwrap().path());
    files.map(|path| (path.file_stem().unwrap().to_string_lossy().to_string(), rows(&fs::read(&path).unwrap()))).collect()
}

/// A table of `columns.toml` is given, if only without rows; a list and an aggregate only by the case that has one.
fn is_given(id: &str, given: &BTreeMap<String, Vec<Row>>) -> bool {
    given.contains_key(id) || !(id.starts_with("caseload.") || id.starts_with("programme."))
}

/// A row of `sources.schools` for every school that any given file names, so that each has a policy.
fn all_schools(given: &BTreeMap<String, Vec<Row>>) -> Vec<Row> {
    let ids: BTreeSet<&String> =
        given.values().flatten().filter_map(|row| row.get("school_id")).filter(|id| !id.is_empty() && *id != "*").collect();
    ids.into_iter().map(|id| Row::from([("school_id".to_string(), id.clone())])).collect()
}

/// What `run.policy.csv` and `run.policy_school.csv` say, as a project would say it.
fn own_policy(library: &Library, given: &BTreeMap<String, Vec<Row>>) -> String {
    let known = Policy::load(library, &Config::default()).unwrap().numbers;
    let lines = |row: &Row| -> String {
        let values = row.iter().filter(|(name, value)| *name != "school_id" && !value.is_empty());
        values
            .map(|(name, value)| match known.get(name) {
                Some(Value::String(_)) => format!("{name} = \"{value}\"\n"),
                Some(Value::Array(_)) => format!("{name} = {:?}\n", value.split('|').collect::<Vec<_>>()),
                _ => format!("{name} = {value}\n"),
            })
            .collect()
    };
    let mut text: String = given.get("run.policy").into_iter().flatten().map(lines).collect();
    for row in given.get("run.policy_school").into_iter().flatten() {
        text.push_str(&format!("[[override]]\nschool = \"{}\"\n{}", row["school_id"], lines(row)));
    }
    text
}

fn put(engine: &Engine<'_>, id: &str, kinds: &BTreeMap<String, String>, rows: &[Row]) {
    for row in rows {
        for column in row.keys() {
            assert!(kinds.contains_key(column), "{id} has no column {column} in columns.toml");
        }
    }
    let columns: Vec<(String, ArrayRef)> = kinds
        .iter()
        .map(|(name, kind)| {
            let values: Vec<Option<&str>> = rows.iter().map(|row| row.get(name).map(String::as_str).filter(|v| !v.is_empty())).collect();
            (name.clone(), column(&values, kind))
        })
        .collect();
    let schema =
        Arc::new(Schema::new(columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    engine.register(id, Arc::new(MemTable::try_new(schema, vec![vec![batch]]).unwrap())).unwrap();
}

fn column(values: &[Option<&str>], kind: &str) -> ArrayRef {
    let days = |text: &str| i32::try_from(support::made::day(text).signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap();
    match kind {
        "text" => Arc::new(values.iter().copied().collect::<StringArray>()),
        "date" => Arc::new(values.iter().map(|v| v.map(days)).collect::<Date32Array>()),
        "int" => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<i32>().unwrap())).collect::<Int32Array>()),
        "long" => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<i64>().unwrap())).collect::<Int64Array>()),
        "double" => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<f64>().unwrap())).collect::<Float64Array>()),
        "bool" => Arc::new(values.iter().map(|v| v.map(|v| v == "true")).collect::<BooleanArray>()),
        "list" => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for value in values {
                for item in value.iter().flat_map(|v| v.split('|')) {
                    lists.values().append_value(item);
                }
                lists.append(value.is_some());
            }
            Arc::new(lists.finish())
        }
        other => panic!("columns.toml names the type {other}"),
    }
}

/// The rows of a batch, each value as a case would write it.
fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default();
    let cell = |array: &ArrayRef, row: usize| -> String {
        if array.is_null(row) {
            return String::new();
        }
        if matches!(array.data_type(), DataType::List(_)) {
            let items = array.as_list::<i32>().value(row);
            let format = ArrayFormatter::try_new(items.as_ref(), &options).unwrap();
            return (0..items.len()).map(|i| format.value(i).to_string()).collect::<Vec<_>>().join("|");
        }
        plain(&ArrayFormatter::try_new(array.as_ref(), &options).unwrap().value(row).to_string())
    };
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|c| cell(c, row)).collect()).collect()
}

/// Numbers to 1e-9, everything else as it stands.
fn plain(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => format!("{:.9}", if number.abs() < 5e-10 { 0.0 } else { number }),
        _ => text.to_string(),
    }
}
