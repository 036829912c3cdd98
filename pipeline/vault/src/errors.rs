//! What the errors of Polars mean here.

use polars::error::PolarsError;
use prane_base::error::{Error, Result};

/// Turns an error of Polars into one of this program.
pub trait FrameError<T> {
    /// The value, or an error of the frames that a night works on.
    ///
    /// # Errors
    /// A store error.
    fn frame_err(self) -> Result<T>;
}

impl<T> FrameError<T> for Result<T, PolarsError> {
    fn frame_err(self) -> Result<T> {
        self.map_err(|error| Error::store("staging", error))
    }
}
