//! What a file may do to a night: it is read rightly, or refused in plain words that repeat nothing of it.

use std::fmt::Write;

use rust_xlsxwriter::Workbook;

use crate::support::made::{Register, calendar, enrolments, weekdays_to};
use crate::support::{Done, Project, adds_up, files_below};

/// A small project that published once.
fn published() -> Project {
    let project = Project::empty().with_small();
    project.run();
    project
}

/// Fails where any of these words stands in what was said, in a manifest, or in what was published for everyone.
#[track_caller]
fn nowhere_told(project: &Project, done: &Done, words: &[&str]) {
    let holds = |text: &[u8], word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
    let mut files: Vec<_> = files_below(&project.path("runs")).into_iter().collect();
    assert!(files.len() > 1, "no run was written");
    let before = files.len();
    files.extend(files_below(&project.path("published")).into_iter().filter(|(name, _)| name.ends_with("run.json")));
    assert!(files.len() > before, "nothing was published");
    for word in words {
        assert!(!done.said().contains(word), "{word:?} was said:\n{}", done.said());
        for (name, bytes) in &files {
            assert!(!holds(bytes, word), "{word:?} stands in {name}");
        }
    }
}

/// Why a file was refused, with its rows accounted for.
#[track_caller]
fn refused(project: &Project, file: &str, words: &[&str]) {
    adds_up(&project.manifest());
    let account = project.account(file);
    let why = account["refused"].as_str().unwrap_or_else(|| panic!("{file} was not refused: {account}"));
    for word in words {
        assert!(why.contains(word), "{why:?} does not say {word:?}");
    }
}

