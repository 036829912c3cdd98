//! Every trap of the table of indicators, on made registers as small as the trap allows. Traps that can share a night
//! do: a night costs seconds in a build for development.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)] // days are counted exactly

use std::fmt::Write;
use std::sync::LazyLock;

use chrono::{Days, NaiveDate};

use crate::support::made::{Register, calendar, day, enrolments, weekdays, weekdays_to};
use crate::support::{Project, rows};

/// An enrolment: pupil, school, start, end, exit reason.
type Seat = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn fill(project: Project, register: Register, days: &[NaiveDate], seats: &[Seat]) -> Project {
    project
        .put("inbox/attendance.csv", register.0)
        .put("inbox/calendar.csv", calendar("*", days))
        .put("inbox/enrolments.csv", enrolments(seats));
    project
}

/// A whole school year.
static YEAR: LazyLock<Project> = LazyLock::new(|| {
    let days = weekdays("2024-09-02", 190);
    let every = |absent: usize| move |at: usize| if at.is_multiple_of(10) && at / 10 < absent { "absent" } else { "present" };
    let register = Register::default()
        .days("AT", "S1", &days, every(19))
        .days("UNDER", "S1", &days, every(18))
        .days("MOVED", "S0", &days[..82], |at| if at < 45 { "absent" } else { "present" })
        .days("MOVED", "S2", &days[82..178], |at| if at % 14 == 5 { "absent" } else { "present" });
    let seats = [
        ("AT", "S1", "2024-09-01", "", ""),
        ("UNDER", "S1", "2024-09-01", "", ""),
        ("MOVED", "S0", "2024-09-01", "2024-12-24", "transferred"),
        ("MOVED", "S2", "2024-12-25", "", ""),
    ];
    let project = fill(Project::shared("year"), register, &days, &seats);
    project.run();
    project
});

#[test]
fn exactly_10_percent_absent_is_chronic() {
    // 171 present of 190, the count that floating point loses.
    assert_eq!(YEAR.measures("AT", ["days_recorded", "days_absent"]), [190.0, 19.0]);
    assert!(YEAR.flags_of("AT", &[]).contains_key("chronic_absence"));
    assert!(!YEAR.flags_of("UNDER", &[]).contains_key("chronic_absence"));
}

#[test]
fn transfer_attendance_follows_the_pupil() {
    let moved = YEAR.row_of("indicators.pupil", "MOVED", &[]).unwrap();
    let number = |column: &str| moved[column].parse::<f64>().unwrap();
    assert_eq!((number("days_recorded"), number("days_absent"), moved["school_id"].as_str()), (178.0, 52.0, "S2"));
    assert!((number("absence_rate") - 52.0 / 178.0).abs() < 1e-12);
    assert!(YEAR.flags_of("MOVED", &[]).contains_key("severe_absence"));
}

