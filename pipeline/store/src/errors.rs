//! What the errors of Arrow and Parquet mean here: bytes that end too soon are damage, the rest is the disk's.

use arrow::error::ArrowError;
use parquet::errors::ParquetError;
use prane_base::error::{Error, Result};

/// Turns an error of Arrow or Parquet into one of this program.
pub trait StoreError<T> {
    /// The value, or an error of the store.
    ///
    /// # Errors
    /// A damaged file where bytes could not be read, else a store error.
    fn store_err(self) -> Result<T>;
}

impl<T> StoreError<T> for Result<T, ArrowError> {
    fn store_err(self) -> Result<T> {
        self.map_err(of_arrow)
    }
}

impl<T> StoreError<T> for Result<T, ParquetError> {
    fn store_err(self) -> Result<T> {
        self.map_err(of_parquet)
    }
}

/// Whether an error of Arrow comes from reading a file, and not from a value.
#[must_use]
pub fn is_of_a_file(error: &ArrowError) -> bool {
    matches!(error, ArrowError::ParquetError(_) | ArrowError::IoError(..) | ArrowError::ExternalError(_))
}

fn of_arrow(error: ArrowError) -> Error {
    if is_of_a_file(&error) { Error::damaged(error) } else { Error::store("store", error) }
}

fn of_parquet(error: ParquetError) -> Error {
    match &error {
        ParquetError::External(source) => match source.downcast_ref::<std::io::Error>() {
            Some(io) => Error::of_io(io, error.to_string()),
            None => Error::damaged(error),
        },
        _ => Error::damaged(error),
    }
}
