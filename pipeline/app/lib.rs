//! Pranë reads extracts and publishes lists.
//!
//! Start reading at [`nightly`], the main flow. [`prane_intake`] finds and reads extracts, validates them ([`prane_contract`]),
//! replaces numbers by pseudonyms ([`prane_vault`]), links records ([`prane_linkage`]) and accounts for every row; [`prane_store`]
//! keeps the rows as Delta tables; [`prane_rules`] runs its SQL over them and stops a night whose checks fail; [`pages`] fills
//! the structs that [`prane_reports`] renders; [`publish`] replaces the published folder. All of them use [`prane_base`].

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
pub mod preflight;
pub mod publish;
pub mod question;
pub mod recipients;
pub mod work;
