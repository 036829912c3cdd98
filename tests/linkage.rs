//! The same child: what is linked without a person, what a person is asked, and that a decision stands whatever comes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx, open_workbook};

use crate::support::{LATER, Project, Row, rows, samples};

/// The samples after one night.
static NIGHT: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("linkage").with_samples();
    project.run();
    project
});

/// `centre/participant` → pupil, weight, who decided.
fn links(project: &Project) -> BTreeMap<String, Row> {
    let out = project.prane(&["link", "export"]).code(0).out;
    rows(out.as_bytes()).into_iter().map(|row| (format!("{}/{}", row["centre_id"], row["participant_id"]), row)).collect()
}

fn pupil_of(project: &Project, participant: &str) -> Option<String> {
    links(project).get(participant).map(|row| row["pupil_id"].clone())
}

/// Participants by what became of them.
fn outcomes(project: &Project) -> BTreeMap<String, usize> {
    let question = "select outcome, count(distinct record_key) as n from sources.links where kind = 'participant' group by outcome";
    project.sql(question).into_iter().map(|row| (row["outcome"].clone(), row["n"].parse().unwrap())).collect()
}

/// What a person hands in, a line a decision.
fn decide(project: &Project, file: &str, lines: &[&str]) {
    let text = format!("centre_id,participant_id,pupil_id,decision,by,date\n{}\n", lines.join("\n"));
    project.put(&format!("inbox/link_decisions_{file}.csv"), text).run();
}

#[test]
fn no_participant_is_lost() {
    let all = rows(&fs::read(samples().join("inbox/centre_participants.csv")).unwrap()).len();
    let found = outcomes(&NIGHT);
    assert_eq!(found, [("linked", 14), ("review", 1), ("unlinked", 1)].map(|(outcome, n)| (outcome.to_string(), n)).into());
    assert_eq!(found.values().sum::<usize>(), all);
    assert_eq!(NIGHT.one("select count(*) as n from sources.centre_participants where pupil_key is not null"), "14");
}

#[test]
fn names_link_who_brings_no_number() {
    // Pellumb Coku at the centre, Pëllumb Çoku at school.
    let links = links(&NIGHT);
    let pupil_of = |participant: &str| links.get(participant).map(|row| row["pupil_id"].as_str());
    assert_eq!(pupil_of("C01/K003"), Some("P0000048"));
    assert_eq!(NIGHT.row_of("caseload.list", "P0000048", &[]).unwrap()["known_to_centre"], "true");
    assert_eq!(pupil_of("C02/K002"), Some("P0000022"));
    // Nobody of that name goes to school.
    assert_eq!(pupil_of("C02/K005"), None);
}

#[test]
fn namesakes_are_left_for_a_person() {
    assert_eq!(pupil_of(&NIGHT, "C02/K004"), None);
    let asked = NIGHT.sql("select pupil_key, doubt from sources.links where outcome = 'review' order by pupil_key");
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|row| row["doubt"] == "rivals"));
    let mut keys = vec![NIGHT.key_of("P0000049"), NIGHT.key_of("P0000050")];
    keys.sort();
    assert_eq!(asked.iter().map(|r| r["pupil_key"].clone()).collect::<Vec<_>>(), keys);
}

/// Cells of the first sheet as text, by header.
fn sheet(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| if *cell == Data::Empty { String::new() } else { cell.to_string() };
    let heads: Vec<String> = range.rows().next().unwrap().iter().map(text).collect();
    range.rows().skip(1).map(|row| heads.iter().cloned().zip(row.iter().map(text)).collect()).collect()
}

