//! Every error of an extract, each met with a plain message, and none that loses a row. The files are those of
//! `data-samples/broken`, all in one inbox, over a cut of the sample that has everything they are judged by.

use std::fs;
use std::sync::LazyLock;

use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::support::made::{Register, calendar, enrolments, weekdays_to};
use crate::support::{Done, Project, Row, account, adds_up, samples};

/// One night over every broken file.
struct Broken {
    project: Project,
    manifest: Value,
    rejects: Vec<Row>,
    done: Done,
}

static BROKEN: LazyLock<Broken> = LazyLock::new(|| {
    let wanted = |name: &str| {
        ["schools", "pupils", "enrolments", "calendar", "attendance_S0004", "attendance_S0001_2025-2026_b"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let project = Project::shared("broken").with_samples_of(wanted);
    for folder in fs::read_dir(samples().join("broken")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        for file in fs::read_dir(folder).unwrap() {
            project.receive(&file.unwrap().path());
        }
    }
    let done = project.prane(&["run"]);
    let (manifest, rejects) = (project.manifest(), project.rejects());
    Broken { project, manifest, rejects, done }
});

/// The night said this of the file, in one line.
#[track_caller]
fn says_of(file: &str, words: &[&str]) {
    let found = BROKEN.done.err.lines().any(|line| line.contains(file) && words.iter().all(|w| line.contains(w)));
    assert!(found, "nothing about {file} with {words:?}:\n{}", BROKEN.done.said());
}

/// The file was refused whole, with these words.
#[track_caller]
fn refused(file: &str, words: &[&str]) {
    let account = account(&BROKEN.manifest, file);
    let why = account["refused"].as_str().unwrap_or_else(|| panic!("not refused: {account}"));
    for word in words {
        assert!(why.contains(word), "{why:?} does not say {word:?}");
    }
    assert_eq!(account["stored"], 0, "{account}");
    says_of(file, words);
}

/// One row of the file was rejected, at its own line, with these words; the rest was kept.
#[track_caller]
fn one_reject(folder: &str, file: &str, column: &str, value: &str, words: &[&str]) {
    let rejects: Vec<&Row> = BROKEN.rejects.iter().filter(|r| r["file"] == file).collect();
    assert_eq!(rejects.len(), 1, "rejects of {file}: {rejects:?}");
    let reject = rejects[0];
    assert_eq!(reject["column"], column, "{reject:?}");
    for word in words {
        assert!(reject["reason"].contains(word), "{reject:?} does not say {word:?}");
    }
    let text = fs::read_to_string(samples().join("broken").join(folder).join(file)).unwrap();
    let holds = |line: &str| line == value || line.split(',').any(|field| field == value);
    let line = text.lines().position(holds).unwrap() + 1;
    assert_eq!(reject["row"], line.to_string(), "the row as a spreadsheet counts it: {reject:?}");
    assert_eq!(reject["value"], value, "the raw value");
    let account = account(&BROKEN.manifest, file);
    assert_eq!((account["rejected"].as_u64(), account["refused"].is_null()), (Some(1), true), "{account}");
}

#[test]
fn the_night_ends_with_exit_code_5_publishes_and_every_row_is_accounted_for() {
    assert_eq!(BROKEN.done.code, 5, "{}", BROKEN.done.said());
    assert_eq!(BROKEN.manifest["outcome"], "published");
    adds_up(&BROKEN.manifest);
    for account in BROKEN.manifest["inputs"].as_array().unwrap() {
        let file = account["file"].as_str().unwrap();
        says_of(file, &["rows read", "stored", "superseded", "rejected"]);
    }
}

#[test]
fn missing_column() {
    refused("attendance_S0001_missing_column.csv", &["missing column \"status\"", "statusi", "columns = { status = \"statusi\" }"]);
}

#[test]
fn wrong_encoding() {
    refused("pupils_wrong_encoding.csv", &["not UTF-8", "line 2", "encoding = \"windows-1250\""]);
}

#[test]
fn ragged_row() {
    one_reject("ragged_row", "attendance_S0001_ragged.csv", "", first_ragged().as_str(), &["5 fields where the header has 4"]);
}

fn first_ragged() -> String {
    let text = fs::read_to_string(samples().join("broken/ragged_row/attendance_S0001_ragged.csv")).unwrap();
    text.lines().find(|line| line.split(',').count() == 5).unwrap().to_string()
}

#[test]
fn unknown_code_is_never_taken_for_present() {
    // A rare word may be a whole kind of absence: it stops the file whatever its share, and is told by its row.
    refused("attendance_S0001_unknown_code.csv", &["1 row with a word that no mapping knows", "codes.status", "nearest: present"]);
    let rejects: Vec<&Row> = BROKEN.rejects.iter().filter(|r| r["file"] == "attendance_S0001_unknown_code.csv").collect();
    assert_eq!((rejects.len(), rejects[0]["value"].as_str(), rejects[0]["column"].as_str()), (1, "prezent", "status"));
    assert!(!BROKEN.done.said().contains("prezent"), "the word stands with the rejects, and is not said");
}

#[test]
fn mark_off_the_scale() {
    one_reject("mark_off_the_scale", "marks_off_the_scale.csv", "mark", "11", &["off the scale 4 to 10"]);
}

#[test]
fn date_outside_every_school_year() {
    one_reject(
        "outside_every_year",
        "attendance_S0001_outside_every_year.csv",
        "date",
        "2019-10-07",
        &["outside every school year", "2024-2025", "2025-2026"],
    );
}

#[test]
fn date_later_than_the_day_of_the_run() {
    one_reject(
        "later_than_the_run",
        "attendance_S0001_later_than_the_run.csv",
        "date",
        "2062-02-27",
        &["later than the day of the run", "2026-03-02"],
    );
}

#[test]
fn unknown_school() {
    one_reject("unknown_school", "attendance_S0001_unknown_school.csv", "school_id", "S0999", &["unknown school"]);
}

#[test]
fn unknown_pupil() {
    one_reject("unknown_pupil", "attendance_S0001_unknown_pupil.csv", "pupil_id", "P0999999", &["unknown pupil"]);
}

#[test]
fn an_enrolment_that_ends_before_it_starts() {
    one_reject("ends_before_it_starts", "enrolments_ends_before_it_starts.csv", "end_date", "2026-02-02", &["before", "start_date"]);
}

#[test]
fn two_rows_of_one_key_that_disagree() {
    let account = account(&BROKEN.manifest, "attendance_S0001_two_rows_disagree.csv");
    let (conflicts, rejected) = (account["conflicts"].as_u64().unwrap(), account["rejected"].as_u64().unwrap());
    assert!(conflicts == 1 || rejected == 2, "neither counted nor rejected: {account}");
    assert!(BROKEN.done.err.contains("of one key"), "{}", BROKEN.done.said());
}

#[test]
fn a_file_cut_in_mid_row() {
    refused("attendance_S0001_cut.csv", &["ends in the middle of a row", "send it again"]);
}

#[test]
fn an_empty_file() {
    refused("attendance_S0001_empty.csv", &["empty"]);
}

#[test]
fn a_header_without_rows() {
    says_of("attendance_S0001_header_only.csv", &["no rows"]);
}

#[test]
fn a_file_that_is_still_being_written() {
    says_of("attendance_S0001_2026-03.csv.part", &["still being written", "next night"]);
    assert!(BROKEN.project.path("inbox/attendance_S0001_2026-03.csv.part").exists(), "it is left where it lies");
}

#[test]
fn a_file_seen_before() {
    says_of("attendance_S0001_again.csv", &["attendance_S0001_2025-2026_b.csv", "skipped"]);
    let again = BROKEN.manifest["inputs"].as_array().unwrap().iter().any(|a| a["file"] == "attendance_S0001_again.csv");
    assert!(!again, "a file that was skipped has no account");
}

#[test]
fn rejects_past_the_tolerance() {
    refused("attendance_S0001_past_tolerance.csv", &["tolerance of 2 %", "unknown school"]);
}

#[test]
fn columns_that_changed_places() {
    refused("attendance_S0001_misplaced.csv", &["date is empty", "tolerance"]);
}

#[test]
fn what_is_said_names_nobody() {
    let pupils = crate::support::rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap());
    for pupil in pupils.iter().take(60) {
        let name = format!("{} {}", pupil["first_name"], pupil["last_name"]);
        assert!(!BROKEN.done.said().contains(&name), "a name was told");
        assert!(pupil["national_id"].is_empty() || !BROKEN.done.said().contains(&pupil["national_id"]), "a national id was told");
    }
}

#[test]
fn rejects_can_be_mended_in_their_workbook_and_sent_back() {
    let project = Project::empty().with_small();
    let days = weekdays_to("2026-02-27", 60);
    let mended = days[30];
    let text = fs::read_to_string(project.path("inbox/attendance_S1.csv")).unwrap();
    project
        .put("inbox/attendance_S1.csv", text.replace(&format!("S1-P1,S1,{mended},present"), &format!("S1-P1,S1,{mended}?,present")))
        .run();
    assert_eq!(project.one(&format!("select count(*) from sources.attendance where date = date '{mended}'")), "3");
    let run = project.manifest()["run_id"].as_str().unwrap().to_string();
    let mut workbook: Xlsx<_> = open_workbook(project.path(&format!("rejects/{run}/attendance-mend.xlsx"))).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    let mut back = Workbook::new();
    let page = back.add_worksheet();
    for (row, column, cell) in sheet.used_cells() {
        page.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell.to_string().replace('?', "")).unwrap();
    }
    project.put("inbox/attendance-S1-mend.xlsx", back.save_to_buffer().unwrap()).run();
    assert_eq!(project.one(&format!("select count(*) from sources.attendance where date = date '{mended}' and status = 'present'")), "4");
}

