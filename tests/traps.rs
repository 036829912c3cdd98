//! Every trap of the table of indicators, on a made project as small as the trap allows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use chrono::{Days, NaiveDate};
use support::made::{Register, calendar, day, enrolments, weekdays, weekdays_to};
use support::{Project, rows};

/// A project of one register, with what else it needs.
fn project(register: Register, days: &[NaiveDate], seats: &[(&str, &str, &str, &str, &str)]) -> Project {
    let project = Project::empty();
    project.put("inbox/attendance.csv", register.0);
    if !days.is_empty() {
        project.put("inbox/calendar.csv", calendar("*", days));
    }
    if !seats.is_empty() {
        project.put("inbox/enrolments.csv", enrolments(seats));
    }
    project
}

#[test]
fn exactly_10_percent_absent_is_chronic() {
    let days = weekdays("2024-09-02", 190);
    let last = days.last().unwrap().to_string();
    let every = |absent: usize| move |at: usize| if at % 10 == 0 && at / 10 < absent { "absent" } else { "present" };
    let register = Register::default().days("AT", "S1", &days, every(19)).days("UNDER", "S1", &days, every(18));
    let project = project(register, &days, &[("AT", "S1", "2024-09-01", "", ""), ("UNDER", "S1", "2024-09-01", "", "")]);
    project.night(&["--as-of", &last]);
    // 171 present of 190, the count that floating point loses.
    assert!(project.flags_of("AT", &[]).contains_key("chronic_absence"));
    assert_eq!((project.measure("AT", "days_recorded"), project.measure("AT", "days_absent")), (190.0, 19.0));
    assert!(!project.flags_of("UNDER", &[]).contains_key("chronic_absence"));
}

#[test]
fn transfer_attendance_follows_the_pupil() {
    let days = weekdays("2024-09-02", 178);
    let moved = days[82].to_string();
    let register = Register::default().days("P1", "S1", &days[..82], |at| if at < 45 { "absent" } else { "present" }).days(
        "P1",
        "S2",
        &days[82..],
        |at| if at % 14 == 5 { "absent" } else { "present" },
    );
    let left = days[81].to_string();
    let project = project(register, &days, &[("P1", "S1", "2024-09-01", &left, "transferred"), ("P1", "S2", &moved, "", "")]);
    project.night(&["--as-of", &days[177].to_string()]);
    assert_eq!((project.measure("P1", "days_recorded"), project.measure("P1", "days_absent")), (178.0, 52.0));
    assert!((project.measure("P1", "absence_rate") - 52.0 / 178.0).abs() < 1e-12);
    assert_eq!(project.row_of("indicators.pupil", "P1", &[]).unwrap()["school_id"], "S2");
    assert!(project.flags_of("P1", &[]).contains_key("severe_absence"));
}

#[test]
fn a_school_that_has_handed_in_nothing_for_two_weeks_is_not_assessable() {
    let days = weekdays_to("2026-02-27", 60);
    let register =
        Register::default().class("S1", 3, &days).days("P1", "S2", &days[..50], |at| if at % 2 == 0 { "absent" } else { "present" });
    let project = project(
        register,
        &days,
        &[
            ("S1-P1", "S1", "2025-09-01", "", ""),
            ("S1-P2", "S1", "2025-09-01", "", ""),
            ("S1-P3", "S1", "2025-09-01", "", ""),
            ("P1", "S2", "2025-09-01", "", ""),
        ],
    );
    project.run();
    assert_eq!(project.row_of("caseload.not_assessable", "P1", &[]).unwrap()["cause"], "school_silent");
    assert!(project.row_of("caseload.list", "P1", &[]).is_none(), "half absent in autumn, and still on no list");
    // Neither present nor absent on the days nobody handed in.
    assert_eq!((project.measure("P1", "days_recorded"), project.measure("P1", "days_absent")), (50.0, 25.0));
}

