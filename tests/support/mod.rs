//! A tiny project builder: made or copied extracts, the binary run over them, its answers read back.

#![allow(dead_code)] // every test crate uses a part of it

pub mod made;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use calamine::{Reader, Xlsx, open_workbook_from_rs};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use prane_base::disk::restrict;
use prane_base::key::hex;
use prane_vault::Vault;
use serde_json::Value;

/// The moment at which tests know what they know, unless they say otherwise.
pub const KNOWN_AT: &str = "2026-03-02T00:00:00Z";
/// A moment after it, for what comes to be known later.
pub const LATER: &str = "2026-03-03T00:00:00Z";
/// All test projects have one secret, so that keys (and what they order) are the same each time.
const SECRET: &str = "7070707070707070707070707070707070707070707070707070707070707070";

/// One row of an answer or a file: column → value.
pub type Row = BTreeMap<String, String>;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample project as it is handed out.
pub fn samples() -> PathBuf {
    root().join("data-samples")
}

/// A project folder of its own; it goes with the value, unless it is shared.
pub struct Project {
    folder: PathBuf,
    _own: Option<tempfile::TempDir>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Everything it said.
    pub fn said(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }

    /// The same, where this exit code was meant.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, wanted, "exit code {} where {wanted} was meant:\n{}", self.code, self.said());
        self
    }

    /// Fails unless it said every one of these.
    #[track_caller]
    pub fn says(self, wanted: &[&str]) -> Self {
        for words in wanted {
            assert!(self.said().contains(words), "never said {words:?}:\n{}", self.said());
        }
        self
    }
}

/// Runs the binary, anywhere.
pub fn prane<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Done {
    done(std::process::Command::new(env!("CARGO_BIN_EXE_prane")).args(args).output().unwrap())
}

