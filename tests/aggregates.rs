//! Two nights of aggregates: what readers know of the first decides what the second may show.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use support::made::{Register, weekdays_to};
use support::{Project, same_files};

const FIRST: &str = "2026-02-20";
const SECOND: &str = "2026-02-27";
/// Few are fewer than three here.
const MIN_CELL: i64 = 3;

/// Three schools of one municipality, thirty pupils each and `joined` more at S3. Away for the last two weeks before the first
/// night: two at S1, four at S2, six at S3; before the second night three more at S2.
fn register(last: &str, days: usize, joined: usize) -> String {
    let mut register = Register::default();
    for (school, away, later) in [("S1", 2, 0), ("S2", 4, 3), ("S3", 6, 0)] {
        for pupil in 0..30 + if school == "S3" { joined } else { 0 } {
            let since = match pupil {
                p if p < away => "2026-02-09",
                p if p < away + later => "2026-02-16",
                _ => "9999-12-31",
            };
            let days = weekdays_to(last, days);
            register = register.days(&format!("{school}-P{pupil}"), school, &days, |at| {
                if days[at].to_string().as_str() >= since { "excused" } else { "present" }
            });
        }
    }
    register.0
}

fn project() -> Project {
    let project = Project::empty();
    project.put("prane.toml", format!("[suppress]\nmin_cell = {MIN_CELL}\n"));
    project
        .put("inbox/schools.csv", "school_id,school_name,region,municipality\nS1,Një,Kukës,Kukës\nS2,Dy,Kukës,Kukës\nS3,Tre,Kukës,Kukës\n");
    project
}

fn first_night() -> Project {
    let project = project();
    project.put("inbox/attendance_1.csv", register(FIRST, 30, 0));
    project.night(&["--as-of", FIRST]);
    project
}

/// Level 3 as shown: of each school and, under `Kukës`, of the municipality.
fn level_3(project: &Project, as_of: &str) -> BTreeMap<String, Option<i64>> {
    let question = "select name, level_3 from programme.groups where kind in ('municipality', 'school')";
    let rows = project.sql_with(question, &["--as-of", as_of]);
    rows.into_iter().map(|row| (row["name"].clone(), row["level_3"].parse().ok())).collect()
}

/// What a reader makes of S1 who takes each other school from the first night or the second, wherever it was shown.
fn subtracted(first: &BTreeMap<String, Option<i64>>, second: &BTreeMap<String, Option<i64>>) -> Option<i64> {
    let known = |school: &str| second[school].or(first[school]);
    Some(second["Kukës"]? - known("S2")? - known("S3")?)
}

#[test]
fn a_hidden_count_does_not_come_out_of_two_nights() {
    let project = first_night();
    let first = level_3(&project, FIRST);
    assert_eq!((first["S1"], first["S2"], first["S3"], first["Kukës"]), (None, None, Some(6), Some(12)), "S2 is hidden beside S1");
    project.put("inbox/attendance_2.csv", register(SECOND, 5, 0));
    // The same night for somebody who had seen nothing before: now S3 is the smaller of the two.
    let alone = self::project();
    alone.put("inbox/attendance_1.csv", register(FIRST, 30, 0)).put("inbox/attendance_2.csv", register(SECOND, 5, 0));
    alone.night(&["--as-of", SECOND]);
    let unaware = level_3(&alone, SECOND);
    assert_eq!((unaware["S1"], unaware["S2"], unaware["S3"]), (None, Some(7), None));
    assert_eq!(subtracted(&first, &unaware), Some(2), "the leak: the two of S1");

    project.night(&["--as-of", SECOND]);
    let second = level_3(&project, SECOND);
    assert_eq!((second["S1"], second["S2"], second["S3"], second["Kukës"]), (None, None, Some(6), Some(15)));
    assert_eq!(subtracted(&first, &second), None);
    // Made again, and on another day too, it is held against what was published before it, not against itself.
    let (published, store) = (project.published(SECOND), project.store_state());
    project.night(&["--as-of", SECOND]);
    same_files(&published, &project.published(SECOND));
    same_files(&store, &project.store_state());
    assert_eq!(project.one(&format!("select count(distinct as_of) as n from history.groups where as_of < date '{SECOND}'")), "1");
}

#[test]
fn few_more_children_are_not_told_until_they_are_many() {
    let project = first_night();
    let pupils = |as_of: &str| {
        let question = "select pupils from programme.groups where name = 'S3'";
        project.sql_with(question, &["--as-of", as_of])[0]["pupils"].clone()
    };
    project.put("inbox/attendance_2.csv", register(SECOND, 5, 2)).night(&["--as-of", SECOND]);
    assert_eq!(project.sql_with("select count(*) as n from indicators.pupil where school_id = 'S3'", &["--as-of", SECOND])[0]["n"], "32");
    assert_eq!(pupils(SECOND), "30", "two more are not told");
    project.put("inbox/attendance_3.csv", register(SECOND, 5, 3)).night(&["--as-of", "2026-03-01"]);
    assert_eq!(pupils("2026-03-01"), "33", "three more since it was shown are");
}

#[test]
fn an_own_query_that_tells_a_small_change_stops_the_night() {
    let project = first_night();
    let own = "-- title = \"g\"\n-- about = \"g\"\n-- grain = \"one row a school\"\nselect as_of, 'school' as kind, 'Kukës' as region, 'Kukës' as municipality, \
        school_id as name, count(*) as pupils, cast(null as bigint) as assessable, cast(null as bigint) as level_3, cast(null as bigint) as level_2, \
        cast(null as bigint) as level_1, cast(null as double) as absence_rate, cast(null as double) as absence_rate_below, \
        cast(null as double) as absence_rate_above from indicators.pupil group by as_of, school_id\n";
    project.put("queries/programme/groups.sql", own).put("inbox/attendance_2.csv", register(SECOND, 5, 2));
    project.prane(&["run", "--as-of", SECOND]).code(6).says(&["small_differences (1 rows)", "nothing was published"]);
}