#[test]
fn winter_break_inside_the_window_is_no_week() {
    let (before, after) = (weekdays("2025-11-17", 25), weekdays("2026-01-05", 10));
    let days: Vec<NaiveDate> = before.iter().chain(&after).copied().collect();
    // Four days away in the two weeks before the break: recent, although they lie six calendar weeks back.
    let register = Register::default().days("P1", "S1", &days, |at| if (17..21).contains(&at) { "absent" } else { "present" });
    let project = project(register, &days, &[("P1", "S1", "2025-09-01", "", "")]);
    project.run();
    assert_eq!((project.measure("P1", "recent_recorded"), project.measure("P1", "recent_absent")), (20.0, 4.0));
    assert_eq!(project.one("select max(week_number) from indicators.school_weeks"), "7");
}

#[test]
fn tied_priorities_at_the_capacity_line_fall_the_same_way_and_are_counted() {
    let days = weekdays_to("2026-02-27", 40);
    let ids = ["P1", "P2", "P3", "P4", "P5"];
    let register =
        ids.iter().fold(Register::default(), |r, id| r.days(id, "S1", &days, |at| if at % 5 == 0 { "excused" } else { "present" }));
    let seats: Vec<_> = ids.iter().map(|id| (*id, "S1", "2025-09-01", "", "")).collect();
    let project = project(register, &days, &seats);
    project.put("prane.toml", "[caseload]\nper_school = 2\n");
    project.night(&[]).says(&["3 left off"]);
    let list = project.sql("select pupil_key, rank, level, on_list from caseload.list order by rank");
    let mut keys: Vec<String> = ids.iter().map(|id| project.key_of(id)).collect();
    keys.sort();
    assert_eq!(list.iter().map(|r| r["pupil_key"].clone()).collect::<Vec<_>>(), keys, "the key decides where all else is equal");
    assert_eq!(list.iter().map(|r| r["on_list"].as_str()).collect::<Vec<_>>(), ["true", "true", "false", "false", "false"]);
    assert_eq!(project.manifest()["counts"]["left_off"], 3);
    assert!(String::from_utf8_lossy(&project.published("2026-02-27")["schools/S1/list.html"]).contains('3'));
}

#[test]
fn absent_and_late_in_one_days_lessons_both_count() {
    let days = weekdays_to("2026-02-27", 20);
    let mut register = "pupil_id,school_id,date,lesson,status\n".to_string();
    for (at, day) in days.iter().enumerate() {
        for lesson in 1..=6 {
            let status = match (at, lesson) {
                (15, 1) => "late",
                (15, 5 | 6) => "absent",
                _ => "present",
            };
            register.push_str(&format!("P1,S1,{day},{lesson},{status}\n"));
        }
    }
    let project = project(Register(register), &days, &[("P1", "S1", "2025-09-01", "", "")]);
    project.run();
    assert_eq!(project.measure("P1", "days_recorded"), 20.0);
    assert!((project.measure("P1", "days_absent") - 2.0 / 6.0).abs() < 1e-12);
    assert!((project.measure("P1", "days_late") - 1.0 / 6.0).abs() < 1e-12);
    assert_eq!(project.measure("P1", "absence_streak"), 0.0, "a day is away only when every lesson was missed");
}

#[test]
fn enrolment_closed_on_as_of_itself_is_still_enrolled_that_day() {
    let days = weekdays_to("2026-02-27", 40);
    let register = ["ON", "BEFORE"].iter().fold(Register::default(), |r, id| r.days(id, "S1", &days[..39], |_| "present"));
    let register = register.days("ON", "S1", &days[39..], |_| "present");
    let project = project(
        register,
        &days,
        &[("ON", "S1", "2025-09-01", "2026-02-27", "transferred"), ("BEFORE", "S1", "2025-09-01", "2026-02-26", "transferred")],
    );
    project.run();
    assert!(project.row_of("indicators.pupil", "ON", &[]).is_some());
    assert!(project.row_of("indicators.pupil", "BEFORE", &[]).is_none());
    assert!(project.row_of("indicators.pupil", "BEFORE", &["--as-of", "2026-02-26"]).is_some());
}

