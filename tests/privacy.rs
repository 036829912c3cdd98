//! Nobody is named outside the vault and the lists of schools and centres: every other file is searched, the compressed
//! ones cell by cell.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::LazyLock;

use crate::support::{Done, Project, Row, cells, files_below, root, rows, samples, sheets};

const AS_OF: &str = "2026-02-27";

struct Night {
    project: Project,
    done: Done,
}

static NIGHT: LazyLock<Night> = LazyLock::new(|| {
    let project = Project::shared("privacy").with_samples();
    // Files that cannot be taken, so that errors are told as well.
    for file in ["unknown_pupil/attendance_S0001_unknown_pupil.csv", "wrong_encoding/pupils_wrong_encoding.csv"] {
        project.receive(&samples().join("broken").join(file));
    }
    let done = project.prane(&["run", "--log", "json"]);
    Night { project, done }
});

/// Everything that says who somebody is.
struct Secrets {
    /// Words: names, numbers, dates of birth.
    words: BTreeSet<String>,
    /// Longer texts: full names, contacts, free words.
    texts: BTreeSet<String>,
}

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let read = |name: &str| rows(&fs::read(samples().join("inbox").join(name)).unwrap());
    let mut secrets = Secrets { words: BTreeSet::new(), texts: BTreeSet::new() };
    for row in ["pupils.csv", "centre_participants.csv", "identifications.csv"].iter().flat_map(|name| read(name)) {
        let get = |column: &str| row.get(column).cloned().unwrap_or_default();
        for column in ["pupil_id", "national_id", "birth_date", "first_name", "last_name"] {
            secrets.words.extend(words(&get(column)));
        }
        for text in [format!("{} {}", get("first_name"), get("last_name")), get("guardian_contact"), get("concern")] {
            if text.trim().len() > 5 {
                secrets.texts.insert(text);
            }
        }
    }
    // Names of schools, towns and the words of the pages may be names of people as well.
    let mut common = fs::read_to_string(root().join("reports/words/sq.ftl")).unwrap();
    for name in ["schools.csv", "centres.csv"] {
        common.push_str(&fs::read_to_string(samples().join("inbox").join(name)).unwrap());
    }
    let common: BTreeSet<String> = words(&common).collect();
    secrets.words.retain(|word| word.chars().count() > 3 && !common.contains(word));
    assert!(secrets.words.len() > 400 && secrets.texts.len() > 100);
    secrets
});

/// Words of a text; a date is one word.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|w| !w.is_empty()).map(String::from)
}

/// Fails, without telling whom it found, where a text names somebody.
#[track_caller]
fn names_nobody(place: &str, text: &str) {
    let found = words(text).filter(|word| SECRETS.words.contains(word)).count()
        + SECRETS.texts.iter().filter(|secret| text.contains(secret.as_str())).count();
    assert_eq!(found, 0, "{place} says {found} things about somebody");
}

fn search(place: &str, name: &str, bytes: Vec<u8>) {
    names_nobody(&format!("the name of {place}"), name);
    names_nobody(&format!("{place}/{name}, as bytes"), &String::from_utf8_lossy(&bytes));
    if crate::support::is_a(name, "parquet") && !name.contains("_delta_log") {
        names_nobody(&format!("{place}/{name}"), &cells(&bytes));
    }
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let pupil = &rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap())[0];
    for text in
        [&pupil["national_id"], &pupil["birth_date"], &format!("{} {}", pupil["first_name"], pupil["last_name"]), &pupil["pupil_id"]]
    {
        assert!(std::panic::catch_unwind(|| names_nobody("here", text)).is_err());
    }
    let list = String::from_utf8_lossy(&NIGHT.project.published(AS_OF)["schools/S0001/list.csv"]).to_string();
    assert!(std::panic::catch_unwind(|| names_nobody("a list", &list)).is_err(), "the schools' own lists do name their pupils");
}

#[test]
fn the_store_names_nobody() {
    let files = files_below(&NIGHT.project.path("store"));
    assert!(files.len() > 20);
    for (name, bytes) in files {
        search("store", &name, bytes);
    }
}

