//! What the papers say is so: commands exist, the default configuration is the documented one, the steps work.

use std::collections::BTreeSet;
use std::fs;

use prane_base::config::Config;
use prane_base::project::DEFAULT_TOML;

use crate::support::{prane, root, samples};

fn paper(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Lines of the code blocks and inline code of a page.
fn quoted(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut all = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            all.push(line.trim().trim_start_matches("$ ").to_string());
        } else {
            all.extend(line.split('`').skip(1).step_by(2).map(String::from));
        }
    }
    all
}

#[test]
fn the_two_commands_stand_at_the_top() {
    let top: String = paper("README.md").lines().take(40).collect::<Vec<_>>().join("\n");
    assert!(top.contains("cargo run -- run --project data-samples"));
    assert!(top.contains("cargo test"));
    assert!(samples().join("inbox").is_dir());
}

#[test]
fn every_command_that_a_paper_names_exists() {
    let help = prane(["--help"]).code(0).out;
    let known: BTreeSet<&str> = help
        .lines()
        .skip_while(|l| !l.starts_with("Commands"))
        .skip(1)
        .take_while(|l| !l.trim().is_empty())
        .filter_map(|l| l.split_whitespace().next())
        .collect();
    assert!(known.contains("run"), "{help}");
    let mut found = 0;
    for page in ["README.md", "CONTRIBUTING.md", "data-samples/README.md", "data-samples/broken/README.md", "queries/README.md"] {
        for line in quoted(&paper(page)) {
            let after = line.strip_prefix("prane ").or_else(|| line.strip_prefix("cargo run -- "));
            let Some(command) = after.and_then(|rest| rest.split_whitespace().find(|word| !word.starts_with('-'))) else { continue };
            assert!(known.contains(command), "{page} names `prane {command}`, which is none of {known:?}");
            found += 1;
        }
    }
    assert!(found > 10, "the papers name {found} commands");
}

#[test]
fn every_option_that_the_readme_names_exists() {
    let mut found = 0;
    for line in quoted(&paper("README.md")).iter().filter(|l| l.starts_with("prane ") || l.starts_with("cargo run -- ")) {
        let rest = line.trim_start_matches("prane ").trim_start_matches("cargo run -- ");
        let Some(command) = rest.split_whitespace().next().filter(|c| c.chars().all(|c| c.is_ascii_lowercase())) else { continue };
        let help = prane([command, "--help"]).code(0).out;
        for option in
            rest.split_whitespace().map(|w| w.trim_start_matches('[').trim_end_matches(']')).filter(|w| w.starts_with("--") && w.len() > 2)
        {
            assert!(help.contains(option), "`{line}`: {command} has no {option}");
            found += 1;
        }
    }
    assert!(found > 2, "the README names {found} options");
}

#[test]
fn files_that_the_readme_points_to_are_there() {
    let mut found = 0;
    for page in ["README.md", "CONTRIBUTING.md"] {
        for target in paper(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") {
                assert!(root().join(path).exists(), "{page} points to {path}, which is not there");
                found += 1;
            }
        }
    }
    assert!(found > 5, "the papers point to {found} files");
}

#[test]
fn the_documented_configuration_is_the_default() {
    assert_eq!(DEFAULT_TOML, paper("prane.toml"));
    assert_eq!(Config::parse(DEFAULT_TOML, "prane.toml").unwrap(), Config::default());
    assert_eq!(Config::parse("", "prane.toml").unwrap(), Config::default());
}

#[test]
fn every_setting_of_the_schema_is_documented() {
    let schema: serde_json::Value = serde_json::from_str(&prane(["schema"]).code(0).out).unwrap();
    let text = paper("prane.toml");
    for (section, _) in schema["properties"].as_object().unwrap() {
        assert!(
            text.contains(&format!("[{section}]")) || text.contains(&format!("[[{section}]]")),
            "prane.toml says nothing of [{section}]"
        );
    }
    let mut found = 0;
    for (name, of) in schema["$defs"].as_object().unwrap().iter().filter(|(name, _)| name.ends_with("Section") || *name == "Source") {
        for key in of["properties"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(text.contains(&format!("{key} =")) || text.contains(&format!("{key}.")), "prane.toml says nothing of {key} ({name})");
            found += 1;
        }
    }
    assert!(found > 30, "the schema has {found} keys");
}

#[test]
fn init_and_a_first_night_over_ones_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("regjistri.csv");
    let mut text = "Student ID;School;Date;Status\n".to_string();
    for day in crate::support::made::weekdays_to("2026-02-27", 30) {
        for pupil in 1..=3 {
            text.push_str(&format!("P{pupil};S1;{day};{}\n", if pupil == 1 { "absent" } else { "present" }));
        }
    }
    fs::write(&own, text).unwrap();
    let project = folder.path().join("mine").to_string_lossy().to_string();
    let done = prane(["init", project.as_str(), "--from", own.to_string_lossy().as_ref()]).code(0);
    assert!(done.out.contains("inbox"), "{}", done.said());
    let toml = fs::read_to_string(format!("{project}/prane.toml")).unwrap();
    Config::parse(&toml, "prane.toml").unwrap();
    assert!(toml.contains("table = \"attendance\"") && toml.contains("Student ID"), "{toml}");
    assert!(std::path::Path::new(&project).join("inbox").is_dir());
    prane(["init", project.as_str()]).code(2);
    fs::copy(&own, format!("{project}/inbox/regjistri.csv")).unwrap();
    prane(["doctor", "--project", project.as_str()]).code(0);
    prane(["check", "--project", project.as_str(), "--known-at", crate::support::KNOWN_AT]).code(0);
    prane(["run", "--project", project.as_str(), "--known-at", crate::support::KNOWN_AT]).code(0).says(&["published"]);
    assert!(std::path::Path::new(&project).join("published/2026-02-27/schools/S1/list.html").is_file());
}

#[test]
fn init_without_a_file_makes_a_project_with_the_documented_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("mine").to_string_lossy().to_string();
    prane(["init", project.as_str()]).code(0);
    let toml = fs::read_to_string(format!("{project}/prane.toml")).unwrap();
    assert_eq!(Config::parse(&toml, "prane.toml").unwrap(), Config::default());
    prane(["run", "--project", project.as_str()]).code(4);
}

#[test]
fn the_cases_of_other_systems_are_read_by_mapping_alone() {
    for case in ["contoso_sis", "gujarat_wide"] {
        let project = crate::support::Project::empty();
        for (name, bytes) in crate::support::files_below(&samples().join("cases").join(case)) {
            project.put(&name, bytes);
        }
        let done = project.prane(&["run"]);
        assert!([0, 5].contains(&done.code) && done.out.contains("published"), "{case}:\n{}", done.said());
        crate::support::adds_up(&project.manifest());
        assert!(project.one("select count(*) from sources.attendance").parse::<u64>().unwrap() > 1000, "{case}");
    }
}