#[test]
fn a_correction_that_arrives_later_changes_the_next_list_and_no_past_one() {
    let days = weekdays_to("2026-02-27", 40);
    // Four unexcused weeks' ends; all of it is corrected the week after.
    let away = |at: usize| if at % 5 == 4 { "absent" } else { "present" };
    let project = project(
        Register::default().days("P1", "S1", &days, away).days("P2", "S1", &days, away),
        &days,
        &[("P1", "S1", "2025-09-01", "", ""), ("P2", "S1", "2025-09-01", "", "")],
    );
    project.run();
    assert!(project.row_of("caseload.list", "P1", &[]).is_some());
    let old = project.published("2026-02-27");
    let correction = days
        .iter()
        .enumerate()
        .filter(|(at, _)| away(*at) == "absent")
        .fold(Register::default(), |r, (_, day)| r.row("P1", "S1", *day, "present"));
    let next_week = weekdays("2026-03-02", 5);
    project.put("inbox/attendance_correction.csv", correction.0).put("inbox/calendar_more.csv", calendar("*", &next_week));
    project.put(
        "inbox/attendance_more.csv",
        ["P1", "P2"].iter().fold(Register::default(), |r, id| r.days(id, "S1", &next_week, |_| "present")).0,
    );
    let night = |options: &[&str]| project.prane_at("2026-03-07T00:00:00Z", options).code(0);
    night(&["run"]).says(&["attendance_correction.csv: corrects 8 rows"]);
    let news = rows(
        night(&["sql", "--quiet", "--format", "csv", "-c", "select pupil_key, cause from caseload.changes where cause = 'corrected'"])
            .out
            .as_bytes(),
    );
    assert_eq!(
        news.iter().map(|r| r["pupil_key"].clone()).collect::<Vec<_>>(),
        [project.key_of("P1")],
        "the next list says: changed by correction"
    );
    let page = String::from_utf8_lossy(&project.published("2026-03-06")["schools/S1/list.html"]).to_string();
    assert!(page.contains("të dhënat u korrigjuan"), "the page says nothing of a correction");
    // The past list, made again as it was.
    project.prane(&["run", "--quiet", "--as-of", "2026-02-27"]).code(0);
    support::same_files(&old, &project.published("2026-02-27"));
}

/// Two pupils, one of them away all November; the calendar names session days only.
fn autumn() -> Project {
    let days = weekdays("2025-11-03", 30);
    let register =
        Register::default().days("P1", "S1", &days, |at| if at < 20 { "absent" } else { "present" }).days("P2", "S1", &days, |_| "present");
    project(register, &days, &[("P1", "S1", "2025-09-01", "", ""), ("P2", "S1", "2025-09-01", "", "")])
}

#[test]
fn as_of_on_a_sunday_or_a_holiday_sees_the_same_weeks() {
    let project = autumn();
    let last = weekdays("2025-11-03", 30)[29];
    project.night(&["--as-of", &last.to_string()]);
    let sunday = last + Days::new(2);
    for day in [sunday, sunday + Days::new(10)] {
        project.night(&["--as-of", &day.to_string()]);
        let options = ["--as-of", &day.to_string()];
        let row = |options: &[&str]| project.row_of("indicators.pupil", "P1", options).map(|mut r| r.remove("as_of").map(|_| r)).unwrap();
        assert_eq!(row(&options), row(&["--as-of", &last.to_string()]), "{day}");
        assert!(project.published(&day.to_string()).contains_key("schools/S1/list.html"));
    }
}

#[test]
fn as_of_before_the_first_session_day_works_and_nobody_is_assessable() {
    let project = autumn();
    project.night(&["--as-of", "2025-10-01"]);
    assert_eq!(project.sql_with("select count(*) as n from indicators.pupil where assessable", &["--as-of", "2025-10-01"])[0]["n"], "0");
    assert_eq!(project.sql_with("select count(*) as n from caseload.list", &["--as-of", "2025-10-01"])[0]["n"], "0");
    assert!(project.published("2025-10-01").contains_key("index.html"));
    let third_day = "2025-11-05";
    project.night(&["--as-of", third_day]);
    assert_eq!(project.sql_with("select cause from caseload.not_assessable", &["--as-of", third_day])[0]["cause"], "thin_record");
}

#[test]
fn nothing_dated_after_as_of_enters() {
    let project = autumn();
    project.night(&["--as-of", "2025-11-14"]);
    assert_eq!(project.measure_on("P1", "days_recorded", "2025-11-14"), 10.0);
    assert_eq!(project.measure_on("P1", "absence_streak", "2025-11-14"), 10.0);
}

