//! Translates errors of Arrow and Parquet: bytes that cannot be decoded are damage, other errors are those of the disk.

use arrow::error::ArrowError;
use parquet::errors::ParquetError;
use prane_base::error::{Error, Result};

/// Converts errors of Arrow and Parquet into those of this program.
pub trait StoreError<T> {
    /// The value, or an error of the store.
    ///
    /// # Errors
    /// A damaged file where bytes could not be read, else a store error.
    fn store_err(self) -> Result<T>;
}

impl<T> StoreError<T> for Result<T, ArrowError> {
    fn store_err(self) -> Result<T> {
        self.map_err(from_arrow)
    }
}

impl<T> StoreError<T> for Result<T, ParquetError> {
    fn store_err(self) -> Result<T> {
        self.map_err(from_parquet)
    }
}

/// Whether an error of Arrow comes from reading a file, and not from a value.
#[must_use]
pub fn is_of_a_file(error: &ArrowError) -> bool {
    matches!(error, ArrowError::ParquetError(_) | ArrowError::IoError(..) | ArrowError::ExternalError(_))
}

fn from_arrow(error: ArrowError) -> Error {
    let converted = if is_of_a_file(&error) { Error::damaged(&error) } else { Error::store("store", &error) };
    converted.caused_by(error)
}

fn from_parquet(error: ParquetError) -> Error {
    let converted = match &error {
        ParquetError::External(source) => match source.downcast_ref::<std::io::Error>() {
            Some(io) => Error::of_io(io, error.to_string()),
            None => Error::damaged(&error),
        },
        _ => Error::damaged(&error),
    };
    converted.caused_by(error)
}
