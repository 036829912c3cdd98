//! `policy.toml`: the numbers that rules use, flattened to `<table>_<key>`, with the project's own values and overrides.

use std::collections::BTreeMap;

use prane_base::config::Config;
use prane_base::error::{Error, Result, nearest, toml_error};
use toml::{Table, Value};

use crate::query::{Library, Query};

/// Typed access to policy values, for the program itself.
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

/// Flat name → value.
pub type Numbers = BTreeMap<String, Value>;

/// The policy of a project.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The values without overrides.
    pub numbers: Numbers,
    overrides: Vec<Override>,
}

/// The values that differ for one school or region.
#[derive(Debug, Clone)]
struct Override {
    school: Option<String>,
    region: Option<String>,
    numbers: Numbers,
}

impl Policy {
    /// Loads the built-in policy, the numbers of `prane.toml`, and over both the project's own policy.
    ///
    /// # Errors
    /// A configuration error: invalid TOML, an unknown key, a value of another type, an override without a place.
    pub fn load(library: &Library, config: &Config) -> Result<Self> {
        let file = "queries/policy.toml";
        let (mut numbers, mut overrides) = read(&library.policy, file)?;
        let setting = |name: &str, value: i64| (name.to_string(), Value::Integer(value));
        numbers.extend([
            setting("caseload_per_school", config.caseload.per_school.into()),
            setting("caseload_per_centre", config.caseload.per_centre.into()),
            setting("caseload_recheck_days", config.caseload.recheck_days),
            setting("contract_stale_after_days", config.contract.stale_after_days),
            setting("suppress_min_cell", config.suppress.min_cell.into()),
            ("caseload_show_centre_to_schools".into(), Value::String(config.caseload.show_centre_to_schools.word().into())),
        ]);
        let (own, own_overrides) = read(&library.own_policy, file)?;
        overrides.extend(own_overrides);
        let built_in = sections(&library.policy, file)?;
        let given =
            overrides.iter().flat_map(|o| o.numbers.keys().map(move |name| (o, name))).filter(|(_, name)| numbers.contains_key(*name));
        for (at, name) in given {
            if !may_differ_by_place(name, library) {
                return Err(Error::configuration(
                    file,
                    format!("an [[override]] gives {name} for one school or region, but it must be the same for all"),
                    "write it above the overrides, under its table; no SQL file reads it from run.policy_school",
                ));
            }
            if at.school.is_some() && !may_differ_by_school(name, library) {
                return Err(Error::configuration(
                    file,
                    format!("an [[override]] gives {name} for one school, but only centres read it"),
                    "give it for a region, or above the overrides, under its table",
                ));
            }
        }
        for (name, value) in own.into_iter().chain(overrides.iter().flat_map(|o| o.numbers.clone())) {
            let Some(known) = numbers.get(&name) else {
                if let Some((what, hint)) = unknown_key(&name, library, &built_in, &numbers) {
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

    /// The values for one school: an override of the school takes precedence over one of its region.
    #[must_use]
    pub fn of_school(&self, school: &str, region: &str) -> Numbers {
        let mut numbers = self.numbers.clone();
        for region_override in self.overrides.iter().filter(|o| o.region.as_deref() == Some(region)) {
            numbers.extend(region_override.numbers.clone());
        }
        for school_override in self.overrides.iter().filter(|o| o.school.as_deref() == Some(school)) {
            numbers.extend(school_override.numbers.clone());
        }
        numbers
    }

    /// The same with typed access. Centres have no overrides of their own: for a centre, `school` is empty.
    #[must_use]
    pub fn values(&self, school: &str, region: &str) -> Values {
        Values(self.of_school(school, region))
    }

    /// A number that the program needs.
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

    /// A text that the program needs.
    ///
    /// # Errors
    /// A configuration error where it is missing.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.numbers.get(name).and_then(Value::as_str).ok_or_else(|| {
            Error::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml")
        })
    }
}

/// Tables with one line per flag. A project's own flags may have lines there.
const FLAG_TABLES: [&str; 2] = ["next_step", "suggested_service"];

/// The names of the tables of a policy.
fn sections(text: &str, file: &str) -> Result<Vec<String>> {
    let table: Table = toml::from_str(text).map_err(|e| toml_error(file, &e))?;
    Ok(table.into_iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name).collect())
}

/// Message and hint for a key that the built-in policy does not have and nothing reads. `None` for the line of a flag and for a
/// number that a SQL file reads.
fn unknown_key(name: &str, library: &Library, built_in: &[String], numbers: &Numbers) -> Option<(String, String)> {
    if let Some(flag) = FLAG_TABLES.iter().find_map(|table| name.strip_prefix(table)?.strip_prefix('_')) {
        let flags: Vec<&str> = library.of_schema("flags").map(Query::name).collect();
        let near = || nearest(flag, flags.iter().copied()).map_or_else(String::new, |n| format!("; did you mean {n}?"));
        return (!flags.contains(&flag))
            .then(|| (format!("unknown key {name}"), format!("there is no queries/flags/{flag}.sql{}", near())));
    }
    if library.queries.values().any(|query| reads(&query.sql, name)) {
        return None;
    }
    let near = nearest(name, numbers.keys().map(String::as_str)).map(|n| format!("did you mean {n}?"));
    let has_known_table = built_in.iter().any(|section| name.starts_with(&format!("{section}_")));
    let hint = "no SQL file reads it; a rule of your own reads it as run.policy_school.<table>_<key>";
    Some((format!("unknown key {name}"), near.filter(|_| has_known_table).unwrap_or_else(|| hint.into())))
}

/// Whether a number may have overrides: a SQL file must read it by place.
fn may_differ_by_place(name: &str, library: &Library) -> bool {
    may_differ(name, library, &["run.policy_school", "run.policy_centre"])
}

/// Whether a number may have an override for one school: a SQL file must read it by school.
fn may_differ_by_school(name: &str, library: &Library) -> bool {
    may_differ(name, library, &["run.policy_school"])
}

fn may_differ(name: &str, library: &Library, tables: &[&str]) -> bool {
    let by_place = |query: &Query| tables.iter().any(|table| query.reads.contains(*table));
    // A view that reads the policy by place mentions it, but a school year starts on the same day everywhere.
    if name == "school_year_starts" {
        return false;
    }
    FLAG_TABLES.iter().any(|table| name.strip_prefix(table).is_some_and(|rest| rest.starts_with('_')))
        || library.queries.values().any(|query| by_place(query) && reads(&query.sql, name))
}

/// Whether a text contains `name` as a whole word.
fn reads(sql: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.match_indices(name)
        .any(|(at, _)| !sql[..at].chars().next_back().is_some_and(is_part) && !sql[at + name.len()..].chars().next().is_some_and(is_part))
}

fn read(text: &str, file: &str) -> Result<(Numbers, Vec<Override>)> {
    let mut table: Table = toml::from_str(text).map_err(|e| toml_error(file, &e))?;
    let mut overrides = Vec::new();
    if let Some(Value::Array(entries)) = table.remove("override") {
        for entry in entries {
            let Value::Table(mut entry) = entry else { continue };
            let mut take_text = |key: &str| entry.remove(key).and_then(|v| v.as_str().map(String::from));
            let (school, region) = (take_text("school"), take_text("region"));
            if school.is_none() && region.is_none() {
                return Err(Error::configuration(
                    file,
                    "an [[override]] names neither school nor region",
                    "add school = \"S0001\" or region = \"Kukës\"",
                ));
            }
            overrides.push(Override { school, region, numbers: flatten(&entry) });
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
