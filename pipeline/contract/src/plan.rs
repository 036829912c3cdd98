//! The plan of one file: where each canonical column comes from, a field, a constant, or nowhere.

use prane_base::config::Source;
use prane_base::error::{nearest, plural};

use super::value::Dialect;
use super::{Column, Contract};

/// Where the raw value of a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// The field of the record at this position.
    Field(usize),
    /// A constant for every row.
    Constant(String),
    /// The file lacks the column.
    Nowhere,
}

/// How to read the rows of one file as rows of its contract.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Source of each contract column.
    pub from: Vec<From>,
    /// Dialect of each contract column.
    pub dialects: Vec<Dialect>,
    /// Number of fields that a record must have.
    pub width: usize,
    /// Positions (from 0) of columns with unknown headers, which are ignored. Messages give their numbers only, because the text
    /// of an unknown header may be a child's name.
    pub unknown: Vec<usize>,
}

impl Plan {
    /// The plan for a file with these headers. `provided` names columns that the layout itself provides (day and status of a wide
    /// register).
    ///
    /// # Errors
    /// A sentence that says which required column is missing, and what the file has in its place; never text of the file.
    pub fn new(contract: &Contract, source: &Source, headers: &[String], provided: &[&str]) -> Result<Self, String> {
        let mut from = Vec::with_capacity(contract.columns.len());
        for column in &contract.columns {
            from.push(locate(column, source, headers, provided)?);
        }
        let used: Vec<usize> = from.iter().filter_map(|f| if let From::Field(i) = f { Some(*i) } else { None }).collect();
        let unknown = headers.iter().enumerate().filter(|(i, h)| !used.contains(i) && !h.is_empty()).map(|(i, _)| i).collect();
        let dialects = contract.columns.iter().map(|c| Dialect::of(source, &c.name)).collect();
        Ok(Self { from, dialects, width: headers.len(), unknown })
    }

    /// The raw value of contract column `at` in a record.
    #[must_use]
    pub fn raw<'a>(&'a self, at: usize, fields: &[&'a [u8]]) -> &'a [u8] {
        match &self.from[at] {
            From::Field(i) => fields.get(*i).copied().unwrap_or_default(),
            From::Constant(value) => value.as_bytes(),
            From::Nowhere => b"",
        }
    }
}

/// Where the raw value of a column comes from.
fn locate(column: &Column, source: &Source, headers: &[String], provided: &[&str]) -> Result<From, String> {
    if let Some(constant) = source.constants.get(&column.name) {
        return Ok(From::Constant(constant.clone()));
    }
    let wanted = source.columns.get(&column.name).map_or(column.name.as_str(), String::as_str);
    let is_wanted = |h: &&String| h.trim().eq_ignore_ascii_case(wanted.trim());
    if let Some(at) = headers.iter().position(|h| h == wanted).or_else(|| headers.iter().position(|h| is_wanted(&h))) {
        return Ok(From::Field(at));
    }
    if provided.contains(&column.name.as_str()) {
        return Ok(From::Nowhere);
    }
    if source.columns.contains_key(&column.name) || column.required {
        return Err(format!("missing column \"{wanted}\" ({})", replacement(column, wanted, headers)));
    }
    Ok(From::Nowhere)
}

/// What a file has in place of a missing column. Only headers that the contract knows are quoted: in a file without a header row,
/// any other text may be a child's name, number or birth date.
fn replacement(column: &Column, wanted: &str, headers: &[String]) -> String {
    let has = |word: &str| headers.iter().any(|h| h.trim().eq_ignore_ascii_case(word));
    let mapped = |word: &str| format!("map it by columns = {{ {} = \"{word}\" }}", column.name);
    if let Some(word) = column.also.iter().chain([&column.name]).find(|word| has(word)) {
        return format!("the nearest column found is \"{word}\"; {}", mapped(word));
    }
    let near = nearest(wanted, headers.iter().map(String::as_str)).and_then(|near| headers.iter().position(|h| h == near));
    if let Some(at) = near {
        return format!("the header of column {} is near to it; {}", at + 1, mapped("…"));
    }
    let columns = plural(headers.len(), "column");
    format!("the header row has {columns}, none of which is headed by a known name for it: is there a header row, and is header_row right?")
}
