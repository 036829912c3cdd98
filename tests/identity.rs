//! Who is who: a number is evidence of a child, and never enough to make two children one, or one of them another.

use std::fmt::Write;

use crate::support::made::{Register, enrolments, weekdays_to};
use crate::support::{Project, same_files};

const HEAD: &str = "pupil_id,national_id,first_name,last_name,birth_date,sex";

/// A school of ten and whoever else is said; the others are away on their last ten days.
fn school_with(pupils: &[&str]) -> Project {
    let days = weekdays_to("2026-02-27", 60);
    let mut register = Register::default().class("S1", 10, &days);
    let mut text = format!("{HEAD}\n");
    let mut ids: Vec<String> = (1..=10).map(|n| format!("S1-P{n}")).collect();
    for (at, id) in ids.iter().enumerate() {
        writeln!(text, "{id},J5000{at}123X,Emri{at},Mbiemri,2013-05-04,F").unwrap();
    }
    for line in pupils {
        let id = line.split(',').next().unwrap();
        register = register.days(id, "S1", &days, |at| if at >= 50 { "absent" } else { "present" });
        writeln!(text, "{line}").unwrap();
        ids.push(id.into());
    }
    let seats: Vec<_> = ids.iter().map(|id| (id.as_str(), "S1", "2025-09-01", "", "")).collect();
    let project = Project::empty();
    project.put("inbox/attendance_S1.csv", register.0).put("inbox/pupils.csv", text).put("inbox/enrolments.csv", enrolments(&seats));
    project
}

#[test]
fn placeholders_for_a_national_id_join_nobody() {
    let project = school_with(&[
        "A1,nuk ka,Besim,Leka,2014-01-02,M",
        "A2,nuk ka,Drita,Gashi,2013-03-04,F",
        "A3,N/A,Edon,Hoxha,2013-05-06,M",
        "A4,0000000000,Fatos,Prifti,2013-07-08,M",
        "A5,0000000000,Genta,Shehu,2013-09-10,F",
        "A6,pa numer,Hana,Doda,2013-11-12,F",
        "A7,pa numer,Ilir,Deda,2013-12-13,M",
    ]);
    project.prane(&["run"]).code(0).says(&["pupils.csv: 7 rows with a placeholder for a national id"]);
    assert_eq!(project.one("select count(distinct pupil_key) as n from sources.pupils"), "17");
    let listed = project.keys_in("caseload.list");
    for pupil in ["A1", "A2", "A4", "A5", "A6", "A7"] {
        assert!(listed.contains(&project.key_of(pupil)), "{pupil} is away, and on no list");
    }
    assert!(project.account("pupils.csv")["told"].to_string().contains("7 rows"), "the manifest does not count them");
    assert_eq!(project.one("select count(*) as n from sources.links where kind = 'pupil'"), "0", "nobody is to be asked about them");
}

#[test]
fn one_national_id_of_two_children_is_asked_of_a_person() {
    let project = school_with(&[
        "T1,J40101001A,Albana,Marku,2014-01-01,F",
        "T2,J40101001A,Albina,Marku,2014-01-01,F",
        // One child with two numbers, its name in two spellings.
        "N1,J40202002B,Shkëlzen,Çela,2013-02-02,M",
        "N2,j40202002b,SHKELZEN,Cela,2013-02-02,M",
    ]);
    project.prane(&["run"]).code(0).says(&["pupils.csv: 1 row with a national id that another pupil has too", "review/link_decisions_"]);
    assert_ne!(project.key_of("T1"), project.key_of("T2"));
    assert_eq!(project.key_of("N1"), project.key_of("N2"), "name, birth date and national id agree");
    let listed = project.keys_in("caseload.list");
    for pupil in ["T1", "T2"] {
        assert!(listed.contains(&project.key_of(pupil)), "{pupil} is away, and on no list");
    }
    let asked = project.sql("select pupil_key, record_key, doubt from sources.links where kind = 'pupil'");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0]["doubt"], "shared_id");
    assert!(project.path("review/link_decisions_2026-02-27.xlsx").exists());
    // They are two children, a person says; nobody is asked again.
    project.put("inbox/link_decisions_twins.csv", "other_pupil_id,pupil_id,decision,by,date\nT2,T1,different,Ana,2026-02-27\n").run();
    assert_eq!(project.one("select count(*) as n from sources.links where kind = 'pupil'"), "0");
}

