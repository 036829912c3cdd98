//! Pranë: extracts in, lists out.
//!
//! The way of the data, and the order of reading: [`nightly`] is the main flow; [`prane_intake`] finds, reads, judges
//! ([`prane_contract`]), keys ([`prane_vault`]), links ([`prane_linkage`]) and accounts for the rows of extracts; [`prane_store`]
//! keeps them as Delta tables; [`prane_rules`] asks its SQL of them and stops a night that must not be believed; [`pages`]
//! fills the pages of [`prane_reports`]; [`publish`] swaps them in. All stand on [`prane_base`].

mod answers;
pub mod audit;
pub mod cli;
pub mod docs;
pub mod doctor;
pub mod draw;
pub mod erase;
pub mod explain;
pub mod init;
pub mod manifest;
pub mod naming;
pub mod night;
pub mod nightly;
pub mod pages;
pub mod publish;
pub mod question;
pub mod recipients;
pub mod there;
pub mod work;
