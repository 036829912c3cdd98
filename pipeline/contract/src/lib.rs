//! Contracts: what the rows of each canonical table must hold, and the reject of a row that does not.
//!
//! A contract is a TOML file in `queries/sources/`. This crate parses contracts and judges single values; it reads no extracts
//! and knows no rules.

mod account;
pub mod plan;
pub mod reject;
pub mod shape;
pub mod value;

pub use account::Account;

use prane_base::error::{Error, Result, nearest, toml_error};
use serde::Deserialize;

/// Tables in order of intake: a table follows the tables that it refers to.
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

/// The contract of one canonical table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Name of the table; a file belongs to the table whose name its own name starts with.
    pub table: String,
    /// Description, one sentence.
    pub about: String,
    /// Columns of the key: rows with equal keys are versions of one row.
    pub key: Vec<String>,
    /// Columns of which at least one must be filled.
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
    /// Kind of its values.
    pub kind: Kind,
    /// Whether the column must exist and be filled.
    #[serde(default)]
    pub required: bool,
    /// Description, one sentence.
    #[serde(default)]
    pub about: String,
    /// Headers that other systems use, for guessing a mapping.
    #[serde(default)]
    pub also: Vec<String>,
    /// Known codes of a column of kind `code`.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Least value of an integer.
    #[serde(default)]
    pub min: Option<i64>,
    /// Greatest value of an integer.
    #[serde(default)]
    pub max: Option<i64>,
    /// Shape of a text that is stored in the clear.
    #[serde(default)]
    pub shape: Option<shape::Shape>,
    /// Whether the column is stored in the vault, and never in the store.
    #[serde(default)]
    pub vault: bool,
    /// Whether this column defines which ids exist.
    #[serde(default)]
    pub defines: bool,
    /// A word that stands for every id (`*` in the calendar).
    #[serde(default)]
    pub every: Option<String>,
    /// Whether a date may be after the day of the run.
    #[serde(default)]
    pub future: bool,
    /// Whether a date may be in no school year, and after the day of the run.
    #[serde(default)]
    pub any_time: bool,
    /// Column whose date this one must not precede.
    #[serde(default)]
    pub not_before: Option<String>,
    /// Whether an empty field is a value (a status that was not recorded).
    #[serde(default)]
    pub empty_is_value: bool,
}

/// The kind of the values of a column.
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
    /// A school year, such as `2021-2022`.
    SchoolYear,
    /// A pupil's number in the school system.
    PupilId,
    /// A school's code.
    SchoolId,
    /// A centre's code.
    CentreId,
    /// A centre's own number for a child.
    ParticipantId,
}

impl Contract {
    /// The column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Position of the column with this name.
    ///
    /// # Errors
    /// A bug: contracts are built in, so the caller has the name wrong.
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

/// The contract of the table whose name a file's name starts with; the longest name wins (`centre_attendance` over `centres`).
#[must_use]
pub fn table_of_file<'a>(contracts: &'a [Contract], file_name: &str) -> Option<&'a Contract> {
    let lower = file_name.to_lowercase();
    contracts
        .iter()
        .filter(|c| lower.strip_prefix(c.table.as_str()).is_some_and(|rest| !rest.starts_with(|ch: char| ch.is_ascii_alphanumeric())))
        .max_by_key(|c| c.table.len())
}

/// The contract of `table`, or an error that names the nearest known table.
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