#[test]
fn the_review_workbook_comes_back_as_a_decision() {
    let project = NIGHT.copy();
    let path = project.path("review/link_decisions_2026-02-27.xlsx");
    let asked = sheet(&path);
    let pupils: Vec<&str> = asked.iter().map(|row| row["pupil_id"].as_str()).collect();
    assert_eq!(pupils, ["P0000049", "P0000050"]);
    assert!(asked.iter().all(|row| row["participant_id"] == "K004" && row["decision"].is_empty()));
    // As handed out, nothing is decided, and nothing is refused.
    fs::copy(&path, project.path("inbox/link_decisions_2026-02-27.xlsx")).unwrap();
    project.prane(&["run"]).code(0).says(&["2 rows read = 2 stored"]);
    assert_eq!(pupil_of(&project, "C02/K004"), None);
    let blank = fs::read(&path).unwrap();
    // With answers in it, it is the person's: the next night leaves it alone, and says so.
    project.put("review/link_decisions_2026-02-27.xlsx", [blank.as_slice(), b"answers"].concat());
    project.prane(&["run"]).code(0).says(&["filled in and not handed in"]);
    assert!(fs::read(&path).unwrap().ends_with(b"answers"));
    project.put("review/link_decisions_2026-02-27.xlsx", &blank);
    // Filled in by a person, with another program.
    let mut book = rust_xlsxwriter::Workbook::new();
    let filled = book.add_worksheet();
    let heads = ["centre_id", "participant_id", "identification_id", "other_pupil_id", "pupil_id", "decision", "by", "date"];
    for (column, head) in (0_u16..).zip(heads) {
        filled.write_string(0, column, head).unwrap();
        for (at, row) in (1_u32..).zip(&asked) {
            let value = match head {
                "decision" => {
                    if row["pupil_id"] == "P0000050" {
                        "same"
                    } else {
                        "different"
                    }
                }
                "by" => "Ana Marku",
                "date" => "2026-02-27",
                _ => &row[head],
            };
            filled.write_string(at, column, value).unwrap();
        }
    }
    book.save(project.path("inbox/link_decisions_filled.xlsx")).unwrap();
    project.prane(&["run"]).code(0);
    assert_eq!(pupil_of(&project, "C02/K004").as_deref(), Some("P0000050"));
    assert_eq!(links(&project)["C02/K004"]["decided_by"], "person");
    // Another copy of the workbook, with nothing filled in, takes nothing back.
    project.put(
        "inbox/link_decisions_blank.csv",
        "centre_id,participant_id,pupil_id,decision,by,date\nC02,K004,P0000050,,,\nC02,K004,P0000049,,,\n",
    );
    project.prane(&["run"]).code(0);
    assert_eq!(pupil_of(&project, "C02/K004").as_deref(), Some("P0000050"));
    assert!(!path.exists(), "nobody needs to be asked any more");
    let log = project.prane(&["run"]).said();
    assert!(!log.contains("Marku"), "the log names who decided");
}

#[test]
fn a_decision_stands_whatever_comes() {
    let project = NIGHT.copy();
    // Against what the weights say: this participant is not the pupil of the same number, name and birth date.
    assert_eq!(pupil_of(&project, "C01/K001").as_deref(), Some("P0000021"));
    decide(&project, "1", &["C01,K001,P0000021,different,Ana,2026-02-27", "C02,K004,P0000049,same,Ana,2026-02-27"]);
    let stands = |when: &str| {
        let links = links(&project);
        assert_ne!(links.get("C01/K001").map(|row| row["pupil_id"].as_str()), Some("P0000021"), "{when}");
        assert_eq!(links["C02/K004"]["pupil_id"], "P0000049", "{when}");
    };
    stands("at once");
    project.run();
    stands("after another run");
    // Names spelt anew, on both sides.
    let text = fs::read_to_string(project.path("inbox/centre_participants.csv")).unwrap();
    project.put("inbox/centre_participants_2.csv", text.replace("Drita,Hoxha", "Dritë,Hodxa").replace("Valbona,Kurti", "Valbona,Kurtii"));
    let text = fs::read_to_string(project.path("inbox/pupils.csv")).unwrap();
    project.put("inbox/pupils_2.csv", text.replace("Drita,Hoxha", "Drita,Hoxhaj")).run();
    stands("after names were spelt anew");
    project.prane(&["vault", "rotate-key"]).code(0);
    project.put("inbox/centre_participants_3.csv", fs::read(samples().join("inbox/centre_participants.csv")).unwrap()).run();
    stands("after a change of keys");
    // Only a later decision changes it.
    decide(&project, "2", &["C02,K004,P0000049,different,Ana,2026-02-28", "C02,K004,P0000050,different,Ana,2026-02-28"]);
    assert_eq!(pupil_of(&project, "C02/K004"), None);
    decide(&project, "3", &["C01,K003,,no_pupil,Ana,2026-02-28"]);
    assert_eq!(pupil_of(&project, "C01/K003"), None);
}