/// Sixty session days, a school a trap.
static TOWN: LazyLock<Project> = LazyLock::new(|| {
    let days = weekdays_to("2026-02-27", 60);
    let recent = &days[35..];
    let mut register = Register::default().class("HEARD", 2, &days);
    let mut seats = vec![("HEARD-P1", "HEARD", "2025-09-01", "", ""), ("HEARD-P2", "HEARD", "2025-09-01", "", "")];
    // Half absent in autumn, nothing handed in for two weeks.
    register = register.days("SILENT", "QUIET", &days[..50], |at| if at % 2 == 0 { "absent" } else { "present" });
    seats.push(("SILENT", "QUIET", "2025-09-01", "", ""));
    // Five alike, two places.
    for (weekday, pupil) in TIED.into_iter().enumerate() {
        // Each on a weekday of its own: all on one would be a day on which the school was away.
        register = register.days(pupil, "TIED", &days, move |at| if at % 5 == weekday { "excused" } else { "present" });
        seats.push((pupil, "TIED", "2025-09-01", "", ""));
    }
    register = register.days("ON", "CLOSED", &days, |_| "present").days("BEFORE", "CLOSED", &days, |_| "present");
    seats.extend([
        ("ON", "CLOSED", "2025-09-01", "2026-02-27", "transferred"),
        ("BEFORE", "CLOSED", "2025-09-01", "2026-02-26", "transferred"),
    ]);
    // A Saturday that the calendar does not have.
    register = register.days("SATURDAY", "OFF", &days, |_| "present").row("SATURDAY", "OFF", day("2026-02-21"), "absent");
    seats.push(("SATURDAY", "OFF", "2025-09-01", "", ""));
    register = register.days("BOTH", "HERE", &days, |_| "present").days("BOTH", "THERE", &days, |_| "absent");
    seats.extend([("BOTH", "THERE", "2025-09-01", "", ""), ("BOTH", "HERE", "2025-10-01", "", "")]);
    for (number, pupil) in SNOWED_IN.into_iter().enumerate() {
        register = register.days(pupil, "SNOW", &days, move |at| if at == 20 && number < 9 { "absent" } else { "present" });
        seats.push((pupil, "SNOW", "2025-09-01", "", ""));
    }
    // Counted by hand, over five school weeks.
    register = register
        .days("H1", "HAND", recent, |at| match at {
            22.. => "absent",
            0 => "excused",
            1 => "late",
            _ => "present",
        })
        .days("H2", "HAND", recent, |at| match at {
            3 | 4 => "not_required",
            10 => "",
            _ => "present",
        })
        .days("H3", "OTHER", &recent[..10], |at| if at < 5 { "absent" } else { "present" })
        .days("H3", "HAND", &recent[10..], |at| if at == 2 { "excused" } else { "present" });
    seats.extend([
        ("H1", "HAND", "2025-09-01", "", ""),
        ("H2", "HAND", "2025-09-01", "", ""),
        ("H3", "OTHER", "2025-09-01", "2026-02-06", "transferred"),
        ("H3", "HAND", "2026-02-09", "", ""),
    ]);
    seats.push(("LESSONS", "LESSONS", "2025-09-01", "", ""));
    let mut lessons = "pupil_id,school_id,date,lesson,status\n".to_string();
    for (at, day) in days.iter().enumerate() {
        for lesson in 1..=6 {
            let status = match (at, lesson) {
                (50, 1..=3) => "excused",
                (50, _) => "absent",
                (55, 1) => "late",
                (55, 5 | 6) => "absent",
                _ => "present",
            };
            writeln!(lessons, "LESSONS,LESSONS,{day},{lesson},{status}").unwrap();
        }
    }
    let project = fill(Project::shared("town"), register, &days, &seats);
    project.put("inbox/attendance_lessons.csv", lessons).put("prane.toml", "[caseload]\nper_school = 2\n");
    project.night(&[]).says(&["3 left off"]);
    project
});

const TIED: [&str; 5] = ["T1", "T2", "T3", "T4", "T5"];
const SNOWED_IN: [&str; 12] = ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "N10", "N11", "N12"];

#[test]
fn a_school_that_has_handed_in_nothing_for_two_weeks_is_not_assessable() {
    assert_eq!(TOWN.row_of("caseload.not_assessable", "SILENT", &[]).unwrap()["cause"], "school_silent");
    assert!(TOWN.row_of("caseload.list", "SILENT", &[]).is_none(), "half absent in autumn, and still on no list");
    // Neither present nor absent on the days nobody handed in.
    assert_eq!(TOWN.measures("SILENT", ["days_recorded", "days_absent"]), [50.0, 25.0]);
}

#[test]
fn tied_priorities_at_the_capacity_line_fall_the_same_way_and_are_counted() {
    let mut list = TOWN.sql("select school_id, pupil_key, rank, on_list from caseload.list order by school_id, rank");
    list.retain(|row| row["school_id"] == "TIED");
    let mut keys: Vec<String> = TIED.iter().map(|id| TOWN.key_of(id)).collect();
    keys.sort();
    assert_eq!(list.iter().map(|r| r["pupil_key"].clone()).collect::<Vec<_>>(), keys, "the key decides where all else is equal");
    assert_eq!(list.iter().map(|r| r["on_list"].as_str()).collect::<Vec<_>>(), ["true", "true", "false", "false", "false"]);
    assert_eq!(TOWN.manifest()["counts"]["left_off"], 3);
    let page = String::from_utf8_lossy(&TOWN.published("2026-02-27")["schools/TIED/list.html"]).to_string();
    assert!(page.contains("Pa vend këtë javë"), "the page does not say that some were left off");
}

