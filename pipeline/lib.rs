//! Pranë: extracts in, lists out.
//!
//! The way of the data, and the order of reading: [`nightly`] is the main flow; [`extract`] finds and reads files,
//! [`contract`] judges their values, [`intake`] keys, settles and accounts for their rows ([`identity`], [`vault`]),
//! [`linkage`] finds the pupil behind a record of a centre,
//! [`store`] keeps them as Delta tables, [`engine`] asks the SQL of [`query`] of them, [`check`] stops a night that must
//! not be believed, [`caseload`] fills the pages of the `prane-reports` crate, [`publish`] swaps them in.

pub mod audit;
pub mod caseload;
pub mod check;
pub mod cli;
pub mod config;
pub mod contract;
pub mod day;
pub mod doctor;
pub mod draw;
pub mod engine;
pub mod erase;
pub mod explain;
pub mod extract;
pub mod fault;
pub mod identity;
pub mod init;
pub mod intake;
pub mod linkage;
pub mod manifest;
pub mod naming;
pub mod nightly;
pub mod policy;
pub mod project;
pub mod publish;
pub mod query;
pub mod question;
pub mod recipient;
pub mod seal;
pub mod shell;
pub mod store;
pub mod synth;
pub mod telemetry;
pub mod vault;
pub mod work;