#[test]
fn a_refused_file_leaves_the_last_good_data_in_use_and_its_school_stale() {
    let days = weekdays_to("2026-02-27", 50);
    let project = Project::empty();
    project
        .put("inbox/calendar.csv", calendar("*", &days))
        .put("inbox/enrolments.csv", enrolments(&[("S1-P1", "S1", "2025-09-01", "", ""), ("S2-P1", "S2", "2025-09-01", "", "")]));
    project
        .put("inbox/attendance_S1.csv", Register::default().class("S1", 1, &days).0)
        .put("inbox/attendance_S2.csv", Register::default().class("S2", 1, &days[..40]).0);
    project.prane_at("2026-03-01T00:00:00Z", &["run", "--quiet"]).code(0);
    // What S2 hands in now uses words that nobody mapped.
    project.put("inbox/attendance_S2_later.csv", Register::default().days("S2-P1", "S2", &days[40..], |_| "prezent").0);
    let done = project.prane(&["run"]).code(5).says(&["attendance_S2_later.csv", "last good data"]);
    assert!(done.out.contains("published"), "{}", done.said());
    let manifest = project.manifest();
    let stale: Vec<&str> =
        manifest["schools"].as_array().unwrap().iter().filter(|s| s["stale"] == true).filter_map(|s| s["school_id"].as_str()).collect();
    assert_eq!(stale, ["S2"], "{}", manifest["schools"]);
    assert_eq!(project.one("select count(*) from sources.attendance where school_id = 'S2'"), "40");
}

#[test]
fn a_refused_file_is_told_again_until_it_is_mended() {
    let project = Project::empty().with_small();
    project.put("inbox/attendance_S1_more.csv", "pupil_id,school_id,date,status\nS1-P1,S1,2026-02-27,prezent\n");
    project.prane(&["run"]).code(5);
    project.prane(&["run"]).code(5).says(&["attendance_S1_more.csv"]);
    project.put("inbox/attendance_S1_more.csv", "pupil_id,school_id,date,status\nS1-P1,S1,2026-02-27,late\n");
    project.run();
    assert_eq!(project.one("select count(*) from sources.attendance where status = 'late'"), "1");
}