#[test]
fn decisions_that_contradict_each_other_are_settled_by_the_later_one() {
    let project = NIGHT.copy();
    project.put(
        "inbox/link_decisions_two.csv",
        "centre_id,participant_id,pupil_id,decision,by,date\nC02,K004,P0000050,same,Ana,2026-02-26\nC02,K004,P0000049,same,Ana,2026-02-27\n",
    );
    project.prane(&["run"]).code(0).says(&["link_decisions about participants: 1 older decision replaced by a later one"]);
    assert_eq!(pupil_of(&project, "C02/K004").as_deref(), Some("P0000049"));
}

#[test]
fn wrong_decisions_are_refused_by_row() {
    let project = NIGHT.copy();
    project.put(
        "inbox/link_decisions_bad.csv",
        "centre_id,participant_id,pupil_id,decision,by,date\nC02,K004,P9999999,same,Ana,2026-02-26\nC02,K004,P0000049,perhaps,Ana,2026-02-27\n",
    );
    project.prane(&["run"]).code(5).says(&["unknown"]);
    assert_eq!(pupil_of(&project, "C02/K004"), None);
}

#[test]
fn an_identification_by_name_finds_its_pupil_and_a_number_its_participant() {
    let project = NIGHT.copy();
    project.put(
        "inbox/identifications_new.csv",
        "identification_id,date,municipality,source,participant_id,pupil_id,first_name,last_name,birth_date,concern\n\
         I0100,2026-02-20,Shkodër,field_activity,,,Pellumb,Coku,2013-12-14,x\n\
         I0101,2026-02-20,Shkodër,family,K001,,,,,x\n\
         I0102,2026-02-20,Shkodër,family,,,Nobody,Nowhere,2013-01-01,x\n",
    );
    project.put(
        "inbox/referrals_new.csv",
        "referral_id,date,pupil_id,participant_id,from,to_service,to_organisation,status,closed_date\nR0100,2026-02-20,,K001,school,peer_support,,open,\n",
    );
    project.run();
    let found = project.sql(
        "select identification_id as id, pupil_key from sources.identifications where identification_id in ('I0100', 'I0101', 'I0102') \
         union all select referral_id, pupil_key from sources.referrals where referral_id = 'R0100'",
    );
    let found: BTreeMap<&str, &str> = found.iter().map(|row| (row["id"].as_str(), row["pupil_key"].as_str())).collect();
    let (named, numbered) = (project.key_of("P0000048"), project.key_of("P0000021"));
    // The one whom nobody is has a row without a pupil.
    assert_eq!(found, [("I0100", named.as_str()), ("I0101", &numbered), ("I0102", ""), ("R0100", &numbered)].into());
}

#[test]
fn links_are_explained_and_exported_with_a_key_and_a_log() {
    let project = NIGHT.copy();
    project.prane(&["explain", "--link", "C01/K003"]).code(0).says(&["C01/K003: linked, by model", "first name: equal (+", "weight"]);
    project.prane(&["explain", "--link", "P0000049"]).code(0).says(&["C02/K004: review", "because of: rivals"]);
    project.prane(&["explain", "--link", "K999"]).code(2).says(&["no record of a centre"]);
    let to = project.path("links.xlsx").to_string_lossy().to_string();
    project.prane(&["link", "export", "--format", "xlsx", "--to", &to]).code(0);
    let written = sheet(Path::new(&to));
    assert_eq!(written.len(), 14);
    assert_eq!(written[0]["pupil_id"], "P0000021");
    project.prane(&["link", "export", "--to", &to]).code(2).says(&["exists already"]);
    let log = fs::read_to_string(project.path("runs/audit.jsonl")).unwrap();
    assert!(log.contains("\"link export\"") && log.contains("\"explain --link\""));
    fs::remove_file(project.path("vault.key")).unwrap();
    project.prane(&["link", "export"]).code(7).says(&["its key is nowhere"]);
    project.prane(&["explain", "--link", "K003"]).code(7);
}

