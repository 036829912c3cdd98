//! Headers and rows in, mappings out.

use prane_base::config::{Config, Layout, Register};

use super::*;

fn mapped(file: &str, headers: &str, rows: &[&str]) -> Mapping {
    let split = |line: &str| -> Vec<String> { line.split(',').map(String::from).collect() };
    let sample = Sample { file: file.into(), headers: split(headers), rows: rows.iter().map(|r| split(r)).collect(), ..Sample::default() };
    mapping::map(&sample, &contracts().unwrap()).unwrap()
}

fn parsed(mapping: &Mapping) -> Config {
    let text = configuration(&blocks(&[Guess::Mapped("x.csv".into(), mapping.clone())]));
    Config::parse(&text, "prane.toml").unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The case with the layout of another system; only its file is read.
fn case(name: &str) -> (String, Mapping) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/cases").join(name);
    match guess(&path, &contracts().unwrap()) {
        Guess::Mapped(file, mapping) => (file, mapping),
        Guess::Unmapped(_, reason) => panic!("{reason}"),
    }
}

#[test]
fn the_export_of_a_school_system_is_ready() {
    let (_, mapping) = case("contoso_sis/inbox/studentattendance.csv");
    assert_eq!(mapping.open, Vec::<String>::new());
    let source = parsed(&mapping).source.remove(0);
    assert_eq!((source.table.as_str(), source.files.as_str()), ("attendance", "studentattendance.csv"));
    assert_eq!(source.columns["pupil_id"], "student_id");
    assert_eq!(source.columns["date"], "attendance_date");
    assert_eq!(source.columns["status"], "AttendanceCode");
    assert_eq!(source.codes["status"]["P"], "present");
    assert_eq!(source.codes["status"]["A"], "absent");
    assert!(mapping.found.ends_with("9 columns left alone"), "{}", mapping.found);
}

#[test]
fn a_wide_register_leaves_its_year_and_codes_to_a_person() {
    let (_, mapping) = case("gujarat_wide/inbox/illustrative_dataset.csv");
    let text = mapping.lines.join("\n");
    assert!(text.contains("layout = \"wide\""));
    assert!(text.contains("# wide = { header = \"%m_%d\", school_year = \"2022-2023\", starts_month = 6 }"), "{text}");
    assert!(text.contains("# \"1\" = \"present\"   # a guess") && text.contains("# \"5\" = \"?\"   # say what it means"), "{text}");
    assert!(text.contains("columns = { pupil_id = \"studentid\", school_id = \"schoolid\" }"));
    // 29 February is a day until the year is known.
    assert!(mapping.found.contains("335 days"), "{}", mapping.found);
    assert_eq!(mapping.open.len(), 2);
    // Until somebody says the year the project does not run; with it, it does.
    let block = blocks(&[Guess::Mapped("x.csv".into(), mapping)]);
    assert!(Config::parse(&configuration(&block), "prane.toml").is_err());
    let settled = block[0].replace("# wide =", "wide =").replace("# \"1\" =", "\"1\" =");
    let source = Config::parse(&configuration(&[settled]), "prane.toml").unwrap().source.remove(0);
    assert_eq!(source.layout, Layout::Wide);
    assert_eq!(source.codes["status"]["1"], "present");
}

#[test]
fn a_wide_register_with_years_is_ready() {
    let mapping = mapped(
        "r.csv",
        "pupil_id,school_id,01.09.2025,02.09.2025,03.09.2025,04.09.2025,13.09.2025",
        &["P1,S1,present,absent,,late,excused"],
    );
    assert_eq!(mapping.open, Vec::<String>::new());
    let source = parsed(&mapping).source.remove(0);
    assert_eq!(source.wide.unwrap().header, "%d.%m.%Y");
    assert!(source.codes.is_empty());
}

