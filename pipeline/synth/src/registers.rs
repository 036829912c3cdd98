//! Writes the large tables of a year: attendance (one file per month) and marks (one file per term), several files in parallel.

use std::io;
use std::path::{Path, PathBuf};

use chrono::Datelike;
use rayon::prelude::*;

use super::marks;
use super::rows::{Progress, Table, iso, push_pupil, push_school};
use super::world::{World, label};
use super::year::{STATUS, Seat, Year};

pub(super) const ATTENDANCE: &str = "pupil_id,school_id,date,status";

enum Task {
    Attendance { path: PathBuf, days: std::ops::Range<usize> },
    Marks { path: PathBuf, term: u32 },
}

/// Writes the registers of a year; returns the numbers of attendance rows and of mark rows.
pub(super) fn write_year(world: &World, year: &Year, dir: &Path, progress: &Progress) -> io::Result<(u64, u64)> {
    let seats = year.seats(world);
    let statuses = year.statuses(world);
    let done: Vec<(u64, u64)> = tasks(year, dir)
        .into_par_iter()
        // Files are large and of different sizes: a thread must not hold two of them while another one waits.
        .with_max_len(1)
        .map(|task| match task {
            Task::Attendance { path, days } => attendance(year, &seats, &statuses, &path, days, progress).map(|n| (n, 0)),
            Task::Marks { path, term } => marks::write(world, year, term, &path, progress).map(|n| (0, n)),
        })
        .collect::<io::Result<_>>()?;
    Ok(done.iter().fold((0, 0), |sum, rows| (sum.0 + rows.0, sum.1 + rows.1)))
}

fn tasks(year: &Year, dir: &Path) -> Vec<Task> {
    let inbox = dir.join("inbox");
    let mut tasks: Vec<Task> =
        (1..=3).map(|term| Task::Marks { path: inbox.join(format!("marks_{}_term{term}.csv", label(year.start))), term }).collect();
    let mut from = 0;
    while from < year.cut {
        let month = year.days[from].month();
        let length = year.days[from..year.cut].iter().take_while(|d| d.month() == month).count();
        let name = format!("attendance_{}-{month:02}.csv", year.days[from].year());
        tasks.push(Task::Attendance { path: inbox.join(name), days: from..from + length });
        from += length;
    }
    for at in year.cut..year.days.len() {
        let name = format!("attendance_{}.csv", year.days[at]);
        tasks.push(Task::Attendance { path: dir.join("later").join(name), days: at..at + 1 });
    }
    tasks
}

/// Writes attendance sorted by date, school and pupil, as real exports are.
fn attendance(
    year: &Year,
    seats: &[Seat],
    statuses: &[u8],
    path: &Path,
    days: std::ops::Range<usize>,
    progress: &Progress,
) -> io::Result<u64> {
    let mut table = Table::create(path, ATTENDANCE, Some(progress))?;
    for at in days {
        let mut date = [b','; 12];
        date[1..11].copy_from_slice(&iso(year.days[at]));
        for seat in seats {
            let status = statuses[seat.pupil as usize * year.days.len() + at];
            if status == 0 || at < usize::from(seat.from) || at >= usize::from(seat.to) {
                continue;
            }
            push_pupil(&mut table.text, seat.number);
            table.text.push(b',');
            push_school(&mut table.text, seat.school);
            table.text.extend_from_slice(&date);
            table.text.extend_from_slice(STATUS[usize::from(status)]);
            table.end_row()?;
        }
    }
    table.finish()
}