#[test]
fn absent_and_late_in_one_days_lessons_both_count() {
    let columns = ["days_recorded", "days_absent", "days_late", "absence_streak", "days_unexcused"];
    let [recorded, absent, late, streak, unexcused] = TOWN.measures("LESSONS", columns);
    assert_eq!(recorded, 60.0);
    assert!((absent - 8.0 / 6.0).abs() < 1e-12);
    assert!((late - 1.0 / 6.0).abs() < 1e-12);
    assert_eq!(streak, 0.0, "a day is away only when every lesson was missed");
    // A day missed whole, half of it excused, is one day absent and half a day unexcused, whoever asks.
    assert!((unexcused - 5.0 / 6.0).abs() < 1e-12);
    let key = TOWN.key_of("LESSONS");
    let weeks = TOWN.sql(&format!(
        "select sum(parts_absent) as absent, sum(parts_unexcused) as unexcused from indicators.attendance_week where pupil_key = '{key}'"
    ));
    assert_eq!((weeks[0]["absent"].as_str(), weeks[0]["unexcused"].as_str()), ("960960", "600600"));
}

#[test]
fn enrolment_closed_on_as_of_itself_is_still_enrolled_that_day() {
    let measured = TOWN.keys_in("indicators.pupil");
    assert!(measured.contains(&TOWN.key_of("ON")));
    assert!(!measured.contains(&TOWN.key_of("BEFORE")));
    assert!(TOWN.row_of("indicators.pupil", "BEFORE", &["--as-of", "2026-02-26"]).is_some());
}

#[test]
fn a_record_off_the_calendar_counts_nowhere_and_is_told() {
    assert_eq!(TOWN.measures("SATURDAY", ["days_recorded", "days_absent"]), [60.0, 0.0]);
    let checks = &TOWN.manifest()["checks"];
    assert!(checks.as_array().unwrap().iter().any(|c| c["name"] == "off_calendar_days" && c["verdict"] == "warned"), "{checks}");
}

#[test]
fn present_in_one_school_and_absent_in_another_is_present() {
    let both = TOWN.row_of("indicators.pupil", "BOTH", &[]).unwrap();
    assert_eq!(["days_recorded", "days_absent"].map(|column| both[column].parse::<f64>().unwrap()), [60.0, 0.0]);
    assert_eq!(both["school_id"], "HERE", "the enrolment that started last names the school");
}

#[test]
fn a_disrupted_day_counts_for_nobody_and_is_told_once() {
    assert_eq!(TOWN.measures("N1", ["days_recorded", "days_absent"]), [59.0, 0.0]);
    assert_eq!(TOWN.measures("N12", ["days_recorded"]), [59.0], "nor for those who came");
    let days = TOWN.sql("select school_id, date from analyses.disrupted_days");
    assert_eq!(days.len(), 1, "{days:?}");
}

#[test]
fn measures_of_a_register_counted_by_hand() {
    let wanted = "\
pupil,days_recorded,days_absent,days_unexcused,days_late,recent_recorded,recent_absent,before_recorded,before_absent,absence_trend,absence_streak,unexcused_streak,moves
H1,25,4,3,1,20,3,5,1,0.08,3,3,0
H2,22,0,0,0,19,0,3,0,0,0,0,0
H3,25,6,5,0,20,1,5,5,-0.2,0,0,1
";
    let measured = TOWN.sql("select * from indicators.pupil");
    let of = |pupil: &str| {
        let key = TOWN.key_of(pupil);
        measured.iter().find(|row| row["pupil_key"] == key).unwrap()
    };
    for row in rows(wanted.as_bytes()) {
        let found = of(&row["pupil"]);
        for (column, value) in row.iter().filter(|(column, _)| *column != "pupil") {
            let (found, value): (f64, f64) = (found[column].parse().unwrap(), value.parse().unwrap());
            assert!((found - value).abs() < 1e-12, "{column} of {}: {found}, counted {value}", row["pupil"]);
        }
    }
    let one = of("H1");
    assert_eq!(
        (one["unexcused_since"].as_str(), one["last_present"].as_str(), one["data_through"].as_str()),
        ("2026-02-25", "2026-02-24", "2026-02-27")
    );
}

