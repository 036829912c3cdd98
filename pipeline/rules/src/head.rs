//! The head of a SQL file: TOML among the comments at its top.

use std::collections::BTreeMap;

use prane_base::error::{Result, toml_error};
use serde::Deserialize;

/// The TOML at the head of a SQL file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Header {
    /// A few words.
    pub title: String,
    /// What it says, in sentences.
    pub about: String,
    /// What one row is.
    pub grain: String,
    /// Columns that together name one row.
    pub key: Vec<String>,
    /// What each column means, with its unit.
    pub columns: BTreeMap<String, String>,
    /// Who answers for it.
    pub owner: String,
    /// Where its numbers come from.
    pub cites: Vec<String>,
    /// Flags: the level, where the SQL gives none.
    pub level: Option<toml::Value>,
    /// Flags: the records that move it; what a page says where a child's level changed by it.
    pub rests_on: Option<Records>,
    /// Checks: `fail` or `warn`.
    pub severity: Option<Severity>,
    /// Checks: what is wrong when rows come back.
    pub what: String,
    /// Checks: when that matters.
    pub when: String,
    /// Checks: how to mend it.
    pub mend: String,
    /// Flags: milder flags whose reasons a page need not tell beside this one's.
    pub covers: Vec<String>,
    /// In which order its rows are answered: columns, with ` desc` where the largest comes first.
    pub order: Vec<String>,
    /// Columns that only give the order, and are left out of the answer.
    pub unseen: Vec<String>,
    /// How the view is built; by the number of readers where the file does not say.
    pub keep: Option<Keep>,
    /// Steps (`with` names) that are computed once, because several others read them.
    pub steps: Vec<String>,
}

/// How a view is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Worked out again by each view that reads it, in a large project.
    Never,
    /// Computed once, whoever reads it.
    Once,
}

/// Kinds of records that a flag may rest on.
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
    /// As it stands in a header.
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

/// What a check's rows do to the night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published.
    Fail,
    /// It is told.
    Warn,
}

/// Keys of [`Header`]: what a comment at the top of a file must start with to be part of its head.
const HEAD_KEYS: [&str; 17] = [
    "title", "about", "grain", "key", "owner", "cites", "level", "rests_on", "covers", "severity", "what", "when", "mend", "order",
    "unseen", "keep", "steps",
];

/// The line after which each `name = "meaning, unit"` is a column.
const COLUMNS: &str = "[columns]";

impl Header {
    /// The head of a text.
    ///
    /// # Errors
    /// A configuration error for a key that there is not, or a value that is none.
    pub fn of(text: &str, file: &str) -> Result<Self> {
        toml::from_str(&head_of(text)).map_err(|e| toml_error(file, &e))
    }
}

/// The TOML among the comments at the top of a file. Ordinary comments and blank lines may stand between its lines; a comment
/// that reads as `word = value` or `[word]` belongs to the head, so that a misspelt key is an error and not a comment.
fn head_of(text: &str) -> String {
    let comments = text.lines().map(str::trim).take_while(|l| l.is_empty() || l.starts_with("--"));
    let mut head = String::new();
    let mut open = String::new();
    let mut in_columns = false;
    for line in comments.map(|l| l.trim_start_matches('-').trim()) {
        let key = line.split_once('=').map_or("", |(key, _)| key.trim_end());
        let table = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or_default();
        if open.is_empty() && !is_word(key) && !is_word(table) {
            continue;
        }
        open.push_str(line);
        open.push('\n');
        in_columns |= line == COLUMNS;
        if toml::from_str::<toml::Table>(&open).is_ok() {
            head.push_str(&std::mem::take(&mut open));
        // A column may have any name: what is no TOML among the columns is told, not passed over.
        } else if !in_columns && !HEAD_KEYS.iter().any(|known| open.starts_with(known)) {
            open.clear();
        }
    }
    head + &open
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
