//! SQL files: their heads, the tables that they read, and the order in which they are built.
//!
//! Each folder is a schema and each file a view. The built-in files are embedded in the program; files of a project's own `queries/`
//! are added to them or replace them. There are no templates: the SQL runs unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use chrono::NaiveDate;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{Expr, Visit, Visitor};
use include_dir::{Dir, include_dir};
use prane_base::error::{Error, Result, nearest};
use prane_base::key::{Key, hex};

pub use crate::head::{Header, Keep, Records, Severity};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries");

/// The schemas of SQL files.
const SCHEMAS: [&str; 8] = ["indicators", "flags", "caseload", "pages", "programme", "checks", "analyses", "derived"];

/// One SQL file.
#[derive(Debug, Clone)]
pub struct Query {
    /// Schema and name, such as `flags.chronic_absence`.
    pub id: String,
    /// Its path, as users know it.
    pub file: String,
    /// Its head.
    pub header: Header,
    /// The whole text, without a final semicolon.
    pub sql: String,
    /// Its text, parsed.
    pub statement: Statement,
    /// The tables and views that it reads, as `schema.name`.
    pub reads: BTreeSet<String>,
    /// Requirements for a project's own file; `None` for a built-in one.
    pub required: Option<Required>,
}

/// What other files rely on in the view of a project's own file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Required {
    /// The columns of the built-in file that it replaces.
    pub columns: BTreeSet<String>,
    /// Unique keys: its own, and that of the built-in file that it replaces.
    pub keys: BTreeSet<Vec<String>>,
}

impl Query {
    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// The name within the schema.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.split('.').nth(1).unwrap_or_default()
    }

    pub(crate) fn parse(id: String, file: String, text: &str) -> Result<Self> {
        let header = Header::of(text, &file)?;
        let sql = text.trim().trim_end_matches(';').to_string();
        let statement = single_select(&sql)
            .map_err(|what| Error::configuration(&file, what, "a SQL file is one plain select; see queries/README.md"))?;
        check_expressions(&statement, &id, &file)?;
        let reads = references(&statement).map_err(|what| Error::configuration(&file, what, "names are schema.table"))?;
        if let Some(read) = reads.iter().find(|r| r.starts_with("audit.")) {
            return Err(Error::configuration(
                &file,
                format!("reads {read}"),
                "community, disability and reasons never reach a list, a flag or a check; `prane sql` can query them where [safeguarding] audit_sql = true",
            ));
        }
        Ok(Self { id, file, header, sql, statement, reads, required: None })
    }

    /// Turns it into a project's own file that replaces the built-in file with this head. Fields that its head omits are taken from
    /// there.
    fn replace(&mut self, built_in: Option<&Header>) {
        let mut required = Required::default();
        required.keys.insert(self.header.key.clone());
        if let Some(built_in) = built_in {
            let header = &mut self.header;
            header.rests_on = header.rests_on.or(built_in.rests_on);
            if header.key.is_empty() {
                header.key.clone_from(&built_in.key);
            }
            for (column, meaning) in &built_in.columns {
                header.columns.entry(column.clone()).or_insert_with(|| meaning.clone());
            }
            required.columns = built_in.columns.keys().cloned().collect();
            required.keys.insert(built_in.key.clone());
        }
        required.keys.retain(|key| !key.is_empty());
        self.required = Some(required);
    }
}

/// Parses a text that must be one read-only statement.
///
/// # Errors
/// A sentence: the text does not parse, or is anything else.
pub fn single_select(sql: &str) -> Result<Statement, String> {
    let mut statements = DFParser::parse_sql(sql).map_err(|e| e.to_string())?;
    let statement = statements.pop_front().filter(|_| statements.is_empty()).ok_or("is not exactly one statement")?;
    match &statement {
        Statement::Statement(inner) if matches!(**inner, datafusion::sql::sqlparser::ast::Statement::Query(_)) => Ok(statement),
        Statement::Explain(_) => Ok(statement),
        Statement::Statement(inner)
            if matches!(
                **inner,
                datafusion::sql::sqlparser::ast::Statement::ShowTables { .. }
                    | datafusion::sql::sqlparser::ast::Statement::ExplainTable { .. }
                    | datafusion::sql::sqlparser::ast::Statement::ShowColumns { .. }
            ) =>
        {
            Ok(statement)
        }
        _ => Err("only questions are answered: select, show tables, describe, explain".into()),
    }
}

/// The `schema.name` of every table that a statement reads, except its own CTEs.
///
/// # Errors
/// A sentence about a name that cannot be resolved.
pub fn references(statement: &Statement) -> Result<BTreeSet<String>, String> {
    let (tables, _) = resolve_table_references(statement, true).map_err(|e| e.to_string())?;
    Ok(tables.iter().map(|t| t.schema().map_or_else(|| t.table().to_string(), |s| format!("{s}.{}", t.table()))).collect())
}

