//! The command line: what it answers, how it ends, and that stdout is data and stderr talk.

use std::sync::LazyLock;

use crate::support::{Project, adds_up, prane, rows};

/// A project with one published night.
static SMALL: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("small").with_small();
    project.run();
    project
});

#[test]
fn code_0_says_on_stdout_how_many_and_where() {
    let project = Project::empty().with_small();
    let done = project.prane(&["run"]).code(0);
    assert!(done.out.contains("lists of 2026-02-27") && done.out.contains("published/2026-02-27"), "{}", done.out);
    assert!(done.err.contains("rows read"), "{}", done.err);
    let quiet = project.prane(&["run", "--quiet"]).code(0);
    assert_eq!(quiet.err, "", "--quiet says nothing but errors");
}

#[test]
fn code_2_for_a_command_line_that_does_not_fit() {
    prane(["no-such-command"]).code(2);
    prane(["run", "--as-of", "yesterday"]).code(2);
    prane(["run", "--project", "no/such/folder"]).code(2).says(&["is not a folder", "prane init"]);
    SMALL.prane(&["sql", "-c", "select nothing from nowhere"]).code(2).says(&["hint:"]);
    SMALL.prane(&["sql", "-c", "drop table sources.marks"]).code(2);
    SMALL.prane(&["explain", "NOBODY"]).code(2).says(&["no such pupil"]);
}

#[test]
fn code_3_for_a_configuration_that_is_wrong() {
    let project = Project::empty().with_small();
    for (text, says) in [
        ("[caseload]\nper_scool = 3\n", vec!["unknown key `per_scool`", "did you mean `per_school`"]),
        ("[casload]\nper_school = 3\n", vec!["unknown key `casload`", "did you mean `caseload`"]),
        ("[contract]\ntolerance = 2\n", vec!["tolerance", "share from 0 to 1"]),
        ("[[source]]\ntable = \"attendence\"\nfiles = \"x*.csv\"\n", vec!["attendence", "did you mean \"attendance\""]),
        ("[engine]\nmemory_limit = \"much\"\n", vec!["memory_limit"]),
        ("not toml", vec!["prane.toml"]),
    ] {
        project.put("prane.toml", text).prane(&["run"]).code(3).says(&says).says(&["hint:"]);
    }
}

#[test]
fn code_3_for_a_query_or_policy_that_is_wrong() {
    let project = Project::empty().with_small();
    let head = "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- level = 1\n";
    for (file, text, says) in [
        (
            "queries/flags/late_often.sql",
            format!(
                "{head}select p.as_of, p.pupil_key, p.days_lat as value, 1.0 as threshold, cast(null as date) as since_date from indicators.pupil p"
            ),
            "queries/flags/late_often.sql",
        ),
        ("queries/flags/late_often.sql", format!("{head}select now() as value"), "uses now"),
        ("queries/flags/late_often.sql", format!("{head}select first_name from indicators.pupil"), "asks for first_name"),
        ("queries/policy.toml", "[chronic_absence]\npermile = 90\n".into(), "chronic_absence_permille"),
        (
            "queries/policy.toml",
            "[[override]]\nschool = \"S1\"\n[override.caseload]\nper_centre = 3\n".into(),
            "gives caseload_per_centre for one school, but only centres read it",
        ),
    ] {
        project.put(file, text).prane(&["run"]).code(3).says(&[says]);
        std::fs::remove_file(project.path(file)).unwrap();
        assert!(!project.path("published").exists(), "nothing is published");
    }
}

#[test]
fn code_3_for_an_own_file_that_does_not_give_what_others_read() {
    let project = Project::empty().with_small();
    let own = |select: &str| format!("-- title = \"x\"\n-- grain = \"one row a pupil\"\n{select}");
    let enrolled = "select n.as_of, e.pupil, e.pupil_key, e.school_id, n.school_year, e.grade_level, e.class from run.as_of n cross join sources.enrolments e";
    for (text, says) in [
        (
            own(&enrolled.replace("e.class", "e.class as klasse")),
            "does not give the column class of the built-in file that it replaces; it gives klasse",
        ),
        (own(&format!("{enrolled} union all {enrolled}")), "has 8 rows that share their key (as_of, pupil) with another row"),
        (
            own(&format!("-- [columns]\n-- clas = \"class\"\n{enrolled}")),
            "names in its head the column clas, which it does not give; it gives class",
        ),
        (own(&format!("-- key = [\"as_of\", \"school_id\"]\n{enrolled}")), "share their key (as_of, school_id)"),
    ] {
        project.put("queries/indicators/enrolled.sql", text).prane(&["run"]).code(3).says(&[
            "queries/indicators/enrolled.sql",
            says,
            "hint:",
        ]);
        assert!(!project.path("published").exists(), "nothing is published");
    }
    project.put("queries/indicators/enrolled.sql", own(enrolled)).prane(&["check"]).code(0);
}

