//! The rulebook: the SQL files and the numbers they read, the engine that asks them of the store, the checks, and answers in
//! every format. `DataFusion` ends here.

pub mod answer;
pub mod check;
pub mod engine;
pub mod errors;
mod head;
pub mod policy;
pub mod query;
mod rulebook;

pub use rulebook::Rulebook;
