//! Two nights of aggregates: what readers know of the first decides what the second may show.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::support::made::{Register, weekdays_to};
use crate::support::{Project, Row, same_files};

const FIRST: &str = "2026-02-20";
const SECOND: &str = "2026-02-27";
/// Few are fewer than three here.
const MIN_CELL: i64 = 3;

/// Five schools of one municipality, thirty pupils each and `joined` more at S3. Away for the last two weeks before the first
/// night: two at S1, four at S2, six at S3, eight and nine at the others; before the second night six more at S2 and five at S3.
fn register(last: &str, days: usize, joined: usize) -> String {
    let mut register = Register::default();
    for (school, away, later) in [("S1", 2, 0), ("S2", 4, 6), ("S3", 6, 5), ("S4", 8, 0), ("S5", 9, 0)] {
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

fn project(min_cell: i64) -> Project {
    let project = Project::empty();
    project.put("prane.toml", format!("[suppress]\nmin_cell = {min_cell}\n"));
    let schools: String = (1..=5).map(|at| format!("S{at},Shkolla {at},Kukës,Kukës\n")).collect();
    project.put("inbox/schools.csv", format!("school_id,school_name,region,municipality\n{schools}"));
    project
}

fn first_night() -> Project {
    let project = project(MIN_CELL);
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
    Some(second["Kukës"]? - ["S2", "S3", "S4", "S5"].into_iter().map(known).sum::<Option<i64>>()?)
}

#[test]
fn a_hidden_count_does_not_come_out_of_two_nights() {
    let project = first_night();
    let first = level_3(&project, FIRST);
    let shown = |night: &BTreeMap<String, Option<i64>>| ["S1", "S2", "S3", "S4", "S5", "Kukës"].map(|name| night[name]);
    assert_eq!(shown(&first), [None, None, None, Some(8), Some(9), Some(29)], "S2 and S3 are hidden beside S1");
    project.put("inbox/attendance_2.csv", register(SECOND, 5, 0));
    // The same look where nothing is few finds every count.
    let open = self::project(1);
    open.put("inbox/attendance_1.csv", register(FIRST, 30, 0)).night(&["--as-of", FIRST]);
    assert_eq!(shown(&level_3(&open, FIRST)), [Some(2), Some(4), Some(6), Some(8), Some(9), Some(29)]);
    // The same night for somebody who had seen nothing before: now S4 and S5 are the smaller.
    let alone = self::project(MIN_CELL);
    alone.put("inbox/attendance_1.csv", register(FIRST, 30, 0)).put("inbox/attendance_2.csv", register(SECOND, 5, 0));
    alone.night(&["--as-of", SECOND]);
    let unaware = level_3(&alone, SECOND);
    assert_eq!(shown(&unaware), [None, Some(10), Some(11), None, None, Some(40)]);
    assert_eq!(subtracted(&first, &unaware), Some(2), "the leak: the two of S1");

    project.night(&["--as-of", SECOND]);
    let second = level_3(&project, SECOND);
    assert_eq!(shown(&second), [None, None, None, Some(8), Some(9), Some(40)]);
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

/// Schools of towns of one, two, three and five schools: region, municipality, pupils, those away for the last two weeks, those
/// away now and then.
const TOWNS: [(&str, &str, usize, usize, usize); 19] = [
    ("Veri", "Dy", 16, 2, 5),
    ("Veri", "Dy", 18, 7, 0),
    ("Veri", "Tre", 14, 1, 4),
    ("Veri", "Tre", 15, 4, 6),
    ("Veri", "Tre", 20, 9, 3),
    ("Veri", "Vetëm", 12, 5, 1),
    ("Veri", "Pesë", 13, 2, 3),
    ("Veri", "Pesë", 13, 2, 4),
    ("Veri", "Pesë", 14, 1, 0),
    ("Veri", "Pesë", 17, 6, 5),
    ("Veri", "Pesë", 19, 8, 7),
    ("Jug", "Çift", 15, 1, 3),
    ("Jug", "Çift", 22, 10, 2),
    ("Jug", "Njëra", 14, 4, 4),
    ("Jug", "Tjetra", 16, 5, 3),
    ("Lindje", "Skaj", 15, 2, 2),
    ("Lindje", "Skaj", 17, 6, 6),
    ("Lindje", "Qendër", 18, 4, 4),
    ("Lindje", "Qendër", 20, 7, 5),
];
const COUNTS: [&str; 5] = ["pupils", "assessable", "level_3", "level_2", "level_1"];

fn towns(min_cell: i64) -> Project {
    let project = Project::empty();
    project.put("prane.toml", format!("[suppress]\nmin_cell = {min_cell}\n"));
    let days = weekdays_to(SECOND, 45);
    let (mut schools, mut pupils, mut seats) = (
        "school_id,school_name,region,municipality\n".to_string(),
        "pupil_id,sex\n".to_string(),
        "pupil_id,school_id,school_year,grade_level,class,start_date\n".to_string(),
    );
    let mut register = Register::default();
    for (at, (region, municipality, count, away, at_times)) in TOWNS.into_iter().enumerate() {
        writeln!(schools, "S{at:02},Shkolla {at},{region},{municipality}").unwrap();
        for pupil in 0..count {
            let id = format!("S{at:02}-P{pupil}");
            writeln!(pupils, "{id},{}", if (pupil * 7 + at) % 3 == 0 { "F" } else { "M" }).unwrap();
            writeln!(seats, "{id},S{at:02},2025-2026,{},A,2025-09-01", 5 + (pupil + at) % 4).unwrap();
            register = register.days(&id, &format!("S{at:02}"), &days, |day| match pupil {
                p if p < away && day >= 33 => "excused",
                p if (away..away + at_times).contains(&p) && day < 30 && day % 6 == 0 => "excused",
                _ => "present",
            });
        }
    }
    project.put("inbox/attendance.csv", register.0).put("inbox/schools.csv", schools);
    project.put("inbox/pupils.csv", pupils).put("inbox/enrolments.csv", seats);
    project.night(&["--as-of", SECOND]);
    project
}

/// Least and most that a reader can take a number for.
type Between = (i64, i64);
const NO_END: i64 = 1 << 40;

/// What a reader works out from parts that add up to totals, by narrowing each number by the others until nothing moves. Numbers
/// are named; the last of each sum is its total.
fn narrow(known: &mut BTreeMap<String, Between>, sums: &[Vec<String>]) {
    loop {
        let before = known.clone();
        for sum in sums {
            let (total, parts) = sum.split_last().unwrap();
            let of = |known: &BTreeMap<String, Between>, name: &String| known[name];
            let (least, most) = parts.iter().fold((0, 0), |(l, m), part| (l + of(known, part).0, (m + of(known, part).1).min(NO_END)));
            let (low, high) = known[total];
            let (low, high) = (low.max(least), high.min(most));
            known.insert(total.clone(), (low, high));
            for part in parts {
                let (l, m) = known[part];
                let others_least = least - l;
                let others_most = parts.iter().filter(|p| *p != part).fold(0, |all, p| (all + before[p].1.min(known[p].1)).min(NO_END));
                known.insert(part.clone(), (l.max(low - others_most), m.min(high - others_least)));
            }
        }
        if *known == before {
            return;
        }
    }
}

/// Everything few that a reader knows exactly from the published counts who also has the list of one school (or of none): what it
/// is of, and how many.
fn worked_out(published: &[Row], truth: &[Row], own: Option<&str>, what: &str) -> Vec<(String, i64)> {
    let name = |row: &Row| format!("{}/{}/{}/{}", row["kind"], row["region"], row["municipality"], row["name"]);
    let mut known: BTreeMap<String, Between> = BTreeMap::new();
    let mut sums: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Of grade levels and sexes, what lies outside of the own school.
    let own_part = |kind: &str, group: &str| -> i64 {
        let rows = truth.iter().filter(|row| Some(row["school_id"].as_str()) == own && (kind == "all" || row[kind] == group));
        rows.map(|row| row[what].parse::<i64>().unwrap()).sum()
    };
    for row in published {
        let shown = |what: &str| row[what].parse::<i64>().ok();
        let kind = row["kind"].as_str();
        let outside = if matches!(kind, "grade" | "sex") { own_part(kind, &row["name"]) } else { 0 };
        let is_own = kind == "school" && Some(row["name"].as_str()) == own;
        let most = shown("assessable").or(shown("pupils")).unwrap_or(NO_END);
        // Nobody is a number that is shown, unless all of the group is hidden.
        let least = i64::from(shown("pupils").is_some());
        let between = match shown(what) {
            _ if is_own => (own_part("all", ""), own_part("all", "")),
            Some(count) => (count - outside, count - outside),
            None => ((least - outside).max(0), if what.starts_with("level") { most - outside } else { NO_END }),
        };
        known.insert(name(row), between);
        let total = match kind {
            "school" => format!("municipality/{0}/{1}/{1}", row["region"], row["municipality"]),
            "municipality" => format!("region/{0}//{0}", row["region"]),
            kind => format!("all by {kind}"),
        };
        sums.entry(total).or_default().push(name(row));
    }
    let own_all = own_part("all", "");
    let named = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_string()).collect() };
    for all in ["all by region", "all by grade", "all by sex"] {
        known.insert(all.into(), (0, NO_END));
    }
    known.insert("own".into(), (own_all, own_all));
    let mut sums: Vec<Vec<String>> = sums.into_iter().map(|(total, parts)| parts.into_iter().chain([total]).collect()).collect();
    // All children are as many by each; grade levels and sexes are told here without the own school's.
    sums.push(named(&["all by grade", "own", "all by region"]));
    sums.push(named(&["all by sex", "own", "all by region"]));
    narrow(&mut known, &sums);
    let own_row = published.iter().find(|row| row["kind"] == "school" && Some(row["name"].as_str()) == own);
    let mut found = Vec::new();
    for row in published {
        let (least, most) = known[&name(row)];
        if own_row.is_some_and(|o| name(o) == name(row)) || least != most {
            continue;
        }
        // A total that the own school is a part of: what the others have of it.
        let holds_own = own_row.is_some_and(|o| match row["kind"].as_str() {
            "municipality" => (&o["region"], &o["municipality"]) == (&row["region"], &row["municipality"]),
            "region" => o["region"] == row["region"],
            _ => false,
        });
        let count = if holds_own { least - own_all } else { least };
        if (1..MIN_CELL).contains(&count) {
            found.push((name(row), count));
        }
    }
    found
}

/// What `programme.groups` shows.
fn shown_of(project: &Project) -> Vec<Row> {
    project.sql("select kind, region, municipality, name, pupils, assessable, level_3, level_2, level_1 from programme.groups")
}

/// What there is, a row a school, grade level and sex.
fn truth_of(project: &Project) -> Vec<Row> {
    project.sql(
        "select p.school_id, p.grade_level as grade, x.sex, count(*) as pupils, sum(case when p.assessable then 1 else 0 end) as assessable, \
         sum(case when l.level = 3 then 1 else 0 end) as level_3, sum(case when l.level = 2 then 1 else 0 end) as level_2, \
         sum(case when l.level = 1 then 1 else 0 end) as level_1 \
         from indicators.pupil p join sources.pupils x on x.pupil_key = p.pupil_key left join caseload.list l on l.pupil_key = p.pupil_key \
         group by p.school_id, p.grade_level, x.sex",
    )
}

/// Everything few that readers with the list of one school, or of none, find: whose list, which count, and what it is of.
fn all_worked_out(published: &[Row], truth: &[Row]) -> Vec<String> {
    let schools: Vec<String> = (0..TOWNS.len()).map(|at| format!("S{at:02}")).collect();
    let mut all = Vec::new();
    for what in COUNTS {
        for own in std::iter::once(None).chain(schools.iter().map(|school| Some(school.as_str()))) {
            let found = worked_out(published, truth, own, what);
            all.extend(found.into_iter().map(|(name, count)| format!("{what} of {name}, by the list of {own:?}: {count}")));
        }
    }
    all
}

#[test]
fn nobody_works_out_few_children_who_also_has_the_list_of_one_school() {
    let project = towns(MIN_CELL);
    let (published, truth) = (shown_of(&project), truth_of(&project));
    let schools: Vec<String> = (0..TOWNS.len()).map(|at| format!("S{at:02}")).collect();
    // There is something to be worked out, and something to work it out from.
    let few = |what: &str| {
        let of =
            |school: &String| truth.iter().filter(|row| row["school_id"] == *school).map(|row| row[what].parse::<i64>().unwrap()).sum();
        schools.iter().filter(|school| (1..MIN_CELL).contains(&of(school))).count()
    };
    assert!(few("level_3") >= 5, "few are at level 3 in {} schools", few("level_3"));
    let shown = published.iter().filter(|row| row["kind"] != "school" && !row["level_3"].is_empty()).count();
    assert!(shown >= 8, "{shown} totals of level 3 are shown");
    let found = all_worked_out(&published, &truth);
    assert!(found.is_empty(), "{}", found.join("\n"));
    // The same look where nothing is few: it finds few children in what the counts of schools say, with and without a list.
    let open = towns(1);
    let found = all_worked_out(&shown_of(&open), &truth);
    for wanted in
        ["level_3 of school/Veri/Dy/S00, by the list of None: 2", "level_3 of school/Veri/Dy/S00, by the list of Some(\"S01\"): 2"]
    {
        assert!(found.iter().any(|one| one == wanted), "{wanted} is not among {found:?}");
    }
}
