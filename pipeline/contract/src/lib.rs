//! Contracts: what a row of each canonical table must hold, and what becomes of one that does not.
//!
//! A contract is a TOML file in `queries/sources/`. This module reads them and judges single values; it never reads
//! files and never decides what a rule is.

mod account;
pub mod plan;
pub mod reject;
pub mod shape;
pub mod value;

pub use account::Account;

use prane_base::error::{Error, Result, nearest, toml_error};
use serde::Deserialize;

/// Tables in the order in which they are taken in: whoever names others comes after them.
const BUILT_IN: [(&str, &str); 14] = [
    ("schools", include_str!("../../../queries/sources/schools.toml")),
    ("calendar", include_str!("../../../queries/sources/calendar.toml")),
    ("pupils", include_str!("../../../queries/sources/pupils.toml")),
    ("enrolments", include_str!("../../../queries/sources/enrolments.toml")),
    ("centres", include_str!("../../../queries/sources/centres.toml")),
    ("centre_participants", include_str!("../../../queries/sources/centre_participants.toml")),
    ("centre_enrolments", include_str!("../../../queries/sources/centre_enrolments.toml")),
    ("centre_attendance", include_str!("../../../queries/sources/centre_attendance.toml")),
    ("identifications", include_str!("../../../queries/sources/identifications.toml")),
    ("referrals", include_str!("../../../queries/sources/referrals.toml")),
    ("link_decisions", include_str!("../../../queries/sources/link_decisions.toml")),
    ("contacts", include_str!("../../../queries/sources/contacts.toml")),
    ("attendance", include_str!("../../../queries/sources/attendance.toml")),
    ("marks", include_str!("../../../queries/sources/marks.toml")),
];

/// What one canonical table must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The table's name; a file belongs to the table that its own name starts with.
    pub table: String,
    /// One sentence.
    pub about: String,
    /// Columns that make a row the same row.
    pub key: Vec<String>,
    /// At least one of these must be filled.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// The columns.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// One column of a contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // each is a line of the TOML
pub struct Column {
    /// Canonical name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Must be there, and filled.
    #[serde(default)]
    pub required: bool,
    /// One sentence.
    #[serde(default)]
    pub about: String,
    /// Headers seen elsewhere, for guessing a mapping.
    #[serde(default)]
    pub also: Vec<String>,
    /// Known words of a `code`.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Least integer.
    #[serde(default)]
    pub min: Option<i64>,
    /// Greatest integer.
    #[serde(default)]
    pub max: Option<i64>,
    /// What a text must look like that is kept in the clear.
    #[serde(default)]
    pub shape: Option<shape::Shape>,
    /// Goes to the vault, never to the store.
    #[serde(default)]
    pub vault: bool,
    /// This table says which ids exist.
    #[serde(default)]
    pub defines: bool,
    /// A word that stands for every id (`*` in the calendar).
    #[serde(default)]
    pub every: Option<String>,
    /// May lie after the day of the run.
    #[serde(default)]
    pub future: bool,
    /// Need not lie in a school year, nor before the day of the run.
    #[serde(default)]
    pub any_time: bool,
    /// Must not lie before this other column.
    #[serde(default)]
    pub not_before: Option<String>,
    /// An empty field says something (a status not recorded).
    #[serde(default)]
    pub empty_is_value: bool,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text.
    Text,
    /// One of `codes`.
    Code,
    /// A day.
    Date,
    /// A whole number.
    Integer,
    /// A mark on the policy's scale.
    Mark,
    /// `2021-2022`.
    SchoolYear,
    /// A pupil's number in the school system.
    PupilId,
    /// A school's code.
    SchoolId,
    /// A centre's code.
    CentreId,
    /// A centre's own number of a child.
    ParticipantId,
}

impl Contract {
    /// The column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Position of the column called `name`.
    ///
    /// # Errors
    /// A bug: contracts are built in, and code asks for what they hold.
    pub fn position(&self, name: &str) -> Result<usize> {
        self.columns.iter().position(|c| c.name == name).ok_or_else(|| Error::Bug(format!("contract {} has no column {name}", self.table)))
    }
}

/// All contracts, in order of intake.
///
/// # Errors
/// A configuration error when a contract is not well formed.
pub fn contracts() -> Result<Vec<Contract>> {
    BUILT_IN.iter().map(|(name, text)| toml::from_str(text).map_err(|e| toml_error(&format!("queries/sources/{name}.toml"), &e))).collect()
}

/// The contract of the table that a file's name starts with: the longest name wins (`centre_attendance` over `centres`).
#[must_use]
pub fn table_of_file<'a>(contracts: &'a [Contract], file_name: &str) -> Option<&'a Contract> {
    let lower = file_name.to_lowercase();
    contracts
        .iter()
        .filter(|c| lower.strip_prefix(c.table.as_str()).is_some_and(|rest| !rest.starts_with(|ch: char| ch.is_ascii_alphanumeric())))
        .max_by_key(|c| c.table.len())
}

/// The contract called `table`, or an error that names the nearest one.
///
/// # Errors
/// A configuration error for an unknown table.
pub fn by_name<'a>(contracts: &'a [Contract], table: &str) -> Result<&'a Contract> {
    contracts.iter().find(|c| c.table == table).ok_or_else(|| {
        let names: Vec<&str> = contracts.iter().map(|c| c.table.as_str()).collect();
        let hint = nearest(table, names.iter().copied())
            .map_or_else(|| format!("known tables: {}", names.join(", ")), |n| format!("did you mean \"{n}\"?"));
        Error::configuration("prane.toml", format!("a [[source]] names the unknown table \"{table}\""), hint)
    })
}
