//! Documentation of the views as Markdown: meanings from the heads of the SQL files, types from their plans over empty tables. It
//! reads no records, so it works before the first night.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow::datatypes::{DataType, Schema, TimeUnit};
use prane_base::error::{Error, Result, nearest};
use prane_base::project::Project;
use prane_base::telemetry;
use prane_rules::engine::{Engine, empty, plain_type, session};
use prane_rules::query::Query;
use prane_rules::{Rulebook, answer};

/// The views and tables of a project with their columns.
struct Catalogue {
    rulebook: Rulebook,
    /// `schema.name` → columns.
    columns: BTreeMap<String, Schema>,
}

/// Documents every view, or only the one that `only` names.
///
/// # Errors
/// Configuration errors of SQL files; a usage error for an unknown view.
pub async fn views(project: &Project, only: Option<&str>) -> Result<String> {
    let catalogue = Catalogue::of(project, only).await?;
    if let Some(id) = only {
        return catalogue.section(id);
    }
    let mut text = String::from("# Views\n\nTypes are those of SQL. `prane docs VIEW` prints one view.\n");
    for id in catalogue.rulebook.library.queries.keys() {
        text.push('\n');
        text.push_str(&catalogue.section(id)?);
    }
    Ok(text)
}

/// The argument of a `\d` question, empty for `\d` alone; `None` for other questions.
#[must_use]
pub fn after_backslash_d(question: &str) -> Option<&str> {
    let rest = question.trim().strip_prefix("\\d")?;
    (rest.is_empty() || rest.starts_with([' ', ';'])).then(|| rest.trim_end_matches(';').trim())
}

/// The answer to `\d`: a list of schemas and their tables, or one view or table.
///
/// # Errors
/// Configuration errors of SQL files; a usage error for an unknown name.
pub async fn described(project: &Project, name: &str) -> Result<String> {
    if name.is_empty() {
        return Ok(Catalogue::of(project, None).await?.list());
    }
    views(project, Some(name)).await
}

impl Catalogue {
    async fn of(project: &Project, only: Option<&str>) -> Result<Self> {
        let rulebook = Rulebook::load(project)?;
        let work = tempfile::tempdir().map_err(|e| Error::store("a folder for work", e))?;
        let ctx = session(&project.config.engine, work.path())?;
        ctx.register_udf(answer::reason_function(project.config.project.language)?);
        let mut columns = BTreeMap::new();
        {
            let mut engine = Engine::new(ctx, &rulebook.library, work.path().to_path_buf());
            empty::tables(&engine, &rulebook).await?;
            let views: Vec<&str> = match only {
                Some(id) => vec![id],
                None => rulebook.library.queries.keys().map(String::as_str).collect(),
            };
            telemetry::silently(engine.build(&views)).await?;
            for id in engine.tables() {
                columns.insert(id.clone(), engine.schema_of(&id).await?.as_ref().clone());
            }
        }
        Ok(Self { rulebook, columns })
    }

    /// The section about one view or table.
    fn section(&self, id: &str) -> Result<String> {
        let Some(schema) = self.columns.get(id) else {
            let known = self.columns.keys().chain(self.rulebook.library.queries.keys()).map(String::as_str);
            let hint = nearest(id, known).map_or_else(|| "`prane sql -c '\\d'` lists them".to_string(), |n| format!("did you mean {n}?"));
            return Err(Error::usage(format!("there is no view {id}"), hint));
        };
        let query = self.rulebook.library.queries.get(id);
        let mut text = format!("## {id}\n\n");
        if let Some(query) = query {
            text.push_str(&about(query));
        } else if let Some(contract) = self.contract(id) {
            let _ = writeln!(text, "{}\n", contract.about);
        }
        text.push_str("| column | type | meaning |\n|---|---|---|\n");
        for field in schema.fields() {
            let meaning = match query {
                Some(query) => query.header.columns.get(field.name()).cloned(),
                None => self.contract(id).and_then(|c| c.column(field.name())).map(|c| c.about.clone()),
            };
            let _ = writeln!(text, "| {} | {} | {} |", field.name(), type_name(field.data_type()), cell(&meaning.unwrap_or_default()));
        }
        Ok(text)
    }

    fn contract(&self, id: &str) -> Option<&prane_contract::Contract> {
        let table = id.strip_prefix("sources.")?;
        self.rulebook.contracts.iter().find(|c| c.table == table)
    }

    /// The list of schemas and their tables.
    fn list(&self) -> String {
        let mut text = String::from("# Schemas\n");
        let mut last = "";
        for id in self.columns.keys() {
            let (schema, name) = id.split_once('.').unwrap_or_default();
            if schema != last {
                let _ = writeln!(text, "\n## {schema}\n");
                last = schema;
            }
            let title = match self.rulebook.library.queries.get(id) {
                Some(query) => query.header.title.clone(),
                None => self.contract(id).map(|c| c.about.clone()).unwrap_or_default(),
            };
            let _ = if title.is_empty() { writeln!(text, "- {name}") } else { writeln!(text, "- {name}: {title}") };
        }
        text
    }
}

/// The description of a view from the head of its file.
fn about(query: &Query) -> String {
    let head = &query.header;
    let listed = |names: Vec<&str>| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let mut text = format!("{}\n\n", head.title);
    if !head.about.is_empty() {
        let _ = writeln!(text, "{}\n", head.about);
    }
    if !head.grain.is_empty() {
        let _ = writeln!(text, "- Grain: {}", head.grain);
    }
    if !head.key.is_empty() {
        let _ = writeln!(text, "- Key: {}", listed(head.key.iter().map(String::as_str).collect()));
    }
    let _ = writeln!(text, "- Reads: {}\n- File: `{}`\n", listed(query.reads.iter().map(String::as_str).collect()), query.file);
    text
}

/// The SQL name of a type.
fn type_name(kind: &DataType) -> String {
    match plain_type(kind) {
        DataType::Utf8 => "varchar".into(),
        DataType::Date32 => "date".into(),
        DataType::Int8 | DataType::UInt8 => "tinyint".into(),
        DataType::Int16 | DataType::UInt16 => "smallint".into(),
        DataType::Int32 | DataType::UInt32 => "int".into(),
        DataType::Int64 | DataType::UInt64 => "bigint".into(),
        DataType::Float32 => "float".into(),
        DataType::Float64 => "double".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => "timestamp".into(),
        DataType::List(item) => format!("{}[]", type_name(item.data_type())),
        other => other.to_string().to_lowercase(),
    }
}

/// Escapes a text for a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
