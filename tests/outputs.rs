//! Whole outputs, as a user meets them: help, a night's sentences, doctor, explain, and every kind of error. A change of a word shows
//! here in the diff; `INSTA_UPDATE=always cargo test outputs::` accepts it.

use std::fmt::Write;

use crate::support::{Done, KNOWN_AT, Project, prane};

/// A project whose folder is called PROJECT in every output.
fn shown(project: &Project, done: &Done) -> String {
    let folder = project.path("").to_string_lossy().trim_end_matches('/').to_string();
    let part = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("{name}:\n{text}") };
    let text = format!("exit code {}\n{}{}", done.code, part("stdout", &done.out), part("stderr", &done.err));
    let text = text.replace(&folder, "PROJECT").replace(env!("CARGO_PKG_VERSION"), "VERSION");
    // The id of a run changes with every SQL file.
    let is_id = |part: &&str| part.len() == 12 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split("run-").enumerate().map(|(at, part)| match part.get(..12).filter(|id| at > 0 && is_id(id)) {
        Some(_) => format!("ID{}", &part[12..]),
        None => part.to_string(),
    });
    parts.collect::<Vec<_>>().join("run-")
}

/// Compares an output with its file in `tests/snapshots/`.
fn holds(name: &str, output: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_snapshot!(name, output) });
}

#[test]
fn help_of_every_command() {
    let help = prane(["--help"]).code(0).out;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(commands.len() > 10, "{help}");
    let mut all = help.clone();
    for command in commands.into_iter().filter(|name| *name != "help") {
        write!(all, "\n$ prane {command} --help\n{}", prane([command, "--help"]).code(0).out).unwrap();
    }
    holds("help", &all);
}

#[test]
fn a_night_doctor_and_explain() {
    let project = Project::empty().with_small();
    holds("night", &shown(&project, &project.prane(&["run"])));
    holds("nothing_new", &shown(&project, &project.prane(&["run"])));
    // The room on a disk is no part of the program.
    let doctor = shown(&project, &project.prane(&["doctor"]));
    holds("doctor", &doctor.lines().filter(|line| !line.ends_with("free on this disk")).collect::<Vec<_>>().join("\n"));
    holds("unknown_pupil", &shown(&project, &project.prane(&["explain", "NOBODY"])));
    holds("explain", &shown(&project, &project.prane(&["explain", "S1-P4"])));
}

#[test]
fn every_kind_of_error() {
    let mut all = String::new();
    let mut note = |title: &str, text: &str| write!(all, "# {title}\n{text}\n").unwrap();
    let commands: [(&str, &[&str]); 4] = [
        ("2: a command that there is not", &["no-such-command"]),
        ("2: a day that is none", &["run", "--as-of", "yesterday"]),
        ("2: a folder that is not there", &["run", "--project", "no/such/folder"]),
        ("4: a question before the first night", &["explain", "S1-P4"]),
    ];
    for (title, args) in commands {
        let project = Project::empty().with_small();
        let project_last = args.contains(&"--project");
        let done = if project_last { prane(args.iter().chain(&["--known-at", KNOWN_AT])) } else { project.prane(args) };
        note(title, &shown(&project, &done));
    }
    let settings = [
        ("3: a key that is not known", "[caseload]\nper_scool = 3\n"),
        ("3: a value that does not fit", "[contract]\ntolerance = 2\n"),
        ("3: a table that is not known", "[[source]]\ntable = \"attendence\"\nfiles = \"x*.csv\"\n"),
        ("3: not TOML", "not toml"),
    ];
    for (title, text) in settings {
        let project = Project::empty().with_small();
        project.put("prane.toml", text);
        note(title, &shown(&project, &project.prane(&["run", "--quiet"])));
    }
    let files = [
        (
            "3: SQL that reads what there is not",
            "queries/flags/ours.sql",
            "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- level = 1\nselect * from indicators.pupyl",
        ),
        (
            "3: SQL that uses the clock",
            "queries/flags/ours.sql",
            "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- level = 1\nselect now() as value",
        ),
        ("3: a policy that lacks its numbers", "queries/policy.toml", "[chronic_absence]\npermile = 90\n"),
        (
            "6: a check that fails",
            "queries/checks/ours.sql",
            "-- title = \"x\"\n-- grain = \"one row a pupil\"\n-- severity = \"fail\"\n-- what = \"Somebody was absent.\"\n-- mend = \"Ask why.\"\nselect pupil_key from indicators.pupil where days_absent > 0\n",
        ),
        ("7: a file where the store should be", "store", "a file where a folder should be"),
        ("7: a damaged vault", "vault/pseudonym.key", "not hex"),
    ];
    for (title, file, text) in files {
        let project = Project::empty().with_small();
        project.put(file, text);
        note(title, &shown(&project, &project.prane(&["run", "--quiet"])));
    }
    let project = Project::empty();
    note("4: nothing to work with", &shown(&project, &project.prane(&["run", "--quiet"])));
    let project = Project::empty();
    project.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP1,S1,2026-02-27,prezent\n");
    note("5: every file is refused", &shown(&project, &project.prane(&["run"])));
    let project = Project::empty();
    let lock = std::fs::File::options().create(true).truncate(false).write(true).open(project.path(".lock")).unwrap();
    lock.lock().unwrap();
    note("8: another run is at work", &shown(&project, &project.prane(&["run"])));
    holds("errors", &all);
}
