//! One error a folder: files to put into a copy of the sample's inbox, and what must be said about them.
//! Where one row is wrong there are enough right ones around it to stay within the tolerance of 2 %.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::super::marks::MARKS;
use super::super::people::ENROLMENTS;
use super::super::registers::ATTENDANCE;
use super::children::Child;
use super::files::{LESSONS, pupil_row};
use super::town::{LAKE, Town, as_of};

struct Error {
    folder: &'static str,
    file: &'static str,
    text: Vec<u8>,
    what: &'static str,
    say: &'static str,
}

pub(super) fn write(town: &Town, dir: &Path) -> io::Result<()> {
    let mut table = String::from("| file | the fault | what must be said |\n|---|---|---|\n");
    for fault in attendance_files(town).into_iter().chain(attendance_rows(town)).chain(other_tables(town)) {
        let folder = dir.join(fault.folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(fault.file), &fault.text)?;
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {}/{} | {} | {} |", fault.folder, fault.file, fault.what, fault.say);
    }
    fs::write(dir.join("README.md"), include_str!("broken.md").replace("{faults}\n", &table))
}

/// Rows of one day of S0001 as the inbox has them already: right, and nothing new.
fn day_rows(town: &Town) -> Vec<String> {
    let date = as_of();
    town.children
        .iter()
        .filter(|c| c.seats.iter().all(|s| s.school == LAKE && s.grade != 5))
        .filter_map(|c| c.register.get(&(date, LAKE)).map(|status| format!("{},S0001,{date},{status}", c.id())))
        .collect()
}

