//! The rulebook: the SQL files, the policy numbers that they read, the engine that runs them over the store, the checks, and
//! output in every format. No other crate uses `DataFusion`.

pub mod answer;
pub mod check;
pub mod engine;
pub mod errors;
mod head;
pub mod policy;
pub mod query;
mod rulebook;

pub use rulebook::Rulebook;
