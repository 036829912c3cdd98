//! The error type of rendering. Every error is a bug in a template, a file of translations or this crate. None contains a value from a
//! page, so none contains a name.

use std::fmt;

/// Why a page, workbook, chart or table could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A page could not be rendered, or the Typst template did not compile. (Mistakes in HTML templates are compile errors of this
    /// crate.)
    Template { template: String, cause: String },
    /// A file of translations does not parse, or a message is missing from it.
    Words { id: String, cause: String },
    /// A cell, a range or a property of a workbook is invalid.
    Workbook { cause: String },
    /// A chart could not be laid out.
    Chart { cause: String },
    /// A delimited table could not be written.
    Table { cause: String },
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { template, cause } => write!(to, "template {template}: {cause}"),
            Self::Words { id, cause } => write!(to, "words {id}: {cause}"),
            Self::Workbook { cause } => write!(to, "workbook: {cause}"),
            Self::Chart { cause } => write!(to, "chart: {cause}"),
            Self::Table { cause } => write!(to, "table: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<rust_xlsxwriter::XlsxError> for Error {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        // Only the variant, because the message of the library may contain the text of a cell.
        let debug = format!("{error:?}");
        let kind = debug.split(['(', '{', ' ']).next().unwrap_or("unknown").to_owned();
        Self::Workbook { cause: kind }
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        Self::Table { cause: error.to_string() }
    }
}
