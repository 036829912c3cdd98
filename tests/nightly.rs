//! Whole nights over the sample project: lists for everybody, the same bytes again, and nothing half done.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)] // days are counted exactly

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use crate::support::{Done, Project, Row, adds_up, files_below, rows, same_files, samples};

const AS_OF: &str = "2026-02-27";
/// The planted child whose enrolment ends on `AS_OF`: listed that day, on no later list.
const CLOSED_ON_AS_OF: &str = "P0000033";

struct Sample {
    project: Project,
    done: Done,
}

/// The night that the README shows, on a copy.
static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let project = Project::shared("sample").with_samples();
    let done = project.prane(&["run"]);
    Sample { project, done }
});

#[test]
fn the_sample_ends_in_lists_for_every_school_and_centre_and_prints_where() {
    let done = &SAMPLE.done;
    assert_eq!(done.code, 0, "{}", done.said());
    assert!(done.out.contains(&format!("lists of {AS_OF}")) && done.out.contains(&format!("published/{AS_OF}")), "{}", done.out);
    let files = SAMPLE.project.published(AS_OF);
    let ids = |file: &str, column: &str| -> Vec<String> {
        rows(&fs::read(samples().join("inbox").join(file)).unwrap()).into_iter().map(|mut r| r.remove(column).unwrap()).collect()
    };
    let places = ids("schools.csv", "school_id")
        .into_iter()
        .map(|id| format!("schools/{id}"))
        .chain(ids("centres.csv", "centre_id").into_iter().map(|id| format!("centres/{id}")));
    for place in places {
        for file in ["list.html", "list.xlsx", "list.csv"] {
            assert!(files.contains_key(&format!("{place}/{file}")), "no {place}/{file} among {:?}", files.keys());
        }
        let page = String::from_utf8_lossy(&files[&format!("{place}/list.html")]).to_string();
        for word in [SAMPLE.project.manifest()["run_id"].as_str().unwrap(), "27"] {
            assert!(page.contains(word), "{place} does not say {word}");
        }
        assert!(!page.contains("<script src") && !page.contains("https://"), "{place} cannot be read offline");
    }
    for file in ["index.html", "overview/index.html", "analysts/lists.csv", "analysts/lists.parquet", "run.json"] {
        assert!(files.contains_key(file), "no {file}");
    }
    // The front page says how far each place's records reach: the samples' last day, and a school that fell silent.
    let index = String::from_utf8_lossy(&files["index.html"]).to_string();
    assert!(index.matches("27.2.2026").count() >= 3 && index.contains("13.2.2026"), "no day of the records on the front page");
    assert_eq!(fs::read_link(SAMPLE.project.path("published/latest")).unwrap().to_string_lossy(), AS_OF);
}

#[test]
fn the_manifest_says_what_was_read_and_what_was_written() {
    let manifest = SAMPLE.project.manifest();
    adds_up(&manifest);
    assert_eq!((manifest["as_of"].as_str(), manifest["outcome"].as_str()), (Some(AS_OF), Some("published")));
    let inbox = fs::read_dir(samples().join("inbox")).unwrap().count();
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), inbox);
    let files = manifest["files"].as_object().unwrap();
    assert!(files.len() > 10, "{files:?}");
    for (file, hash) in files {
        let bytes = fs::read(SAMPLE.project.path(&format!("published/{AS_OF}/{file}"))).unwrap();
        assert_eq!(hash.as_str().unwrap(), blake3::hash(&bytes).to_hex().as_str(), "{file}");
    }
    let checks = manifest["checks"].as_array().unwrap();
    assert!(checks.len() > 10 && checks.iter().all(|c| c["verdict"] != "failed"), "{checks:?}");
    let silent: Vec<&str> =
        manifest["schools"].as_array().unwrap().iter().filter(|s| s["silent"] == true).filter_map(|s| s["school_id"].as_str()).collect();
    assert_eq!(silent, ["S0004"]);
    assert_eq!(manifest["counts"]["left_off"], 3, "{}", manifest["counts"]);
    assert!(manifest["stages"].as_array().unwrap().len() > 3);
}

/// Pupil → flags that the table of planted children promises.
fn planted() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(samples().join("README.md")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| P0"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let flags = cells[3].split(", ").filter(|f| *f != "none").map(String::from).collect();
            (cells[0].to_string(), flags)
        })
        .collect()
}