#[test]
fn a_past_night_keeps_the_links_it_had() {
    let project = NIGHT.copy();
    let before = project.published("2026-02-27");
    project.put("inbox/link_decisions_1.csv", "centre_id,participant_id,pupil_id,decision,by,date\nC02,K002,,no_pupil,Ana,2026-02-27\n");
    project.prane_at(LATER, &["run"]).code(0);
    let after = project.published("2026-02-27");
    assert_ne!(before["centres/C02/list.csv"], after["centres/C02/list.csv"], "the child is no participant's any more");
    project.prane(&["report", "--as-of", "2026-02-27"]).code(0);
    let again = project.published("2026-02-27");
    assert_eq!(before["centres/C02/list.csv"], again["centres/C02/list.csv"]);
    assert_eq!(before["analysts/lists.csv"], again["analysts/lists.csv"]);
}

/// A child who left S0001 before Christmas and came to S0003 in January under another number, and nobody wrote a personal number.
fn with_a_mover() -> Project {
    let project = NIGHT.copy();
    project.put(
        "inbox/pupils_mover.csv",
        "pupil_id,first_name,last_name,birth_date,sex\nP0007001,Bukurie,Vogli,2014-03-03,F\nP0007002,Bukurije,Vogli,2014-03-03,F\n",
    );
    project.put(
        "inbox/enrolments_mover.csv",
        "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\n\
         P0007001,S0001,2025-2026,6,6A,2025-09-15,2025-12-19,transferred\nP0007002,S0003,2025-2026,6,6A,2026-01-12,,\n",
    );
    let days = |from: &str, to: &str, school: &str| {
        project
            .sql(&format!("select cast(date as varchar) as date from sources.calendar where (school_id = '{school}' or school_id = '*') and date between date '{from}' and date '{to}' order by date"))
            .into_iter()
            .map(|row| row["date"].clone())
            .collect::<Vec<_>>()
    };
    let mut text = String::from("pupil_id,school_id,date,status\n");
    for (at, day) in days("2025-11-10", "2025-12-19", "S0001").iter().enumerate() {
        text.push_str(&format!("P0007001,S0001,{day},{}\n", if at % 3 == 0 { "absent" } else { "present" }));
    }
    for (at, day) in days("2026-01-12", "2026-02-27", "S0003").iter().enumerate() {
        text.push_str(&format!("P0007002,S0003,{day},{}\n", if at % 4 == 0 { "absent" } else { "present" }));
    }
    project.put("inbox/attendance_mover.csv", text);
    project.run();
    project
}

