//! The one way in which rendering fails. Every error here is a mistake in a template, a words file or
//! this crate, never the reader's; none carries a value from a page, so none can carry a name.

use std::fmt;

/// Why a page, workbook, chart or table could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A page could not be written, or paper not be set from its template. (A mistake in a page's template does not compile.)
    Template { template: String, cause: String },
    /// A words file does not parse, or a word is missing from it.
    Words { id: String, cause: String },
    /// A workbook refused a cell, a range or a property.
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
        // Only the kind: the library's message may repeat the text of a cell.
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
