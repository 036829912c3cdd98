//! A browser to look at published pages with, what is asked of them, and a project whose pages they are.
//!
//! Chromium, its driver and Poppler must be there, `PRANE_BIN` must name the program and `PRANE_AXE` the file `axe.min.js` of
//! axe-core; `.ci/run` brings them all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, clippy::must_use_candidate)] // a test's own

pub mod browser;
pub mod page;
pub mod project;
