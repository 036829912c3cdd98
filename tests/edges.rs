//! Damaged stores, settings that nothing reads, rules of a project's own: each told plainly, with the right exit code.

use std::collections::BTreeMap;
use std::fs;

use crate::support::{Project, files_below, root};

fn a_parquet_file(project: &Project, table: &str) -> String {
    let files = files_below(&project.path(&format!("store/{table}")));
    let name = files.into_keys().find(|name| crate::support::is_a(name, "parquet")).unwrap();
    format!("store/{table}/{name}")
}

#[test]
fn a_damaged_file_of_the_store_is_exit_7_with_its_name() {
    let whole = Project::empty().with_small();
    whole.run();
    whole.prane(&["doctor"]).code(0).says(&["opened and read to the end"]);
    for table in ["attendance", "enrolments", "marks"] {
        let file = a_parquet_file(&whole, table);
        let bytes = fs::read(whole.path(&file)).unwrap();
        let middle_gone = [&bytes[..40], &vec![0xA5; bytes.len() - 80], &bytes[bytes.len() - 40..]].concat();
        for (how, damaged) in [("cut short", bytes[..bytes.len() / 2].to_vec()), ("overwritten", middle_gone)] {
            let project = whole.copy();
            project.put(&file, damaged);
            let asked = project.prane(&["sql", "-c", &format!("select * from sources.{table}")]);
            asked.code(7).says(&[&file, "is damaged", "prane doctor", "backup"]);
            // A list is made again where nothing that it reads is damaged; nobody's SQL file is blamed where something is.
            let again = project.prane(&["report", "--as-of", "2026-02-27"]);
            assert!(!again.err.contains("queries/"), "{how} {table} is blamed on a SQL file: {}", again.err);
            if again.code != 0 || (table, how) == ("enrolments", "cut short") {
                again.code(7).says(&[&file, "is damaged"]);
            }
            project.prane(&["doctor"]).code(2).says(&[&format!("fail {file} is damaged")]);
        }
        let project = whole.copy();
        fs::remove_file(project.path(&file)).unwrap();
        project.prane(&["doctor"]).code(2).says(&[&format!("fail {file} is damaged")]);
    }
}

#[test]
fn a_bad_question_is_still_exit_2_and_names_what_is_near() {
    let project = Project::empty().with_small();
    project.run();
    project.prane(&["sql", "-c", "select * from indicators.pupils"]).code(2).says(&["did you mean indicators.pupil?"]);
    project.prane(&["sql", "-c", "select * from source.attendance"]).code(2).says(&["did you mean sources.attendance?"]);
    project.prane(&["sql", "-c", "select 1 / 0"]).code(2);
    project.put("queries/analyses/ours.sql", "-- title = \"Ours\"\n-- grain = \"one row\"\nselect pupil_key from indicators.pupyl\n");
    project.prane(&["sql", "-c", "select * from analyses.ours"]).code(3).says(&["did you mean indicators.pupil?"]);
}

/// The fenced blocks of a language below a heading of a page.
fn blocks(page: &str, heading: &str, language: &str) -> Vec<String> {
    let part = page.split(heading).nth(1).expect("the heading is there");
    let part = part.split("\n## ").next().unwrap();
    let mut blocks = Vec::new();
    for block in part.split(&format!("```{language}\n")).skip(1) {
        let text = block.split("```").next().unwrap();
        let indent = text.len() - text.trim_start().len();
        blocks.push(text.lines().map(|l| l.get(indent..).unwrap_or("")).collect::<Vec<_>>().join("\n"));
    }
    blocks
}

#[test]
fn the_documented_way_to_add_a_rule_works_as_written() {
    let page = fs::read_to_string(root().join("queries/README.md")).unwrap();
    let (sql, policy) = (blocks(&page, "## Add a rule", "sql"), blocks(&page, "## Add a rule", "toml"));
    assert_eq!((sql.len(), policy.len()), (1, 1));
    let project = Project::empty().with_small();
    project.put("queries/flags/my_rule.sql", &sql[0]).put("queries/policy.toml", &policy[0]);
    project.run();
    assert!(project.flags_of("S1-P4", &[]).contains_key("my_rule"), "five days away in the recent weeks");
    assert!(!project.flags_of("S1-P1", &[]).contains_key("my_rule"), "nobody else was away");
    let steps = project.sql("select distinct next_step, suggested_service from run.flag_steps where flag = 'my_rule'");
    assert_eq!(steps.len(), 1);
    assert_eq!((steps[0]["next_step"].as_str(), steps[0]["suggested_service"].as_str()), ("meet_teachers", "peer_support"));
    let checked = project.prane(&["check"]).code(0);
    assert!(!checked.err.contains("my_rule"), "{}", checked.err);
    project.prane(&["doctor"]).code(0);
}