#[test]
fn winter_break_inside_the_window_is_no_week() {
    let (before, after) = (weekdays("2025-11-17", 25), weekdays("2026-01-05", 10));
    let days: Vec<NaiveDate> = before.iter().chain(&after).copied().collect();
    // Four days away in the two weeks before the break: recent, although they lie six calendar weeks back.
    let register = Register::default().days("P1", "S1", &days, |at| if (17..21).contains(&at) { "absent" } else { "present" });
    let project = fill(Project::empty(), register, &days, &[("P1", "S1", "2025-09-01", "", "")]);
    project.run();
    assert_eq!(project.measures("P1", ["recent_recorded", "recent_absent"]), [20.0, 4.0]);
    assert_eq!(project.one("select max(week_number) from indicators.school_weeks"), "7");
}

#[test]
fn a_correction_that_arrives_later_changes_the_next_list_and_no_past_one() {
    let days = weekdays_to("2026-02-27", 40);
    let away = |at: usize| if at % 5 == 4 { "absent" } else { "present" };
    let seats = [("P1", "S1", "2025-09-01", "", ""), ("P2", "S1", "2025-09-01", "", "")];
    let project = fill(Project::empty(), Register::default().days("P1", "S1", &days, away).days("P2", "S1", &days, away), &days, &seats);
    project.run();
    let old = project.published("2026-02-27");
    let list = rows(&old["analysts/lists.csv"]);
    assert_eq!(list.len(), 2);
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
        night(&["sql", "--quiet", "--format", "csv", "-c", "select pupil_key from caseload.changes where cause = 'corrected'"])
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
    crate::support::same_files(&old, &project.published("2026-02-27"));
}

/// Thirty session days from November on; one pupil away for the first twenty.
static AUTUMN: LazyLock<Project> = LazyLock::new(|| {
    let days = weekdays("2025-11-03", 30);
    let register =
        Register::default().days("P1", "S1", &days, |at| if at < 20 { "absent" } else { "present" }).days("P2", "S1", &days, |_| "present");
    let project =
        fill(Project::shared("autumn"), register, &days, &[("P1", "S1", "2025-09-01", "", ""), ("P2", "S1", "2025-09-01", "", "")]);
    project.run();
    project
});

#[test]
fn as_of_on_a_sunday_or_a_holiday_sees_the_same_weeks() {
    let sunday = day("2025-12-12") + Days::new(2);
    let on = |day: &str| {
        let mut row = AUTUMN.row_of("indicators.pupil", "P1", &["--as-of", day]).unwrap();
        row.remove("as_of");
        row
    };
    for day in [sunday, sunday + Days::new(10)] {
        assert_eq!(on(&day.to_string()), on("2025-12-12"), "{day}");
    }
    let project = AUTUMN.copy();
    project.night(&["--as-of", &sunday.to_string()]);
    assert!(project.published(&sunday.to_string()).contains_key("schools/S1/list.html"));
}

#[test]
fn as_of_before_the_first_session_day_works_and_nobody_is_assessable() {
    let project = AUTUMN.copy();
    project.night(&["--as-of", "2025-10-01"]).says(&["0 pupils with level 3"]);
    assert!(project.published("2025-10-01").contains_key("index.html"));
    for early in ["2025-10-01", "2025-11-05"] {
        let row = AUTUMN.row_of("indicators.pupil", "P1", &["--as-of", early]).unwrap();
        assert_eq!(row["assessable"], "false", "{early}");
    }
}

#[test]
fn nothing_dated_after_as_of_enters() {
    assert_eq!(AUTUMN.measures_on("P1", ["days_recorded", "absence_streak"], "2025-11-14"), [10.0, 10.0]);
}