#[test]
fn a_national_id_that_comes_later_for_another_child_joins_nothing() {
    let project = school_with(&["T1,J40101001A,Albana,Marku,2014-01-01,F"]);
    project.run();
    project.put("inbox/pupils_more.csv", format!("{HEAD}\nT2,J40101001A,Besmir,Hoxha,2012-06-05,M\n"));
    project.prane(&["run"]).code(0).says(&["pupils_more.csv: 1 row with a national id that another pupil has too"]);
    assert_ne!(project.key_of("T1"), project.key_of("T2"));
}

/// The register of a school that counts its pupils from `first` on; its first pupil is away throughout.
fn counting(school: &str, first: usize, pupils: usize) -> Register {
    let days = weekdays_to("2026-02-27", 30);
    let status = |pupil: usize| move |_: usize| if pupil == 1 { "absent" } else { "present" };
    (first..first + pupils).fold(Register::default(), |register, pupil| register.days(&pupil.to_string(), school, &days, status(pupil)))
}

#[test]
fn schools_that_count_for_themselves_stop_the_night() {
    let project = Project::empty();
    project.put("inbox/attendance_S01.csv", counting("S01", 1, 24).0).put("inbox/attendance_S02.csv", counting("S02", 1, 24).0);
    let done = project.prane(&["run"]).code(6);
    done.says(&["same_numbers", "first_school_id S01", "last_school_id S02", "pupils_shared 24", "put the school's code before"]);
    assert!(!project.path("published").exists(), "something was published");
}

#[test]
fn a_child_entered_twice_by_slip_stops_no_night() {
    let project = Project::empty();
    // Numbers 23 and 24 stand at both.
    project.put("inbox/attendance_S01.csv", counting("S01", 1, 24).0).put("inbox/attendance_S02.csv", counting("S02", 23, 24).0);
    project.run();
}

#[test]
fn a_column_that_a_file_does_not_have_leaves_what_is_stored() {
    let project = school_with(&["A1,J40101001A,Besim,Leka,2014-01-02,M"]);
    project.run();
    project.put("inbox/pupils_births.csv", "pupil_id,birth_date\nA1,2012-01-02\n");
    project.put("inbox/enrolments_grade.csv", "pupil_id,school_id,school_year,grade_level,start_date\nA1,S1,2025-2026,7,2025-09-01\n");
    project.run();
    let person = |column: &str| {
        let vault = prane_vault::Vault::open(&prane_base::project::Project::open(&project.path("")).unwrap(), false).unwrap();
        let key = [project.key_of("A1")].into();
        vault.texts("pupils", "pupil_key", Some(&key), [column]).unwrap()[0][0].clone()
    };
    assert_eq!((person("first_name"), person("national_id")), ("Besim".into(), "J40101001A".into()));
    let row = project.row_of("sources.pupils", "A1", &[]).unwrap();
    assert_eq!(row["sex"], "M", "{row:?}");
    let seat = project.row_of("sources.enrolments", "A1", &[]).unwrap();
    assert_eq!((seat["grade_level"].as_str(), seat["class"].as_str()), ("7", "6A"));
    // An empty cell in a column that is there empties, as before.
    project.put("inbox/pupils_empty.csv", "pupil_id,birth_date,sex\nA1,2012-01-02,\n").run();
    assert_eq!(project.row_of("sources.pupils", "A1", &[]).unwrap()["sex"], "");
    assert_eq!(person("first_name"), "Besim");
}