#[test]
fn runs_and_the_names_of_rejects_name_nobody() {
    let runs = files_below(&NIGHT.project.path("runs"));
    assert!(runs.len() > 1);
    for (name, bytes) in runs {
        search("runs", &name, bytes);
    }
    let rejects = files_below(&NIGHT.project.path("rejects"));
    assert!(!rejects.is_empty());
    for name in rejects.keys() {
        names_nobody("the name of a file of rejects", name);
    }
}

#[test]
fn logs_and_errors_name_nobody() {
    assert_eq!(NIGHT.done.code, 5, "{}", NIGHT.done.said());
    // An unknown pupil's number is the extract's own word for a row at error; it is no pupil of ours.
    names_nobody("the log", &NIGHT.done.said());
    names_nobody("the plain log", &NIGHT.project.prane(&["check"]).said());
}

#[test]
fn what_is_published_for_everybody_names_nobody() {
    let files = NIGHT.project.published(AS_OF);
    let open: Vec<_> = files.into_iter().filter(|(name, _)| !name.starts_with("schools/") && !name.starts_with("centres/")).collect();
    assert!(open.len() >= 5);
    for (name, bytes) in open {
        search("published", &name, bytes);
    }
}

#[test]
fn sql_names_nobody() {
    let mut non_empty = 0;
    for contract in prane_contract::contracts().unwrap() {
        let question = format!("select * from sources.{}", contract.table);
        let answer = NIGHT.project.prane(&["sql", "--quiet", "--format", "csv", "-c", &question]).code(0).out;
        names_nobody(&question, &answer);
        non_empty += usize::from(answer.lines().nth(1).is_some());
    }
    assert!(non_empty > 10, "{non_empty} tables have rows");
    let explained = NIGHT.project.prane(&["explain", &NIGHT.project.key_of("P0000011")]).code(0).says(&["level"]);
    names_nobody("explain", &explained.said());
}

/// Words above the overview's columns of children, in the language of the samples.
const COUNTED: [&str; 9] = [
    "Nxënës",
    "Të vlerësueshëm",
    "kontakt tani",
    "plan mbështetjeje",
    "në vëmendje",
    "Pjesëmarrës",
    "Erdhën të paktën një herë",
    "Fëmijë",
    "Më pak mungesa pas",
];

/// The counts of children that the overview shows: the column's word and the count.
fn counts_of_the_overview(project: &Project) -> Vec<(String, u32)> {
    let page = String::from_utf8(project.published(AS_OF)["overview/index.html"].clone()).unwrap();
    let cells = page.split("data-h=\"").skip(1).map(|rest| rest.split_once('"').unwrap());
    let counts = cells.filter(|(word, _)| COUNTED.contains(word)).filter_map(|(word, rest)| {
        let value = rest.split_once("data-v=\"").unwrap().1.split_once('"').unwrap().0;
        (!value.is_empty()).then(|| (word.to_string(), value.parse().unwrap()))
    });
    counts.collect()
}

#[test]
fn small_cells_of_the_overview_are_not_shown() {
    let few =
        |counts: &[(String, u32)]| -> Vec<(String, u32)> { counts.iter().filter(|(_, count)| (1..10).contains(count)).cloned().collect() };
    let shown = counts_of_the_overview(&NIGHT.project);
    assert!(shown.iter().filter(|(_, count)| *count >= 10).count() > 10, "{shown:?}");
    assert_eq!(few(&shown), [], "few children are shown");
    // The same look where nothing is few finds few children at each kind of count that has some.
    let open = NIGHT.project.copy();
    let settings = fs::read_to_string(open.path("prane.toml")).unwrap();
    open.put("prane.toml", format!("{settings}\n[suppress]\nmin_cell = 1\n"));
    open.prane(&["report"]);
    let found = few(&counts_of_the_overview(&open));
    // Classes and those who can be assessed are many everywhere in the samples.
    for word in &COUNTED[2..] {
        assert!(found.iter().any(|(of, _)| of == *word), "no few of {word:?} among {found:?}");
    }
}

#[test]
fn the_overview_shows_no_pupil() {
    let page = String::from_utf8_lossy(&NIGHT.project.published(AS_OF)["overview/index.html"]).to_string();
    // 32 hex digits in a row would be a pupil's key.
    let keys = |text: &str| text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() == 32).count();
    assert_eq!(keys(&page), 0, "the overview shows pupils one by one");
    assert_eq!(keys(&format!("<td>{}</td>", NIGHT.project.key_of("P0000011"))), 1, "a key would be seen");
}