#[test]
fn every_planted_child_trips_its_rules_and_nobody_else_is_listed() {
    let planted = planted();
    assert!(planted.len() > 50, "the table of planted children is not where it was");
    let listed = SAMPLE.project.sql("select pupil_key, flags from caseload.list");
    let mut found: BTreeMap<String, BTreeSet<String>> =
        listed.into_iter().map(|r| (r["pupil_key"].clone(), r["flags"].split("; ").map(String::from).collect())).collect();
    let mut wrong = Vec::new();
    for (pupil, flags) in &planted {
        let has = found.remove(&SAMPLE.project.key_of(pupil)).unwrap_or_default();
        if has != *flags {
            wrong.push(format!("{pupil}: planted {flags:?}, found {has:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} children differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(found.is_empty(), "listed, but not planted: {found:?}");
}

#[test]
fn planted_levels_statuses_and_causes() {
    let project = &SAMPLE.project;
    let listed = project.sql("select pupil_key, level, status from caseload.list");
    let list = |pupil: &str| {
        let key = project.key_of(pupil);
        listed.iter().find(|row| row["pupil_key"] == key).unwrap_or_else(|| panic!("{pupil} is on no list"))
    };
    assert_eq!(list("P0000023")["level"], "3", "two flags of level 2");
    assert_eq!(list("P0000024")["level"], "2", "two flags of level 1");
    assert_eq!((list("P0000003")["level"].as_str(), list("P0000004")["level"].as_str()), ("2", "1"));
    assert_eq!(list("P0000051")["status"], "in_care");
    for (pupil, cause) in [("P0000025", "school_silent"), ("P0000038", "thin_record")] {
        assert_eq!(project.row_of("caseload.not_assessable", pupil, &[]).unwrap()["cause"], cause, "{pupil}");
    }
    // A centre is told of listed pupils of its municipality who are at no centre, and of nobody else.
    let candidates = project.sql("select centre_id, school_id, pupil_key from analyses.referral_candidates");
    let pairs: BTreeSet<(&str, &str)> = candidates.iter().map(|row| (row["centre_id"].as_str(), row["school_id"].as_str())).collect();
    assert_eq!(pairs, BTreeSet::from([("C01", "S0001"), ("C02", "S0002")]));
    // The centre's page names each of them; the others of its municipality it does not invite.
    let names: BTreeMap<String, String> = rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap())
        .into_iter()
        .map(|row| (project.key_of(&row["pupil_id"]), format!("{} {}", row["first_name"], row["last_name"])))
        .collect();
    for centre in ["C01", "C02"] {
        let wanted: BTreeSet<&str> =
            candidates.iter().filter(|row| row["centre_id"] == centre).map(|row| names[&row["pupil_key"]].as_str()).collect();
        assert_eq!(invited(&project.published(AS_OF)[&format!("centres/{centre}/list.html")]), wanted, "candidates of {centre}");
    }
}

/// Who is named in the section of a centre's page that says whom it could invite.
fn invited(page: &[u8]) -> BTreeSet<&str> {
    let page = std::str::from_utf8(page).unwrap();
    let section = page.split_once("<section id=\"referrals\"").unwrap().1.split_once("</section>").unwrap().0;
    section.split("<span class=\"who\"").skip(1).map(|rest| rest.split_once('>').unwrap().1.split_once('<').unwrap().0).collect()
}

#[test]
fn planted_days_of_the_other_dates() {
    let project = &SAMPLE.project;
    assert_eq!(project.measures_on("P0000026", ["days_absent", "days_recorded"], "2025-06-20"), [52.0, 178.0]);
    assert!(project.flags_of("P0000030", &["--as-of", "2026-01-16"]).contains_key("rising_absence"));
    assert!(project.flags_of("P0000035", &["--as-of", "2026-02-13"]).contains_key("chronic_absence"));
    let first_day = project.sql_with(
        "select count(*) > 0 as enrolled, sum(case when assessable then 1 else 0 end) as n from indicators.pupil",
        &["--as-of", "2025-09-15"],
    );
    assert_eq!((first_day[0]["enrolled"].as_str(), first_day[0]["n"].as_str()), ("true", "0"));
    // A Sunday sees the same weeks; only the enrolment that was closed on the Friday is gone.
    let list = |day: &str| -> Vec<Row> {
        let mut list = project.sql_with("select pupil_key, level, flags from caseload.list order by pupil_key", &["--as-of", day]);
        let closed = project.key_of(CLOSED_ON_AS_OF);
        list.retain(|row| row["pupil_key"] != closed);
        assert!(list.len() > 20, "few are on the list of {day}");
        list
    };
    assert_eq!(list("2026-03-01"), list(AS_OF));
    assert!(project.row_of("indicators.pupil", CLOSED_ON_AS_OF, &["--as-of", "2026-03-01"]).is_none());
    let measured = project.sql("select pupil_key, days_recorded, days_absent, days_late from indicators.pupil");
    let on = |pupil: &str, column: &str| {
        let key = project.key_of(pupil);
        measured.iter().find(|row| row["pupil_key"] == key).unwrap()[column].parse::<f64>().unwrap()
    };
    assert_eq!((on("P0000039", "days_absent") * 6.0).round(), 2.0);
    assert_eq!((on("P0000039", "days_late") * 6.0).round(), 1.0);
    assert_eq!(on("P0000040", "days_absent"), 10.0);
    assert_eq!((on("P0000041", "days_recorded"), on("P0000042", "days_recorded"), on("P0000043", "days_late")), (96.0, 98.0, 15.0));
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_harmless() {
    let list = rows(&SAMPLE.project.published(AS_OF)["schools/S0001/list.csv"]);
    let row = list.iter().find(|r| r["pupil_id"] == "P0000047").unwrap();
    assert!(row["first_name"].starts_with("'=") || row["last_name"].starts_with("'="), "{} {}", row["first_name"], row["last_name"]);
    let cells: Vec<&String> = list
        .iter()
        .flat_map(|r| r.iter().filter(|(c, _)| !matches!(c.as_str(), "absence_trend" | "mark_change")))
        .map(|(_, v)| v)
        .collect();
    assert!(!cells.iter().any(|v| v.starts_with(['=', '+', '-', '@'])));
}

#[test]
fn running_twice_changes_nothing() {
    let project = SAMPLE.project.copy();
    let (published, store) = (project.published(AS_OF), project.store_state());
    project.prane(&["run"]).code(0).says(&["nothing new"]);
    same_files(&published, &project.published(AS_OF));
    same_files(&store, &project.store_state());
    project.prane(&["report", "--quiet", "--as-of", AS_OF]).code(0);
    same_files(&published, &project.published(AS_OF));
}

#[test]
fn two_fresh_projects_give_the_same_bytes_with_one_thread_and_with_two() {
    let with_threads = |threads: usize| {
        let project = Project::empty().with_samples();
        let configuration = fs::read_to_string(project.path("prane.toml")).unwrap();
        project.put("prane.toml", format!("{configuration}\n[engine]\nthreads = {threads}\n")).run();
        let tables: BTreeMap<String, Vec<u8>> =
            files_below(&project.path("store")).into_iter().filter(|(name, _)| name.ends_with(".parquet")).collect();
        (project.published(AS_OF), tables)
    };
    let ((lists, tables), (lists_of_two, tables_of_two)) = (with_threads(1), with_threads(2));
    same_files(&lists, &lists_of_two);
    same_files(&tables, &tables_of_two);
    same_files(&lists, &SAMPLE.project.published(AS_OF));
}

#[test]
fn a_store_whose_sums_are_not_those_of_its_files_is_refused_in_plain_words() {
    let project = SAMPLE.project.copy();
    let mut nights: serde_json::Value = serde_json::from_slice(&fs::read(project.path("store/nights.json")).unwrap()).unwrap();
    for night in nights.as_array_mut().unwrap() {
        assert!(night["versions"].as_object_mut().unwrap().remove("school_day").is_some());
    }
    project.put("store/nights.json", nights.to_string());
    project.prane(&["run"]).code(7).says(&["store/school_day", "does not match store/attendance", "read the extracts again"]);
}

#[test]
fn an_interrupted_night_publishes_nothing_and_the_next_one_goes_on() {
    let project = SAMPLE.project.copy();
    project.put("inbox/attendance_S0001_2025-12-01.csv", "pupil_id,school_id,date,status\nP0000001,S0001,2025-11-28,absent\n");
    let (published, store) = (project.published(AS_OF), project.store_state());
    let mut night = std::process::Command::new(env!("CARGO_BIN_EXE_prane"))
        .args(["run", "--log", "json", "--project"])
        .arg(project.path(""))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // In the middle of the questions: everything new is read and prepared, and nothing committed.
    let mut talk = std::io::BufReader::new(night.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("indicators.pupil") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut talk, &mut line).unwrap() > 0, "the night ended by itself");
    }
    let done = std::process::Command::new("kill").args(["-INT", &night.id().to_string()]).status().unwrap();
    assert!(done.success());
    std::io::Read::read_to_string(&mut talk, &mut line).unwrap();
    assert_eq!(night.wait().unwrap().code(), Some(130), "{line}");
    assert!(line.contains("interrupted: nothing was published"), "{line}");
    same_files(&published, &project.published(AS_OF));
    same_files(&store, &project.store_state());
    project.prane(&["run"]).code(0);
}

/// A night commits table after table and its own line last. Here it died after one, after half and after all of its tables.
#[test]
fn a_night_that_died_between_two_tables_never_was_and_is_made_again() {
    const NIGHT: &str = "2026-03-03T00:00:00Z";
    let project = SAMPLE.project.copy();
    let before = files_below(&project.path("store"));
    let vault = files_below(&project.path("vault"));
    for file in fs::read_dir(samples().join("later")).unwrap() {
        project.receive(&file.unwrap().path());
    }
    project.put("inbox/pupils_new.csv", "pupil_id,first_name,last_name,birth_date,sex\nP9000001,Era,Lleshi,2014-05-02,F\n");
    project.put(
        "inbox/enrolments_new.csv",
        "pupil_id,school_id,school_year,grade_level,class,start_date\nP9000001,S0001,2025-2026,6,6A,2026-02-23\n",
    );
    project.put("inbox/attendance_S0001_new.csv", "pupil_id,school_id,date,status\nP9000001,S0001,2026-02-25,absent\n");
    let inputs = files_below(&project.path("inbox"));
    let dead = |committed: &[&String]| {
        let dead = SAMPLE.project.copy();
        for (name, bytes) in &inputs {
            dead.put(&format!("inbox/{name}"), bytes);
        }
        // The vault is written before the store: it may know more than the store does.
        for (name, bytes) in files_below(&project.path("vault")) {
            dead.put(&format!("vault/{name}"), bytes);
        }
        for (name, bytes) in files_below(&project.path("store")) {
            if committed.iter().any(|table| name.starts_with(&format!("{table}/"))) {
                dead.put(&format!("store/{name}"), bytes);
            }
        }
        dead
    };
    project.prane_at(NIGHT, &["run", "--quiet"]).code(0);
    let after = files_below(&project.path("store"));
    assert!(vault != files_below(&project.path("vault")), "the night brought nobody new");
    let tables: BTreeSet<String> = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .filter_map(|(name, _)| Some(name.split_once('/')?.0.into()))
        .collect();
    assert!(tables.len() > 5, "{tables:?}");
    // Asked with what the second night knew: before it, neither project has its rows.
    let question = "select count(*) as n, sum(case when status = 'absent' then 1 else 0 end) as away from sources.attendance";
    let seen = |of: &Project| rows(of.prane_at(NIGHT, &["sql", "--quiet", "--format", "csv", "-c", question]).code(0).out.as_bytes());
    let (seen_before, seen_after) = (seen(&SAMPLE.project), seen(&project));
    assert_ne!(seen_before, seen_after, "the night brought no rows");
    for died_after in [1, tables.len() / 2, tables.len()] {
        let dead = dead(&tables.iter().take(died_after).collect::<Vec<_>>());
        assert_eq!(seen(&dead), seen_before, "after {died_after} tables: rows of a night that never ended count");
        dead.prane_at(NIGHT, &["run", "--quiet"]).code(0);
        assert_eq!(seen(&dead), seen_after, "after {died_after} tables");
        same_files(&project.published("latest"), &dead.published("latest"));
        // The log's lines hold the hour at which they were written; what they name is the same.
        let again = files_below(&dead.path("store"));
        assert_eq!(again.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        let rows = |all: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            all.iter().filter(|(name, _)| !name.contains("_delta_log")).map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
        };
        same_files(&rows(&after), &rows(&again));
    }
}

#[test]
fn a_fresh_project_with_the_same_key_gives_the_same_bytes() {
    let project = Project::empty().with_samples();
    project.run();
    same_files(&SAMPLE.project.published(AS_OF), &project.published(AS_OF));
}

#[test]
fn a_correction_changes_just_what_it_should_and_no_past_list() {
    let project = SAMPLE.project.copy();
    let old = project.published(AS_OF);
    let before = project.sql("select pupil_key, level, flags from caseload.list order by pupil_key");
    for file in fs::read_dir(samples().join("later")).unwrap() {
        project.receive(&file.unwrap().path());
    }
    let night = |options: &[&str]| project.prane_at("2026-03-03T00:00:00Z", options).code(0);
    night(&["run", "--as-of", "2026-03-01"]).says(&["corrects 3 rows"]);
    let asked =
        |question: &str| rows(night(&["sql", "--quiet", "--as-of", "2026-03-01", "--format", "csv", "-c", question]).out.as_bytes());
    let key = project.key_of("P0000046");
    let after = asked("select pupil_key, level, flags from caseload.list order by pupil_key");
    let gone = [key.clone(), project.key_of(CLOSED_ON_AS_OF)];
    let listed = before.len();
    let kept: Vec<_> = before.into_iter().filter(|r| !gone.contains(&r["pupil_key"])).collect();
    assert_eq!(kept.len(), listed - 2, "both were on the list before");
    assert_eq!(after, kept, "nobody else's level or flags changed");
    // The list before is made again as it was, by its day and what was known then.
    project.prane(&["run", "--quiet", "--as-of", AS_OF]).code(0);
    same_files(&old, &project.published(AS_OF));
    night(&["report", "--quiet", "--as-of", AS_OF]);
    same_files(&old, &project.published(AS_OF));
    let off = asked(&format!("select cause from caseload.off_list where pupil_key = '{key}'"));
    assert_eq!(off.first().map(|r| r["cause"].as_str()), Some("corrected"), "the next list says that it was a correction");
}

#[test]
fn a_failing_check_publishes_nothing_and_leaves_the_store_as_it_was() {
    let project = Project::empty().with_small();
    project.run();
    let (published, store, vault) =
        (project.published("latest"), project.store_state(), crate::support::files_below(&project.path("vault")));
    project.put("queries/checks/x.sql", "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- severity = \"fail\"\n-- what = \"w\"\n-- mend = \"m\"\nselect pupil_key from indicators.pupil\n");
    project.put("inbox/attendance_S1_more.csv", "pupil_id,school_id,date,status\nS1-P1,S1,2026-02-27,absent\n");
    project.prane(&["run"]).code(6).says(&["x (4 rows)", "nothing was published"]);
    same_files(&published, &project.published("latest"));
    same_files(&store, &project.store_state());
    same_files(&vault, &crate::support::files_below(&project.path("vault")));
    // Once mended, the night takes in what the failed one saw.
    fs::remove_file(project.path("queries/checks/x.sql")).unwrap();
    project.run();
    assert_eq!(project.one("select count(*) from sources.attendance where status = 'absent'"), "6");
}

#[test]
fn a_refused_file_ends_with_code_5_and_publishes_the_rest() {
    let project = Project::empty().with_small();
    project.put("inbox/attendance_S1_bad.csv", "pupil_id,school_id,date,status\nS1-P1,S1,2026-02-27,prezent\n");
    let done = project.prane(&["run"]).code(5).says(&["attendance_S1_bad.csv", "last good data"]);
    assert!(done.out.contains("published"), "{}", done.said());
    assert_eq!(project.published("latest").keys().filter(|n| n.starts_with("schools/S1/")).count(), 3);
    adds_up(&project.manifest());
}

#[test]
fn own_rules_are_one_file_each() {
    let project = Project::empty().with_small();
    project.put("queries/flags/late_often.sql", "-- title = \"Late often\"\n-- about = \"x\"\n-- grain = \"one row a pupil\"\n-- level = 1\n-- rests_on = \"marks\"\nselect p.as_of, p.pupil_key, p.days_recorded as value, 1.0 as threshold, cast(null as date) as since_date from indicators.pupil p where p.days_late >= 0 and p.days_absent = 0\n");
    project.run();
    assert_eq!(project.flags_of("S1-P1", &[]), BTreeMap::from([("late_often".to_string(), "1".to_string())]));
    let because = format!("select array_to_string(because, '|') from caseload.changes where pupil_key = '{}'", project.key_of("S1-P1"));
    assert_eq!(project.one(&because), "marks", "a new rule says what it rests on, and so does the list where it moved a child");
    project.put("queries/policy.toml", "[[override]]\nschool = \"S1\"\nlong_absence.days = 50\nlong_absence.early_days = 49\n").run();
    assert!(!project.flags_of("S1-P4", &[]).contains_key("long_absence"));
}
