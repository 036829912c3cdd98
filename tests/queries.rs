//! Runs every case under `tests/queries/<schema.view>/<case>/`: `given/*.csv` as tables, the view under test built by the
//! program's own engine, its rows held against `expect.csv`. Each case is a test of its own name, such as
//! `flags.chronic_absence::exactly_ten_percent`.
//!
//! A given file has the columns and types of the table or view that it stands for, and may leave columns out: they are empty.
//! Empty = null; lists are written a|b; dates ISO. A mask is written as its days, `2022-03-07..2022-03-10|2022-03-12`: `..` stands
//! for the weekdays between, bits are counted from the row's `month` or `week`, and no day is 0.
//! A given file goes before the SQL file of the same name, so a case starts wherever it likes. What has no given file is empty
//! where it is a table, or another measure (`indicators.*`) of which the case does not give everything that it reads; other
//! views are built. But `run.policy` comes from queries/policy.toml and prane.toml (a given `run.policy.csv` or
//! `run.policy_school.csv` names only what differs), and `run.policy_school` has a row for every `school_id` of any given file.
//! `expect.csv` is compared as a set of rows on the columns that its header names; numbers to 1e-9.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int32Builder, Int64Array, ListBuilder, RecordBatch,
    StringArray, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::Datelike;
use datafusion::datasource::MemTable;
use libtest_mimic::{Arguments, Trial};
use prane_base::config::{Config, EngineSection, Language};
use prane_rules::Rulebook;
use prane_rules::engine::{Engine, empty, plain_type, session, tables};
use prane_rules::policy::Policy;
use prane_rules::query::Library;
use toml::Value;

use support::made::day;
use support::{Row, root, rows};

/// Columns and types of every table and view.
type Shapes = BTreeMap<String, SchemaRef>;

fn main() -> ExitCode {
    let mut trials = vec![
        trial("every_view_has_a_case_and_every_case_a_view", every_view_has_a_case),
        trial("every_flag_is_tried_on_a_pupil_who_is_not_assessable", every_flag_is_tried_on_the_not_assessable),
        trial("every_head_names_the_columns_of_its_view_and_a_key", every_head_is_true),
    ];
    for (view, folder) in cases() {
        let name = format!("{view}::{}", name_of(&folder));
        trials.push(Trial::test(name, move || case(&view, &folder).map_err(Into::into)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().to_string()
}

/// `schema.view` and folder of every case.
fn cases() -> Vec<(String, PathBuf)> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
        paths.sort();
        paths
    };
    below(&root().join("tests/queries"))
        .iter()
        .flat_map(|view| below(view).into_iter().map(|case| (name_of(view), case)).collect::<Vec<_>>())
        .collect()
}

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap().block_on(work)
}

/// The built-in SQL files, parsed once: that takes longer than most cases.
fn built_in() -> Library {
    static BUILT_IN: OnceLock<Library> = OnceLock::new();
    BUILT_IN.get_or_init(|| Library::load(Path::new("no such folder")).unwrap()).clone()
}

fn rulebook(library: Library) -> Rulebook {
    let policy = Policy::load(&library, &Config::default()).unwrap();
    Rulebook { library, policy, contracts: prane_contract::contracts().unwrap(), year_starts: (9, 1) }
}

fn engine<'a>(rulebook: &'a Rulebook, staging: &Path, threads: usize) -> Engine<'a> {
    let settings = EngineSection { threads, ..EngineSection::default() };
    let ctx = session(&settings, staging).unwrap();
    ctx.register_udf(prane_rules::answer::reason_function(Language::En).unwrap());
    Engine::new(ctx, &rulebook.library, staging.to_path_buf())
}

/// The shapes, from plans over empty tables; worked out once.
fn shapes() -> &'static Shapes {
    static SHAPES: OnceLock<Shapes> = OnceLock::new();
    SHAPES.get_or_init(|| {
        wait_for(async {
            let (rulebook, staging) = (rulebook(built_in()), tempfile::tempdir().unwrap());
            let mut engine = engine(&rulebook, staging.path(), 1);
            empty::tables(&engine, &rulebook).await.unwrap();
            let mut views: Vec<&str> = rulebook.library.queries.keys().map(String::as_str).collect();
            views.push("run.raised_flags");
            engine.build(&views).await.unwrap();
            let mut shapes = Shapes::new();
            for id in engine.tables() {
                let shape = engine.schema_of(&id).await.unwrap();
                shapes.insert(id, shape);
            }
            shapes
        })
    })
}