#[test]
fn code_4_where_there_is_no_attendance() {
    let project = Project::empty();
    project.prane(&["run"]).code(4).says(&["no attendance extract", "inbox", "hint:"]);
    project.put("inbox/schools.csv", "school_id,school_name,region,municipality\nS1,Shkolla,Qarku,Bashkia\n");
    project.prane(&["run"]).code(4);
    assert!(!project.path("published").exists());
    project.prane(&["sql", "-c", "select 1"]).code(4);
}

#[test]
fn code_5_where_every_file_was_refused() {
    let project = Project::empty();
    project.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP1,S1,2026-02-27,prezent\n");
    project.prane(&["run"]).code(5).says(&["attendance.csv", "nothing was published"]);
    assert!(!project.path("published").exists());
    adds_up(&project.manifest());
}

#[test]
fn code_6_where_a_check_fails() {
    let project = Project::empty().with_small();
    project.put("queries/checks/nobody_absent.sql", "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- severity = \"fail\"\n-- what = \"Somebody was absent.\"\n-- mend = \"Ask why.\"\nselect pupil_key from indicators.pupil where days_absent > 0\n");
    project.prane(&["run"]).code(6).says(&["nobody_absent", "nothing was published", "Somebody was absent.", "Ask why."]);
    assert!(!project.path("published").exists());
    assert_eq!(project.manifest()["outcome"], "a check failed");
}

#[test]
fn code_7_where_the_store_cannot_be_written() {
    let project = Project::empty().with_small();
    project.put("store", "a file where a folder should be");
    project.prane(&["run"]).code(7).says(&["store", "hint:"]);
}

#[test]
fn code_8_where_another_run_holds_the_lock() {
    let project = Project::empty().with_small();
    let lock = std::fs::File::options().create(true).truncate(false).write(true).open(project.path(".lock")).unwrap();
    lock.lock().unwrap();
    project.prane(&["run"]).code(8).says(&["another run is working"]);
    assert!(!project.path("store").exists() && !project.path("published").exists());
    drop(lock);
    project.run();
}

#[test]
fn check_is_a_rehearsal_that_writes_nothing() {
    let project = Project::empty().with_small();
    let before = crate::support::files_below(&project.path("."));
    let done = project.prane(&["check"]).code(0).says(&["a rehearsal: nothing was written"]);
    assert!(done.out.contains("lists of 2026-02-27"), "{}", done.out);
    let mut after = crate::support::files_below(&project.path("."));
    after.remove(".lock");
    crate::support::same_files(&before, &after);
}

#[test]
fn help_names_every_command_and_exit_code() {
    let help = prane(["--help"]).code(0).out;
    for word in [
        "run",
        "check",
        "sql",
        "explain",
        "report",
        "doctor",
        "synth",
        "init",
        "docs",
        "completions",
        "man",
        "--project",
        "--as-of",
        "--quiet",
        "--log",
        "Exit codes",
    ] {
        assert!(help.contains(word), "help says nothing of {word}");
    }
    assert!(prane(["sql", "--help"]).code(0).out.contains("--format"));
    assert!(prane(["--version"]).code(0).out.contains(env!("CARGO_PKG_VERSION")));
    assert!(prane(["completions", "bash"]).code(0).out.contains("prane"));
    assert!(prane(["man"]).code(0).out.contains(".TH"));
    let schema: serde_json::Value = serde_json::from_str(&prane(["schema"]).code(0).out).unwrap();
    assert!(schema["properties"]["caseload"].is_object());
}

#[test]
fn sql_answers_in_every_format() {
    let question = "select pupil_key, days_recorded, absence_rate from indicators.pupil order by absence_rate desc, pupil_key";
    let answer = |format: &str| SMALL.prane(&["sql", "--quiet", "-c", question, "--format", format]).code(0).out;
    let found = rows(answer("csv").as_bytes());
    assert_eq!((found.len(), found[0]["days_recorded"].as_str()), (4, "60"));
    assert_eq!(answer("tsv").lines().next(), Some("pupil_key\tdays_recorded\tabsence_rate"));
    assert!(answer("table").contains("| pupil_key"));
    let whole: serde_json::Value = serde_json::from_str(&answer("json")).unwrap();
    assert_eq!(whole[0]["days_recorded"], 60);
    let lines: Vec<serde_json::Value> = answer("ndjson").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], whole[0]);
}

