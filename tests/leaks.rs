//! What published files tell, one alone and two side by side: nothing that neither reader may know.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use crate::support::{Project, Row, files_below, is_a, readable, rows};

const AS_OF: &str = "2026-02-27";

/// The samples, where schools may know the services of their pupils, but for one school that may know nothing.
static TOWN: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("leaks").with_samples();
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    project.put("prane.toml", settings.replace("[caseload]\n", "[caseload]\nshow_centre_to_schools = \"service\"\n"));
    project.put("queries/policy.toml", "[[override]]\nschool = \"S0001\"\ncaseload.show_centre_to_schools = \"no\"\n");
    project.run();
    project
});

#[test]
fn no_published_file_holds_a_pseudonym_of_the_store() {
    let keys: BTreeSet<String> = TOWN.sql("select pupil_key from sources.pupils").into_iter().map(|row| row["pupil_key"].clone()).collect();
    assert!(keys.len() > 100);
    let published = TOWN.published(AS_OF);
    assert!(published.contains_key("analysts/lists.csv") && published.contains_key("analysts/lists.parquet"));
    let holds = |name: &str, bytes: &[u8]| {
        let text = readable(name, bytes);
        text.split(|c: char| !c.is_ascii_hexdigit()).any(|word| keys.contains(word))
    };
    for (name, bytes) in &published {
        assert!(!holds(name, bytes), "{name} holds a key of the store");
    }
    // The same look finds them in the store.
    let store = files_below(&TOWN.path("store/pupils"));
    assert!(store.iter().any(|(name, bytes)| is_a(name, "parquet") && !name.contains("_delta_log") && holds(name, bytes)));
}

/// Two files laid side by side: every pair of rows that agree in all columns that both have.
fn joined<'a>(one: &'a [Row], other: &'a [Row]) -> Vec<(&'a Row, &'a Row)> {
    let number = |text: &str| text.parse::<f64>().map_or_else(|_| text.to_string(), |n| format!("{n:.3}"));
    let excepted = [
        "reasons",
        "flags",
        "services",
        "known_to_centre",
        "rank",
        "on_list",
        "last_action",
        "last_outcome",
        "last_contact",
        "data_through",
    ];
    let fits = |a: &Row, b: &Row| {
        let mut common = a.keys().filter(|name| b.contains_key(*name) && !excepted.contains(&name.as_str()));
        common.all(|name| number(&a[name]) == number(&b[name]))
    };
    one.iter().flat_map(|a| other.iter().filter(move |b| fits(a, b)).map(move |b| (a, b))).collect()
}

#[test]
fn no_two_files_side_by_side_tell_a_school_what_it_may_not_know() {
    let files: BTreeMap<String, Vec<Row>> =
        TOWN.published(AS_OF).into_iter().filter(|(name, _)| is_a(name, "csv")).map(|(name, bytes)| (name, rows(&bytes))).collect();
    let at_centre = TOWN.sql("select rank from caseload.list where school_id = 'S0001' and known_to_centre order by rank");
    assert!(!at_centre.is_empty(), "nobody of the school is at a centre: nothing could be told");
    let own = &files["schools/S0001/list.csv"];
    let mut pairs = 0;
    for (name, other) in files.iter().filter(|(name, _)| !name.starts_with("centres/")) {
        for (a, b) in joined(own, other) {
            pairs += 1;
            // Two children whose rows are alike are told apart by the school.
            let theirs = b.get("school_id").or_else(|| b.get("place_id")).is_some_and(|school| school == "S0001");
            for row in if theirs { vec![a, b] } else { vec![a] } {
                assert_eq!((row["services"].as_str(), row["known_to_centre"].as_str()), ("", ""), "{name} beside the school's own list");
            }
        }
    }
    assert!(pairs > own.len(), "the files fit nowhere: the comparison shows nothing");
    assert!(files["analysts/lists.csv"].iter().any(|row| !row["services"].is_empty()), "other schools may know");
}

#[test]
fn an_override_of_what_a_school_may_know_is_obeyed_by_its_list_and_by_no_other() {
    let neighbour = rows(&TOWN.published(AS_OF)["schools/S0002/list.csv"]);
    assert!(neighbour.iter().any(|row| row["known_to_centre"] == "true" && row["services"] == "school_integration"));
    let own = rows(&TOWN.published(AS_OF)["schools/S0001/list.csv"]);
    assert!(!own.is_empty() && own.iter().all(|row| row["known_to_centre"].is_empty() && row["services"].is_empty()));
}

#[test]
fn the_front_page_offers_nothing_of_the_analysts() {
    let index = String::from_utf8(TOWN.published(AS_OF)["index.html"].clone()).unwrap();
    assert!(index.contains("overview/index.html") && !index.contains("lists.csv") && !index.contains("analysts/"));
}

/// Names and modes of everything below a folder, as it is at this moment.
#[cfg(unix)]
fn below(folder: &std::path::Path) -> Vec<(String, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in std::fs::read_dir(&next).into_iter().flatten().flatten().map(|e| e.path()) {
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            found.push((path.strip_prefix(folder).unwrap().to_string_lossy().to_string(), metadata.permissions().mode() & 0o777));
            if metadata.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn a_rehearsal_writes_no_list_to_disk_and_leaves_nothing_when_it_is_broken_off() {
    let project = Project::empty().with_samples();
    let temporary = tempfile::tempdir().unwrap();
    let start = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_prane"))
            .args(["check", "--quiet", "--known-at", crate::support::KNOWN_AT, "--project"])
            .arg(project.path(""))
            .env("TMPDIR", temporary.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let pause = || std::thread::sleep(std::time::Duration::from_millis(5));
    let mut child = start();
    let mut seen = false;
    while child.try_wait().unwrap().is_none() {
        for (name, mode) in below(temporary.path()) {
            seen = true;
            assert!(name.contains('/') || mode == 0o700, "{name} can be opened by others: {mode:o}");
            assert!(!name.contains("list.") && !name.contains("index.html"), "a rehearsal wrote {name}");
        }
        pause();
    }
    assert!(seen, "the work folder was never looked at");
    assert_eq!(below(temporary.path()), [], "it goes with the work");
    for signal in ["-INT", "-KILL"] {
        let mut child = start();
        while below(temporary.path()).len() < 3 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was broken off");
            pause();
        }
        assert!(std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap();
        if signal == "-INT" {
            assert_eq!(below(temporary.path()), [], "Ctrl-C leaves a folder behind");
        }
    }
    // What a killed one left behind goes with the next one's start.
    assert!(!below(temporary.path()).is_empty());
    assert_eq!(start().wait().unwrap().code(), Some(0));
    assert_eq!(below(temporary.path()), []);
}
