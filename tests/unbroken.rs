//! What must not break a project: files refused and taken later, nights cut off, a store that is not there, a wrong clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::support::made::{Register, calendar, day, enrolments, weekdays_to};
use crate::support::{Project, Row, files_below, prane, rows, same_files};

/// A project of so many schools with three pupils each, and no attendance yet.
fn schools(count: usize) -> Project {
    let mut schools = "school_id,school_name,region,municipality\n".to_string();
    let mut pupils = "pupil_id,first_name,last_name,birth_date,sex\n".to_string();
    let mut seats: Vec<(String, String)> = Vec::new();
    for school in 1..=count {
        schools.push_str(&format!("S{school},Shkolla {school},Qarku,Bashkia\n"));
        for pupil in 1..=3 {
            pupils.push_str(&format!("S{school}-P{pupil},Emri,Mbiemri,2013-05-0{pupil},F\n"));
            seats.push((format!("S{school}-P{pupil}"), format!("S{school}")));
        }
    }
    let seats: Vec<_> = seats.iter().map(|(pupil, school)| (pupil.as_str(), school.as_str(), "2025-09-01", "", "")).collect();
    let project = Project::empty();
    project
        .put("inbox/schools.csv", schools)
        .put("inbox/pupils.csv", pupils)
        .put("inbox/calendar.csv", calendar("*", &weekdays_to("2026-03-05", 40)))
        .put("inbox/enrolments.csv", enrolments(&seats));
    project
}

/// The week of a school up to a day; read before that day, a fifth of it is of a day to come, and it is refused whole.
fn register(school: usize, to: &str) -> String {
    Register::default().class(&format!("S{school}"), 3, &weekdays_to(to, 5)).0
}

/// School → rows and last day, as the store has them at a moment.
fn stored(project: &Project, known_at: &str) -> BTreeMap<String, (String, String)> {
    let question = "select school_id, count(*) as n, cast(max(date) as varchar) as last from sources.attendance group by school_id";
    let done = project.prane_at(known_at, &["sql", "--quiet", "--format", "csv", "-c", question]).code(0);
    let counts = |mut row: Row| (row.remove("school_id").unwrap(), (row.remove("n").unwrap(), row.remove("last").unwrap()));
    rows(done.out.as_bytes()).into_iter().map(counts).collect()
}

fn run_ids(project: &Project) -> Vec<String> {
    let nights: serde_json::Value = serde_json::from_slice(&fs::read(project.path("store/nights.json")).unwrap()).unwrap();
    nights.as_array().unwrap().iter().map(|night| night["run_id"].as_str().unwrap().to_string()).collect()
}

const NIGHTS: [&str; 3] = ["2026-03-02T20:00:00Z", "2026-03-03T20:00:00Z", "2026-03-04T20:00:00Z"];

/// What a night left.
struct Seen {
    night: usize,
    rows: BTreeMap<String, (String, String)>,
    published: BTreeMap<String, Vec<u8>>,
    as_of: String,
}

