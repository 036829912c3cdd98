//! Writes rows of CSV without a general formatter, which would be too slow for eighty million rows. It knows only digits, dates and
//! files, and nothing of schools.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use az::UnwrappedAs;
use chrono::{Datelike, NaiveDate};

/// Counts rows over all files and tells the caller now and then.
pub(super) struct Progress<'a> {
    pub(super) done: AtomicU64,
    pub(super) total: u64,
    pub(super) tell: &'a (dyn Fn(u64, u64) + Sync),
}

/// A CSV file that is written in blocks of a megabyte.
pub(super) struct Table<'a> {
    file: File,
    pub(super) text: Vec<u8>,
    rows: u64,
    rows_reported: u64,
    progress: Option<&'a Progress<'a>>,
}

const BLOCK: usize = 1 << 20;

impl<'a> Table<'a> {
    /// Starts a file with its header line (`header` without line end).
    pub(super) fn create(path: &Path, header: &str, progress: Option<&'a Progress<'a>>) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut text = Vec::with_capacity(BLOCK + 4096);
        text.extend_from_slice(header.as_bytes());
        text.push(b'\n');
        Ok(Self { file: File::create(path)?, text, rows: 0, rows_reported: 0, progress })
    }

    /// Ends the row whose fields were pushed onto `text`.
    pub(super) fn end_row(&mut self) -> io::Result<()> {
        self.text.push(b'\n');
        self.rows += 1;
        if self.text.len() >= BLOCK {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes one row of fields; a field with a comma or a quote is quoted.
    pub(super) fn row(&mut self, fields: &[&str]) -> io::Result<()> {
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.text.push(b',');
            }
            if field.contains([',', '"', '\n']) {
                self.text.extend_from_slice(format!("\"{}\"", field.replace('"', "\"\"")).as_bytes());
            } else {
                self.text.extend_from_slice(field.as_bytes());
            }
        }
        self.end_row()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.text)?;
        self.text.clear();
        if let Some(p) = self.progress {
            let more = self.rows - self.rows_reported;
            self.rows_reported = self.rows;
            let done = p.done.fetch_add(more, Ordering::Relaxed) + more;
            (p.tell)(done, p.total.max(done));
        }
        Ok(())
    }

    /// Writes the rest; returns the number of rows without the header.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        Ok(self.rows)
    }
}

/// Appends `n` with leading zeros, at least `width` digits.
pub(super) fn push_digits(text: &mut Vec<u8>, n: u32, width: usize) {
    let mut digits = [b'0'; 10];
    let (mut rest, mut at) = (n, digits.len());
    while rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10).unwrapped_as::<u8>();
        rest /= 10;
    }
    let from = at.min(digits.len().saturating_sub(width));
    text.extend_from_slice(&digits[from..]);
}

/// Appends `P0000001`; pupils are numbered from 0.
pub(super) fn push_pupil(text: &mut Vec<u8>, pupil: u32) {
    text.push(b'P');
    push_digits(text, pupil + 1, 7);
}

/// `P0000001` as a field.
pub(super) fn pupil_id(pupil: u32) -> String {
    format!("P{:07}", pupil + 1)
}

/// Appends `S0001`; schools are numbered from 0.
pub(super) fn push_school(text: &mut Vec<u8>, school: u32) {
    text.push(b'S');
    push_digits(text, school + 1, 4);
}

/// A date as ISO text, ten bytes.
pub(super) fn iso(date: NaiveDate) -> [u8; 10] {
    let mut text = Vec::with_capacity(10);
    push_digits(&mut text, date.year().unsigned_abs(), 4);
    text.push(b'-');
    push_digits(&mut text, date.month(), 2);
    text.push(b'-');
    push_digits(&mut text, date.day(), 2);
    let mut out = *b"0000-00-00";
    out.copy_from_slice(&text[..10]);
    out
}