fn text(header: &str, rows: &[String]) -> Vec<u8> {
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

/// The day's rows with one more, in the middle.
fn with(town: &Town, row: &str) -> Vec<u8> {
    let mut rows = day_rows(town);
    rows.insert(rows.len() / 2, row.to_owned());
    text(ATTENDANCE, &rows)
}

fn attendance_files(town: &Town) -> Vec<Error> {
    let rows = day_rows(town);
    let whole = text(ATTENDANCE, &rows);
    let cut = whole[..whole.len() - 19].to_vec();
    let renamed = text("pupil_id,school_id,date,statusi", &rows);
    let many: Vec<String> =
        rows.iter().enumerate().map(|(i, r)| if i % 10 == 0 { r.replace(",S0001,", ",S0999,") } else { r.clone() }).collect();
    let lessons: Vec<String> = rows.iter().map(|r| r.replacen(",2026", ",,2026", 1)).collect();
    vec![
        Error {
            folder: "missing_column",
            file: "attendance_S0001_missing_column.csv",
            text: renamed,
            what: "no column `status`",
            say: "the file lacks `status`; the nearest column is `statusi`; map it with columns = { status = \"statusi\" }; file refused",
        },
        Error {
            folder: "cut_in_mid_row",
            file: "attendance_S0001_cut.csv",
            text: cut,
            what: "the last row stops within its date, without a line end",
            say: "the file ends in the middle of a row: send it again; file refused",
        },
        Error {
            folder: "empty_file",
            file: "attendance_S0001_empty.csv",
            text: Vec::new(),
            what: "no bytes at all",
            say: "the file is empty",
        },
        Error {
            folder: "header_only",
            file: "attendance_S0001_header_only.csv",
            text: format!("{ATTENDANCE}\n").into_bytes(),
            what: "a header and no rows",
            say: "the file has no rows",
        },
        Error {
            folder: "still_being_written",
            file: "attendance_S0001_2026-03.csv.part",
            text: whole.clone(),
            what: "the sender has not finished: the name ends in .part",
            say: "still being written; left for the next night",
        },
        Error {
            folder: "past_tolerance",
            file: "attendance_S0001_past_tolerance.csv",
            text: text(ATTENDANCE, &many),
            what: "one row in ten names a school that nobody knows",
            say: "10 % of rows rejected, over the tolerance of 2 %: file refused whole, the last good data stay and are marked stale",
        },
        Error {
            folder: "misplaced_columns",
            file: "attendance_S0001_misplaced.csv",
            text: text(LESSONS, &lessons),
            what: "date and lesson have changed places under their headers",
            say: "every row: an empty date; file refused (past tolerance)",
        },
        Error {
            folder: "ragged_row",
            file: "attendance_S0001_ragged.csv",
            text: with(town, "P0000002,S0001,2026-02-26,present,5A"),
            what: "one row has five fields, the header four",
            say: "row rejected: 5 fields where the header has 4",
        },
    ]
}

fn attendance_rows(town: &Town) -> Vec<Error> {
    let mut rows = Vec::new();
    let mut one = |folder, file, row: &str, what, say| rows.push(Error { folder, file, text: with(town, row), what, say });
    one(
        "unknown_code",
        "attendance_S0001_unknown_code.csv",
        "P0000002,S0001,2026-02-26,prezent",
        "a status `prezent` that no mapping knows",
        "unknown code in `status` (never taken for present), the word itself under rejects/; add it to codes.status; file refused",
    );
    one(
        "outside_every_year",
        "attendance_S0001_outside_every_year.csv",
        "P0000002,S0001,2019-10-07,present",
        "a date in 2019, when no school year of these extracts ran",
        "row rejected: date outside every school year known (2024-2025, 2025-2026)",
    );
    one(
        "later_than_the_run",
        "attendance_S0001_later_than_the_run.csv",
        "P0000002,S0001,2062-02-27,present",
        "2062 for 2026: a date after the day of the run",
        "row rejected: date later than the day of the run (this is said first, although no school year holds the date either)",
    );
    one(
        "unknown_school",
        "attendance_S0001_unknown_school.csv",
        "P0000002,S0999,2026-02-26,present",
        "school S0999, which schools.csv does not have",
        "row rejected: unknown school S0999",
    );
    one(
        "unknown_pupil",
        "attendance_S0001_unknown_pupil.csv",
        "P0999999,S0001,2026-02-26,present",
        "pupil P0999999, whom pupils.csv does not have",
        "row rejected: unknown pupil P0999999",
    );
    one(
        "two_rows_disagree",
        "attendance_S0001_two_rows_disagree.csv",
        "P0000002,S0001,2026-02-27,absent",
        "one pupil present and absent on one day, within one file",
        "the later row counts, the earlier is superseded, and the run says that rows of one key disagree",
    );
    rows
}

fn other_tables(town: &Town) -> Vec<Error> {
    let mut pupils = b"pupil_id,national_id,first_name,last_name,birth_date,sex,guardian_contact\n".to_vec();
    for child in town.children.iter().take(60) {
        pupils.extend(pupil_row(child).join(",").chars().map(windows_1250));
        pupils.push(b'\n');
    }
    let mut marks: Vec<String> = town
        .children
        .iter()
        .flat_map(|c| c.marks.iter().filter(|m| m.school == LAKE).map(move |m| (c, m)))
        .take(120)
        .map(|(c, m)| format!("{},S0001,{},{},{},{}", c.id(), m.subject, m.date, m.term, m.value))
        .collect();
    marks.insert(60, "P0000002,S0001,histori,2026-02-26,2,11".to_owned());
    let mut enrolments: Vec<String> = town.children.iter().filter_map(enrolment).take(120).collect();
    enrolments.insert(60, "P0000002,S0001,2025-2026,8,8A,2026-02-16,2026-02-02,transferred".to_owned());
    let again: Vec<String> = town
        .children
        .iter()
        .filter(|c| c.proof.as_ref().is_some_and(|p| p.what.starts_with("two files disagree")))
        .flat_map(|c| c.days().into_iter().rev().take(3).rev().map(|d| format!("{},S0001,{d},present", c.id())).collect::<Vec<_>>())
        .collect();
    vec![
        Error {
            folder: "wrong_encoding",
            file: "pupils_wrong_encoding.csv",
            text: pupils,
            what: "windows-1250 where UTF-8 is expected: names with ë and ç are not text",
            say: "not UTF-8 (first such byte in line 2); set encoding = \"windows-1250\" or \"windows-1252\"; file refused; no name is shown",
        },
        Error {
            folder: "mark_off_the_scale",
            file: "marks_off_the_scale.csv",
            text: text(MARKS, &marks),
            what: "a mark of 11",
            say: "row rejected: mark 11 off the scale 4-10",
        },
        Error {
            folder: "ends_before_it_starts",
            file: "enrolments_ends_before_it_starts.csv",
            text: text(ENROLMENTS, &enrolments),
            what: "an enrolment from 16 February to 2 February",
            say: "row rejected: the enrolment ends before it starts",
        },
        Error {
            folder: "seen_before",
            file: "attendance_S0001_again.csv",
            text: text(ATTENDANCE, &again),
            what: "the bytes of inbox/attendance_S0001_2025-2026_b.csv under another name",
            say: "seen before (same hash as attendance_S0001_2025-2026_b.csv): skipped",
        },
    ]
}

/// This year's place of a child who spends it at S0001.
fn enrolment(child: &Child) -> Option<String> {
    let seat = child.seats.last().filter(|s| s.school == LAKE && s.year == 2025 && s.end.is_none())?;
    let (id, grade) = (child.id(), seat.grade);
    Some(format!("{id},S0001,2025-2026,{grade},{},{},,", Child::class(grade), seat.start))
}

/// The letters that Albanian needs; all others here are ASCII.
fn windows_1250(letter: char) -> u8 {
    match letter {
        'ë' => 0xeb,
        'Ë' => 0xcb,
        'ç' => 0xe7,
        'Ç' => 0xc7,
        other => u8::try_from(other).unwrap_or(b'?'),
    }
}
