//! `policy.toml`: every number a rule uses, flattened to `<table>_<key>`, with the project's own values and overrides.

use std::collections::BTreeMap;

use prane_base::config::Config;
use prane_base::error::{Error, Result, nearest, toml_error};
use toml::{Table, Value};

use crate::query::{Library, Query};

/// Values as the program itself reads them.
pub struct Values(Numbers);

impl Values {
    fn get(&self, name: &str) -> Result<&Value> {
        self.0.get(name).ok_or_else(|| missing(name))
    }

    /// A number.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn number(&self, name: &str) -> Result<f64> {
        match self.get(name)? {
            #[allow(clippy::cast_precision_loss)] // small numbers
            Value::Integer(n) => Ok(*n as f64),
            Value::Float(n) => Ok(*n),
            _ => Err(missing(name)),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn whole(&self, name: &str) -> Result<i64> {
        self.get(name)?.as_integer().ok_or_else(|| missing(name))
    }

    /// A text.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.get(name)?.as_str().ok_or_else(|| missing(name))
    }
}

fn missing(name: &str) -> Error {
    Error::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml")
}

/// Flat name → value, in order of names.
pub type Numbers = BTreeMap<String, Value>;

/// The policy of a project.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What holds everywhere.
    pub numbers: Numbers,
    overrides: Vec<Override>,
}

/// What differs for one school or region.
#[derive(Debug, Clone)]
struct Override {
    school: Option<String>,
    region: Option<String>,
    numbers: Numbers,
}

impl Policy {
    /// The built-in policy, over it the project's own, beside it what `prane.toml` says of caseloads.
    ///
    /// # Errors
    /// A configuration error: not TOML, an unknown key, an override for nobody.
    pub fn load(library: &Library, config: &Config) -> Result<Self> {
        let file = "queries/policy.toml";
        let (mut numbers, mut overrides) = read(&library.policy, file)?;
        let section = |name: &str, value: i64| (name.to_string(), Value::Integer(value));
        numbers.extend([
            section("caseload_per_school", config.caseload.per_school.into()),
            section("caseload_per_centre", config.caseload.per_centre.into()),
            section("caseload_recheck_days", config.caseload.recheck_days),
            section("contract_stale_after_days", config.contract.stale_after_days),
            section("suppress_min_cell", config.suppress.min_cell.into()),
            ("caseload_show_centre_to_schools".into(), Value::String(config.caseload.show_centre_to_schools.word().into())),
        ]);
        let (own, more) = read(&library.own_policy, file)?;
        overrides.extend(more);
        let built_in = sections(&library.policy, file)?;
        if let Some(name) =
            overrides.iter().flat_map(|o| o.numbers.keys()).find(|name| numbers.contains_key(*name) && !is_of_places(name, library))
        {
            return Err(Error::configuration(
                file,
                format!("an [[override]] gives {name} for one school or region, and it is the same for all"),
                "write it above the overrides, under its table; no SQL file reads it from run.policy_school",
            ));
        }
        for (name, value) in own.into_iter().chain(overrides.iter().flat_map(|o| o.numbers.clone())) {
            let Some(known) = numbers.get(&name) else {
                if let Some((what, hint)) = stray(&name, library, &built_in, &numbers) {
                    return Err(Error::configuration(file, what, hint));
                }
                numbers.insert(name, value);
                continue;
            };
            let fits = known.same_type(&value) || matches!((known, &value), (Value::Float(_), Value::Integer(_)));
            if !fits {
                return Err(Error::configuration(
                    file,
                    format!("{name} is a {}, not a {}", value.type_str(), known.type_str()),
                    "write it as in the built-in policy.toml",
                ));
            }
        }
        let (own, _) = read(&library.own_policy, file)?;
        numbers.extend(own);
        Ok(Self { numbers, overrides })
    }

    /// The numbers that hold for one school: its own override goes before its region's.
    #[must_use]
    pub fn of_school(&self, school: &str, region: &str) -> Numbers {
        let mut numbers = self.numbers.clone();
        for of_region in self.overrides.iter().filter(|o| o.region.as_deref() == Some(region)) {
            numbers.extend(of_region.numbers.clone());
        }
        for of_school in self.overrides.iter().filter(|o| o.school.as_deref() == Some(school)) {
            numbers.extend(of_school.numbers.clone());
        }
        numbers
    }

    /// The same, to be read by the program. A centre has no override of its own: for it, `school` is empty.
    #[must_use]
    pub fn values(&self, school: &str, region: &str) -> Values {
        Values(self.of_school(school, region))
    }

