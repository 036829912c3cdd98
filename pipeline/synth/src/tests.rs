//! The same options give the same bytes; the columns are those that others read; the sample folder is what the code makes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

/// All files below a folder, by relative path.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn made(options: &Options) -> (BTreeMap<PathBuf, Vec<u8>>, Summary) {
    let dir = tempfile::tempdir().unwrap();
    let summary = write(dir.path(), options, &|_, _| {}).unwrap();
    (files(dir.path()), summary)
}

#[test]
fn same_options_same_bytes_whatever_the_threads() {
    for hard_links in [false, true] {
        let options = Options { pupils: 400, years: 1.4, extra_days: 2, hard_links, ..Options::default() };
        let (one, _) = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| made(&options));
        let (four, _) = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap().install(|| made(&options));
        assert!(one == four);
        let (other, _) = made(&Options { seed: 2, ..options });
        assert!(one != other);
        assert_eq!(one.contains_key(Path::new("truth/participants.csv")), hard_links);
    }
}

#[test]
fn columns_and_counts_are_those_that_others_read() {
    let (files, summary) = made(&Options { pupils: 700, extra_days: 3, ..Options::default() });
    let header = |name: &str| {
        let text = std::str::from_utf8(&files[Path::new(name)]).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    assert_eq!(header("inbox/attendance_2025-09.csv"), "pupil_id,school_id,date,status");
    assert_eq!(header("inbox/marks_2025-2026_term1.csv"), "pupil_id,school_id,subject,date,term,mark");
    assert_eq!(header("inbox/pupils.csv"), "pupil_id,national_id,first_name,last_name,birth_date,sex");
    let rows = |start: &str| {
        let count = |text: &[u8]| String::from_utf8_lossy(text).lines().count() as u64 - 1;
        files.iter().filter(|(p, _)| p.to_string_lossy().contains(start)).map(|(_, text)| count(text)).sum::<u64>()
    };
    assert_eq!(rows("/attendance_"), summary.attendance_rows);
    assert_eq!(rows("/marks_"), summary.mark_rows);
    assert_eq!(rows("/pupils"), 700);
    assert_eq!(files.keys().filter(|p| p.starts_with("later")).count(), 3);
    assert_eq!(summary.last_day.to_string(), "2026-05-26");
}

#[test]
fn no_key_comes_twice() {
    let usual = Options { pupils: 400, years: 2.0, ..Options::default() };
    keys_are_single(&usual);
    keys_are_single(&Options { pupils: 1200, hard_links: true, ..usual });
}

fn keys_are_single(options: &Options) {
    let (files, _) = made(options);
    for (table, key) in [("attendance_", 3), ("marks_", 5), ("centre_attendance", 4), ("pupils", 1), ("enrolments_", 3)] {
        let mut seen = std::collections::BTreeSet::new();
        for text in files.iter().filter(|(p, _)| p.to_string_lossy().contains(&format!("/{table}"))).map(|(_, text)| text) {
            for row in std::str::from_utf8(text).unwrap().lines().skip(1) {
                let key: Vec<&str> = row.split(',').take(key).collect();
                assert!(seen.insert(key), "{table}: {row}");
            }
        }
        assert!(!seen.is_empty(), "{table}");
    }
}

#[test]
fn a_tiny_world_is_a_world() {
    for pupils in [0, 1, 2] {
        let (_, summary) = made(&Options { pupils, years: 0.1, extra_days: 1000, ..Options::default() });
        assert_eq!(summary.pupils, pupils);
    }
}

#[test]
fn the_sample_folder_is_what_the_code_makes() {
    let dir = tempfile::tempdir().unwrap();
    write_samples(dir.path()).unwrap();
    let here = files(Path::new(SAMPLES));
    for (path, text) in files(dir.path()) {
        assert!(here.get(&path) == Some(&text), "{} differs: make the folder again with write_samples", path.display());
    }
    let made = files(dir.path());
    for path in here.keys().filter(|p| !p.starts_with("cases")) {
        assert!(made.contains_key(path), "{} is no longer made", path.display());
    }
}

/// Where the committed sample lies, seen from the crate's root.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-samples");