/// Files that are ripe (none of their rows is of a day to come) on the night of this number each, all handed in at once.
fn refused_then_taken(ripe: &[usize]) {
    let project = schools(ripe.len());
    for (at, night) in ripe.iter().enumerate() {
        project.put(&format!("inbox/attendance_S{}.csv", at + 1), register(at + 1, &NIGHTS[*night][..10]));
    }
    let mut after: Vec<Seen> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (number, moment) in NIGHTS.iter().enumerate().take(ripe.iter().max().unwrap() + 1) {
        let waiting = ripe.iter().filter(|night| **night > number).count();
        let before = files_below(&project.path("store"));
        project.prane_at(moment, &["run", "--quiet"]).code(if waiting > 0 { 5 } else { 0 });
        let now = stored(&project, moment);
        assert_eq!(now.len(), ripe.len() - waiting, "{ripe:?}, night {number}: schools that have rows");
        for seen in &after {
            for (school, had) in &seen.rows {
                assert_eq!(now.get(school), Some(had), "{ripe:?}: rows of {school} by night {}, after night {number}", seen.night);
            }
        }
        for (name, bytes) in &before {
            if name.ends_with(".parquet") {
                assert_eq!(fs::read(project.path(&format!("store/{name}"))).ok().as_ref(), Some(bytes), "{ripe:?}: {name} was overwritten");
            }
        }
        names.extend(run_ids(&project));
        let as_of = project.manifest()["as_of"].as_str().unwrap().to_string();
        let published = project.published(&as_of);
        after.push(Seen { night: number, rows: now, published, as_of });
    }
    assert_eq!(names.len(), after.len(), "{ripe:?}: a name a night: {names:?}");
    assert_eq!(run_ids(&project).len(), after.len());
    // What was known on each night is known still, and its list is made again as it was; of three, of the first night.
    let nights = if ripe.len() == 2 { 2 } else { 1 };
    for Seen { night: number, rows, published, as_of } in after.into_iter().take(nights) {
        assert_eq!(stored(&project, NIGHTS[number]), rows, "{ripe:?}: as it was known on night {number}");
        project.prane_at(NIGHTS[number], &["report", "--quiet", "--as-of", &as_of]).code(0);
        same_files(&published, &project.published(&as_of));
    }
}

#[test]
fn a_school_refused_on_one_night_and_taken_on_the_next_takes_no_row_of_another() {
    refused_then_taken(&[0, 1]);
    refused_then_taken(&[1, 0]);
}

// Every order of three, as two tests that run beside each other.
#[test]
fn three_schools_refused_and_taken_in_every_order_keep_their_rows() {
    for ripe in [[0, 1, 2], [0, 2, 1], [1, 0, 2]] {
        refused_then_taken(&ripe);
    }
}

#[test]
fn three_schools_refused_and_taken_in_every_other_order_keep_their_rows() {
    for ripe in [[2, 0, 1], [1, 2, 0], [2, 1, 0]] {
        refused_then_taken(&ripe);
    }
}

/// A child of two numbers, before a person says that they are one.
fn with_two_numbers() -> Project {
    let days = weekdays_to("2026-02-27", 60);
    let first: Vec<_> = days.iter().copied().filter(|d| *d < day("2026-01-12")).collect();
    let second: Vec<_> = days.iter().copied().filter(|d| *d >= day("2026-01-12")).collect();
    let project = Project::empty().with_small();
    project
        .put(
            "inbox/pupils_mover.csv",
            "pupil_id,first_name,last_name,birth_date,sex\nM1,Era,Lleshi,2013-05-09,F\nM2,Era,Lleshi,2013-05-09,F\n",
        )
        .put("inbox/enrolments_mover.csv", enrolments(&[("M1", "S1", "2025-09-01", "2026-01-09", ""), ("M2", "S1", "2026-01-12", "", "")]))
        .put(
            "inbox/attendance_mover.csv",
            Register::default().days("M1", "S1", &first, |_| "present").days("M2", "S1", &second, |_| "present").0,
        );
    project.run();
    project.put("inbox/link_decisions_one.csv", "other_pupil_id,pupil_id,decision,by,date\nM2,M1,same,Ana,2026-02-27\n");
    project
}

/// Where the next commit of a table goes; a folder in its place stops the commit, after everything before it was done.
fn next_commit(project: &Project, table: &str) -> PathBuf {
    let log = project.path(&format!("store/{table}/_delta_log"));
    let last = fs::read_dir(&log).unwrap().filter_map(|e| e.unwrap().file_name().to_string_lossy().get(..20)?.parse::<u64>().ok()).max();
    log.join(format!("{:020}.json", last.unwrap() + 1))
}