#[test]
fn a_child_with_two_numbers_becomes_one_when_a_person_says_so() {
    let project = with_a_mover();
    let asked = project.sql("select record_key, pupil_key, doubt from sources.links where kind = 'pupil'");
    let (first, second) = (project.key_of("P0007001"), project.key_of("P0007002"));
    assert_eq!(
        asked.iter().map(|r| (r["pupil_key"].clone(), r["record_key"].clone())).collect::<Vec<_>>(),
        [(first.clone(), second.clone())]
    );
    let review = sheet(&project.path("review/link_decisions_2026-02-27.xlsx"));
    assert!(review.iter().any(|row| row["pupil_id"] == "P0007001" && row["other_pupil_id"] == "P0007002"));
    let alone: f64 = project.one(&format!("select days_recorded from indicators.pupil where pupil_key = '{second}'")).parse().unwrap();
    let before = project.one(&format!("select count(*) as n from sources.attendance where pupil_key in ('{first}', '{second}')"));
    assert_ne!(before, "0");
    let published = project.published("2026-02-27");
    project.put("inbox/link_decisions_one.csv", "other_pupil_id,pupil_id,decision,by,date\nP0007002,P0007001,same,Ana,2026-02-27\n");
    project.prane_at(LATER, &["run"]).code(0).says(&["1 pupils had a second number and are one from now on"]);
    assert_eq!((project.key_of("P0007001"), project.key_of("P0007002")), (first.clone(), first.clone()));
    let now = |question: &str| {
        let out = project.prane_at(LATER, &["sql", "--quiet", "--format", "csv", "-c", question]).code(0).out;
        out.lines().nth(1).unwrap_or_default().to_string()
    };
    assert_eq!(now(&format!("select count(*) as n from sources.attendance where pupil_key = '{first}'")), before);
    assert_eq!(now(&format!("select count(*) as n from sources.attendance where pupil_key = '{second}'")), "0");
    let together: f64 = now(&format!("select days_recorded from indicators.pupil where pupil_key = '{first}'")).parse().unwrap();
    assert!(together > alone + 10.0, "{together} days together, {alone} of the second number alone");
    assert_eq!(now("select count(*) as n from sources.links where kind = 'pupil'"), "0");
    // The night is the same when it is run again, and what comes under the second number is the child's.
    let once = project.published("2026-02-27");
    project.prane_at(LATER, &["run"]).code(0);
    crate::support::same_files(&once, &project.published("2026-02-27"));
    project.put("inbox/contacts_mover.csv", "pupil_id,date,by,action,outcome\nP0007002,2026-02-26,Ana,call_family,agreed\n");
    project.prane_at(LATER, &["run"]).code(0);
    assert_eq!(now(&format!("select count(*) as n from sources.contacts where pupil_key = '{first}'")), "1");
    // The child leaves again, and is then both who left and who arrived: no question to itself.
    project.put(
        "inbox/enrolments_mover_2.csv",
        "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\nP0007002,S0003,2025-2026,6,6A,2026-01-12,2026-02-20,transferred\n",
    );
    project.prane_at(LATER, &["run"]).code(0);
    assert_eq!(now("select count(*) as n from sources.links where kind = 'pupil'"), "0");
    // A list of before is made again as it was.
    project.prane(&["report", "--as-of", "2026-02-27"]).code(0);
    let again = project.published("2026-02-27");
    assert_eq!(published["analysts/lists.csv"], again["analysts/lists.csv"]);
    // Gone is gone under both numbers.
    project.prane_at(LATER, &["erase", "P0007002", "--yes"]).code(0);
    assert_eq!(now(&format!("select count(*) as n from sources.attendance where pupil_key = '{first}'")), "0");
}

#[test]
fn two_numbers_of_two_children_are_asked_about_once() {
    let project = with_a_mover();
    let asked = || project.one("select count(*) as n from sources.links where kind = 'pupil'");
    assert_eq!(asked(), "1");
    decide_numbers(&project, "P0007002,P0007001,different,Ana,2026-02-27");
    assert_eq!(asked(), "0");
    assert_ne!(project.key_of("P0007001"), project.key_of("P0007002"));
}

fn decide_numbers(project: &Project, line: &str) {
    project.put("inbox/link_decisions_numbers.csv", format!("other_pupil_id,pupil_id,decision,by,date\n{line}\n")).run();
}

#[test]
fn of_a_chain_of_numbers_the_first_stands_for_all() {
    let project = with_a_mover();
    project.put("inbox/pupils_third.csv", "pupil_id,first_name,last_name,birth_date,sex\nP0007003,Bukurije,Vogli,2014-03-03,F\n");
    project.put(
        "inbox/enrolments_third.csv",
        "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\nP0007003,S0003,2025-2026,6,6A,2026-02-02,,\n",
    );
    // The third is the second's before the second is the first's.
    project.put(
        "inbox/link_decisions_chain.csv",
        "other_pupil_id,pupil_id,decision,by,date\nP0007003,P0007002,same,Ana,2026-02-26\nP0007002,P0007001,same,Ana,2026-02-27\n",
    );
    project.run();
    let first = project.key_of("P0007001");
    assert_eq!((project.key_of("P0007002"), project.key_of("P0007003")), (first.clone(), first.clone()));
    let places = project.sql("select pupil_key, school_id from sources.enrolments where start_date >= date '2026-01-01' and class = '6A'");
    let theirs = places.iter().filter(|row| row["pupil_key"] == first).count();
    assert_eq!(theirs, 2, "a place is left under a number that is gone");
}