    /// A number that the program itself needs.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn number(&self, name: &str) -> Result<f64> {
        let missing =
            || Error::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml");
        match self.numbers.get(name) {
            #[allow(clippy::cast_precision_loss)] // small numbers
            Some(Value::Integer(n)) => Ok(*n as f64),
            Some(Value::Float(n)) => Ok(*n),
            _ => Err(missing()),
        }
    }

    /// A text that the program itself needs.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.numbers.get(name).and_then(Value::as_str).ok_or_else(|| {
            Error::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml")
        })
    }
}

/// Tables of which each line is of one flag: a rule of the project's own has its line there.
const BY_FLAG: [&str; 2] = ["next_step", "suggested_service"];

/// Names of the tables of a policy.
fn sections(text: &str, file: &str) -> Result<Vec<String>> {
    let table: Table = toml::from_str(text).map_err(|e| toml_error(file, &e))?;
    Ok(table.into_iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name).collect())
}

/// What is wrong with a number that the built-in policy does not have, and what to do. Nothing is where it is the line of a
/// flag, or where a SQL file reads it: a number that nothing reads is a slip.
fn stray(name: &str, library: &Library, built_in: &[String], numbers: &Numbers) -> Option<(String, String)> {
    if let Some(flag) = BY_FLAG.iter().find_map(|table| name.strip_prefix(table)?.strip_prefix('_')) {
        let flags: Vec<&str> = library.of_schema("flags").map(Query::name).collect();
        let near = || nearest(flag, flags.iter().copied()).map_or_else(String::new, |n| format!("; did you mean {n}?"));
        return (!flags.contains(&flag))
            .then(|| (format!("unknown key {name}"), format!("there is no queries/flags/{flag}.sql{}", near())));
    }
    if library.queries.values().any(|query| reads(&query.sql, name)) {
        return None;
    }
    let near = nearest(name, numbers.keys().map(String::as_str)).map(|n| format!("did you mean {n}?"));
    let of_known = built_in.iter().any(|section| name.starts_with(&format!("{section}_")));
    let hint = "no SQL file reads it; a rule of your own reads it as run.policy_school.<table>_<key>";
    Some((format!("unknown key {name}"), near.filter(|_| of_known).unwrap_or_else(|| hint.into())))
}

/// Whether a school or region may have its own value: where a SQL file reads it by place.
fn is_of_places(name: &str, library: &Library) -> bool {
    let by_place = |query: &Query| query.reads.contains("run.policy_school") || query.reads.contains("run.policy_centre");
    // The list of a school is ordered by it, and yet a school year starts on one day everywhere.
    if name == "school_year_starts" {
        return false;
    }
    BY_FLAG.iter().any(|table| name.strip_prefix(table).is_some_and(|rest| rest.starts_with('_')))
        || library.queries.values().any(|query| by_place(query) && reads(&query.sql, name))
}

/// Whether a text has `name` as a whole word.
fn reads(sql: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.match_indices(name)
        .any(|(at, _)| !sql[..at].chars().next_back().is_some_and(is_part) && !sql[at + name.len()..].chars().next().is_some_and(is_part))
}

fn read(text: &str, file: &str) -> Result<(Numbers, Vec<Override>)> {
    let mut table: Table = toml::from_str(text).map_err(|e| toml_error(file, &e))?;
    let mut overrides = Vec::new();
    if let Some(Value::Array(given)) = table.remove("override") {
        for one in given {
            let Value::Table(mut one) = one else { continue };
            let mut whom = |name: &str| one.remove(name).and_then(|v| v.as_str().map(String::from));
            let (school, region) = (whom("school"), whom("region"));
            if school.is_none() && region.is_none() {
                return Err(Error::configuration(
                    file,
                    "an [[override]] names neither school nor region",
                    "add school = \"S0001\" or region = \"Kukës\"",
                ));
            }
            overrides.push(Override { school, region, numbers: flatten(&one) });
        }
    }
    Ok((flatten(&table), overrides))
}

fn flatten(table: &Table) -> Numbers {
    let mut numbers = Numbers::new();
    for (section, value) in table {
        match value {
            Value::Table(inner) => numbers.extend(inner.iter().map(|(key, value)| (format!("{section}_{key}"), value.clone()))),
            plain => {
                numbers.insert(section.clone(), plain.clone());
            }
        }
    }
    numbers
}
