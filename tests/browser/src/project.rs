//! The sample project, its lists published by the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A copy of the samples, gone with the value.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// The samples in a language, with the lists of `as_of` and of a week before it.
    pub fn published(language: &str, as_of: &[&str]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(project.path("inbox")).unwrap();
        let samples = root().join("data-samples");
        for entry in fs::read_dir(samples.join("inbox")).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(&from, project.path("inbox").join(from.file_name().unwrap())).unwrap();
        }
        let toml = fs::read_to_string(samples.join("prane.toml")).unwrap();
        assert!(toml.contains("language = \"sq\""), "the samples speak Albanian");
        fs::write(project.path("prane.toml"), toml.replace("language = \"sq\"", &format!("language = \"{language}\""))).unwrap();
        let program = std::env::var("PRANE_BIN").expect("PRANE_BIN names the program, built before");
        for day in as_of {
            let options = ["run", "--quiet", "--as-of", day, "--known-at", "2026-03-02T00:00:00Z", "--project"];
            let done = Command::new(&program).args(options).arg(project.folder.path()).output().expect("the program runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Rows of a CSV file of the samples' inbox: column → value.
pub fn sample_rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(root().join("data-samples/inbox").join(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
