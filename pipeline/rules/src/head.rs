//! The head of a SQL file: TOML in the comments at its top.

use std::collections::BTreeMap;

use prane_base::error::{Result, toml_error};
use serde::Deserialize;

/// The TOML at the head of a SQL file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Header {
    /// A short title.
    pub title: String,
    /// A description in sentences.
    pub about: String,
    /// What one row stands for.
    pub grain: String,
    /// Columns that together identify a row.
    pub key: Vec<String>,
    /// Column → meaning, with the unit.
    pub columns: BTreeMap<String, String>,
    /// Who is responsible for it.
    pub owner: String,
    /// Sources of its numbers.
    pub cites: Vec<String>,
    /// Flags: the level, where the SQL has no column `level`.
    pub level: Option<toml::Value>,
    /// Flags: the records that it depends on. Pages name them as the cause where a pupil's level changes because of the flag.
    pub rests_on: Option<Records>,
    /// Checks: `fail` or `warn`.
    pub severity: Option<Severity>,
    /// Checks: what is wrong where the check returns rows.
    pub what: String,
    /// Checks: when that matters.
    pub when: String,
    /// Checks: how to correct it.
    pub mend: String,
    /// Flags: weaker flags whose reasons pages omit where this flag is raised.
    pub covers: Vec<String>,
    /// The columns by which rows are sorted, with ` desc` for descending order.
    pub order: Vec<String>,
    /// Columns used for sorting only, and left out of the result.
    pub unseen: Vec<String>,
    /// How the view is built; without it, the number of views that read it decides.
    pub keep: Option<Keep>,
    /// Steps (`with` names) that are computed once, because several others read them.
    pub steps: Vec<String>,
}

/// How a view is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// In a large project, computed again by each view that reads it.
    Never,
    /// Always computed once.
    Once,
}

/// Kinds of records that a flag may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Records {
    /// The register.
    Attendance,
    /// The mark book.
    Marks,
    /// Sessions of a centre.
    Centre,
    /// Changes of school.
    Transfer,
    /// What the enrolment says.
    Enrolment,
}

impl Records {
    /// The word in a header.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Attendance => "attendance",
            Self::Marks => "marks",
            Self::Centre => "centre",
            Self::Transfer => "transfer",
            Self::Enrolment => "enrolment",
        }
    }
}

/// The effect of a check that returns rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The night fails, and nothing is published.
    Fail,
    /// A warning is printed.
    Warn,
}

/// Keys of [`Header`]. Lines that are no valid TOML are an error where they start with one of them, and else ordinary comments.
const HEAD_KEYS: [&str; 17] = [
    "title", "about", "grain", "key", "owner", "cites", "level", "rests_on", "covers", "severity", "what", "when", "mend", "order",
    "unseen", "keep", "steps",
];

/// After this line, each `name = "meaning, unit"` is a column.
const COLUMNS: &str = "[columns]";

impl Header {
    /// Parses the head of a SQL file.
    ///
    /// # Errors
    /// A configuration error for an unknown key or an invalid value.
    pub fn of(text: &str, file: &str) -> Result<Self> {
        toml::from_str(&head_toml(text)).map_err(|e| toml_error(file, &e))
    }
}

/// The TOML in the comments at the top of a file. Other comments and blank lines may come between its lines. A comment such as
/// `word = value` or `[word]` always belongs to the head, so that a misspelt key is an error.
fn head_toml(text: &str) -> String {
    let comments = text.lines().map(str::trim).take_while(|l| l.is_empty() || l.starts_with("--"));
    let mut head = String::new();
    // Lines of a value that is not complete yet.
    let mut pending = String::new();
    let mut in_columns = false;
    for line in comments.map(|l| l.trim_start_matches('-').trim()) {
        let key = line.split_once('=').map_or("", |(key, _)| key.trim_end());
        let table = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or_default();
        if pending.is_empty() && !is_word(key) && !is_word(table) {
            continue;
        }
        pending.push_str(line);
        pending.push('\n');
        in_columns |= line == COLUMNS;
        if toml::from_str::<toml::Table>(&pending).is_ok() {
            head.push_str(&std::mem::take(&mut pending));
        // Column names are arbitrary, so in the table of columns every line must be valid TOML.
        } else if !in_columns && !HEAD_KEYS.iter().any(|known| pending.starts_with(known)) {
            pending.clear();
        }
    }
    head + &pending
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_their_line_and_comments_may_stand_among_them() {
        let of = |text: &str| Header::of(text, "x.sql");
        let head = of("-- title = \"Away\"\n-- key = [\"as_of\",\n--   \"pupil_key\"]\n-- Agreed [1] with S1.\n-- [columns]\n-- as_of = \"the day\"\n-- counted in days >= 4\n-- value = \"days absent, in days\"\nselect 1").unwrap();
        assert_eq!(head.key, ["as_of", "pupil_key"]);
        assert_eq!(head.columns.keys().collect::<Vec<_>>(), ["as_of", "value"]);
        assert!(of("-- [colums]\n-- as_of = \"the day\"\nselect 1").unwrap_err().to_string().contains("colums"));
        assert!(of("-- [columns]\n-- as_of = the day\nselect 1").is_err(), "a meaning without its quotes is no comment");
        assert!(of("-- [columns]\n-- days = 4\nselect 1").is_err(), "a meaning is a text");
        assert!(of("-- [columns]\n-- as_of = \"a\"\n-- as_of = \"b\"\nselect 1").is_err(), "a column has one meaning");
    }
}
