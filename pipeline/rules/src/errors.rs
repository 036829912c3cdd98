//! What the errors of `DataFusion` mean here: a file that cannot be read is damage, memory that runs out is a setting, the rest is
//! the question's.

use datafusion::error::DataFusionError;
use prane_base::error::{Error, Result};
use prane_store::errors::is_of_a_file;

/// Turns an error of `DataFusion` into one of this program.
pub trait EngineError<T> {
    /// The value, or the error that the engine met.
    ///
    /// # Errors
    /// A damaged file, a store error where memory runs out, else a SQL error.
    fn engine_err(self) -> Result<T>;
}

impl<T> EngineError<T> for Result<T, DataFusionError> {
    fn engine_err(self) -> Result<T> {
        self.map_err(of_engine)
    }
}

fn of_engine(error: DataFusionError) -> Error {
    use DataFusionError as E;
    match error.find_root() {
        E::ResourcesExhausted(_) => {
            Error::store("[engine] memory_limit in prane.toml", format!("too little for this question: {}", error.strip_backtrace()))
        }
        E::IoError(io) => Error::of_io(io, error.strip_backtrace()),
        E::ParquetError(_) | E::ObjectStore(_) => Error::damaged(error.strip_backtrace()),
        E::ArrowError(inner, _) if is_of_a_file(inner) => Error::damaged(error.strip_backtrace()),
        // A reader that panics on damaged bytes ends its task.
        E::ExecutionJoin(_) => Error::damaged(error.strip_backtrace()),
        _ => Error::sql(error.strip_backtrace()),
    }
}