#[test]
fn an_albanian_register_of_absences_is_mapped_and_its_school_asked_for() {
    let mapping = mapped(
        "regjistri_2025-2026.csv",
        "Nr. amze,Data,Mungesa",
        &["P1,15.09.2025,pa arsye", "P2,16.09.2025,me arsye", "P3,16.09.2025,Vonesë"],
    );
    let text = mapping.lines.join("\n");
    assert!(text.contains("date_format = \"%d.%m.%Y\""), "{text}");
    assert!(
        text.contains("\"pa arsye\" = \"absent\"") && text.contains("\"me arsye\" = \"excused\"") && text.contains("\"Vonesë\" = \"late\""),
        "{text}"
    );
    assert!(text.contains("# register = \"absences\"") && text.contains("# constants = { school_id = \"S0001\" }"), "{text}");
    assert_eq!((mapping.open.len(), mapping.files.as_str()), (2, "regjistri_*.csv"));
    let config = parsed(&mapping);
    assert_eq!(config.source[0].register, Register::Full);
    assert!(config.source[0].constants.is_empty());
}

#[test]
fn a_date_that_fits_two_formats_is_not_guessed() {
    let both = mapped("a.csv", "pupil_id,school_id,date,status", &["P1,S1,03/04/2025,present"]);
    assert!(
        both.lines.iter().any(|l| l == "# date_format = \"%d/%m/%Y\"") && both.lines.iter().any(|l| l == "# date_format = \"%m/%d/%Y\"")
    );
    assert_eq!(both.open.len(), 1);
    let one = mapped("a.csv", "pupil_id,school_id,date,status", &["P1,S1,03/04/2025,present", "P1,S1,30/04/2025,present"]);
    assert!(one.lines.contains(&"date_format = \"%d/%m/%Y\"".to_string()) && one.open.is_empty());
    let each = mapped("pupils.csv", "pupil_id,birth_date,sex", &["P1,30.04.2012,F"]);
    assert!(each.lines.contains(&"date_format = \"%d.%m.%Y\"".to_string()));
    let time = mapped("a.csv", "pupil_id,school_id,date,status", &["P1,S1,2025-04-03T00:00:00,present"]);
    assert!(!time.lines.iter().any(|l| l.contains("date_format")));
}

#[test]
fn codes_are_mapped_only_when_sure() {
    let pm = mapped("a.csv", "pupil_id,school_id,date,status", &["P1,S1,2025-09-15,P", "P2,S1,2025-09-15,M"]);
    assert_eq!(pm.open.len(), 1, "P and M are prezent and mungon, or pa arsye and me arsye");
    assert!(pm.lines.iter().any(|l| l.starts_with("# \"P\" = ")));
    let flag = mapped("a.csv", "pupil_id,school_id,date,PresenceFlag", &["P1,S1,2025-09-15,true", "P2,S1,2025-09-15,false"]);
    assert!(flag.lines.contains(&"codes.status = { \"false\" = \"absent\", \"true\" = \"present\" }".to_string()));
    let away = mapped("a.csv", "pupil_id,school_id,date,mungesa", &["P1,S1,2025-09-15,1", "P2,S1,2025-09-15,0"]);
    assert!(away.lines.contains(&"codes.status = { \"0\" = \"present\", \"1\" = \"absent\" }".to_string()));
    let words =
        mapped("a.csv", "pupil_id,school_id,date,gjendja", &["P1,S1,2025-09-15,Prezent", "P2,S1,2025-09-15,Mungon", "P3,S1,2025-09-15,"]);
    assert!(words.lines.contains(&"codes.status = { \"Mungon\" = \"absent\", \"Prezent\" = \"present\" }".to_string()));
    let odd = mapped("a.csv", "pupil_id,school_id,date,status", &["P1,S1,2025-09-15,present", "P2,S1,2025-09-15,XQ"]);
    assert!(odd.lines.contains(&"# \"XQ\" = \"?\"   # say what it means; 1 in the rows looked at".to_string()));
    assert_eq!(parsed(&odd).source[0].codes["status"].len(), 0);
}

