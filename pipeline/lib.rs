//! Pranë: extracts in, lists out.
//!
//! The way of the data, and the order of reading: [`nightly`] is the main flow; [`extract`] finds and reads files,
//! [`contract`] judges their values, [`intake`] keys, settles and accounts for their rows ([`identity`], [`vault`]),
//! [`store`] keeps them as Delta tables, [`engine`] asks the SQL of [`query`] of them, [`check`] stops a night that must
//! not be believed, [`caseload`] fills the pages of the `prane-reports` crate, [`publish`] swaps them in.

pub mod caseload { use crate::*; #[derive(Default)] pub struct Pages { pub places: Vec<prane_reports::PlacePage>, pub overview: prane_reports::Overview } pub async fn pages(_: &mut engine::Engine<'_>, _: &vault::Vault, _: &project::Config, _: chrono::NaiveDate, _: &telemetry::Progress) -> fault::Outcome<Pages> { Ok(Pages::default()) } }
pub mod check;
pub mod cli;
pub mod contract;
pub mod doctor { pub fn doctor(_: &std::path::Path) -> crate::fault::Outcome<(Vec<String>, bool)> { Ok((vec![], true)) } }
pub mod engine;
pub mod explain;
pub mod extract;
pub mod fault;
pub mod identity;
pub mod init { pub fn init(_: &std::path::Path, _: &[std::path::PathBuf]) -> crate::fault::Outcome<String> { Ok(String::new()) } }
pub mod intake;
pub mod manifest;
pub mod nightly;
pub mod policy;
pub mod project;
pub mod publish;
pub mod query;
pub mod shell;
pub mod store;
pub mod synth;
pub mod telemetry;
pub mod vault;
