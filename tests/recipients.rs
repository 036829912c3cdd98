//! Files for one recipient: sealed, opened by that recipient alone, and nothing of that place left in the clear.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

use prane_base::seal::KeyPair;

use crate::support::{Project, rows, samples};

const AS_OF: &str = "2026-02-27";

struct Sealed {
    project: Project,
    school: KeyPair,
    centre: KeyPair,
    coordinator: KeyPair,
    analysts: KeyPair,
    open: BTreeMap<String, Vec<u8>>,
}

fn public(key: &KeyPair) -> String {
    let text = key.file_text("a test's key");
    text.lines().find_map(|l| l.strip_prefix("# public key: ")).unwrap().to_string()
}

/// The samples, published once in the clear and once with recipients.
static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let [school, centre, coordinator, analysts] = std::array::from_fn(|_| KeyPair::generate());
    let project = Project::shared("recipients").with_samples();
    project.run();
    let open = project.published(AS_OF);
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    let recipient = |whom: &str, key: &KeyPair| format!("\n[[recipient]]\nfor = \"{whom}\"\nkey = \"{}\"\n", public(key));
    project.put(
        "prane.toml",
        [
            settings,
            recipient("school:S0001", &school),
            recipient("centre:C01", &centre),
            recipient("coordinator", &coordinator),
            recipient("analysts", &analysts),
        ]
        .concat(),
    );
    project
        .prane(&["doctor"])
        .says(&["published/2026-02-27 holds files of a [[recipient]] in the clear: analysts, centres/C01, overview, schools/S0001"]);
    project.prane(&["run"]).code(0);
    assert!(!project.prane(&["doctor"]).said().contains("in the clear"));
    Sealed { project, school, centre, coordinator, analysts, open }
});

fn unpacked(bytes: &[u8], key: &KeyPair) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(key.open(bytes, "the archive").unwrap())).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().to_string(), bytes)
        })
        .collect()
}

#[test]
fn a_recipient_s_files_are_published_sealed_alone() {
    let published = SEALED.project.published(AS_OF);
    for (folder, whole, key) in [
        ("schools/S0001", "schools/S0001/list.zip.age", &SEALED.school),
        ("centres/C01", "centres/C01/list.zip.age", &SEALED.centre),
        ("overview", "overview/overview.zip.age", &SEALED.coordinator),
        ("analysts", "analysts/lists.zip.age", &SEALED.analysts),
    ] {
        let here: Vec<&String> = published.keys().filter(|n| n.starts_with(&format!("{folder}/"))).collect();
        assert_eq!(here, [whole]);
        let files = unpacked(&published[whole], key);
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let lists: &[&str] = if cfg!(feature = "pdf") {
            &["list.csv", "list.html", "list.pdf", "list.xlsx"]
        } else {
            &["list.csv", "list.html", "list.xlsx"]
        };
        assert_eq!(
            names,
            match folder {
                "overview" => &["index.html"][..],
                "analysts" => &["lists.csv", "lists.parquet"],
                _ => lists,
            }
        );
        for (name, bytes) in &files {
            let open = &SEALED.open[&format!("{folder}/{name}")];
            // Another setting, another run: but for that name and hash the file is the one published in the clear.
            assert!(bytes.len().abs_diff(open.len()) < 600, "{folder}/{name}");
        }
        if !matches!(folder, "overview" | "analysts") {
            let ids = |bytes: &[u8]| rows(bytes).into_iter().map(|mut r| r.remove("pupil_id").unwrap()).collect::<Vec<_>>();
            let sealed = ids(&files["list.csv"]);
            assert!(!sealed.is_empty(), "{folder} lists nobody");
            assert_eq!(sealed, ids(&SEALED.open[&format!("{folder}/list.csv")]));
        }
    }
    assert!(published.contains_key("schools/S0002/list.html"), "who has no recipient gets files as before");
}

#[test]
fn another_s_key_does_not_open_them() {
    let published = SEALED.project.published(AS_OF);
    let archive = &published["schools/S0001/list.zip.age"];
    for key in [&SEALED.centre, &SEALED.coordinator, &SEALED.analysts] {
        assert!(key.open(archive, "x").unwrap_err().to_string().contains("another key"));
    }
}

#[test]
fn nothing_of_a_sealed_place_lies_in_the_clear() {
    let published = SEALED.project.published(AS_OF);
    let names: Vec<String> = rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap())
        .into_iter()
        .map(|r| format!("{} {}", r["first_name"], r["last_name"]))
        .collect();
    let on_list = String::from_utf8_lossy(&SEALED.open["schools/S0001/list.html"]).to_string();
    let listed: Vec<&String> = names.iter().filter(|n| on_list.contains(n.as_str())).collect();
    assert!(listed.len() > 5);
    // Other schools may have a child of the same name.
    let others = |n: &str| n.starts_with("centres/") || (n.starts_with("schools/") && !n.starts_with("schools/S0001/"));
    let looked_at: Vec<_> = published.iter().filter(|(n, _)| !others(n)).collect();
    assert!(looked_at.iter().any(|(n, _)| n.starts_with("schools/S0001/")) && looked_at.len() >= 4, "{:?}", published.keys());
    for (file, bytes) in looked_at {
        let text = String::from_utf8_lossy(bytes);
        assert!(!listed.iter().any(|n| text.contains(n.as_str())), "{file} names somebody of the sealed school");
    }
    let index = String::from_utf8_lossy(&published["index.html"]).to_string();
    assert!(index.contains("schools/S0001/list.zip.age") && !index.contains("schools/S0001/list.html"));
    assert!(index.contains("overview/overview.zip.age") && !index.contains("overview/index.html"));
    let run: serde_json::Value = serde_json::from_slice(&published["run.json"]).unwrap();
    assert!(run["files"].get("schools/S0001/list.zip.age").is_some() && run["files"].get("schools/S0001/list.html").is_none());
}

#[test]
fn a_wrong_recipient_stops_the_night_before_anything_is_written() {
    let project = Project::empty();
    for (setting, says) in [
        ("for = \"school:S1\"\nkey = \"age1nothing\"", "is no public key of age"),
        ("for = \"school:S1\"\nkey = \"AGE-SECRET-KEY-1QQQ\"", "is a secret key"),
        ("for = \"headteacher\"\nkey = \"age1\"", "write for = \\\"school:S0001\\\""),
        ("for = \"school:\"\nkey = \"age1\"", "a [[recipient]] is for"),
    ] {
        project.put("prane.toml", format!("[[recipient]]\n{setting}\n"));
        project.prane(&["run"]).code(3).says(&[&says.replace("\\\"", "\"")]);
    }
    assert!(!project.path("published").exists());
}

#[test]
fn a_recipient_of_a_place_that_is_not_there_stops_the_night() {
    let project = Project::empty().with_samples();
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    let key = public(&KeyPair::generate());
    project.put("prane.toml", format!("{settings}\n[[recipient]]\nfor = \"school:S001\"\nkey = \"{key}\"\n"));
    project.prane(&["run"]).code(3).says(&["school:S001", "nothing was published"]);
    assert!(!project.path("published/latest").exists());
}