#[test]
fn sql_reads_a_file_and_writes_parquet() {
    SMALL.put("question.sql", "select school_id, count(*) as pupils from sources.enrolments group by school_id;\n");
    let file = SMALL.path("question.sql").to_string_lossy().to_string();
    let folder = SMALL.path(".").to_string_lossy().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_prane"))
        .args(["sql", "--quiet", "--project", folder.as_str(), "-f", file.as_str(), "--format", "parquet"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(output.stdout)).unwrap().build().unwrap();
    assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 1);
    SMALL
        .prane(&["sql", "--quiet", "-c", "select * from information_schema.tables where table_schema = 'caseload'"])
        .code(0)
        .says(&["caseload"]);
}

#[test]
fn docs_say_what_each_view_gives_before_anything_is_stored() {
    let project = Project::empty();
    let all = project.prane(&["docs"]).code(0).out;
    let one = project.prane(&["docs", "indicators.pupil"]).code(0).out;
    assert!(all.contains(&one) && all.contains("## pages.list"), "{all}");
    for line in [
        "## indicators.pupil",
        "- Grain: one row an enrolled pupil and as_of",
        "- Key: `as_of`, `pupil_key`",
        "`indicators.enrolled`",
        "| days_absent | double | days absent this school year, excused or not, in days; lessons count as parts of a day |",
        "| centre_services | varchar[] |",
    ] {
        assert!(one.contains(line), "{line} is not in\n{one}");
    }
    project.prane(&["docs", "indicators.pupyl"]).code(2).says(&["there is no view indicators.pupyl", "did you mean indicators.pupil?"]);
    project.put(
        "queries/flags/ours.sql",
        "-- title = \"Ours\"\n-- [columns]\n-- value = \"days late, in days\"\nselect pupil_key, days_late as value from indicators.pupil",
    );
    assert!(project.prane(&["docs", "flags.ours"]).code(0).out.contains("| value | double | days late, in days |"));
}

#[test]
fn backslash_d_describes_views_and_tables() {
    let described = SMALL.prane(&["sql", "-c", "\\d indicators.pupil"]).code(0).out;
    assert_eq!(described, SMALL.prane(&["docs", "indicators.pupil"]).code(0).out);
    let list = SMALL.prane(&["sql", "-c", "\\d"]).code(0).out;
    assert!(list.contains("## caseload") && list.contains("- list: The ranked list") && list.contains("## run"), "{list}");
    assert!(SMALL.prane(&["sql", "-c", "\\d sources.pupils;"]).code(0).out.contains("| pupil_key | varchar |"));
    SMALL.prane(&["sql", "-c", "\\d nothing.there"]).code(2).says(&["there is no view nothing.there"]);
    SMALL.prane(&["sql", "-c", "\\d", "--format", "json"]).code(2).says(&["--format"]);
}

#[test]
fn sql_without_rows_still_has_a_header() {
    let out =
        SMALL.prane(&["sql", "--quiet", "--format", "csv", "-c", "select pupil_key, level from caseload.list where level > 9"]).code(0).out;
    assert_eq!(out, "pupil_key,level\n");
}

#[test]
fn explain_says_why_without_a_name() {
    let text = SMALL.prane(&["explain", "S1-P4"]).code(0).out;
    for word in ["long_absence", "rising_absence", "absence_streak", "level"] {
        assert!(text.contains(word), "{text}");
    }
    assert!(!text.contains("Mbiemri"), "{text}");
    assert_eq!(SMALL.prane(&["explain", &SMALL.key_of("S1-P4")]).code(0).out, text);
}

#[test]
fn doctor_finds_a_sound_project_sound() {
    SMALL.prane(&["doctor"]).code(0);
}

#[test]
fn logs_are_a_json_object_a_line_where_asked() {
    let project = Project::empty().with_small();
    let done = project.prane(&["run", "--log", "json"]).code(0);
    assert!(!done.err.is_empty());
    for line in done.err.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        let keys: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
        let more: &[&str] = match event["event"].as_str() {
            Some("stage") => &["seconds", "peak_mib"],
            Some("step") => &["at", "peak_mib"],
            Some("note") => &[],
            _ => panic!("another event: {line}"),
        };
        assert_eq!(keys, [&["event", "message"], more].concat(), "{line}");
        assert!(keys.iter().all(|key| event[key].is_string()), "{line}");
    }
}

#[test]
fn synth_makes_a_project_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world").to_string_lossy().to_string();
    prane(["synth", world.as_str(), "--pupils", "60", "--seed", "3"]).code(0);
    prane(["run", "--quiet", "--project", world.as_str(), "--known-at", "2027-01-01"]).code(0).says(&["published"]);
    // What is damaged in a hard world is still within the contracts: a file refused would be an error of the world.
    let hard = folder.path().join("hard").to_string_lossy().to_string();
    prane(["synth", hard.as_str(), "--pupils", "900", "--years", "0.2", "--hard-links"]).code(0);
    prane(["check", "--quiet", "--project", hard.as_str(), "--known-at", "2027-01-01"]).code(0);
}
