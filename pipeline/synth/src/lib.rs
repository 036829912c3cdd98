//! Invented worlds: extracts of any size in the canonical layout, and the small sample project with its planted children. They are
//! for trying and measuring the program and for its tests. Everything in them is random; no row comes from a real child.
//!
//! This crate reads neither the clock nor the system's random source: the same options give the same bytes, on any number of
//! threads.

mod casework;
mod centres;
mod days;
mod dice;
mod hard;
mod marks;
mod names;
mod people;
mod registers;
mod rows;
mod samples;
mod world;
mod year;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use chrono::NaiveDate;

use rows::Progress;
pub use samples::write_samples;
use world::World;
use year::Year;

/// Options of an invented world.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Number of pupils of the last school year; a school has about 333.
    pub pupils: u32,
    /// Seed: another seed gives another world.
    pub seed: u64,
    /// Year in which the first school year starts (2025 = school year 2025-2026).
    pub school_year: i32,
    /// Number of school years; 1.5 is one year and the first half of the next.
    pub years: f32,
    /// Number of last session days that are written to files of their own under `later/`, for further nights.
    pub extra_days: u32,
    /// Whether names, birth dates and numbers at centres have errors as in real extracts, and there are twins and pupils with two
    /// numbers; the true links are then written to `truth/`.
    pub hard_links: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { pupils: 10_000, seed: 1, school_year: 2025, years: 1.0, extra_days: 0, hard_links: false }
    }
}

/// Counts of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub schools: u32,
    pub pupils: u32,
    /// Session days of all years, including those under `later/`.
    pub session_days: u32,
    /// Attendance rows, including those under `later/`.
    pub attendance_rows: u64,
    pub mark_rows: u64,
    /// Rows of all tables.
    pub rows: u64,
    /// Last session day of `inbox/`, for `--as-of`.
    pub last_day: NaiveDate,
}

/// Writes a project folder: `dir/prane.toml`, `dir/inbox/*.csv`, with `extra_days` also `dir/later/attendance_<date>.csv`, and with
/// `hard_links` also the true links, `dir/truth/*.csv`.
///
/// `progress` is told (rows done, rows expected) from several threads, about every megabyte.
///
/// # Errors
/// Errors of the disk.
pub fn write(dir: &Path, options: &Options, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Summary, io::Error> {
    let spans = year::spans(options.school_year, options.years);
    let last_start = spans.last().map_or(options.school_year, |s| s.start);
    let world = World::new(options.pupils, options.seed, options.hard_links, spans.len(), last_start);
    let inbox = dir.join("inbox");
    fs::create_dir_all(&inbox)?;
    fs::write(dir.join("prane.toml"), PROJECT)?;

    let all_days: usize = spans.iter().map(|s| s.days.len()).sum();
    let last = spans.len() - 1;
    let mut summary = Summary {
        schools: dice::count(world.schools.len()),
        pupils: options.pupils,
        session_days: dice::count(all_days),
        attendance_rows: 0,
        mark_rows: 0,
        rows: 0,
        last_day: NaiveDate::default(),
    };
    // About 71 marks a pupil in a full year of some 165 days.
    let expected = u64::from(options.pupils) * all_days as u64 * 143 / 100;
    let progress = Progress { done: AtomicU64::new(0), total: expected, tell: progress };

    for (index, span) in spans.into_iter().enumerate() {
        let extra = if index == last { options.extra_days as usize } else { 0 };
        let year = Year::new(&world, index, span, extra);
        summary.last_day = year.last_day();
        let (attendance, marks) = registers::write_year(&world, &year, dir, &progress)?;
        summary.attendance_rows += attendance;
        summary.mark_rows += marks;
        summary.rows += attendance + marks;
        summary.rows += people::write_year(&world, &year, &inbox)?;
        if index == last {
            let participants = centres::participants(&world, &year);
            summary.rows += people::write_pupils(&world, &year, &inbox)?;
            summary.rows += centres::write(&world, &year, &participants, &inbox)?;
            summary.rows += casework::write(&world, &year, &participants, dir)?;
            if options.hard_links {
                hard::write_truth(&world, &year, &participants, &dir.join("truth"))?;
            }
        }
    }
    (progress.tell)(summary.rows, summary.rows);
    Ok(summary)
}

const PROJECT: &str =
    "# An invented world, made by `prane synth`. All settings have their defaults.\n[project]\nname = \"Invented world\"\n";

#[cfg(test)]
mod tests;