#[test]
fn a_number_used_again_for_another_child_is_refused() {
    let project = school_with(&["A1,J40101001A,Besim,Leka,2014-01-02,M"]);
    project.run();
    let name = |project: &Project| {
        let vault = prane_vault::Vault::open(&prane_base::project::Project::open(&project.path("")).unwrap(), false).unwrap();
        vault.texts("pupils", "pupil_key", Some(&[project.key_of("A1")].into()), ["first_name"]).unwrap()[0][0].clone()
    };
    project.put("inbox/pupils_new.csv", format!("{HEAD}\nA1,,Genta,Shehu,2015-08-09,F\n"));
    project.prane(&["run"]).code(5).says(&["pupils_new.csv", "1 of 1 rows refused", "another name and another birth date"]);
    assert_eq!(project.rejects()[0]["column"], "pupil_id");
    assert_eq!(name(&project), "Besim");
    // Among many good rows it is that row alone, and it is told.
    std::fs::remove_file(project.path("inbox/pupils_new.csv")).unwrap();
    let mut many = format!("{HEAD}\nA1,,Genta,Shehu,2015-08-09,F\n");
    (0..60).for_each(|n| writeln!(many, "B{n},,Emri,Mbiemri,2013-05-04,F").unwrap());
    project.put("inbox/pupils_many.csv", many);
    project.prane(&["run"]).code(0).says(&["pupils_many.csv: 1 row refused: this pupil number stands for a child of another name"]);
    assert_eq!(name(&project), "Besim");
    // One thing put right is a correction.
    project.put("inbox/pupils_name.csv", format!("{HEAD}\nA1,J40101001A,Bestar,Leka,2014-01-02,M\n")).run();
    assert_eq!(name(&project), "Bestar");
    project.put("inbox/pupils_born.csv", format!("{HEAD}\nA1,J40101001A,Bestar,Leka,2014-02-01,M\n")).run();
}

#[test]
fn a_decision_that_nobody_was_asked_for_makes_no_two_children_one() {
    let project = school_with(&["A1,J40101001A,Besim,Leka,2014-01-02,M", "A2,J40202002B,Drita,Gashi,2013-03-04,F"]);
    project.run();
    project.put("inbox/link_decisions_any.csv", "other_pupil_id,pupil_id,decision,by,date\nA2,A1,same,Ana,2026-02-27\n");
    project.prane(&["run"]).code(5).says(&["nobody was asked about these two pupil numbers"]);
    assert_ne!(project.key_of("A1"), project.key_of("A2"));
    let listed = project.keys_in("caseload.list");
    for pupil in ["A1", "A2"] {
        assert!(listed.contains(&project.key_of(pupil)), "{pupil} is away, and on no list");
    }
}

#[test]
fn names_of_a_past_list_are_those_of_its_day() {
    let project = school_with(&["A1,J40707007X,Besym,Leka,2014-01-02,M"]);
    let pupils = std::fs::read_to_string(project.path("inbox/pupils.csv")).unwrap();
    std::fs::remove_file(project.path("inbox/pupils.csv")).unwrap();
    let list = |day: &str| String::from_utf8(project.published(day)["schools/S1/list.csv"].clone()).unwrap();
    let night = |day: &str| {
        project.prane_at(&format!("{day}T20:00:00Z"), &["run", "--as-of", day]).code(0);
        project.published(day)
    };
    // Nobody has a name yet; then names arrive; then a slip in one of them is corrected.
    let first = night("2026-02-26");
    assert!(list("2026-02-26").contains("A1") && !list("2026-02-26").contains("Besym"));
    project.put("inbox/pupils.csv", pupils);
    let second = night("2026-02-27");
    assert!(list("2026-02-27").contains("Besym"));
    project.put("inbox/pupils_2.csv", format!("{HEAD}\nA1,J40707007X,Besim,Leka,2014-01-02,M\n"));
    night("2026-02-28");
    assert!(list("2026-02-28").contains("Besim") && !list("2026-02-28").contains("Besym"));

    for (day, before) in [("2026-02-26", &first), ("2026-02-27", &second)] {
        project.prane_at(&format!("{day}T20:00:00Z"), &["report", "--as-of", day]).code(0);
        same_files(before, &project.published(day));
    }
    // A child that is erased is gone from every version of its name.
    project.prane(&["erase", "A1", "--yes"]).code(0);
    project.prane_at("2026-02-27T20:00:00Z", &["report", "--as-of", "2026-02-27"]).code(0);
    assert!(!list("2026-02-27").contains("Besym") && !list("2026-02-27").contains("Leka"));
}