fn done(output: std::process::Output) -> Done {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_string();
    Done { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

impl Project {
    /// An empty project: an inbox and a secret.
    pub fn empty() -> Self {
        let own = tempfile::Builder::new().prefix("prane-test-").tempdir().unwrap();
        let project = Self { folder: own.path().to_path_buf(), _own: Some(own) };
        project.furnish();
        project
    }

    /// An empty project that all tests of a crate share; made anew by each run of the tests.
    pub fn shared(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", env!("CARGO_CRATE_NAME")));
        let _ = fs::remove_dir_all(&folder);
        let project = Self { folder, _own: None };
        project.furnish();
        project
    }

    fn furnish(&self) {
        fs::create_dir_all(self.path("inbox")).unwrap();
        self.put("vault/pseudonym.key", SECRET);
        for (name, mode) in [("vault", 0o700), ("vault/pseudonym.key", 0o600), ("inbox", 0o700)] {
            restrict(&self.path(name), mode).unwrap();
        }
    }

    /// Puts the sample's configuration and its files of the inbox into this project.
    pub fn with_samples(self) -> Self {
        self.with_samples_of(|_| true)
    }

    /// The same, with only those files of the inbox whose names are wanted.
    pub fn with_samples_of(self, wanted: impl Fn(&str) -> bool) -> Self {
        copy(&samples().join("prane.toml"), &self.path("prane.toml"));
        for entry in fs::read_dir(samples().join("inbox")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().to_string();
            if wanted(&name) {
                copy(&path, &self.path("inbox").join(name));
            }
        }
        self
    }

    /// A copy of this project as it stands, to go on from.
    pub fn copy(&self) -> Self {
        let own = tempfile::Builder::new().prefix("prane-test-").tempdir().unwrap();
        let copied = Self { folder: own.path().to_path_buf(), _own: Some(own) };
        for (name, bytes) in files_below(&self.folder) {
            // `published/latest` is a link: it is pointed again, not copied.
            if !name.starts_with("published/latest/") {
                copied.put(&name, bytes);
            }
        }
        for name in ["vault.key", "vault.key.old", "vault.key.next"].into_iter().filter(|name| copied.path(name).exists()) {
            restrict(&copied.path(name), 0o600).unwrap();
        }
        if let Ok(latest) = fs::read_link(self.path("published/latest")) {
            std::os::unix::fs::symlink(latest, copied.path("published/latest")).unwrap();
        }
        copied
    }

    /// A path within the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file of the project.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Copies a file of the repository into the inbox.
    pub fn receive(&self, path: &Path) -> &Self {
        copy(path, &self.path("inbox").join(path.file_name().unwrap()));
        self
    }

    /// Runs a command over the project at a moment.
    pub fn prane_at(&self, known_at: &str, args: &[&str]) -> Done {
        let folder = self.folder.to_string_lossy().to_string();
        let fixed = ["--project", folder.as_str(), "--known-at", known_at];
        prane(args.iter().chain(&fixed))
    }

    /// Runs a command over the project at the usual moment.
    pub fn prane(&self, args: &[&str]) -> Done {
        self.prane_at(KNOWN_AT, args)
    }

    /// Runs a command of this project in an environment.
    pub fn prane_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Done {
        let folder = self.folder.to_string_lossy().to_string();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_prane"));
        command.args(["--project", &folder, "--known-at", KNOWN_AT]).args(args).envs(environment.iter().copied());
        done(command.output().unwrap())
    }

    /// A quiet night that must succeed.
    #[track_caller]
    pub fn run(&self) -> &Self {
        self.night(&[]);
        self
    }

    /// The same with further options.
    #[track_caller]
    pub fn night(&self, options: &[&str]) -> Done {
        let args: Vec<&str> = ["run", "--quiet"].iter().chain(options).copied().collect();
        self.prane(&args).code(0)
    }

    /// The answer to a question.
    #[track_caller]
    pub fn sql(&self, question: &str) -> Vec<Row> {
        self.sql_with(question, &[])
    }

    /// The answer to a question, with further options.
    #[track_caller]
    pub fn sql_with(&self, question: &str, options: &[&str]) -> Vec<Row> {
        let args: Vec<&str> = ["sql", "--quiet", "--format", "csv", "-c", question].iter().chain(options).copied().collect();
        rows(self.prane(&args).code(0).out.as_bytes())
    }

    /// The single value that answers a question, empty where there is none.
    #[track_caller]
    pub fn one(&self, question: &str) -> String {
        self.sql(question).first().and_then(|row| row.values().next().cloned()).unwrap_or_default()
    }

    /// The pseudonym of a pupil.
    #[track_caller]
    pub fn key_of(&self, pupil: &str) -> String {
        let vault = Vault::open(&prane_base::project::Project::open(&self.folder).unwrap(), false).unwrap();
        hex(vault.pupil_key(pupil).unwrap_or_else(|| panic!("the vault knows no pupil {pupil}")))
    }

    /// Flag → level of every rule a pupil crossed.
    #[track_caller]
    pub fn flags_of(&self, pupil: &str, options: &[&str]) -> BTreeMap<String, String> {
        let key = self.key_of(pupil);
        let raised = self.sql_with("select pupil_key, flag, level from run.raised_flags", options);
        raised.into_iter().filter(|row| row["pupil_key"] == key).map(|row| (row["flag"].clone(), row["level"].clone())).collect()
    }

    /// A pupil's row of a view, if it has one.
    #[track_caller]
    pub fn row_of(&self, view: &str, pupil: &str, options: &[&str]) -> Option<Row> {
        let key = self.key_of(pupil);
        self.sql_with(&format!("select * from {view}"), options).into_iter().find(|row| row["pupil_key"] == key)
    }

    /// Numbers of a pupil's `indicators.pupil`, by one question.
    #[track_caller]
    pub fn measures<const COUNT: usize>(&self, pupil: &str, columns: [&str; COUNT]) -> [f64; COUNT] {
        self.measures_with(pupil, columns, &[])
    }

    /// The same on a day of its own.
    #[track_caller]
    pub fn measures_on<const COUNT: usize>(&self, pupil: &str, columns: [&str; COUNT], as_of: &str) -> [f64; COUNT] {
        self.measures_with(pupil, columns, &["--as-of", as_of])
    }

    #[track_caller]
    fn measures_with<const COUNT: usize>(&self, pupil: &str, columns: [&str; COUNT], options: &[&str]) -> [f64; COUNT] {
        let row = self.row_of("indicators.pupil", pupil, options).unwrap_or_else(|| panic!("{pupil} has no indicators"));
        columns.map(|column| row[column].parse().unwrap_or_else(|_| panic!("{column} of {pupil} is {:?}", row[column])))
    }

    /// The pupils of a view: each key once.
    #[track_caller]
    pub fn keys_in(&self, view: &str) -> BTreeSet<String> {
        self.sql(&format!("select distinct pupil_key from {view}")).into_iter().map(|row| row["pupil_key"].clone()).collect()
    }

    /// The manifest of the run that was written last.
    #[track_caller]
    pub fn manifest(&self) -> Value {
        let mut runs: Vec<PathBuf> = fs::read_dir(self.path("runs")).unwrap().map(|e| e.unwrap().path()).collect();
        runs.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
        serde_json::from_slice(&fs::read(runs.last().expect("no run was written")).unwrap()).unwrap()
    }

    /// The account of one file in the last manifest.
    #[track_caller]
    pub fn account(&self, file: &str) -> Value {
        account(&self.manifest(), file)
    }

    /// Every reject of the last run.
    pub fn rejects(&self) -> Vec<Row> {
        let run = self.manifest()["run_id"].as_str().unwrap().to_string();
        let mut all = Vec::new();
        for path in files_below(&self.path(&format!("rejects/{run}"))).into_keys().filter(|p| is_a(p, "csv")) {
            all.extend(rows(&fs::read(self.path(&format!("rejects/{run}/{path}"))).unwrap()));
        }
        all
    }

    /// Every published file of a day, with its bytes.
    pub fn published(&self, as_of: &str) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.path(&format!("published/{as_of}")))
    }

    /// Version of every table of the store, and what its nights said.
    pub fn store_state(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = files_below(&self.path("store"));
        files.retain(|name, _| is_a(name, "json") || is_a(name, "parquet"));
        files
    }
}

