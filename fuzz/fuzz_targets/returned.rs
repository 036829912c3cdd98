//! Any bytes as a list that came back: read, or refused in plain words, and never a panic.

#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A disk that is full is no fault of the reader.
    let Ok(mut file) = tempfile::Builder::new().suffix(".xlsx").tempfile() else { return };
    if file.write_all(bytes).is_ok() {
        let _ = prane_intake::extract::count_unguarded(file.path());
    }
});