#[test]
fn the_vault_is_its_owners_alone() {
    let mode = |name: &str| fs::metadata(NIGHT.project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("vault"), 0o700);
    let files = files_below(&NIGHT.project.path("vault"));
    assert!(files.len() > 5);
    for file in files.into_keys() {
        assert_eq!(mode(&format!("vault/{file}")), 0o600, "{file}");
    }
    assert_eq!(mode("vault.key"), 0o600);
    assert_eq!((mode("published"), mode("rejects")), (0o700, 0o700));
    let fresh = Project::empty();
    fs::remove_dir_all(fresh.path("vault")).unwrap();
    fresh.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP1,S1,2026-02-27,present\n").run();
    assert_eq!(fs::metadata(fresh.path("vault/pseudonym.key.age")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn two_projects_give_one_pupil_two_keys() {
    let project = Project::empty();
    fs::remove_dir_all(project.path("vault")).unwrap();
    project.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP0000001,S1,2026-02-27,present\n").run();
    assert_ne!(project.key_of("P0000001"), NIGHT.project.key_of("P0000001"), "a key is worthless without the project's own secret");
}

/// Pupils' numbers and participants' numbers that a place's files show.
fn shown(files: &std::collections::BTreeMap<String, Vec<u8>>, folder: &str) -> (BTreeSet<String>, String) {
    let mut text = String::new();
    for name in ["list.html", "list.csv"] {
        text.push_str(&String::from_utf8_lossy(&files[&format!("{folder}/{name}")]));
    }
    text.push_str(&sheets(&files[&format!("{folder}/list.xlsx")]));
    let ids = words(&text).filter(|w| w.len() == 8 && w.starts_with('P') && w[1..].bytes().all(|b| b.is_ascii_digit())).collect();
    (ids, text)
}

#[test]
fn each_place_s_files_hold_its_own_children_alone() {
    let files = NIGHT.project.published(AS_OF);
    let read = |name: &str| rows(&fs::read(samples().join("inbox").join(name)).unwrap());
    let mut of_school: std::collections::BTreeMap<String, BTreeSet<String>> = std::collections::BTreeMap::new();
    for row in ["enrolments_2024-2025.csv", "enrolments_2025-2026.csv"].iter().flat_map(|name| read(name)) {
        of_school.entry(row["school_id"].clone()).or_default().insert(row["pupil_id"].clone());
    }
    let schools: BTreeSet<&str> = files.keys().filter_map(|n| n.strip_prefix("schools/")?.split('/').next()).collect();
    assert!(schools.len() >= 3);
    let mut seen = 0;
    for school in schools {
        let (ids, text) = shown(&files, &format!("schools/{school}"));
        seen += ids.len();
        let strangers: Vec<_> = ids.difference(&of_school[school]).collect();
        assert!(strangers.is_empty(), "{school} shows {} pupils of other schools", strangers.len());
        // What a centre is called, and what its children do there, is no matter of a school that is told "known".
        for row in read("centres.csv") {
            assert!(!text.contains(&row["centre_name"]), "{school} names a centre");
        }
        for word in ["psychosocial_counselling;", "komuniteti", "disability"] {
            assert!(!text.contains(word), "{school} shows {word}");
        }
    }
    assert!(seen > 30, "{seen} pupils are on the schools' files");
    let municipality_of: std::collections::BTreeMap<String, String> =
        read("schools.csv").into_iter().map(|r| (r["school_id"].clone(), r["municipality"].clone())).collect();
    let linked = rows(NIGHT.project.prane(&["link", "export"]).code(0).out.as_bytes());
    let (participants, pupils) = (read("centre_participants.csv"), read("pupils.csv"));
    for centre in read("centres.csv") {
        let id = &centre["centre_id"];
        let (ids, text) = shown(&files, &format!("centres/{id}"));
        assert!(!ids.is_empty(), "{id} shows no pupil");
        let own: BTreeSet<String> = linked.iter().filter(|r| r["centre_id"] == *id).map(|r| r["pupil_id"].clone()).collect();
        let around = |pupil: &String| {
            of_school.iter().any(|(school, pupils)| pupils.contains(pupil) && municipality_of.get(school) == Some(&centre["municipality"]))
        };
        let strangers = ids.iter().filter(|pupil| !own.contains(*pupil) && !around(pupil)).count();
        assert_eq!(strangers, 0, "{id} shows children who are neither its own nor of its municipality");
        // A child of another centre is named where it is a child of this one's municipality too, and nowhere else.
        let name = |row: &Row| format!("{} {}", row["first_name"], row["last_name"]);
        let at =
            |wanted: bool| -> BTreeSet<String> { participants.iter().filter(|p| (p["centre_id"] == *id) == wanted).map(name).collect() };
        let may: BTreeSet<String> =
            pupils.iter().filter(|row| own.contains(&row["pupil_id"]) || around(&row["pupil_id"])).map(name).collect();
        let (here, elsewhere) = (at(true), at(false));
        assert!(here.iter().any(|name| text.contains(name)), "{id} names none of its own children");
        let named: Vec<_> = elsewhere.iter().filter(|name| !here.contains(*name) && !may.contains(*name)).collect();
        assert!(!named.is_empty(), "{id}: there is nobody who must not be named");
        let found = named.iter().filter(|name| text.contains(name.as_str())).count();
        assert_eq!(found, 0, "{id} names {found} children of another centre");
    }
}

#[test]
fn a_school_that_is_told_nothing_of_centres_sees_nothing_of_them() {
    let project = Project::empty().with_samples();
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    let with = |show: &str| {
        let set = format!("show_centre_to_schools = \"{show}\"");
        if settings.contains("[caseload]") {
            settings.replace("[caseload]", &format!("[caseload]\n{set}"))
        } else {
            format!("{settings}\n[caseload]\n{set}\n")
        }
    };
    project.put("prane.toml", with("no"));
    project.run();
    let left = |project: &Project| project.one("select count(*) as n from run.raised_flags where flag = 'left_centre'");
    assert_eq!(left(&project), "0");
    assert_ne!(left(&NIGHT.project), "0", "where schools are told, the rule finds nobody");
    let files = project.published(AS_OF);
    let list = rows(&files["schools/S0001/list.csv"]);
    assert!(list.len() > 5 && list.iter().all(|row| row["known_to_centre"].is_empty() && row["services"].is_empty()));
    project.put("prane.toml", with("service"));
    project.run();
    let list = rows(&project.published(AS_OF)["schools/S0001/list.csv"]);
    assert!(list.iter().any(|row| !row["services"].is_empty()), "the setting does nothing");
    let known = rows(&NIGHT.project.published(AS_OF)["schools/S0001/list.csv"]);
    assert!(known.iter().any(|row| row["known_to_centre"] == "true") && known.iter().all(|row| row["services"].is_empty()));
}

#[test]
fn community_and_disability_are_closed_unless_a_project_opens_them() {
    let project = NIGHT.project.copy();
    let ask = "select community, count(*) as n from audit.pupils group by community";
    project.prane(&["sql", "-c", ask]).code(2).says(&["audit.* is closed", "audit_sql = true"]);
    project.put("queries/flags/by_community.sql", "-- title = \"x\"\n-- level = 1\nselect pupil_key, 1.0 as value, 1.0 as threshold, date '2026-01-01' as since_date from audit.pupils\n");
    project.prane(&["run"]).code(3).says(&["reads audit.pupils", "never reach a list"]);
    fs::remove_dir_all(project.path("queries")).unwrap();
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    project.put("prane.toml", format!("{settings}\n[safeguarding]\naudit_sql = true\n"));
    project.prane(&["sql", "-c", ask]).code(0);
    project.prane(&["sql", "-c", "select count(reason) as n from audit.centre_enrolments"]).code(0);
    assert!(fs::read_to_string(project.path("runs/audit.jsonl")).unwrap().contains("sql audit.*"));
    fs::remove_file(project.path("vault.key")).unwrap();
    project.prane(&["sql", "-c", ask]).code(7).says(&["its key is nowhere"]);
    // Elsewhere there is no such column.
    project.prane(&["sql", "-c", "select community from sources.pupils"]).code(2);
}