#[test]
fn a_night_cut_off_between_vault_and_store_leaves_both_as_they_were_and_the_next_one_makes_it_again() {
    const NIGHT: &str = "2026-03-03T00:00:00Z";
    let cut = with_two_numbers();
    let whole = cut.copy();
    whole.prane_at(NIGHT, &["run", "--quiet"]).code(0);
    let stop = next_commit(&cut, "attendance");
    fs::create_dir(&stop).unwrap();
    cut.prane_at(NIGHT, &["run", "--quiet"]).code(7);
    fs::remove_dir(&stop).unwrap();
    // Nothing was committed: two numbers are two children still, to whoever asks.
    assert_ne!(cut.key_of("M1"), cut.key_of("M2"));
    cut.prane_at(NIGHT, &["sql", "--quiet", "-c", "select count(*) from indicators.pupil"]).code(0);
    cut.prane_at(NIGHT, &["run", "--quiet"]).code(0);
    assert_eq!(cut.key_of("M1"), cut.key_of("M2"), "the decision was taken in");
    same_files(&whole.published("2026-02-27"), &cut.published("2026-02-27"));
    assert_eq!(stored(&whole, NIGHT), stored(&cut, NIGHT));
}

#[test]
fn a_night_cut_off_after_the_store_and_before_the_vault_is_brought_to_its_end() {
    const NIGHT: &str = "2026-03-03T00:00:00Z";
    let project = with_two_numbers();
    let before = files_below(&project.path("vault"));
    project.prane_at(NIGHT, &["run", "--quiet"]).code(0);
    // As a kill after the night's line leaves it: the sheets as they were, the new ones aside.
    let cut = project.copy();
    let after = files_below(&project.path("vault"));
    for (name, bytes) in &after {
        if before.get(name) != Some(bytes) {
            cut.put(&format!("vault/.next/{name}"), bytes);
            fs::remove_file(cut.path(&format!("vault/{name}"))).unwrap();
            if let Some(bytes) = before.get(name) {
                cut.put(&format!("vault/{name}"), bytes);
            }
        }
    }
    let names = run_ids(&project);
    cut.put("vault/.next/night", format!("{} {}\n", names.len() - 1, names.last().unwrap()));
    assert_eq!(cut.key_of("M1"), cut.key_of("M2"), "who only looks sees what belongs to the store");
    cut.prane_at(NIGHT, &["run", "--quiet"]).code(0);
    assert!(!cut.path("vault/.next").exists(), "it was moved into place");
    same_files(&project.published("2026-02-27"), &cut.published("2026-02-27"));
    same_files(&after, &files_below(&cut.path("vault")));
}

#[test]
fn a_store_that_is_not_there_stops_every_command_and_the_lists_stay() {
    let project = Project::empty().with_small();
    project.run();
    let published = project.published("2026-02-27");
    let list = fs::read(project.path("store/nights.json")).unwrap();
    let stops = |of: &Project| {
        for command in [vec!["run"], vec!["check"], vec!["report"], vec!["sql", "-c", "select 1"], vec!["erase", "S1-P1", "--yes"]] {
            of.prane(&command).code(7).says(&["nights.json", "mount the disk", "restore", "[] into"]);
        }
        same_files(&published, &of.published("2026-02-27"));
    };
    // The list of nights is lost, and the tables are there.
    fs::remove_file(project.path("store/nights.json")).unwrap();
    stops(&project);
    // The disk is not mounted: an empty folder, and none.
    fs::rename(project.path("store"), project.path("elsewhere")).unwrap();
    fs::create_dir(project.path("store")).unwrap();
    stops(&project);
    fs::remove_dir(project.path("store")).unwrap();
    stops(&project);
    // The vault alone tells it too, and so does a run.
    for kept in ["vault", "runs"] {
        let other = project.copy();
        for gone in ["published", "runs", "vault"].into_iter().filter(|gone| *gone != kept) {
            let _ = fs::remove_dir_all(other.path(gone));
        }
        other.prane(&["run", "--quiet"]).code(7).says(&["mount the disk"]);
    }
    // It comes back, and nothing is lost.
    let _ = fs::remove_dir_all(project.path("store"));
    fs::rename(project.path("elsewhere"), project.path("store")).unwrap();
    project.put("store/nights.json", list);
    project.run();
    same_files(&published, &project.published("2026-02-27"));
    // A list that is older than its tables would take rows back.
    project.put("inbox/attendance_new.csv", Register::default().class("S1", 4, &[day("2026-03-02")]).0);
    let old = fs::read(project.path("store/nights.json")).unwrap();
    project.run();
    project.put("inbox/attendance_newer.csv", Register::default().row("S1-P2", "S1", day("2026-03-02"), "absent").0);
    project.run();
    project.put("store/nights.json", old);
    project.prane(&["run", "--quiet"]).code(7).says(&["older than store/", "one backup"]);
}

