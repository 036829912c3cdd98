//! What every other crate depends on: errors and exit codes, days, the disk, the project folder and its
//! settings, keys and sealing, progress. It knows no table and no engine.

pub mod archive;
pub mod config;
pub mod day;
pub mod disk;
pub mod error;
pub mod key;
pub mod project;
pub mod recipient;
pub mod seal;
pub mod telemetry;
