//! Children who look like one to a machine: twins, cousins of one name, children entered under one date. Each kind is planted
//! beside the samples and must stay with a person.

use std::fmt::Write;
use std::fs;
use std::sync::LazyLock;

use calamine::{Reader, Xlsx, open_workbook};
use prane_base::project::Project as Folder;
use prane_vault::Vault;

use crate::support::{Project, Row, samples};

/// Pupils of S0001: number, national id, first and last name, birth date, sex.
const PUPILS: &str = "\
P0008001,X4117350921,Artan,Vogli,2014-03-05,M
P0008002,X4228461032,Elira,Zhegu,2013-02-17,F
P0008003,X4339572143,Gresana,Tahiri,2012-05-11,F
P0008004,X4885206917,Gresina,Tahiri,2012-05-11,F
P0008005,X4551794365,Sokol,Vogli,2014-04-09,M
P0008006,X4662805476,Luan,Zhegu,2013-05-17,M
P0008007,X4773916587,Valon,Tahiri,2012-06-21,M
P0008008,X4884027698,Burim,Kuqi,2014-01-01,M
P0008009,X4995138709,Petrit,Kuqi,2013-07-19,M
P0008010,X4006249810,Teuta,Kuqi,2012-10-23,F
P0008011,X4117350922,Agron,Zhegu,2014-01-01,M
P0008012,X4228461093,Naim,Tahiri,2013-08-14,M
";

/// What a centre of the same municipality wrote down: number, national id, names, birth date, sex; no school. `A` are other
/// children than the pupils they look like, `B` are those pupils.
const THERE: &str = "\
A01,,Ari\u{202e}an,Vogli,2014-03-05,M
A02,X4228461032,Ilira,Zhegu,2013-02-17,F
A03,X4885206917,Gresana,Tahiri,2012-05-11,F
A04,X4339572143,Gresina,Tahiri,2012-05-11,F
A05,,Sokol,Vogli,2014-09-04,M
A06,,Luan,Zhegu,2013-05-14,M
A07,,Valon,Tahiri,2013-06-21,M
A08,,Burim,Kuqi,2014-01-01,M
B01,,Petrit,Kuqi,2013-07-19,M
B02,X4006249810,Teta,Kuqi,2012-10-23,F
B03,X4117350922,Agron,Zhegu,2014-01-01,M
B04,X4228461093,Naim,Tahiri,2013-08-15,M
";

/// Children who bear the names that are one letter apart, and some whose day of birth nobody knew.
fn others() -> String {
    let mut text = String::new();
    let families = ["Duraku", "Lushi", "Brati", "Keqi", "Mani"];
    for (at, first) in ["Artan", "Arian", "Elira", "Ilira"].iter().enumerate() {
        for (place, last) in families.iter().enumerate() {
            let (month, day, sex) = (2 + at, 3 + 4 * place, if at < 2 { 'M' } else { 'F' });
            writeln!(text, "P00081{at}{place},,{first},{last},{}-{month:02}-{day:02},{sex}", 2011 + place).unwrap();
        }
    }
    for place in 0..15 {
        let (first, last) = (["Fatos", "Agim", "Naim"][place / 5], families[place % 5]);
        writeln!(text, "P00082{place:02},,{first},{last},{}-01-01,M", 2011 + place % 5).unwrap();
    }
    text
}

static NIGHT: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("likeness").with_samples();
    let pupils = format!("{PUPILS}{}", others());
    let mut seats = String::from("pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\n");
    for line in pupils.lines() {
        writeln!(seats, "{},S0001,2025-2026,6,6A,2025-09-15,,", &line[..8]).unwrap();
    }
    let there: String = THERE
        .lines()
        .map(|line| {
            let (number, rest) = line.split_once(',').unwrap();
            format!("C01,{number},{rest},\n")
        })
        .collect();
    // A child of the samples whose name turns the reading direction of a page.
    let known = fs::read_to_string(samples().join("inbox/pupils.csv")).unwrap();
    let turned = known.lines().find(|line| line.starts_with("P0000048,")).unwrap().replace("Pëllumb", "Pëll\u{202e}um\u{200b}b\u{9f}");
    assert!(turned.contains('\u{202e}'));
    project.put("inbox/pupils_turned.csv", format!("{}\n{turned}\n", known.lines().next().unwrap()));
    project.put("inbox/pupils_alike.csv", format!("pupil_id,national_id,first_name,last_name,birth_date,sex\n{pupils}"));
    project.put("inbox/enrolments_alike.csv", seats);
    let heads = "centre_id,participant_id,national_id,first_name,last_name,birth_date,sex,school_id\n";
    project.put("inbox/centre_participants_alike.csv", format!("{heads}{there}"));
    project.run();
    project
});

/// All that `sources.links` says.
static LINKS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    NIGHT.sql("select record_key, outcome, pupil_key, probability, decided_by, doubt, why from sources.links order by record_key, place")
});

