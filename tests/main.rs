//! The program as its users meet it: the binary, real files, planted children. One test binary, so that it links once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

mod accounting;
mod aggregates;
mod cli;
mod contracts;
mod edges;
mod erase;
mod figures;
mod identity;
mod layouts;
mod leaks;
mod likeness;
mod linkage;
mod nightly;
mod outputs;
mod overrides;
mod privacy;
mod reading;
mod readme;
mod recipients;
mod round_trip;
mod shape;
mod traps;
mod unbroken;
mod vault;
