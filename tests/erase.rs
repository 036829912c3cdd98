//! A child that was erased is nowhere in the project any more, whoever looks, and everybody else is as before.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use prane_base::project::Project as Opened;
use prane_vault::Vault;

use crate::support::{LATER, Project, files_below, rows, samples, unpacked};

/// The samples after two nights, the second with a correction and with rows refused that name the child.
static NIGHTS: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("erase").with_samples();
    project.run();
    project.put(
        "inbox/contacts_bad.csv",
        "pupil_id,date,by,action,outcome,review_date,note\nP0000021,2026-02-31,Ana,call_family,,,Valbona Kurti was at home\nP0000003,2026-02-31,Ana,call_family,,,\n",
    );
    project.prane_at(LATER, &["run"]).code(5);
    // The office mends it another way and takes the file back; what was refused stays in rejects/.
    fs::remove_file(project.path("inbox/contacts_bad.csv")).unwrap();
    project
});

/// The key of a participant, as the vault makes it.
fn participant_key(project: &Project, centre: &str, id: &str) -> String {
    let vault = Vault::open(&Opened::open(&project.path("")).unwrap(), false).unwrap();
    let columns = ["participant_key", "centre_id", "participant_id"];
    let known = vault.texts("centre_participants", "participant_key", None, columns).unwrap();
    let [key, ..] = known.into_iter().find(|[_, of, number]| of == centre && number == id).unwrap();
    assert_eq!(key.len(), 32);
    key
}

/// Everything that tells of the child P0000021, who is C01/K001 too: Valbona Kurti.
fn words(project: &Project) -> Vec<String> {
    let pupils = rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap());
    let row = pupils.iter().find(|r| r["pupil_id"] == "P0000021").unwrap();
    let mut words = vec![format!("{} {}", row["first_name"], row["last_name"]), "P0000021".into(), project.key_of("P0000021")];
    words.extend([row["national_id"].clone(), row.get("guardian_contact").cloned().unwrap_or_default()]);
    words.retain(|w| w.len() > 3);
    words.push(participant_key(project, "C01", "K001"));
    assert!(words.len() >= 5);
    words
}

/// Looks for words, and for the bytes of those that are keys.
fn search_for(words: &[String]) -> AhoCorasick {
    let keys = words.iter().filter_map(|word| as_key(word));
    AhoCorasick::new(words.iter().map(|word| word.as_bytes().to_vec()).chain(keys)).unwrap()
}

/// Whether they stand in a file: in its bytes or in its cells.
fn identifies(name: &str, bytes: &[u8], search: &AhoCorasick) -> bool {
    search.is_match(bytes) || search.is_match(unpacked(name, bytes).as_bytes())
}