#[test]
fn a_record_off_the_calendar_counts_nowhere_and_is_told() {
    let days = weekdays_to("2026-02-27", 40);
    let register = Register::default().days("P1", "S1", &days, |_| "present").row("P1", "S1", day("2026-02-21"), "absent");
    let project = project(register, &days, &[("P1", "S1", "2025-09-01", "", "")]);
    project.night(&[]);
    assert_eq!((project.measure("P1", "days_recorded"), project.measure("P1", "days_absent")), (40.0, 0.0));
    let told =
        project.manifest()["checks"].as_array().unwrap().iter().any(|c| c["name"] == "off_calendar_days" && c["verdict"] == "warned");
    assert!(told, "{}", project.manifest()["checks"]);
}

#[test]
fn present_in_one_school_and_absent_in_another_is_present() {
    let days = weekdays_to("2026-02-27", 40);
    let register = Register::default().days("P1", "S1", &days, |_| "present").days("P1", "S2", &days, |_| "absent");
    let project = project(register, &days, &[("P1", "S2", "2025-09-01", "", ""), ("P1", "S1", "2025-10-01", "", "")]);
    project.run();
    assert_eq!((project.measure("P1", "days_recorded"), project.measure("P1", "days_absent")), (40.0, 0.0));
}

#[test]
fn a_disrupted_day_counts_for_nobody_and_is_told_once() {
    let days = weekdays_to("2026-02-27", 40);
    let ids: Vec<String> = (1..=12).map(|n| format!("P{n}")).collect();
    let register = ids.iter().enumerate().fold(Register::default(), |r, (number, id)| {
        r.days(id, "S1", &days, move |at| if at == 20 && number < 9 { "absent" } else { "present" })
    });
    let seats: Vec<_> = ids.iter().map(|id| (id.as_str(), "S1", "2025-09-01", "", "")).collect();
    let project = project(register, &days, &seats);
    project.run();
    assert_eq!((project.measure("P1", "days_recorded"), project.measure("P1", "days_absent")), (39.0, 0.0));
    assert_eq!(project.sql("select date from analyses.disrupted_days").len(), 1);
}

#[test]
fn measures_of_a_register_counted_by_hand() {
    let days = weekdays("2026-01-26", 25); // five school weeks, the last four of them recent
    let register = Register::default()
        .days("P1", "S1", &days, |at| match at {
            22.. => "absent",
            0 => "excused",
            1 => "late",
            _ => "present",
        })
        .days("P2", "S1", &days, |at| match at {
            3 | 4 => "not_required",
            10 => "",
            _ => "present",
        })
        .days("P3", "S2", &days[..10], |at| if at < 5 { "absent" } else { "present" })
        .days("P3", "S1", &days[10..], |at| if at == 2 { "excused" } else { "present" });
    let seats = [
        ("P1", "S1", "2025-09-01", "", ""),
        ("P2", "S1", "2025-09-01", "", ""),
        ("P3", "S2", "2025-09-01", "2026-02-06", "transferred"),
        ("P3", "S1", "2026-02-09", "", ""),
    ];
    let project = project(register, &days, &seats);
    project.run();
    let wanted = "\
pupil,days_recorded,days_absent,days_unexcused,days_late,recent_recorded,recent_absent,before_recorded,before_absent,absence_trend,absence_streak,unexcused_streak,moves
P1,25,4,3,1,20,3,5,1,0.08,3,3,0
P2,22,0,0,0,19,0,3,0,0,0,0,0
P3,25,6,5,0,20,1,5,5,-0.2,0,0,1
";
    for row in rows(wanted.as_bytes()) {
        let found = project.row_of("indicators.pupil", &row["pupil"], &[]).unwrap();
        for (column, value) in row.iter().filter(|(column, _)| *column != "pupil") {
            let (found, value): (f64, f64) = (found[column].parse().unwrap(), value.parse().unwrap());
            assert!((found - value).abs() < 1e-12, "{column} of {}: {found}, counted {value}", row["pupil"]);
        }
    }
    let one = project.row_of("indicators.pupil", "P1", &[]).unwrap();
    assert_eq!(
        (one["unexcused_since"].as_str(), one["last_present"].as_str(), one["data_through"].as_str()),
        ("2026-02-25", "2026-02-24", "2026-02-27")
    );
}
