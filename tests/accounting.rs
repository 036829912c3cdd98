//! Whatever is done to an extract, every row of it goes somewhere: read = stored + superseded + rejected.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::support::{Project, adds_up};

/// What happens to a file on its way.
#[derive(Debug, Clone)]
enum Damage {
    /// A byte becomes another one.
    Flip(usize, u8),
    /// The file ends early.
    Cut(usize),
    /// A row comes twice.
    Again(usize),
    /// A row comes twice, and says something else the second time.
    Otherwise(usize),
    /// Two rows change places.
    Swap(usize, usize),
    /// A row is gone.
    Gone(usize),
    /// A word is one that nobody mapped.
    Word(usize),
    /// A field too many.
    Field(usize),
    /// A quote is opened.
    Quote(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        any::<usize>().prop_map(Damage::Cut),
        any::<usize>().prop_map(Damage::Again),
        any::<usize>().prop_map(Damage::Otherwise),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Damage::Swap(one, other)),
        any::<usize>().prop_map(Damage::Gone),
        any::<usize>().prop_map(Damage::Word),
        any::<usize>().prop_map(Damage::Field),
        any::<usize>().prop_map(Damage::Quote),
    ]
}

/// How many rows another reader finds, where it can be asked: text in UTF-8, without stray carriage returns.
fn rows_by_another_reader(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\r'))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    Some(reader.byte_records().count() as u64)
}

/// A damaged file.
fn damaged(text: &str, how: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for one in how {
        let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let count = lines.len();
        match one {
            Damage::Flip(at, byte) => {
                let at = at % bytes.len().max(1);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
                continue;
            }
            Damage::Cut(at) => {
                bytes.truncate(at % (bytes.len() + 1));
                continue;
            }
            Damage::Again(at) => lines.insert(at % count, lines[at % count].clone()),
            Damage::Otherwise(at) => {
                let other = String::from_utf8_lossy(&lines[at % count]).replace("present", "absent").replace(",8", ",6");
                lines.insert(at % count + 1, other.into_bytes());
            }
            Damage::Swap(one, other) => lines.swap(one % count, other % count),
            Damage::Gone(at) => {
                lines.remove(at % count);
            }
            Damage::Word(at) => lines[at % count] = String::from_utf8_lossy(&lines[at % count]).replace("present", "prezent").into_bytes(),
            Damage::Field(at) => lines[at % count].extend_from_slice(b",more"),
            Damage::Quote(at) => lines[at % count].insert(0, b'"'),
        }
        bytes = lines.join(&b'\n');
    }
    bytes
}

/// A published project, so that damaged files meet rows that are stored already.
static BASE: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("accounting").with_small();
    project.run();
    project
});

const FILES: [&str; 4] = ["attendance_S1.csv", "marks.csv", "enrolments.csv", "pupils.csv"];

proptest! {
    // Each case is a whole night over eight damaged files: 24 files in all.
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_of_a_damaged_file_is_accounted_for(damages in prop::collection::vec((0..FILES.len(), prop::collection::vec(damage(), 1..4)), 8)) {
        let project = BASE.copy();
        let mut wanted = Vec::new();
        for (number, (file, how)) in damages.iter().enumerate() {
            let text = std::fs::read_to_string(project.path("inbox").join(FILES[*file])).unwrap();
            let name = FILES[*file].replace(".csv", &format!("_{number}.csv"));
            let bytes = damaged(&text, how);
            wanted.extend(rows_by_another_reader(&bytes).map(|rows| (name.clone(), rows)));
            project.put(&format!("inbox/{name}"), bytes);
        }
        let done = project.prane(&["run"]);
        prop_assert!([0, 5, 6].contains(&done.code), "exit code {}:\n{}", done.code, done.said());
        prop_assert!(!done.err.contains("bug") && !done.err.contains("panicked"), "{}", done.said());
        let manifest = project.manifest();
        adds_up(&manifest);
        for account in manifest["inputs"].as_array().unwrap() {
            for (_, rows) in wanted.iter().filter(|(name, _)| account["file"] == name.as_str()) {
                prop_assert_eq!(account["read"].as_u64(), Some(*rows), "{}", account);
            }
        }
        let accounts = manifest["inputs"].as_array().unwrap().len();
        let skipped = done.err.lines().filter(|l| l.contains("skipped")).count();
        prop_assert!(accounts + skipped >= damages.len(), "{accounts} accounts and {skipped} files skipped of {}:\n{}", damages.len(), done.said());
    }
}

#[test]
fn a_row_that_comes_twice_in_one_file_is_counted_once_as_superseded() {
    let project = BASE.copy();
    let days = crate::support::made::weekdays_to("2026-02-27", 2);
    let row = |status: &str| format!("S1-P1,S1,{},{status}\n", days[1]);
    project.put("inbox/attendance_S1_twice.csv", format!("pupil_id,school_id,date,status\n{}{}", row("absent"), row("excused")));
    project.run();
    let account = project.account("attendance_S1_twice.csv");
    let count = |name: &str| account[name].as_u64().unwrap();
    assert_eq!((count("read"), count("stored"), count("superseded"), count("rejected"), count("conflicts")), (2, 1, 1, 0, 1));
    assert_eq!(
        project.one(&format!(
            "select status from sources.attendance where pupil_key = '{}' and date = date '{}'",
            project.key_of("S1-P1"),
            days[1]
        )),
        "excused"
    );
}

#[test]
fn a_row_of_a_later_file_replaces_that_of_an_earlier_one() {
    let project = BASE.copy();
    let day = crate::support::made::weekdays_to("2026-02-27", 1)[0];
    project.put("inbox/attendance_S1_a.csv", format!("pupil_id,school_id,date,status\nS1-P1,S1,{day},absent\n"));
    project.put("inbox/attendance_S1_b.csv", format!("pupil_id,school_id,date,status\nS1-P1,S1,{day},late\n"));
    let done = project.prane(&["run"]).code(0);
    assert!(done.err.contains("of one key disagree"), "{}", done.said());
    assert_eq!(project.account("attendance_S1_a.csv")["superseded"], 1);
    assert_eq!(
        project
            .one(&format!("select status from sources.attendance where pupil_key = '{}' and date = date '{day}'", project.key_of("S1-P1"))),
        "late"
    );
}

#[test]
fn a_stored_row_keeps_the_run_that_brought_it() {
    let project = BASE.copy();
    let first = project.manifest()["run_id"].as_str().unwrap().to_string();
    let text = std::fs::read_to_string(project.path("inbox/attendance_S1.csv")).unwrap();
    let day = crate::support::made::weekdays_to("2026-02-27", 1)[0];
    project.put("inbox/attendance_S1_again.csv", text.replace(&format!("S1-P1,S1,{day},present"), &format!("S1-P1,S1,{day},late"))).run();
    let counts = project.sql("select known_from, count(*) as n from sources.attendance group by known_from order by n");
    assert_eq!(counts.iter().map(|r| r["n"].as_str()).collect::<Vec<_>>(), ["1", "239"]);
    assert_eq!(counts[1]["known_from"], first);
}