/// Functions whose result differs from call to call. Rules must not use them, because a repeated night must give the same lists.
const VOLATILE: [&str; 9] =
    ["now", "current_date", "current_time", "current_timestamp", "today", "random", "uuid", "localtime", "localtimestamp"];
/// Personal columns. They are in the vault, and no rule may read them.
const PERSONAL: [&str; 8] =
    ["first_name", "last_name", "national_id", "birth_date", "guardian_contact", "community", "disability", "pupil_id"];

/// Rejects SQL files that call volatile functions, and rules that read personal columns.
fn check_expressions(statement: &Statement, id: &str, file: &str) -> Result<()> {
    struct Names(Vec<String>);
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Function(f) => self.0.push(f.name.to_string().to_lowercase()),
                Expr::Identifier(i) => self.0.push(i.value.to_lowercase()),
                Expr::CompoundIdentifier(parts) => self.0.extend(parts.last().map(|i| i.value.to_lowercase())),
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let Statement::Statement(inner) = statement else { return Ok(()) };
    let mut names = Names(Vec::new());
    let _ = inner.visit(&mut names);
    for name in &names.0 {
        if VOLATILE.contains(&name.as_str()) {
            return Err(Error::configuration(
                file,
                format!("uses {name}"),
                "a list must be the same when it is made again: take the day from run.as_of",
            ));
        }
        if PERSONAL.contains(&name.as_str()) && (id.starts_with("indicators.") || id.starts_with("flags.")) {
            return Err(Error::configuration(
                file,
                format!("asks for {name}"),
                "rules never look at who a child is; names stay in the vault",
            ));
        }
    }
    Ok(())
}

/// All SQL files of a project.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By `schema.name`.
    pub queries: BTreeMap<String, Query>,
    /// Text of the built-in `policy.toml`.
    pub policy: String,
    /// Text of the project's own `policy.toml`; empty without one.
    pub own_policy: String,
}

impl Library {
    /// Loads the built-in files, and over them the files of `own`, a project's `queries/`.
    ///
    /// # Errors
    /// A configuration error for the first invalid file.
    pub fn load(own: &Path) -> Result<Self> {
        let mut library = Self::default();
        for schema in SCHEMAS {
            for file in BUILT_IN.get_dir(schema).into_iter().flat_map(Dir::files) {
                let path = file.path().to_string_lossy().to_string();
                library.add(schema, &path, file.contents_utf8().unwrap_or_default(), false)?;
            }
        }
        library.policy = BUILT_IN.get_file("policy.toml").and_then(|f| f.contents_utf8()).unwrap_or_default().to_string();
        if own.is_dir() {
            library.add_own(own)?;
        }
        Ok(library)
    }

    fn add(&mut self, schema: &str, file: &str, text: &str, is_own: bool) -> Result<()> {
        let Some(name) = file.rsplit('/').next().and_then(|f| f.strip_suffix(".sql")) else { return Ok(()) };
        let id = format!("{schema}.{name}");
        let mut query = Query::parse(id.clone(), format!("queries/{file}"), text)?;
        if is_own {
            query.replace(self.queries.get(&id).map(|built_in| &built_in.header));
        }
        self.queries.insert(id, query);
        Ok(())
    }