/// Whether a file's name ends so.
pub fn is_a(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

/// The account of one file in a manifest.
#[track_caller]
pub fn account(manifest: &Value, file: &str) -> Value {
    let inputs = manifest["inputs"].as_array().unwrap();
    inputs.iter().find(|a| a["file"] == file).unwrap_or_else(|| panic!("no account of {file} in {inputs:#?}")).clone()
}

/// Fails unless every row of every file went somewhere.
#[track_caller]
pub fn adds_up(manifest: &Value) {
    let inputs = manifest["inputs"].as_array().unwrap();
    assert!(!inputs.is_empty(), "no file was read");
    for account in inputs {
        let count = |name: &str| account[name].as_u64().unwrap_or_else(|| panic!("no {name} in {account}"));
        assert_eq!(count("read"), count("stored") + count("superseded") + count("rejected"), "{account}");
    }
}

/// The rows of a file with a header.
pub fn rows(bytes: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().unwrap().clone();
    reader.records().map(|record| headers.iter().map(String::from).zip(record.unwrap().iter().map(String::from)).collect()).collect()
}

/// Relative name → bytes of every file below a folder.
pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in fs::read_dir(&next).into_iter().flatten().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Fails with the names of the files that differ, not with their bytes.
#[track_caller]
pub fn same_files(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert!(!one.is_empty(), "nothing to compare");
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "other files");
    let differ: Vec<&String> = one.iter().filter(|(name, bytes)| other[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "other bytes in {differ:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
}

/// Every text of a Parquet file, each once: registers repeat themselves.
pub fn cells(bytes: &[u8]) -> String {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(bytes)).unwrap().build().unwrap();
    let options = FormatOptions::default();
    let mut texts = BTreeSet::new();
    for batch in reader.map(Result::unwrap) {
        for column in batch.columns() {
            let format = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
            texts.extend((0..batch.num_rows()).map(|row| format.value(row).to_string()));
        }
    }
    texts.into_iter().collect::<Vec<_>>().join("\n")
}

/// Every row of every sheet of a workbook, a line each.
pub fn sheets(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let rows = book.worksheets().into_iter().flat_map(|(_, range)| {
        range.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// A file as text, and what is packed in it, unpacked.
pub fn unpacked(name: &str, bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).to_string();
    if is_a(name, "parquet") && !name.contains("_delta_log") {
        text.push('\n');
        text.push_str(&cells(bytes));
    }
    if is_a(name, "xlsx") {
        text.push('\n');
        text.push_str(&sheets(bytes));
    }
    text
}

/// All that can be read in a file: a workbook is unpacked, a table's cells told.
pub fn readable(name: &str, bytes: &[u8]) -> String {
    if is_a(name, "parquet") {
        return cells(bytes);
    }
    if !is_a(name, "xlsx") {
        return String::from_utf8_lossy(bytes).to_string();
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut part = Vec::new();
        archive.by_index(at).unwrap().read_to_end(&mut part).unwrap();
        text.push_str(&String::from_utf8_lossy(&part));
    }
    text
}
