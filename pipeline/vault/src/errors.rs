//! Translates errors of Polars.

use polars::error::PolarsError;
use prane_base::error::{Error, Result};

/// Converts errors of Polars into those of this program.
pub trait FrameError<T> {
    /// The value, or an error of the staging area.
    ///
    /// # Errors
    /// A store error.
    fn frame_err(self) -> Result<T>;
}

impl<T> FrameError<T> for Result<T, PolarsError> {
    fn frame_err(self) -> Result<T> {
        self.map_err(|error| Error::store("staging", &error).caused_by(error))
    }
}
