//! Zip archives whose bytes depend only on their contents.

use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};

/// A compressed zip archive; the same files give the same bytes.
///
/// # Errors
/// A bug.
pub fn deflated(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    archive(files, CompressionMethod::Deflated)
}

/// A zip archive without compression, for files that do not shrink because they are sealed.
///
/// # Errors
/// A bug.
pub fn stored(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>> {
    archive(files, CompressionMethod::Stored)
}

fn archive(files: &[(String, Vec<u8>)], method: CompressionMethod) -> Result<Vec<u8>> {
    let bug = |e: &dyn std::fmt::Display| Error::Bug(format!("an archive cannot be written: {e}"));
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // A constant time, so that the bytes do not depend on when the archive was made.
    let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
    for (name, bytes) in files {
        writer.start_file(name, options).map_err(|e| bug(&e))?;
        writer.write_all(bytes).map_err(|e| bug(&e))?;
    }
    Ok(writer.finish().map_err(|e| bug(&e))?.into_inner())
}
