//! Translates the errors of `DataFusion`: an unreadable file is damage, a lack of memory is a setting, and any other error is one of
//! the SQL.

use datafusion::error::DataFusionError;
use prane_base::error::{Error, Result};
use prane_store::errors::is_of_a_file;

/// Translates an error of `DataFusion` into an [`Error`].
pub trait EngineError<T> {
    /// The value, or the translated error.
    ///
    /// # Errors
    /// [`Error::Damaged`] for an unreadable file, [`Error::Store`] where the memory limit is reached, or else [`Error::Sql`].
    fn engine_err(self) -> Result<T>;
}

impl<T> EngineError<T> for Result<T, DataFusionError> {
    fn engine_err(self) -> Result<T> {
        self.map_err(translate)
    }
}

fn translate(error: DataFusionError) -> Error {
    use DataFusionError as E;
    let translated = match error.find_root() {
        E::ResourcesExhausted(_) => {
            Error::store("[engine] memory_limit in prane.toml", format!("too little for this query: {}", error.strip_backtrace()))
        }
        E::IoError(io) => Error::of_io(io, error.strip_backtrace()),
        E::ParquetError(_) | E::ObjectStore(_) => Error::damaged(error.strip_backtrace()),
        E::ArrowError(inner, _) if is_of_a_file(inner) => Error::damaged(error.strip_backtrace()),
        // A reader that panics on damaged bytes fails its task.
        E::ExecutionJoin(_) => Error::damaged(error.strip_backtrace()),
        _ => Error::sql(error.strip_backtrace()),
    };
    translated.caused_by(error)
}