#[test]
fn a_rule_of_ones_own_brings_its_own_step_to_the_list() {
    let project = Project::empty().with_small();
    let rule = |level: u8| {
        format!(
            "-- title = \"Ours\"\n-- grain = \"one row a pupil\"\n-- rests_on = \"attendance\"\n-- level = {level}\nselect p.as_of, p.pupil_key, 1 as value, s.long_weekends_days as threshold, cast(null as date) as since_date from indicators.pupil p inner join run.policy_school s on s.school_id = p.school_id where p.days_absent = 0\n"
        )
    };
    project.put("queries/flags/ours.sql", rule(2));
    // Tables may be called as those of the house begin: long_absence has a table of its own.
    project.put(
        "queries/policy.toml",
        "[long_weekends]\ndays = 1\n[next_step]\nours = \"ask_centre\"\n[suggested_service]\nours = \"peer_support\"\n",
    );
    project.run();
    let row = project.row_of("caseload.list", "S1-P1", &[]).unwrap();
    assert_eq!((row["next_step"].as_str(), row["suggested_service"].as_str()), ("ask_centre", "peer_support"));
    // Without lines of its own it has those of `other`.
    let project = Project::empty().with_small();
    project.put("queries/flags/ours.sql", rule(2)).put("queries/policy.toml", "[long_weekends]\ndays = 1\n").run();
    assert_eq!(project.row_of("caseload.list", "S1-P1", &[]).unwrap()["next_step"], "talk_with_pupil");
}

#[test]
fn slips_in_a_policy_and_in_a_head_are_refused() {
    let project = Project::empty().with_small();
    for (text, says) in [
        ("[next_step]\nchronic_absense = \"call_family\"\n", vec!["next_step_chronic_absense", "did you mean chronic_absence?"]),
        ("[cronic_absence]\npermille = 90\n", vec!["cronic_absence_permille", "no SQL file reads it"]),
        ("[chronic_absence]\npermile = 90\n", vec!["did you mean chronic_absence_permille?"]),
    ] {
        project.put("queries/policy.toml", text).prane(&["run"]).code(3).says(&says);
    }
    fs::remove_file(project.path("queries/policy.toml")).unwrap();
    project.put("queries/analyses/ours.sql", "-- title = \"Ours\"\n-- keep = \"twice\"\nselect 1 as one\n");
    project.prane(&["run"]).code(3).says(&["queries/analyses/ours.sql", "twice"]);
}

#[test]
fn settings_that_nothing_obeys_are_refused() {
    let project = Project::empty().with_small();
    for (text, says) in [
        ("[store]\nkeep_versions_days = 90\n", vec!["keep_versions_days is 90", "clears no past version away"]),
        ("[engine]\ncluster = \"df://host:50050\"\n", vec!["cluster is", "runs on one machine"]),
    ] {
        project.put("prane.toml", text).prane(&["run"]).code(3).says(&says);
    }
    project.put("prane.toml", fs::read(root().join("prane.toml")).unwrap()).run();
}