#[test]
fn marks_grades_and_years_are_read_as_they_are_written() {
    let marks = mapped(
        "marks_2025.csv",
        "pupil_id,school_id,lenda,data,periudha,nota",
        &["P1,S1,matematike,2025-10-01,1,\"7", "P1,S1,matematike,2025-10-01,II,pesë"],
    );
    assert!(marks.lines.contains(&"codes.term = { \"II\" = \"2\" }".to_string()));
    let comma = Sample {
        file: "marks.csv".into(),
        headers: "pupil_id school_id subject date term mark".split(' ').map(String::from).collect(),
        rows: vec!["P1 S1 m 2025-10-01 1 7,5".split(' ').map(String::from).collect()],
        ..Sample::default()
    };
    assert!(mapping::map(&comma, &contracts().unwrap()).unwrap().lines.contains(&"decimal = \",\"".to_string()));
    let enrolments = mapped("e.csv", "pupil_id,school_id,viti_shkollor,klasa,start_date", &["P1,S1,2025/26,VII,2025-09-15"]);
    let source = parsed(&enrolments).source.remove(0);
    assert_eq!(source.codes["school_year"]["2025/26"], "2025-2026");
    assert_eq!(source.codes["grade_level"]["VII"], "7");
}

#[test]
fn the_canonical_layout_needs_no_mapping() {
    let mapping = mapped("attendance_2025.csv", "pupil_id,school_id,date,status", &["P1,S1,2025-09-15,present"]);
    assert!(mapping.canonical);
    assert!(blocks(&[Guess::Mapped("attendance_2025.csv".into(), mapping)]).is_empty());
}

#[test]
fn titles_over_the_headers_are_stepped_over() {
    let mapping =
        mapped("a.csv", "Shkolla 9-vjeçare,,,", &["viti 2025-2026,,,", "pupil_id,school_id,date,status", "P1,S1,2025-09-15,present"]);
    assert!(mapping.lines.iter().any(|l| l.starts_with("header_row = 3")), "{:?}", mapping.lines);
}

#[test]
fn files_of_one_layout_share_a_block_and_others_keep_theirs() {
    let rows = ["P1,S1,2025-09-15,present"];
    let one = mapped("presence_2024-2025.csv", "student_id,school_id,date,status", &rows);
    let two = mapped("presence_2025-2026.csv", "student_id,school_id,date,status", &rows);
    let other = mapped("presence_2026-2027.csv", "learner_id,school_id,date,status", &rows);
    let guess = |file: &str, m: &Mapping| Guess::Mapped(file.into(), m.clone());
    assert_eq!(one.files, "presence_*.csv");
    assert_eq!(blocks(&[guess("presence_2024-2025.csv", &one), guess("presence_2025-2026.csv", &two)]).len(), 1);
    let apart = blocks(&[guess("presence_2024-2025.csv", &one), guess("presence_2026-2027.csv", &other)]);
    assert!(apart[0].contains("files = \"presence_2024-2025.csv\"") && apart[1].contains("files = \"presence_2026-2027.csv\""));
}

#[test]
fn a_project_is_made_once_and_holds_no_extract() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, file) = (folder.path().join("project"), folder.path().join("lista.csv"));
    std::fs::write(&file, b"nr_amze;emri;mbiemri;datelindja\nP1;Lul\xebzime;\xc7oku;30.04.2012\n").unwrap();
    let told = init(&dir, std::slice::from_ref(&file)).unwrap();
    let text = std::fs::read_to_string(dir.join("prane.toml")).unwrap();
    let source = Config::parse(&text, "prane.toml").unwrap().source.remove(0);
    assert_eq!((source.table.as_str(), source.encoding.as_str()), ("pupils", "windows-1250"));
    assert_eq!(source.columns["birth_date"], "datelindja");
    assert_eq!(std::fs::read_dir(dir.join("inbox")).unwrap().count(), 0);
    for name in ["lzime", "oku", "2012"] {
        assert!(!told.contains(name) && !text.contains(name), "a name got out");
    }
    assert_eq!(init(&dir, &[]).unwrap_err().exit_code(), 2);
    assert_eq!(init(&folder.path().join("other"), &[folder.path().join("no.csv")]).unwrap_err().exit_code(), 2);
    assert!(!folder.path().join("other").exists());
}
