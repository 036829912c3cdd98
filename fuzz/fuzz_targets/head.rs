//! Any text as a SQL file: its head is read, or its slip is told, and never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = prane_rules::query::Header::of(text, "a file");
});