/// Where each setting is read. A new setting needs its line here, and the text must stand in the program.
const READERS: [(&str, &str); 41] = [
    ("project.name", "project.name"),
    ("project.language", "project.language"),
    ("project.timezone", "self.timezone"),
    ("source.table", "source.table"),
    ("source.files", "source.files"),
    ("source.format", "source.format"),
    ("source.encoding", "source.encoding"),
    ("source.delimiter", "source.delimiter"),
    ("source.date_format", "date_format.of("),
    ("source.decimal", "source.decimal"),
    ("source.sheet", "source.sheet"),
    ("source.header_row", "source.header_row"),
    ("source.register", "source.register"),
    ("source.layout", "source.layout"),
    ("source.lessons_a_day", "source.lessons_a_day"),
    ("source.wide", "source.wide"),
    ("source.columns", "source.columns"),
    ("source.codes", "source.codes"),
    ("source.constants", "source.constants"),
    ("contract.tolerance", "contract.tolerance"),
    ("contract.most_corrected", "contract.most_corrected"),
    ("contract.stale_after_days", "contract.stale_after_days"),
    ("caseload.per_school", "caseload.per_school"),
    ("caseload.per_centre", "caseload.per_centre"),
    ("caseload.recheck_days", "caseload.recheck_days"),
    ("caseload.show_centre_to_schools", "caseload.show_centre_to_schools"),
    ("suppress.min_cell", "suppress.min_cell"),
    ("recipient.for", "recipient.whom"),
    ("recipient.key", "recipient.key"),
    ("vault.key_file", "vault.key_file"),
    ("vault.key_command", "vault.key_command"),
    ("safeguarding.audit_sql", "safeguarding.audit_sql"),
    ("retention.keep_years", "retention.keep_years"),
    ("store.url", "store.url"),
    ("store.keep_versions_days", "store.keep_versions_days"),
    ("engine.memory_limit", "self.memory_limit"),
    ("engine.threads", "self.threads"),
    ("engine.cluster", "engine.cluster"),
    ("source.wide.header", "wide.header"),
    ("source.wide.school_year", "wide.school_year"),
    ("source.wide.starts_month", "wide.starts_month"),
];

#[test]
fn every_setting_of_the_schema_has_a_reader() {
    let schema: serde_json::Value = serde_json::from_str(&crate::support::prane(["schema"]).code(0).out).unwrap();
    let resolve = |value: &serde_json::Value| -> serde_json::Value {
        let mut found = value.clone();
        for _ in 0..4 {
            let next = found["anyOf"][0].clone();
            if !next.is_null() {
                found = next;
            }
            if !found["items"].is_null() {
                found = found["items"].clone();
            }
            let Some(name) = found["$ref"].as_str().map(|r| r.rsplit('/').next().unwrap().to_string()) else { break };
            found = schema["$defs"][name.as_str()].clone();
        }
        found
    };
    let mut keys = Vec::new();
    for (section, value) in schema["properties"].as_object().unwrap() {
        let section_schema = resolve(value);
        for (key, value) in section_schema["properties"].as_object().unwrap_or_else(|| panic!("{section} has no keys")) {
            keys.push(format!("{section}.{key}"));
            if section == "source" && key == "wide" {
                keys.extend(resolve(value)["properties"].as_object().unwrap().keys().map(|inner| format!("source.wide.{inner}")));
            }
        }
    }
    let sources: BTreeMap<String, Vec<u8>> = files_below(&root().join("pipeline"));
    let program: String = sources.values().map(|bytes| String::from_utf8_lossy(bytes).split_whitespace().collect::<String>()).collect();
    let readers: BTreeMap<&str, &str> = READERS.into_iter().collect();
    for key in &keys {
        let text = readers.get(key.as_str()).unwrap_or_else(|| panic!("{key}: say in READERS where it is read"));
        assert!(program.contains(text), "{key} is read nowhere: the program has no {text}");
    }
    let gone: Vec<&&str> = readers.keys().filter(|key| !keys.iter().any(|k| k == *key)).collect();
    assert!(gone.is_empty(), "READERS names settings that there are not: {gone:?}");
}

#[test]
fn a_command_of_somebody_elses_settings_is_not_run() {
    use std::os::unix::fs::chown;
    let project = Project::empty().with_small();
    project.put("prane.toml", "[vault]\nkey_command = \"touch ran; cat vault.key\"\n");
    // Only root may give a file away; elsewhere there is nobody to give it to.
    if chown(project.path("prane.toml"), Some(65_534), None).is_err() {
        eprintln!("skipped: this account cannot give a file to another");
        return;
    }
    for command in ["doctor", "run", "check"] {
        let done = project.prane(&[command]);
        assert_ne!(done.code, 0, "{}", done.said());
        done.says(&["belongs to another account"]);
        assert!(!project.path("ran").exists(), "{command} ran the command");
    }
}