/// The sixteen bytes that 32 hex digits stand for.
fn as_key(word: &str) -> Option<Vec<u8>> {
    let digits = (word.len() == 32).then_some(word)?;
    (0..16).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

/// Files of the project, but the inbox and the key, that tell of the child; the vault opened with its key.
fn files_that_identify(project: &Project, words: &[String]) -> Vec<String> {
    let search = search_for(words);
    let mut found = Vec::new();
    for folder in ["store", "rejects", "published", "runs", "review"] {
        if !project.path(folder).exists() {
            continue;
        }
        for (name, bytes) in files_below(&project.path(folder)) {
            if identifies(&name, &bytes, &search) {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    let vault = Vault::open(&Opened::open(&project.path("")).unwrap(), false).unwrap();
    for (name, bytes) in vault.contents().unwrap() {
        if identifies(name.trim_end_matches(".age"), &bytes, &search) {
            found.push(format!("vault/{name}"));
        }
    }
    found
}

#[test]
fn nothing_of_the_child_is_left() {
    let project = NIGHTS.copy();
    let words = words(&project);
    let before = files_that_identify(&project, &words);
    // The records of centres know the child by the participant's key; the search for that key alone finds them.
    let by_participant = files_that_identify(&project, &words[words.len() - 1..]);
    for place in ["store/centre_participants/", "store/centre_attendance/", "store/links/", "vault/centre_participants"] {
        assert!(by_participant.iter().any(|file| file.starts_with(place)), "no key of the participant in {place}: {by_participant:?}");
    }
    for place in [
        "store/attendance/",
        "store/enrolments/",
        "store/lists/",
        "rejects/",
        "published/",
        "vault/keys",
        "vault/pupils",
        "vault/centre_participants",
    ] {
        assert!(before.iter().any(|file| file.starts_with(place)), "the search finds nothing in {place}: {before:?}");
    }
    let others = project.sql("select pupil_key, count(*) as n from sources.attendance group by pupil_key order by pupil_key");
    project.prane_at(LATER, &["erase", "P0000021"]).code(0).says(&["would erase 1 pupil", "add --yes"]);
    assert_eq!(files_that_identify(&project, &words), before, "nothing was done yet");
    let done = project.prane_at(LATER, &["erase", "P0000021", "--yes"]).code(0);
    let done = done.says(&["erased: 1 child", "inbox/: ", "backups"]);
    assert!(!done.said().contains("STILL THERE"), "{}", done.said());
    assert_eq!(files_that_identify(&project, &words), Vec::<String>::new());
    assert!(!project.path(".erasing").exists());
    // Everybody else is as before.
    let after = project.sql("select pupil_key, count(*) as n from sources.attendance group by pupil_key order by 1");
    let others: Vec<_> = others.into_iter().filter(|row| row["pupil_key"] != words[2]).collect();
    assert!(after == others && after.len() > 100, "others lost rows");
    // The receipt says what was done, and names nobody.
    let receipt = fs::read_to_string(project.path("runs/erasures/0001.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    assert!(receipt["store_rows"]["attendance"].as_u64().unwrap() > 50 && receipt["left"] == 0);
    assert!(receipt["reject_rows"].as_u64().unwrap() >= 1);
    assert!(project.prane_at(LATER, &["erase", "P0000021"]).code(2).said().contains("nobody is known by"));
}

#[test]
fn the_next_night_goes_on_and_past_ones_can_be_made_again() {
    let project = NIGHTS.copy();
    let words = words(&project);
    project.prane_at(LATER, &["erase", "P0000021", "--yes"]).code(0);
    project.prane_at(LATER, &["run"]).code(0).says(&["lists of 2026-02-27"]);
    project.prane(&["report", "--as-of", "2026-02-27"]).code(0);
    project.prane_at(LATER, &["sql", "-c", "select count(*) as n from history.lists"]).code(0);
    assert_eq!(files_that_identify(&project, &words), Vec::<String>::new());
    // An extract that brings the child again is noticed.
    let text = fs::read_to_string(samples().join("inbox/pupils.csv")).unwrap();
    project.put("inbox/pupils_again.csv", text + "\n");
    project.prane_at(LATER, &["run"]).code(0).says(&["1 of the children erased earlier are in an extract again"]);
}

#[test]
fn an_erasure_that_was_cut_off_stops_everything_until_it_is_done() {
    let project = NIGHTS.copy();
    let words = words(&project);
    let log = files_below(&project.path("store/enrolments/_delta_log"));
    let vault = files_below(&project.path("vault"));
    // Cut off where the lists of a day cannot be written: the store is done, the vault is not.
    let day = project.path("published/2026-02-27");
    let aside = project.path("aside");
    fs::rename(&day, &aside).unwrap();
    fs::write(&day, "in the way").unwrap();
    fs::create_dir_all(project.path("published/2026-02-26")).unwrap();
    fs::write(project.path(".staging"), "in the way").unwrap();
    let cut = project.prane_at(LATER, &["erase", "P0000021", "--yes"]);
    assert_ne!(cut.code, 0, "{}", cut.said());
    fs::remove_file(project.path(".staging")).unwrap();
    fs::remove_file(&day).unwrap();
    fs::remove_dir_all(project.path("published/2026-02-26")).unwrap();
    fs::rename(&aside, &day).unwrap();
    assert!(project.path(".erasing").exists());
    let mark = fs::read(project.path(".erasing")).unwrap();
    assert!(!String::from_utf8_lossy(&mark).contains("P0000021"), "the mark tells who is meant");
    project.prane_at(LATER, &["run"]).code(7).says(&["cut off half-way", "run the same `prane erase` again"]);
    project.prane_at(LATER, &["report"]).code(7);
    project.prane_at(LATER, &["erase", "P0000003", "--yes"]).code(2).says(&["somebody else was cut off"]);
    // Also where the files were written anew, but the log was not told yet, and where the vault lost its keys first.
    for (name, bytes) in log {
        project.put(&format!("store/enrolments/_delta_log/{name}"), bytes);
    }
    assert_eq!(vault.len(), files_below(&project.path("vault")).len());
    project.prane_at(LATER, &["erase", "P0000021", "--yes"]).code(0);
    assert!(!project.path(".erasing").exists());
    project.prane_at(LATER, &["run"]).code(0);
    assert_eq!(files_that_identify(&project, &words), Vec::<String>::new());
}

#[test]
fn a_participant_who_is_no_pupil_can_be_erased_too() {
    let project = NIGHTS.copy();
    let count = || project.one("select count(*) as n from sources.centre_participants").parse::<usize>().unwrap();
    let before = count();
    let words = ["Rinor Mulaj".to_string(), participant_key(&project, "C02", "K005")];
    for word in &words {
        assert_ne!(files_that_identify(&project, std::slice::from_ref(word)), Vec::<String>::new(), "the search for {word} finds nothing");
    }
    // A refused row that knows the child by centre and number alone.
    project.put(
        "inbox/centre_attendance_bad.csv",
        "centre_id,participant_id,service,date,status\nC02,K005,youth_initiative,2026-02-31,present\nC02,K004,youth_initiative,2026-02-31,present\n",
    );
    project.prane_at(LATER, &["run"]).code(5);
    fs::remove_file(project.path("inbox/centre_attendance_bad.csv")).unwrap();
    let refused = || -> String {
        files_below(&project.path("rejects")).iter().filter(|(n, _)| n.contains("centre_attendance")).map(|(n, b)| unpacked(n, b)).collect()
    };
    assert!(refused().contains("K005") && refused().contains("K004"));
    project.prane_at(LATER, &["erase", "C02/K005", "--yes"]).code(0);
    assert_eq!(count(), before - 1);
    assert!(!refused().contains("K005") && refused().contains("K004"));
    assert_eq!(files_that_identify(&project, &words), Vec::<String>::new());
}

#[test]
fn who_has_been_kept_long_enough_is_shown_before_anything_is_done() {
    let project = NIGHTS.copy();
    project.prane_at(LATER, &["retention"]).code(0).says(&["keep_years is 0"]);
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    project.put("prane.toml", format!("{settings}\n[retention]\nkeep_years = 1\n"));
    project.prane_at(LATER, &["retention"]).code(0).says(&["nobody was last seen before the school year 2024-2025"]);
    // A child of long ago.
    project.put(
        "inbox/enrolments_old.csv",
        "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\nP0000999,S0001,2021-2022,9,9A,2021-09-01,2022-06-15,completed\n",
    );
    project.put("inbox/pupils_old.csv", "pupil_id,first_name,last_name,sex\nP0000999,Longago,Gonesince,F\n");
    project.prane_at(LATER, &["run"]).code(0);
    project.prane_at(LATER, &["retention"]).code(0).says(&["2021-2022: 1 pupils", "nothing was done"]);
    let words = ["Longago Gonesince".to_string(), "P0000999".to_string(), project.key_of("P0000999")];
    assert!(files_that_identify(&project, &words).iter().any(|file| file.starts_with("store/enrolments/")), "the search finds nothing");
    project.prane_at(LATER, &["retention", "--yes"]).code(0).says(&["erased: 1 child"]);
    assert_eq!(files_that_identify(&project, &words), Vec::<String>::new());
    project.prane_at(LATER, &["retention"]).code(0).says(&["nobody was last seen"]);
    assert!(Path::new(&project.path("runs/erasures/0001.json")).exists());
}