#[test]
fn a_store_is_begun_anew_on_purpose() {
    let project = Project::empty().with_small();
    project.run();
    let lists = project.published("2026-02-27");
    fs::remove_dir_all(project.path("store")).unwrap();
    project.put("store/nights.json", "[]");
    project.run();
    assert_eq!(lists["analysts/lists.csv"], project.published("2026-02-27")["analysts/lists.csv"]);
}

#[test]
fn a_clock_that_ran_ahead_freezes_no_list() {
    let project = Project::empty().with_small();
    project.run();
    let text = fs::read_to_string(project.path("store/nights.json")).unwrap();
    assert!(text.contains("2026-03-02T00:00:00Z"));
    project.put("store/nights.json", text.replace("2026-03-02T00:00:00Z", "2126-03-02T00:00:00Z"));
    project.put("inbox/attendance_S1_new.csv", Register::default().class("S1", 4, &[day("2026-03-02")]).0);
    let folder = project.path("").to_string_lossy().to_string();
    let night = prane(["run", "--quiet", "--project", folder.as_str()]).code(0).says(&["the clock", "set the clock right"]);
    assert!(night.out.contains("lists of 2026-03-02"), "the new day is not on the lists: {}", night.said());
    let asked = prane([
        "sql",
        "--quiet",
        "--project",
        folder.as_str(),
        "--format",
        "csv",
        "-c",
        "select count(*) as n from sources.attendance where date = date '2026-03-02'",
    ]);
    assert_eq!(asked.code(0).out.lines().nth(1), Some("4"));
    // The night after it goes on too.
    project.put("inbox/attendance_S1_newer.csv", Register::default().class("S1", 4, &[day("2026-03-03")]).0);
    prane(["run", "--quiet", "--project", folder.as_str()]).code(0).says(&["lists of 2026-03-03"]);
}

#[test]
fn a_time_before_the_first_night_is_told_as_such() {
    let project = Project::empty().with_small();
    project.run();
    for command in [vec!["run"], vec!["sql", "-c", "select 1"]] {
        let done = project.prane_at("2026-02-20T00:00:00Z", &command).code(2).says(&["nothing was known yet at"]);
        assert!(!done.said().contains("nothing stored"), "{}", done.said());
    }
}

#[test]
fn a_night_killed_after_its_commit_publishes_the_accounts_of_the_files_it_refused() {
    let project = schools(2);
    project.put("inbox/attendance_S1.csv", register(1, "2026-03-02")).put("inbox/attendance_S2.csv", register(2, "2026-03-03"));
    project.prane_at(NIGHTS[0], &["run", "--quiet"]).code(5);
    let as_of = project.manifest()["as_of"].as_str().unwrap().to_string();
    let whole = project.published(&as_of);
    // The kill: the store has the night, nothing is published, and its manifest says how far it came.
    fs::remove_dir_all(project.path("published")).unwrap();
    let path = project.path(&format!("runs/{}.json", run_ids(&project)[0]));
    let mut run: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    run["outcome"] = "not published yet".into();
    fs::write(&path, run.to_string()).unwrap();
    project.put(".staging/store/left.parquet", "left");
    project.prane_at(NIGHTS[0], &["run", "--quiet"]).code(5);
    same_files(&whole, &project.published(&as_of));
    assert!(!project.path(".staging").exists(), "what a killed night left is swept");
    // The accounts are written before the store has the night: here it is stopped between the two.
    let cut = schools(2);
    cut.put("inbox/attendance_S1.csv", register(1, "2026-03-02")).put("inbox/attendance_S2.csv", register(2, "2026-03-03"));
    cut.put("store/attendance", "a file where a folder should be");
    cut.prane_at(NIGHTS[0], &["run", "--quiet"]).code(7);
    assert_eq!(cut.manifest()["inputs"], project.manifest()["inputs"]);
}