    fn add_own(&mut self, own: &Path) -> Result<()> {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| Error::io(path, e));
        if own.join("policy.toml").is_file() {
            self.own_policy = read(&own.join("policy.toml"))?;
        }
        for schema in SCHEMAS {
            let folder = own.join(schema);
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "sql")).collect();
            paths.sort();
            for path in paths {
                let name = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
                self.add(schema, &format!("{schema}/{name}"), &read(&path)?, true)?;
            }
        }
        Ok(())
    }

    /// The queries of one schema, sorted by name.
    pub fn of_schema<'a>(&'a self, schema: &'a str) -> impl Iterator<Item = &'a Query> {
        self.queries.values().filter(move |q| q.schema() == schema)
    }

    /// SQL for the rows of a view on one day, in the order that its head names.
    ///
    /// # Errors
    /// A bug where there is no such view.
    pub fn question_of_day(&self, view: &str, as_of: NaiveDate) -> Result<String> {
        self.question(view, &format!("as_of = date '{as_of}'"))
    }

    /// SQL for the rows of a view about one pupil, in the order that its head names.
    ///
    /// # Errors
    /// A bug where there is no such view.
    pub fn question_of_pupil(&self, view: &str, pupil_key: Key) -> Result<String> {
        self.question(view, &format!("pupil_key = '{}'", hex(pupil_key)))
    }

    fn question(&self, view: &str, condition: &str) -> Result<String> {
        let query = self.queries.get(view).ok_or_else(|| Error::Bug(format!("no SQL file makes {view}")))?;
        let Header { order, unseen, .. } = &query.header;
        let columns = if unseen.is_empty() { "*".to_string() } else { format!("* exclude ({})", unseen.join(", ")) };
        let order = if order.is_empty() { String::new() } else { format!(" order by {}", order.join(", ")) };
        Ok(format!("select {columns} from {view} where {condition}{order}"))
    }

    /// The queries that `wanted` needs, each after those that it reads (a topological order). `run.raised_flags` reads every flag.
    ///
    /// # Errors
    /// A configuration error for files that read each other in a cycle.
    pub fn order(&self, wanted: &BTreeSet<String>) -> Result<Vec<&Query>> {
        let mut done = BTreeSet::new();
        let mut order = Vec::new();
        for id in wanted {
            self.visit(id, &mut Vec::new(), &mut done, &mut order)?;
        }
        Ok(order)
    }

    fn visit<'a>(&'a self, id: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>, order: &mut Vec<&'a Query>) -> Result<()> {
        if done.contains(id) {
            return Ok(());
        }
        if path.iter().any(|ancestor| ancestor == id) {
            path.push(id.to_string());
            return Err(Error::configuration(
                format!("queries/{}.sql", id.replace('.', "/")),
                format!("reads itself: {}", path.join(" → ")),
                "break the cycle",
            ));
        }
        if id == "run.raised_flags" {
            path.push(id.to_string());
            for flag in self.of_schema("flags") {
                self.visit(&flag.id, path, done, order)?;
            }
            path.pop();
            done.insert(id.to_string());
            return Ok(());
        }
        let Some(query) = self.queries.get(id) else {
            done.insert(id.to_string());
            return Ok(());
        };
        path.push(id.to_string());
        for read in &query.reads {
            self.visit(read, path, done, order)?;
        }
        path.pop();
        done.insert(id.to_string());
        order.push(query);
        Ok(())
    }

    /// The view whose name is most similar to `id`, for messages.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<&str> {
        nearest(id, self.queries.keys().map(String::as_str))
    }

    /// A hash of all SQL files and the policy; the manifest records it.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for query in self.queries.values() {
            hasher.update(query.id.as_bytes()).update(b"\0").update(query.sql.as_bytes()).update(b"\0");
        }
        hasher.update(self.policy.as_bytes()).update(self.own_policy.as_bytes());
        hasher.finalize().to_hex()[..16].to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_is_headed_and_in_an_order() {
        let library = Library::load(Path::new("/nowhere")).unwrap();
        let all = library.queries.keys().cloned().collect();
        assert_eq!(library.order(&all).unwrap().len(), library.queries.len());
        for query in library.queries.values() {
            assert!(!query.header.title.is_empty() && !query.header.grain.is_empty(), "{} lacks a title or grain", query.file);
            assert_eq!(query.header.rests_on.is_some(), query.schema() == "flags", "{} says or lacks what a flag rests on", query.file);
            if query.schema() == "checks" {
                assert!(query.header.severity.is_some() && !query.header.mend.is_empty(), "{} is no complete check", query.file);
            }
        }
    }

    #[test]
    fn ordinary_comments_may_stand_at_the_top_of_a_file() {
        let parse = |sql: &str| Query::parse("flags.x".into(), "x.sql".into(), sql);
        let query = parse("-- Agreed with the heads of S1 and S2 on 3 March: it's a trial.\n\n-- title = \"Away\"\n-- Days, not lessons.\n-- cites = [\"a\",\n--   \"b\"]\n-- days >= 4 is our line\n-- level = 2\nselect 1 as value").unwrap();
        assert_eq!((query.header.title.as_str(), query.header.cites.len()), ("Away", 2));
        assert_eq!(query.header.level, Some(toml::Value::Integer(2)));
        assert!(parse("-- titel = \"Away\"\nselect 1 as value").unwrap_err().to_string().contains("titel"));
        assert!(parse("-- title = Away\nselect 1 as value").is_err(), "a key of the head without its quotes is no comment");
        assert!(parse("-- keep = \"twice\"\nselect 1 as value").unwrap_err().to_string().contains("twice"));
    }

    /// Heads that `fuzz/` begins with: `whole_*` are read, `broken_*` are told.
    #[test]
    fn heads_of_the_fuzz_corpus_are_read_or_told() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/head");
        let mut tried = 0;
        for path in std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read(&path).unwrap();
            let whole = path.file_name().unwrap().to_string_lossy().starts_with("whole_");
            assert_eq!(Header::of(&String::from_utf8_lossy(&text), "a file").is_ok(), whole, "{}", path.display());
            tried += 1;
        }
        assert!(tried >= 6);
    }

    #[test]
    fn clocks_names_and_commands_are_refused() {
        let parse = |sql: &str| Query::parse("flags.x".into(), "x.sql".into(), sql).map(|_| ()).unwrap_err().to_string();
        assert!(parse("select now() as value").contains("uses now"));
        assert!(parse("select p.first_name from indicators.pupil p").contains("asks for first_name"));
        assert!(parse("drop table sources.marks").contains("only questions"));
        assert!(parse("select 1; select 2").contains("exactly one"));
    }
}