/// A workbook: a name and its rows a sheet.
fn workbook(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (at, row) in (0_u32..).zip(rows.iter()) {
            for (column, cell) in (0_u16..).zip(row.split(',')) {
                sheet.write_string(at, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn the_first_child_of_a_file_without_a_header_row_is_told_nowhere() {
    let project = published();
    project.put("inbox/pupils_S9.csv", "P900,J50111222X,Zamirajzi,Bregucajzi,2013-04-18,F,0691234567\n");
    project.put("inbox/attendance_S9.xlsx", workbook(&[("Zamirajzi Bregu", &["Zamirajzi,Bregucajzi,Drita Selmanajzi"])]));
    project.put(
        "inbox/marks_S9.csv",
        "pupil_id,school_id,subject,date,term,mark,Zamirajzi Bregucajzi\nS1-P1,S1,histori,2026-02-20,2,8,0691234567\n",
    );
    let done = project.prane(&["run"]).code(5).says(&["missing column \"pupil_id\"", "7 columns", "1 unknown column ignored (number 7)"]);
    nowhere_told(&project, &done, &["P900", "J50111222X", "Zamirajzi", "Bregucajzi", "2013-04-18", "0691234567", "Selmanajzi"]);
    refused(&project, "pupils_S9.csv", &["is there a header row"]);
}

#[test]
fn init_tells_no_word_of_a_file_that_it_does_not_know() {
    let project = Project::empty();
    project.put("referrals.csv", "referral_id,date,pupil_id,from,to_service,Zamirajzi\nR1,2026-02-27,P1,Bregucajzi,Selmanajzi,x\n");
    let (made, file) = (project.path("made"), project.path("referrals.csv"));
    let done = crate::support::prane(["init", made.to_str().unwrap(), "--from", file.to_str().unwrap()])
        .code(0)
        .says(&["OPEN: what 1 word of to_service means"]);
    for word in ["Zamirajzi", "Bregucajzi", "Selmanajzi"] {
        assert!(!done.said().contains(word), "{}", done.said());
    }
    assert!(std::fs::read_to_string(made.join("prane.toml")).unwrap().contains("Selmanajzi"), "where it is answered");
}

#[test]
fn sheets_called_after_children_are_counted_and_not_named() {
    let project = published();
    project.put("prane.toml", "[[source]]\ntable = \"attendance\"\nfiles = \"regjistri*.xlsx\"\nsheet = \"Regjistri\"\n");
    project.put("inbox/regjistri.xlsx", workbook(&[("Zamirajzi", &["a,b"]), ("Bregucajzi", &["c,d"])]));
    let done = project.prane(&["run"]).code(5);
    nowhere_told(&project, &done, &["Zamirajzi", "Bregucajzi"]);
    refused(&project, "regjistri.xlsx", &["has no sheet \"Regjistri\" (it has 2 sheets)"]);
    let done = project.prane(&["check"]).code(5);
    nowhere_told(&project, &done, &["Zamirajzi", "Bregucajzi"]);
}

#[cfg(unix)]
#[test]
fn the_log_of_runs_is_closed_like_the_vault() {
    use std::os::unix::fs::PermissionsExt;
    let project = published();
    let mode = |name: &str| std::fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("runs"), 0o700);
    let runs = files_below(&project.path("runs"));
    assert!(runs.len() > 1);
    for name in runs.into_keys() {
        assert_eq!(mode(&format!("runs/{name}")), 0o600, "{name}");
    }
}

#[test]
fn a_quote_that_swallows_rows_refuses_the_file_with_its_row() {
    let days = weekdays_to("2026-02-27", 20);
    for (at, closes) in [(5, false), (5, true), (18, false)] {
        let project = published();
        let mut text = "pupil_id,school_id,date,status,note\n".to_string();
        for (number, day) in days.iter().enumerate() {
            let note = if number == at || closes && number == at + 4 { "\"" } else { "" };
            writeln!(text, "S1-P1,S1,{day},present,{note}").unwrap();
        }
        project.put("inbox/attendance_quote.csv", text);
        project.prane(&["run"]).code(5);
        refused(&project, "attendance_quote.csv", &[&format!("row {}: a quote", at + 2)]);
    }
}

#[test]
fn words_of_several_lines_in_quotes_are_no_stray_quote() {
    let project = published();
    project.put(
        "inbox/contacts_S1.csv",
        "pupil_id,date,by,action,note\nS1-P4,2026-02-26,Ana,phone_call,\"Foli me nënën.\nThotë, që fëmija, ndoshta, vjen\nnesër.\"\n",
    );
    project.run();
    assert_eq!(project.account("contacts_S1.csv")["stored"], 1);
}

#[test]
fn a_workbook_of_several_sheets_is_refused_until_it_is_said_which_is_read() {
    let project = published();
    let rows = &["pupil_id,school_id,date,status", "S1-P1,S1,2026-02-27,absent"];
    let book = workbook(&[("Klasa 6A", rows), ("Klasa 6B", &[rows[0], "S1-P2,S1,2026-02-27,absent"]), ("Bosh", &[])]);
    project.put("inbox/attendance_S1_b.xlsx", &book);
    project.prane(&["run"]).code(5);
    refused(&project, "attendance_S1_b.xlsx", &["2 sheets", "sheet = ", "prane.toml"]);
    project.put("prane.toml", "[[source]]\ntable = \"attendance\"\nfiles = \"attendance_S1_b.xlsx\"\nsheet = \"Klasa 6B\"\n");
    let done = project.prane(&["run"]).code(0);
    assert!(done.err.contains("1 sheet of it not read"), "{}", done.said());
    assert_eq!(project.account("attendance_S1_b.xlsx")["stored"], 1);
}

#[test]
fn an_empty_second_sheet_is_no_reason_and_a_hidden_one_is_told() {
    let project = published();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in (0_u32..).zip(["pupil_id,school_id,date,status", "S1-P1,S1,2026-02-27,absent"]) {
        for (column, cell) in (0_u16..).zip(row.split(',')) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    book.add_worksheet();
    book.add_worksheet().set_hidden(true).write_string(0, 0, "kodet").unwrap();
    project.put("inbox/attendance_S1_b.xlsx", book.save_to_buffer().unwrap());
    let done = project.prane(&["run"]).code(0);
    assert!(done.err.contains("1 hidden sheet of it not read"), "{}", done.said());
    assert_eq!(project.account("attendance_S1_b.xlsx")["stored"], 1);
}

#[test]
fn a_row_of_totals_is_no_pupil() {
    let days = weekdays_to("2026-02-27", 60);
    let project = Project::empty();
    project.put("prane.toml", "[[source]]\ntable = \"attendance\"\nfiles = \"regjistri.csv\"\nlayout = \"wide\"\nwide = { header = \"%Y-%m-%d\" }\nconstants = { school_id = \"S1\" }\ncodes.status = { \"p\" = \"present\", \"m\" = \"absent\" }\n");
    let header: String = days.iter().fold("pupil_id".into(), |text, day| format!("{text},{day}"));
    let row = |name: &str, cell: &str| format!("{name}{}\n", format!(",{cell}").repeat(days.len()));
    let pupils: String = (1..=8).map(|at| row(&format!("P{at}"), "p")).collect();
    project.put("inbox/regjistri.csv", format!("{header}\n{pupils}{}{}", row("Gjithsej:", "8"), row("", "m").replacen('m', "TOTALI", 1)));
    let done = project.prane(&["run"]).code(0);
    assert!(done.err.contains("rows of totals set aside"), "{}", done.said());
    assert_eq!(project.one("select count(*) from indicators.pupil"), "8");
    let account = project.account("regjistri.csv");
    assert_eq!((account["rejected"].as_u64(), account["stored"].as_u64()), (Some(120), Some(480)), "{account}");
    let rejects = project.rejects();
    assert_eq!(rejects.len(), 120);
    assert!(rejects.iter().all(|row| row["reason"].contains("totals") || row["reason"].contains("is empty")));
}

#[test]
fn one_word_that_nobody_mapped_stops_the_file_whatever_its_share() {
    let days = weekdays_to("2026-02-27", 60);
    let project = Project::empty();
    let register =
        Register::default().class("S1", 20, &days).days("S1-P21", "S1", &days[..10], |at| if at == 4 { "me raport" } else { "present" });
    project.put("inbox/attendance_S1.csv", register.0).put("inbox/attendance_S2.csv", Register::default().class("S2", 2, &days).0);
    let done = project.prane(&["run"]).code(5);
    refused(&project, "attendance_S1.csv", &["1 row with a word that no mapping knows", "row 1206", "codes.status"]);
    nowhere_told(&project, &done, &["me raport"]);
    assert!(project.rejects().iter().any(|row| row["value"] == "me raport" && row["row"] == "1206"));
}

#[test]
fn which_day_it_is_is_asked_where_the_project_is_and_days_to_come_are_read_when_they_have_come() {
    let days = weekdays_to("2026-02-27", 60);
    let project = Project::empty();
    let register = Register::default().class("S1", 20, &days);
    let register =
        register.row("S1-P1", "S1", "2026-03-02".parse().unwrap(), "absent").row("S1-P1", "S1", "2026-03-03".parse().unwrap(), "absent");
    project.put("inbox/attendance_S1.csv", register.0);
    // Half past eleven at night in London, half past midnight of 2 March in Tirana.
    project.prane_at("2026-03-01T23:30:00Z", &["run"]).code(0).says(&["days to come"]);
    assert_eq!(project.account("attendance_S1.csv")["rejected"], 1);
    assert_eq!(project.one("select count(*) from sources.attendance"), "1201");
    project.put("inbox/calendar.csv", calendar("*", &days));
    project.prane_at("2026-03-03T06:00:00Z", &["run"]).code(0);
    assert_eq!(project.account("attendance_S1.csv")["rejected"], 0);
    assert_eq!(
        project
            .prane_at("2026-03-03T06:00:00Z", &["sql", "--quiet", "--format", "csv", "-c", "select count(*) as n from sources.attendance"])
            .code(0)
            .out
            .trim(),
        "n\n1202"
    );
    let done = project.prane_at("2026-03-04T06:00:00Z", &["run"]).code(0);
    assert!(done.err.contains("read before"), "{}", done.said());
}

#[test]
fn a_time_zone_that_nobody_knows_is_told() {
    let project = Project::empty().with_small();
    project.put("prane.toml", "[project]\ntimezone = \"Europe/Tirana\"\n");
    project.prane(&["run"]).code(3).says(&["timezone", "Europe/Tirane"]);
}

#[test]
fn a_file_that_changes_most_of_what_is_stored_is_stopped_until_somebody_lets_it_in() {
    let project = published();
    let days = weekdays_to("2026-02-27", 60);
    let other = (1..=4)
        .fold(Register::default(), |r, at| r.days(&format!("S1-P{at}"), "S1", &days, |at| if at % 5 == 0 { "present" } else { "absent" }));
    project.put("inbox/attendance_S1_new.csv", other.0);
    project.prane(&["run"]).code(5);
    refused(&project, "attendance_S1_new.csv", &["contradicts", "of the 240 stored rows", "most_corrected"]);
    assert_eq!(project.one("select count(*) from sources.attendance where status = 'absent'"), "5");
    project.put("prane.toml", "[contract]\nmost_corrected = 1\n");
    project.prane(&["run"]).code(0);
    assert_eq!(project.one("select count(*) from sources.attendance where status = 'absent'"), "192");
}

#[test]
fn a_cell_too_long_for_a_workbook_and_a_damaged_file_cost_the_others_nothing() {
    let project = published();
    let long = "x".repeat(40_000);
    project.put("inbox/attendance_long.csv", format!("pupil_id,school_id,date,status\nS1-P1,S1,{long},present\n"));
    project.put("inbox/attendance_damaged.parquet", [b"PAR1".as_slice(), &[0x15; 4000], &4000_u32.to_le_bytes(), b"PAR1"].concat());
    project.put("inbox/attendance_none.xlsx", "no workbook");
    project.prane(&["run"]).code(5);
    for file in ["attendance_long.csv", "attendance_damaged.parquet", "attendance_none.xlsx"] {
        refused(&project, file, &[]);
    }
    let run = project.manifest()["run_id"].as_str().unwrap().to_string();
    let mend = std::fs::read(project.path(&format!("rejects/{run}/attendance-mend.xlsx"))).unwrap();
    assert!(crate::support::sheets(&mend).contains("a value is cut"));
}

#[test]
fn lessons_in_a_register_of_absences_are_refused_until_a_day_has_a_number_of_lessons() {
    let days = weekdays_to("2026-02-27", 28);
    let project = Project::empty();
    let source = |more: &str| format!("[[source]]\ntable = \"attendance\"\nfiles = \"mungesat*.csv\"\nregister = \"absences\"\n{more}");
    let mut text = "pupil_id,school_id,date,lesson,status\n".to_string();
    for day in &days {
        writeln!(text, "P1,S1,{day},6,absent").unwrap();
    }
    for lesson in 1..=6 {
        writeln!(text, "P2,S1,{},{lesson},absent", days[3]).unwrap();
    }
    let seats: Vec<String> = (1..=8).map(|at| format!("P{at}")).collect();
    let seats: Vec<(&str, &str, &str, &str, &str)> = seats.iter().map(|id| (id.as_str(), "S1", "2025-09-01", "", "")).collect();
    project.put("inbox/mungesat.csv", text).put("inbox/calendar.csv", calendar("*", &days)).put("inbox/enrolments.csv", enrolments(&seats));
    project.put("prane.toml", source(""));
    project.prane(&["run"]).code(5).says(&["lessons_a_day"]);
    project.put("prane.toml", source("lessons_a_day = 6\n"));
    project.prane(&["run"]).code(0);
    for (pupil, missed) in [("P1", 28.0 / 6.0), ("P2", 1.0)] {
        let [found] = project.measures(pupil, ["days_absent"]);
        assert!((found - missed).abs() < 0.01, "{pupil}: {found}");
    }
    let account = project.account("mungesat.csv");
    assert_eq!((account["read"].as_u64(), account["stored"].as_u64()), (Some(34), Some(34)), "{account}");
}

const CONTACTS: &str = "pupil_id,date,by,action,outcome,review_date,note\n";

#[test]
fn two_contacts_on_one_day_by_one_person_are_two_and_equal_rows_one() {
    let project = published();
    let rows = "S1-P4,2026-02-26,Ana,phone_call,not_reached,,\nS1-P4,2026-02-26,Ana,phone_call,reached,2026-03-20,\nS1-P4,2026-02-26,Ana,phone_call,reached,2026-03-20,\n";
    project.put("inbox/contacts_S1.csv", format!("{CONTACTS}{rows}")).run();
    assert_eq!(project.one("select count(*) from sources.contacts"), "2");
    let account = project.account("contacts_S1.csv");
    assert_eq!((account["stored"].as_u64(), account["superseded"].as_u64()), (Some(2), Some(1)));
    // The one further down was written later.
    assert_eq!(project.row_of("caseload.contacts_made", "S1-P4", &[]).unwrap()["last_outcome"], "reached");
}

#[test]
fn what_is_no_code_or_no_day_is_kept_with_the_note_and_nowhere_else() {
    let project = published();
    let row = "S1-P4,2026-02-26,Ana,thirra nenen Drita Selmanajzi,babai ne burg,pas Bajramit,Foli shkurt\n";
    project.put("inbox/contacts_S1.csv", format!("{CONTACTS}{row}"));
    let done = project.prane(&["run"]).code(0);
    let account = project.account("contacts_S1.csv");
    assert_eq!((account["stored"].as_u64(), account["rejected"].as_u64()), (Some(1), Some(0)), "{account}");
    assert!(account["told"][0].as_str().unwrap().contains("kept with the note"), "{account}");
    assert_eq!(
        project.one("select concat(action, ' ', outcome, ' ', coalesce(cast(review_date as varchar), '-')) from sources.contacts"),
        "other other -"
    );
    nowhere_told(&project, &done, &["Selmanajzi", "burg", "Bajramit"]);
    let tables: Vec<_> = files_below(&project.path("store")).into_iter().filter(|(name, _)| name.ends_with("parquet")).collect();
    assert!(tables.iter().any(|(name, _)| name.starts_with("contacts/")));
    for (name, bytes) in tables {
        assert!(!crate::support::cells(&bytes).contains("Selmanajzi"), "store/{name}");
    }
}

#[test]
fn free_words_in_short_fields_stand_in_no_store_and_in_nothing_published() {
    let project = published();
    project.put("prane.toml", "[contract]\ntolerance = 0.9\n");
    project.put(
        "inbox/enrolments_S1_b.csv",
        enrolments(&[("S1-P1", "S1", "2025-09-01", "", "")]).replace(",6A,", ",7A kujdestare Vjollca Prengazi,"),
    );
    let marks = "S1-P1,S1,Gjuhë shqipe dhe letërsi,2026-02-20,2,8\nS1-P2,S1,Drita Selmanajzi 069 12 34 567,2026-02-20,2,8\n";
    project.put("inbox/marks_b.csv", format!("pupil_id,school_id,subject,date,term,mark\n{marks}"));
    let referrals = "R1,2026-02-20,S1-P1,school,peer_support,Motra Maria Lleshizi 0691234567\nR 2 Zef Marashizi,2026-02-20,S1-P2,school,peer_support,C02\n";
    project.put("inbox/referrals.csv", format!("referral_id,date,pupil_id,from,to_service,to_organisation\n{referrals}"));
    let identifications = "I1,2026-02-20,Kukës,school,S1-P1\nID Zef Marashizi 2012-03-04,2026-02-20,Kukës,school,S1-P2\nI3,2026-02-20,\"te xhamia, familja e Bajram Marashizit\",school,S1-P3\n";
    project.put("inbox/identifications.csv", format!("identification_id,date,municipality,source,pupil_id\n{identifications}"));
    let done = project.prane(&["run"]).code(0);
    // The rows that can do without the words count; what is told is how many cells, and rejects say which.
    let counts = |file: &str| {
        let account = project.account(file);
        (account["stored"].as_u64().unwrap(), account["rejected"].as_u64().unwrap())
    };
    let files = ["enrolments_S1_b.csv", "marks_b.csv", "referrals.csv", "identifications.csv"];
    assert_eq!(files.map(counts), [(1, 0), (1, 1), (1, 1), (1, 2)]);
    adds_up(&project.manifest());
    assert!(project.manifest()["inputs"].to_string().contains("1 cell with free words in place of a short name"));
    let rejects = project.rejects();
    let found: Vec<(&str, &str, &str)> =
        rejects.iter().map(|row| (row["file"].as_str(), row["row"].as_str(), row["column"].as_str())).collect();
    for wanted in [
        ("enrolments_S1_b.csv", "2", "class"),
        ("marks_b.csv", "3", "subject"),
        ("referrals.csv", "2", "to_organisation"),
        ("referrals.csv", "3", "referral_id"),
        ("identifications.csv", "3", "identification_id"),
        ("identifications.csv", "4", "municipality"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} is not among {found:?}");
    }
    assert_eq!(project.one("select count(*) from sources.marks where subject = 'Gjuhë shqipe dhe letërsi'"), "1");
    assert_eq!(project.one("select count(*) from sources.enrolments where class is null"), "1");
    let words = ["Prengazi", "Selmanajzi", "34 567", "Lleshizi", "0691234567", "Marashizi", "2012-03-04"];
    nowhere_told(&project, &done, &words);
    for folder in ["store", "published"] {
        let files = files_below(&project.path(folder));
        assert!(!files.is_empty());
        for (name, bytes) in files {
            let text = crate::support::unpacked(&name, &bytes);
            assert!(!words.iter().any(|word| text.contains(word)), "words stand in {folder}/{name}");
        }
    }
}

/// A workbook saved at a moment, as `contacts`.
fn saved_at(moment: &str, rows: &str) -> Vec<u8> {
    let time = rust_xlsxwriter::ExcelDateTime::parse_from_str(moment).unwrap();
    let mut book = Workbook::new();
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&time));
    let sheet = book.add_worksheet();
    for (at, row) in (0_u32..).zip(CONTACTS.trim().lines().chain(rows.lines())) {
        for (column, cell) in (0_u16..).zip(row.split(',')).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn of_two_copies_that_disagree_both_are_kept_and_the_one_saved_later_counts_whatever_its_name() {
    let project = published();
    project.put("inbox/contacts_a.xlsx", saved_at("2026-02-27T15:00:00", "S1-P4,2026-02-26,Ana,phone_call,plan_agreed,,"));
    project.put("inbox/contacts_b.xlsx", saved_at("2026-02-27T09:00:00", "S1-P4,2026-02-26,Ana,phone_call,not_reached,,"));
    project.run();
    assert_eq!(project.one("select count(*) from sources.contacts"), "2");
    assert_eq!(project.row_of("caseload.contacts_made", "S1-P4", &[]).unwrap()["last_outcome"], "plan_agreed");
    let told = project.manifest()["inputs"].to_string();
    assert!(told.contains("contacts_b.xlsx and contacts_a.xlsx: 1 row of one day, person and action differ; both are kept"), "{told}");
}

#[test]
fn a_cell_far_outside_the_table_costs_nothing_or_its_file() {
    let project = published();
    let far = |row: u32, column: u16| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (at, line) in (0_u32..).zip(["pupil_id,school_id,date,status", "S1-P1,S1,2026-02-27,absent"]) {
            for (column, cell) in (0_u16..).zip(line.split(',')) {
                sheet.write_string(at, column, cell).unwrap();
            }
        }
        sheet.write_string(row, column, " x").unwrap();
        book.save_to_buffer().unwrap()
    };
    project.put("inbox/attendance_wide.xlsx", far(1, 16_383)).put("inbox/attendance_deep.xlsx", far(1_048_575, 3));
    project.prane(&["run"]).code(5);
    refused(&project, "attendance_wide.xlsx", &["row 2, column 16384"]);
    refused(&project, "attendance_deep.xlsx", &["row 1048576"]);
}

#[test]
fn an_id_too_long_to_name_a_folder_costs_its_row_alone() {
    let days = weekdays_to("2026-02-27", 60);
    let project = Project::empty();
    let register = Register::default().class("S1", 2, &days).row("P9", &"S".repeat(300), days[3], "present");
    project.put("inbox/attendance_S1.csv", register.0).run();
    let account = project.account("attendance_S1.csv");
    assert_eq!((account["stored"].as_u64(), account["rejected"].as_u64()), (Some(120), Some(1)), "{account}");
    assert!(project.rejects()[0]["reason"].contains("longer than 64 letters"));
}

#[test]
fn refused_rows_of_a_forgotten_file_are_written_once_and_not_without_end() {
    let days = weekdays_to("2026-02-27", 2);
    let project = published();
    let mut text = "pupil_id,school_id,date,status\n".to_string();
    for number in 0..50_010 {
        writeln!(text, "NOBODY{number},S1,{},present", days[0]).unwrap();
    }
    project.put("inbox/attendance_forgotten.csv", text);
    project.prane(&["run"]).code(5);
    assert_eq!(project.account("attendance_forgotten.csv")["rejected"], 50_010);
    let rejects = project.rejects();
    assert_eq!(rejects.len(), 50_001);
    assert!(rejects[50_000]["reason"].contains("10 more rows"), "{:?}", rejects[50_000]);
    let folders = || std::fs::read_dir(project.path("rejects")).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count();
    let before = folders();
    project.put("inbox/attendance_new.csv", Register::default().row("S1-P1", "S1", days[1], "late").0);
    project.prane(&["run"]).code(5).says(&["its refused rows are the same as those under rejects/"]);
    assert_eq!(folders(), before);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_the_inbox_are_told_and_not_followed() {
    let project = published();
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), "Zamirajzi,Bregucajzi\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), project.path("inbox/attendance_link.csv")).unwrap();
    std::os::unix::fs::symlink("../inbox", project.path("inbox/loop")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(project.path("inbox/attendance_pipe.csv")).status().unwrap().success());
    let done = project.prane(&["run"]).code(5).says(&[
        "attendance_link.csv: ",
        "loop: ",
        "attendance_pipe.csv: ",
        "a link",
        "neither a file nor a folder",
    ]);
    nowhere_told(&project, &done, &["Zamirajzi"]);
}
