//! What the errors of Polars mean here.

use polars::error::PolarsError;
use prane_base::fault::{Fault, Outcome};

/// Turns an error of Polars into one of this program.
pub trait FrameError<T> {
    /// The value, or a fault of the frames that a night works on.
    ///
    /// # Errors
    /// A store fault.
    fn frame_err(self) -> Outcome<T>;
}

impl<T> FrameError<T> for Result<T, PolarsError> {
    fn frame_err(self) -> Outcome<T> {
        self.map_err(|error| Fault::store("staging", error))
    }
}
