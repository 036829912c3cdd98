//! `policy.toml`: every number a rule uses, flattened to `<table>_<key>`, with the project's own values and overrides.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::config::Config;
use crate::fault::{Fault, Outcome, nearest};
use crate::project::toml_fault;
use crate::query::Library;

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
    /// A configuration fault: not TOML, an unknown key, an override for nobody.
    pub fn load(library: &Library, config: &Config) -> Outcome<Self> {
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
        for (name, value) in own.into_iter().chain(overrides.iter().flat_map(|o| o.numbers.clone())) {
            let Some(known) = numbers.get(&name) else {
                let hint = nearest(&name, numbers.keys().map(String::as_str)).map_or_else(String::new, |n| format!("did you mean {n}?"));
                // A rule of the project's own may bring a table of its own; only a key beside known ones is a slip.
                let table = name.split('_').next().unwrap_or_default();
                if numbers.keys().any(|k| k.split('_').next() == Some(table)) && !hint.is_empty() {
                    return Err(Fault::configuration(file, format!("unknown key {name}"), hint));
                }
                numbers.insert(name, value);
                continue;
            };
            let fits = known.same_type(&value) || matches!((known, &value), (Value::Float(_), Value::Integer(_)));
            if !fits {
                return Err(Fault::configuration(
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

    /// A number that the program itself needs.
    ///
    /// # Errors
    /// A configuration fault where it is missing.
    pub fn number(&self, name: &str) -> Outcome<f64> {
        let missing =
            || Fault::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml");
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
    /// A configuration fault where it is missing.
    pub fn text(&self, name: &str) -> Outcome<&str> {
        self.numbers.get(name).and_then(Value::as_str).ok_or_else(|| {
            Fault::configuration("queries/policy.toml", format!("{name} is missing"), "restore it from the built-in policy.toml")
        })
    }
}

fn read(text: &str, file: &str) -> Outcome<(Numbers, Vec<Override>)> {
    let mut table: Table = toml::from_str(text).map_err(|e| toml_fault(file, &e))?;
    let mut overrides = Vec::new();
    if let Some(Value::Array(given)) = table.remove("override") {
        for one in given {
            let Value::Table(mut one) = one else { continue };
            let mut whom = |name: &str| one.remove(name).and_then(|v| v.as_str().map(String::from));
            let (school, region) = (whom("school"), whom("region"));
            if school.is_none() && region.is_none() {
                return Err(Fault::configuration(
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
