//! Every layout, encoding and format that an extract may have: each file below says the same three days, and must be
//! read as the same three rows. One night takes them all in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)] // days are counted exactly

use std::io::Write;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::made::{Register, calendar, day, weekdays_to};
use crate::support::{Done, Project, Row};

/// The three days, and what each says.
const DAYS: [(&str, &str); 3] = [("2026-02-25", "present"), ("2026-02-26", "absent"), ("2026-02-27", "late")];

/// The canonical text for a school.
fn usual(school: &str) -> String {
    DAYS.iter()
        .fold("pupil_id,school_id,date,status\n".to_string(), |text, (day, status)| format!("{text}P-{school},{school},{day},{status}\n"))
}

fn encoded(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// A workbook whose second sheet has two lines of title, then headers, then real dates.
fn workbook(school: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Kopertina").unwrap().write_string(0, 0, "Drejtoria").unwrap();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = book.add_worksheet().set_name("Regjistri").unwrap();
    sheet.write_string(0, 0, "Regjistri i shkollës").unwrap();
    for (column, header) in ["pupil_id", "school_id", "date", "status"].iter().enumerate() {
        sheet.write_string(2, u16::try_from(column).unwrap(), *header).unwrap();
    }
    for (row, (text, status)) in (3..).zip(DAYS) {
        sheet.write_string(row, 0, format!("P-{school}")).unwrap();
        sheet.write_string(row, 1, school).unwrap();
        sheet.write_datetime_with_format(row, 2, ExcelDateTime::parse_from_str(text).unwrap(), &date).unwrap();
        sheet.write_string(row, 3, status).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn parquet_file(school: &str) -> Vec<u8> {
    let days = DAYS.map(|(text, _)| i32::try_from(day(text).signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap());
    let texts = |values: Vec<String>| Arc::new(StringArray::from(values)) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("pupil_id", texts(vec![format!("P-{school}"); 3])),
        ("school_id", texts(vec![school.to_string(); 3])),
        ("date", Arc::new(Date32Array::from(days.to_vec())) as ArrayRef),
        ("status", texts(DAYS.iter().map(|(_, status)| (*status).to_string()).collect())),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

const CONFIGURATION: &str = r#"
[[source]]
table = "attendance"
files = "w1250*.csv"
encoding = "windows-1250"
[[source]]
table = "attendance"
files = "w1252*.csv"
encoding = "windows-1252"
[[source]]
table = "attendance"
files = "latin2*.csv"
encoding = "iso-8859-2"
[[source]]
table = "attendance"
files = "bars.csv"
delimiter = "|"
[[source]]
table = "attendance"
files = "book.xlsx"
sheet = "Regjistri"
header_row = 3
[[source]]
table = "attendance"
files = "dotted.csv"
date_format = "%d.%m.%Y"
columns = { pupil_id = "Nr. amze", date = "Data", status = "Gjendja" }
codes.status = { "P" = "present", "M" = "absent", "V" = "late" }
constants = { school_id = "DOTTED" }
[[source]]
table = "attendance"
files = "wide_short.csv"
layout = "wide"
wide = { header = "%m_%d", school_year = "2025-2026", starts_month = 9 }
codes.status = { "1" = "present", "2" = "absent", "3" = "late", "0" = "" }
[[source]]
table = "attendance"
files = "wide_full.csv"
layout = "wide"
wide = { header = "%d/%m/%Y" }
columns = { pupil_id = "studentid" }
constants = { school_id = "WIDEFULL" }
[[source]]
table = "marks"
files = "notat.csv"
decimal = ","
codes.mark = { "shumë mirë" = "9" }
"#;

struct Read {
    project: Project,
    done: Done,
    attendance: Vec<Row>,
}

static READ: LazyLock<Read> = LazyLock::new(|| {
    let project = Project::shared("layouts");
    project.put("prane.toml", CONFIGURATION);
    let dotted = "Nr. amze;Data;Gjendja\nP-DOTTED;25.02.2026;P\nP-DOTTED;26.02.2026;M\nP-DOTTED;27.02.2026;V\n";
    let lessons = "pupil_id,school_id,date,lesson,status\nP-LESSONS,LESSONS,2026-02-27,1,late\nP-LESSONS,LESSONS,2026-02-27,2,absent\nP-LESSONS,LESSONS,2026-02-27,3,excused\nP-LESSONS,LESSONS,2026-02-27,4,present\n";
    let quoted = "note,pupil_id,school_id,date,status\n\"a, \"\"b\"\"\nand c\",P-QUOTED,QUOTED,2026-02-25,present\n,\"P-QUOTED\",QUOTED,2026-02-26,absent\n\"\",P-QUOTED,\"QUOTED\",2026-02-27,late\n";
    let files: [(&str, Vec<u8>); 20] = [
        ("attendance_utf8_mark.csv", format!("\u{feff}{}", usual("ËUTF8")).into_bytes()),
        ("attendance_utf16le.csv", utf16(&usual("ËUTF16LE"), u16::to_le_bytes)),
        ("attendance_utf16be.csv", utf16(&usual("ËUTF16BE"), u16::to_be_bytes)),
        ("w1250.csv", encoded(encoding_rs::WINDOWS_1250, &usual("ËW1250"))),
        ("w1252.csv", encoded(encoding_rs::WINDOWS_1252, &usual("ËW1252"))),
        ("latin2.csv", encoded(encoding_rs::ISO_8859_2, &usual("ËLATIN2"))),
        ("attendance_semicolons.csv", usual("SEMICOLONS").replace(',', ";").into_bytes()),
        ("attendance_tabs.csv", usual("TABS").replace(',', "\t").into_bytes()),
        ("bars.csv", usual("BARS").replace(',', "|").into_bytes()),
        ("attendance_crlf.csv", usual("CRLF").replace('\n', "\r\n").into_bytes()),
        ("attendance_no_last_end.csv", usual("NOLASTEND").trim_end().as_bytes().to_vec()),
        ("attendance_packed.csv.gz", gzipped(&usual("GZ"))),
        ("attendance_packed.csv.zst", zstd::encode_all(usual("ZST").as_bytes(), 1).unwrap()),
        ("book.xlsx", workbook("XLSX")),
        ("attendance-PARQUET.parquet", parquet_file("PARQUET")),
        ("dotted.csv", dotted.into()),
        ("wide_short.csv", "pupil_id,school_id,2_24,2_25,2_26,2_27,2_30,total\nP-WIDESHORT,WIDESHORT,0,1,2,3,,9\n".into()),
        ("wide_full.csv", "studentid,25/02/2026,26/02/2026,27/02/2026\nP-WIDEFULL,present,absent,late\n".into()),
        ("attendance_lessons.csv", lessons.into()),
        ("attendance_quoted.csv", quoted.into()),
    ];
    for (name, bytes) in files {
        project.put(&format!("inbox/{name}"), bytes);
    }
    project.put(
        "inbox/attendance_unknown.csv",
        usual("UNKNOWN")
            .replace("status", "status,Kujdestari")
            .replace("present\n", "present,x\n")
            .replace("absent\n", "absent,y\n")
            .replace("late\n", "late,z\n"),
    );
    project.put("inbox/marks_plain.csv", "pupil_id,school_id,subject,date,term,mark\nP-GZ,GZ,fizike,2026-02-20,2,7.25\n");
    project.put(
        "inbox/notat.csv",
        "pupil_id;school_id;subject;date;term;mark\nP-GZ;GZ;kimi;2026-02-20;2;7,5\nP-GZ;GZ;histori;2026-02-20;2;shumë mirë\n",
    );
    let done = project.prane(&["run"]).code(0);
    let attendance = project.sql("select school_id, pupil_key, date, status from sources.attendance order by school_id, date");
    Read { project, done, attendance }
});

/// The rows of a school, by date.
fn rows_of(school: &str) -> Vec<&'static Row> {
    READ.attendance.iter().filter(|row| row["school_id"] == school).collect()
}

#[track_caller]
fn reads_as_usual(school: &str) {
    let rows = rows_of(school);
    let found: Vec<(&str, &str)> = rows.iter().map(|r| (r["date"].as_str(), r["status"].as_str())).collect();
    assert_eq!(found, DAYS, "{school}");
    assert_eq!(rows[0]["pupil_key"], READ.project.key_of(&format!("P-{school}")));
}

macro_rules! read_as_usual {
    ($($name:ident: $school:literal),* $(,)?) => { $(#[test] fn $name() { reads_as_usual($school); })* };
}

read_as_usual! {
    utf_8_with_its_mark: "ËUTF8",
    utf_16_little_end_first: "ËUTF16LE",
    utf_16_big_end_first: "ËUTF16BE",
    windows_1250: "ËW1250",
    windows_1252: "ËW1252",
    iso_8859_2: "ËLATIN2",
    semicolons_are_detected: "SEMICOLONS",
    tabs_are_detected: "TABS",
    a_declared_delimiter: "BARS",
    line_ends_of_windows: "CRLF",
    a_last_line_without_its_end: "NOLASTEND",
    gzip: "GZ",
    zstandard: "ZST",
    workbook_with_sheet_header_row_and_real_dates: "XLSX",
    parquet: "PARQUET",
    declared_dates_codes_columns_and_constants: "DOTTED",
    wide_with_full_dates: "WIDEFULL",
    quotes_with_separators_and_line_ends_inside: "QUOTED",
    unknown_columns_are_left_alone: "UNKNOWN",
}

#[test]
fn wide_with_days_that_have_no_year() {
    let rows = rows_of("WIDESHORT");
    let found: Vec<(&str, &str)> = rows.iter().map(|r| (r["date"].as_str(), r["status"].as_str())).collect();
    // 0 is mapped onto "not recorded"; 2_30 is no day and the total no column of ours.
    let wanted: Vec<(&str, &str)> = std::iter::once(("2026-02-24", "")).chain(DAYS).collect();
    assert_eq!(found, wanted);
}

#[test]
fn lessons_are_rolled_up_into_parts_of_a_day() {
    let columns = ["days_recorded", "days_absent", "days_unexcused", "days_late"];
    assert_eq!(READ.project.measures("P-LESSONS", columns), [1.0, 0.5, 0.25, 0.25]);
}

#[test]
fn decimals_and_worded_marks() {
    let rows = READ.project.sql("select subject, mark from sources.marks order by subject");
    let found: Vec<(&str, &str)> = rows.iter().map(|r| (r["subject"].as_str(), r["mark"].as_str())).collect();
    assert_eq!(found, [("fizike", "7.25"), ("histori", "9.0"), ("kimi", "7.5")]);
}

#[test]
fn columns_nobody_knows_are_told_once() {
    // Headers that are no known words may be names of people: their places are told, not their words.
    assert_eq!(READ.done.err.matches("wide_short.csv: 2 unknown columns ignored (number 7, 8)").count(), 1, "{}", READ.done.said());
    assert!(!READ.done.said().contains("Kujdestari"), "{}", READ.done.said());
}

#[test]
fn every_row_of_every_layout_is_accounted_for() {
    let manifest = READ.project.manifest();
    crate::support::adds_up(&manifest);
    let rejected: Vec<_> = manifest["inputs"].as_array().unwrap().iter().filter(|a| a["rejected"] != 0 || a["stored"] == 0).collect();
    assert!(rejected.is_empty(), "{rejected:#?}");
}

#[test]
fn a_register_of_absences_says_who_was_present() {
    let days = weekdays_to("2026-02-27", 40);
    let project = Project::empty();
    project.put("prane.toml", "[[source]]\ntable = \"attendance\"\nfiles = \"mungesat.csv\"\nregister = \"absences\"\n[[source]]\ntable = \"enrolments\"\nfiles = \"enrolments.csv\"\ncodes.grade_level = { \"e gjashta\" = \"6\" }\n");
    project.put("inbox/calendar.csv", calendar("S1", &days));
    let seats = [("P1", "S1", "2025-09-01", "", ""), ("P2", "S1", "2025-09-01", "", "")];
    project.put("inbox/enrolments.csv", crate::support::made::enrolments(&seats).replace(",6,6A", ",e gjashta,6A"));
    // The school handed in registers up to five days before the end; one row lies on a Sunday.
    let register = Register::default()
        .row("P1", "S1", days[3], "absent")
        .row("P1", "S1", day("2026-02-15"), "absent")
        .row("P2", "S1", days[34], "late");
    project.put("inbox/mungesat.csv", register.0).night(&["--as-of", "2026-02-27"]);
    for (pupil, absent, late) in [("P1", 1.0, 0.0), ("P2", 0.0, 1.0)] {
        // Present up to the last date handed in, and no further.
        let columns = ["days_recorded", "days_absent", "days_late", "grade_level"];
        assert_eq!(project.measures_on(pupil, columns, "2026-02-27"), [35.0, absent, late, 6.0], "{pupil}");
    }
}

#[test]
fn a_date_that_fits_two_formats_is_never_guessed() {
    let project = Project::empty();
    project.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP1,S1,03/02/2026,present\n");
    project.prane(&["run"]).code(5).says(&["attendance.csv", "date_format"]);
}

#[test]
fn a_packed_file_that_was_cut_is_refused() {
    let project = Project::empty().with_small();
    let packed = gzipped(&Register::default().class("S1", 3, &weekdays_to("2026-02-27", 60)).0);
    project.put("inbox/attendance_cut.csv.gz", &packed[..packed.len() / 2]);
    project.prane(&["run"]).code(5).says(&["attendance_cut.csv.gz", "cut short", "send it again"]);
}

#[test]
fn a_sheet_that_is_not_there_is_told_with_how_many_there_are() {
    let project = Project::empty().with_small();
    project.put("prane.toml", "[[source]]\ntable = \"attendance\"\nfiles = \"book.xlsx\"\nsheet = \"Rregjistri\"\n");
    project.put("inbox/book.xlsx", workbook("S1"));
    project.prane(&["run"]).code(5).says(&["book.xlsx", "Rregjistri", "it has 2 sheets"]);
}