/// What it says of a planted record.
fn links(number: &str) -> Vec<Row> {
    let vault = Vault::open(&Folder::open(&NIGHT.path("")).unwrap(), false).unwrap();
    let columns = ["participant_key", "centre_id", "participant_id"];
    let participants = vault.texts("centre_participants", "participant_key", None, columns).unwrap();
    let [key, ..] = participants.into_iter().find(|[_, centre, id]| centre == "C01" && id == number).unwrap();
    LINKS.iter().filter(|row| row["record_key"] == key).cloned().collect()
}

#[track_caller]
fn asked(number: &str, doubts: &[&str]) {
    let rows = links(number);
    assert!(!rows.is_empty() && rows.iter().all(|row| row["outcome"] == "review" && row["decided_by"].is_empty()), "{number}: {rows:?}");
    assert!(doubts.contains(&rows[0]["doubt"].as_str()), "{number}: {rows:?}");
}

#[track_caller]
fn linked(number: &str, pupil: &str) {
    let rows = links(number);
    assert_eq!(rows.len(), 1, "{number}: {rows:?}");
    assert_eq!((rows[0]["outcome"].as_str(), rows[0]["decided_by"].as_str()), ("linked", "model"), "{number}: {rows:?}");
    assert_eq!(rows[0]["pupil_key"], NIGHT.key_of(pupil));
}

#[test]
fn twins_one_letter_apart_stay_with_a_person() {
    asked("A01", &["first_names"]);
    asked("A02", &["first_names", "ids"]);
}

#[test]
fn twins_with_each_others_ids_stay_with_a_person() {
    asked("A03", &["first_names", "rivals", "ids"]);
    asked("A04", &["first_names", "rivals", "ids"]);
}

#[test]
fn cousins_of_one_name_stay_with_a_person() {
    for number in ["A05", "A06", "A07"] {
        asked(number, &["birth_dates"]);
    }
}

#[test]
fn a_date_of_many_children_stays_with_a_person() {
    asked("A08", &["birth_dates"]);
}

#[test]
fn ordinary_records_are_linked_without_one() {
    linked("B01", "P0008009");
    linked("B02", "P0008010");
    linked("B03", "P0008011");
    linked("B04", "P0008012");
}

#[test]
fn no_link_is_less_likely_than_the_policy_asks() {
    let made = NIGHT.sql("select record_key, probability from sources.links where decided_by = 'model'");
    assert!(made.len() > 14, "{}", made.len());
    assert!(made.iter().all(|row| row["probability"].parse::<f64>().unwrap() >= 0.99), "{made:?}");
}

#[test]
fn what_decided_is_what_is_told() {
    let rows = links("A03");
    let probability: f64 = rows[0]["probability"].parse().unwrap();
    NIGHT.prane(&["explain", "--link", "C01/A03"]).code(0).says(&[
        "C01/A03: review",
        &format!("probability {probability:.6} after others who fit"),
        &format!("because of: {}", rows[0]["doubt"]),
    ]);
    // Two records of one centre and one pupil: what each takes from the other stands beside the fields.
    let shared = NIGHT.sql("select why, weight, probability from sources.links where doubt = 'rivals'");
    let unlikely =
        shared.iter().filter(|row| row["probability"].parse::<f64>().unwrap() < 0.9 && row["weight"].parse::<f64>().unwrap() > 7.0);
    assert!(
        unlikely.clone().count() > 0 && unlikely.clone().all(|row| row["why"].contains("others who fit: their share (-")),
        "{shared:?}"
    );
}

#[test]
fn names_are_shown_without_marks_that_turn_them() {
    let published = NIGHT.published("2026-02-27");
    let text = |name: &str| String::from_utf8_lossy(&published[name]).into_owned();
    assert!(text("schools/S0001/list.csv").contains("Pëllumb") && text("schools/S0001/list.html").contains("Pëllumb"));
    for name in published.keys().filter(|name| [".html", ".csv", ".json"].iter().any(|ending| name.ends_with(ending))) {
        assert!(!text(name).contains(['\u{202e}', '\u{200b}', '\u{9f}']), "{name}");
    }
    // Workbooks are packed: the cells are asked.
    for name in ["review/link_decisions_2026-02-27.xlsx", "published/2026-02-27/schools/S0001/list.xlsx"] {
        let mut book: Xlsx<_> = open_workbook(NIGHT.path(name)).unwrap();
        let sheets = book.worksheets();
        let cells: Vec<String> = sheets.iter().flat_map(|(_, range)| range.cells().map(|(.., cell)| cell.to_string())).collect();
        assert!(cells.iter().any(|cell| cell.contains("Arian") || cell.contains("Pëllumb")), "{name}");
        assert!(!cells.iter().any(|cell| cell.contains(['\u{202e}', '\u{200b}', '\u{9f}'])), "{name}");
    }
}