fn case(view: &str, folder: &Path) -> Result<(), String> {
    // Worked out before the case has a runtime: a runtime cannot wait for another.
    shapes();
    // The same rows whatever the number of threads.
    for threads in [1, 3] {
        wait_for(hold(view, folder, threads)).map_err(|difference| format!("with {threads} threads:\n{difference}"))?;
    }
    Ok(())
}

fn every_view_has_a_case() {
    let library = built_in();
    let tried: BTreeSet<String> = cases().into_iter().map(|(view, _)| view).collect();
    for view in &tried {
        assert!(library.queries.contains_key(view), "a case for {view}, which no SQL file makes");
    }
    let untried: Vec<&String> = library.queries.keys().filter(|id| !tried.contains(*id)).collect();
    assert!(untried.is_empty(), "without a case: {untried:?}");
    // A view that gives nothing holds against a case that expects nothing.
    let with_rows: BTreeSet<String> = cases()
        .into_iter()
        .filter(|(_, folder)| !rows(&fs::read(folder.join("expect.csv")).unwrap()).is_empty())
        .map(|(view, _)| view)
        .collect();
    assert_eq!(tried.difference(&with_rows).collect::<Vec<_>>(), Vec::<&String>::new(), "no case expects a row");
}

fn every_flag_is_tried_on_the_not_assessable() {
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

fn every_head_is_true() {
    let mut words: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let library = built_in();
    let mut wrong = Vec::new();
    for query in library.queries.values() {
        let given: BTreeSet<&str> = shapes()[&query.id].fields().iter().map(|f| f.name().as_str()).collect();
        let named: BTreeSet<&str> = query.header.columns.keys().map(String::as_str).collect();
        for column in given.difference(&named) {
            wrong.push(format!("{} says nothing of its column {column}", query.file));
        }
        for column in named.difference(&given) {
            wrong.push(format!("{} names a column {column} that it does not give", query.file));
        }
        if query.header.key.is_empty() || !query.header.key.iter().all(|k| given.contains(k.as_str())) {
            wrong.push(format!("{} has no key of its own columns", query.file));
        }
        if let Some((column, _)) = query.header.columns.iter().find(|(_, meaning)| meaning.trim().is_empty()) {
            wrong.push(format!("{} gives no meaning of {column}", query.file));
        }
        for column in ["as_of", "pupil_key", "pupil", "school_id"] {
            words.entry(column).or_default().extend(query.header.columns.get(column).cloned());
        }
    }
    wrong.extend(
        words.into_iter().filter(|(_, said)| said.len() > 1).map(|(column, said)| format!("{column} has several meanings: {said:?}")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Builds a view from what is given and compares it with what is expected.
async fn hold(view: &str, folder: &Path, threads: usize) -> Result<(), String> {
    let given = given(folder);
    let mut library = built_in();
    library.own_policy = own_policy(&library, &given);
    // What is given is not built, nor what it would be built from.
    let stands: BTreeSet<&String> = shapes().keys().filter(|id| *id != view && is_given(id, &given, &library)).collect();
    library.queries.retain(|id, _| !stands.contains(id));
    let (rulebook, staging) = (rulebook(library), tempfile::tempdir().unwrap());
    let mut engine = engine(&rulebook, staging.path(), threads);
    empty::tables(&engine, &rulebook).await.unwrap();
    put(&engine, "sources.schools", &all_schools(&given));
    put(&engine, "sources.centres", given.get("sources.centres").map_or(&[], Vec::as_slice));
    tables::policy_of_places(&engine, &rulebook.policy).await.unwrap();
    put(&engine, "sources.schools", &[]);
    for id in stands {
        put(&engine, id, given.get(id).map_or(&[], Vec::as_slice));
        engine.provide(id);
    }
    if let Some(id) = given.keys().find(|id| !shapes().contains_key(*id)) {
        return Err(format!("given/{id}.csv is neither a table nor a view"));
    }
    let expect = fs::read(folder.join("expect.csv")).unwrap();
    let header: Vec<String> = csv::Reader::from_reader(expect.as_slice()).headers().unwrap().iter().map(String::from).collect();
    let wanted: Vec<Row> = rows(&expect).into_iter().map(packed).collect();
    let question = format!("select {} from {view}", header.join(", "));
    let found = engine.rows(&question).await.map_err(|e| e.to_string())?;
    let key = rulebook.library.queries[view].header.key.join(", ");
    let twice = format!("select count(*) from {view} group by {key} having count(*) > 1");
    if engine.rows(&twice).await.map_err(|e| e.to_string())?.iter().any(|b| b.num_rows() > 0) {
        return Err(format!("  two rows have one key ({key})"));
    }
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
    let read = |path: &Path| rows(&fs::read(path).unwrap()).into_iter().map(packed).collect();
    files.map(|path| (path.file_stem().unwrap().to_string_lossy().to_string(), read(&path))).collect()
}

/// A row with its masks as the numbers that they are: bit 0 is the first day of the row's month or week.
fn packed(mut row: Row) -> Row {
    let first = row.get("month").or(row.get("week")).cloned();
    for (_, mask) in row.iter_mut().filter(|(name, mask)| name.ends_with("_mask") && mask.contains('-')) {
        let first = day(first.as_deref().expect("a mask of days stands beside its month or week"));
        let days = mask.split('|').flat_map(|part| match part.split_once("..") {
            Some((from, to)) => {
                day(from).iter_days().take_while(|d| *d <= day(to)).filter(|d| d.weekday().number_from_monday() <= 5).collect()
            }
            None => vec![day(part)],
        });
        *mask = days.map(|day| 1_i64 << (day - first).num_days()).fold(0, |all, bit| all | bit).to_string();
    }
    row
}

/// Whether a view is not built: a case gives it, or it is a measure of which the case does not give everything that it reads,
/// or all flags together.
fn is_given(id: &str, given: &BTreeMap<String, Vec<Row>>, library: &Library) -> bool {
    let has_all = || library.queries[id].reads.iter().all(|read| read.starts_with("run.") || given.contains_key(read));
    (given.contains_key(id) && !id.starts_with("run.policy")) || id == "run.raised_flags" || (id.starts_with("indicators.") && !has_all())
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

fn put(engine: &Engine<'_>, id: &str, rows: &[Row]) {
    let shape = &shapes()[id];
    for row in rows {
        for column in row.keys() {
            assert!(shape.field_with_name(column).is_ok(), "{id} has no column {column}");
        }
    }
    let columns: Vec<(&String, ArrayRef)> = shape
        .fields()
        .iter()
        .map(|field| {
            let values: Vec<Option<&str>> =
                rows.iter().map(|row| row.get(field.name()).map(String::as_str).filter(|v| !v.is_empty())).collect();
            (field.name(), column(&values, &plain_type(field.data_type())))
        })
        .collect();
    let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    engine.register(id, Arc::new(MemTable::try_new(schema, vec![vec![batch]]).unwrap())).unwrap();
}

fn column(values: &[Option<&str>], kind: &DataType) -> ArrayRef {
    let days = |text: &str| i32::try_from(day(text).signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap();
    match kind {
        DataType::Utf8 => Arc::new(values.iter().copied().collect::<StringArray>()),
        DataType::Date32 => Arc::new(values.iter().map(|v| v.map(days)).collect::<Date32Array>()),
        DataType::Int32 => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<i32>().unwrap())).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<i64>().unwrap())).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(values.iter().map(|v| v.map(|v| v.parse::<f64>().unwrap())).collect::<Float64Array>()),
        DataType::Boolean => Arc::new(values.iter().map(|v| v.map(|v| v == "true")).collect::<BooleanArray>()),
        DataType::List(item) if item.data_type() == &DataType::Int32 => {
            let mut lists = ListBuilder::new(Int32Builder::new());
            for value in values {
                // an empty place of a list is null
                lists.values().extend(value.iter().flat_map(|v| v.split('|')).map(|v| v.parse::<i32>().ok()));
                lists.append(value.is_some());
            }
            Arc::new(lists.finish())
        }
        DataType::List(_) => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for value in values {
                for item in value.iter().flat_map(|v| v.split('|')) {
                    lists.values().append_value(item);
                }
                lists.append(value.is_some());
            }
            Arc::new(lists.finish())
        }
        other => panic!("a case cannot give a column of the type {other}"),
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
