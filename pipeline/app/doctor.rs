//! `prane doctor`: is this project fit for a night? It looks and says, in plain sentences; it mends nothing, reads no
//! row of any extract and names nobody.

use std::fmt;
use std::path::{Path, PathBuf};

use prane_base::config::Config;
use prane_base::disk::{files_below, free_bytes};
use prane_base::error::{Error, Result, plural};
use prane_base::project::Project;
use prane_base::recipient::Recipients;
use prane_contract as contract;
use prane_contract::Contract;
use prane_intake::extract;
use prane_rules::policy::Policy;
use prane_rules::query::{Library, Records};
use prane_store::{Damage, NightRecord, damage};
use prane_vault::{Vault, open_files};

use crate::recipients::sealed_folders;
use crate::{audit, preflight, publish};

/// How well one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// A run works, but somebody should look.
    Warn,
    /// A run fails, or children's data lie open.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How well it is.
    pub health: Health,
    /// What was found, a sentence.
    pub what: String,
    /// What to do; empty where nothing is.
    pub next: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.health {
            Health::Ok => "ok  ",
            Health::Warn => "warn",
            Health::Fail => "fail",
        };
        write!(f, "{word} {}", self.what)?;
        if self.next.is_empty() { Ok(()) } else { write!(f, ": {}", self.next) }
    }
}

/// Free bytes below which a night may not fit.
const LEAST_FREE: u64 = 1 << 30;
/// Files of the inbox that are told one by one.
const MOST_FILES: usize = 40;

/// Looks at the project in `root`. The findings in the order of a night, and whether nothing failed.
///
/// # Errors
/// A bug in the built-in contracts; everything else is a finding.
pub fn doctor(root: &Path) -> Result<(Vec<Finding>, bool)> {
    let mut patient = Patient::default();
    let contracts = contract::contracts()?;
    if root.is_dir() {
        let project = patient.settings(root);
        patient.rules(&project);
        let free = patient.lock(&project);
        patient.staging(&project, free);
        patient.folders(&project);
        let nights = patient.store(&project);
        patient.inbox(&project, &contracts, &nights);
        patient.vault(&project, &nights);
        patient.published(&project, &nights);
    } else {
        patient.fail(format!("{} is not a folder", root.display()), "`prane init DIR` makes a project; --project DIR points to one");
    }
    let well = patient.findings.iter().all(|f| f.health != Health::Fail);
    Ok((patient.findings, well))
}

#[derive(Default)]
struct Patient {
    findings: Vec<Finding>,
}

impl Patient {
    fn ok(&mut self, what: impl Into<String>) {
        self.findings.push(Finding { health: Health::Ok, what: what.into(), next: String::new() });
    }

    fn warn(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding { health: Health::Warn, what: what.into(), next: next.into() });
    }

    fn fail(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding { health: Health::Fail, what: what.into(), next: next.into() });
    }

    fn fault(&mut self, fault: &Error) {
        self.fail(fault.to_string(), fault.hint());
    }

    /// `prane.toml`; where it is wrong, the rest is looked at with the defaults.
    fn settings(&mut self, root: &Path) -> Project {
        self.ok(format!("project folder {}", root.display()));
        match Project::open(root) {
            Ok(project) if project.config_text.is_empty() => {
                self.warn("no prane.toml: every setting has its default", "`prane init` in a new folder writes a documented one");
                project
            }
            Ok(project) => {
                self.ok(format!("prane.toml reads well: {}", plural(project.config.source.len(), "mapping")));
                if project.config_text.contains("# OPEN:") {
                    self.warn("prane.toml has places marked OPEN", "settle each and take its OPEN line away");
                }
                project
            }
            Err(fault) => {
                self.fault(&fault);
                Project { root: root.to_path_buf(), config: Config::default(), config_text: String::new() }
            }
        }
    }

    /// SQL files and policy, the project's own over the built-in ones.
    fn rules(&mut self, project: &Project) {
        let library = match Library::load(&project.queries()) {
            Ok(library) => library,
            Err(fault) => return self.fault(&fault),
        };
        let all = library.queries.keys().cloned().collect();
        match library.order(&all) {
            Ok(order) => self.ok(format!("{} read well, and none reads itself", plural(order.len(), "SQL file"))),
            Err(fault) => self.fault(&fault),
        }
        match Policy::load(&library, &project.config) {
            Ok(policy) => self.ok(format!("policy reads well: {}", plural(policy.numbers.len(), "number"))),
            Err(fault) => self.fault(&fault),
        }
        for flag in library.of_schema("flags").filter(|flag| flag.header.rests_on.is_none()) {
            self.warn(
                format!("{} does not say what the flag rests on: pages will name no cause where a child's level moves by it", flag.file),
                format!("add to its head, for example: -- rests_on = \"{}\"", Records::Attendance.word()),
            );
        }
        // A folder with a slip in its name would be passed over without a word.
        let schemas: Vec<&str> = library.queries.values().map(prane_rules::query::Query::schema).collect();
        for folder in entries(&project.queries()).into_iter().filter(|p| p.is_dir()) {
            let name = name_of(&folder);
            if !schemas.contains(&name.as_str()) {
                let near = prane_base::error::nearest(&name, schemas.iter().copied())
                    .map_or_else(String::new, |n| format!("; did you mean queries/{n}/?"));
                self.warn(
                    format!("queries/{name}/ is no schema, and its files are not read"),
                    format!("the folders are named in queries/README.md{near}"),
                );
            }
        }
    }

    /// Whether a run is under way; true when none is.
    fn lock(&mut self, project: &Project) -> bool {
        if !project.root.join(".lock").exists() {
            self.ok("no run is under way");
            return true;
        }
        match publish::lock(project) {
            Ok(_free) => {
                self.ok("no run is under way");
                true
            }
            Err(Error::Locked { .. }) => {
                self.warn("a run is under way", "what follows may change while it works");
                false
            }
            Err(fault) => {
                self.fault(&fault);
                true
            }
        }
    }

    fn staging(&mut self, project: &Project, free: bool) {
        if free && !entries(&project.staging()).is_empty() {
            self.warn(".staging/ holds what an interrupted run left behind", "nothing of it was published; the next run empties it");
        }
    }

    fn folders(&mut self, project: &Project) {
        let folders = [project.root.clone(), project.store(), project.vault(), project.rejects(), project.published(), project.runs()];
        let mut shut = false;
        for folder in folders.iter().filter(|f| f.is_dir()) {
            if let Err(e) = tempfile::tempfile_in(folder) {
                shut = true;
                self.fail(
                    format!("{} cannot be written to: {e}", folder.display()),
                    "give the account that runs prane the right to write there",
                );
            }
        }
        if !shut {
            self.ok("folders can be written to");
        }
        if let Some(free) = free_bytes(&project.root) {
            let gigabytes = format!("{}.{} GB free on this disk", free >> 30, ((free >> 20) % 1024) * 10 / 1024);
            if free < LEAST_FREE {
                self.warn(gigabytes, "make room: a night writes its tables aside before it swaps them in");
            } else {
                self.ok(gigabytes);
            }
        }
    }

    /// The store's list of nights, and whether each table still has the version that the last one left.
    fn store(&mut self, project: &Project) -> Vec<NightRecord> {
        let path = project.store().join("nights.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            if path.exists() {
                self.fail("store/nights.json cannot be read", "give the account that runs prane the right to read it");
            } else if let Some(trace) = preflight::trace_of_night(project) {
                self.fail(
                    format!("store/nights.json is not there, though {trace}"),
                    "mount the disk that the store lies on, or restore the store as a whole from a backup",
                );
            } else {
                self.ok("the store is empty: no night yet");
            }
            return Vec::new();
        };
        let nights: Vec<NightRecord> = match serde_json::from_str(&text) {
            Ok(nights) => nights,
            Err(e) => {
                self.fail(
                    format!("store/nights.json is damaged: {e}"),
                    "restore store/ from a backup as a whole; single files do not fit together",
                );
                return Vec::new();
            }
        };
        let Some(last) = nights.last() else { return nights };
        let mut well = true;
        for (table, version) in &last.versions {
            let log = project.store().join(table).join("_delta_log");
            let versions: Vec<u64> =
                entries(&log).iter().filter_map(|p| name_of(p).get(..20).and_then(|digits| digits.parse().ok())).collect();
            if !versions.contains(version) {
                well = false;
                self.fail(
                    format!("store/{table} lacks version {version}, which the last night left"),
                    "restore store/ from a backup as a whole",
                );
            } else if versions.iter().any(|v| v > version) {
                well = false;
                self.warn(
                    format!("store/{table} has commits that no night answers for"),
                    "a run died between two tables; the next run withdraws them",
                );
            }
        }
        let (files, damaged) = damage(&project.store(), &nights);
        for Damage { file, what } in damaged.iter().take(MOST_FILES) {
            self.fail(
                format!("store/{file} is damaged: {what}"),
                "restore store/ as a whole from a backup; single files do not fit together",
            );
        }
        if damaged.len() > MOST_FILES {
            self.fail(
                format!("store/ has {} more damaged", plural(damaged.len() - MOST_FILES, "file")),
                "restore store/ as a whole from a backup",
            );
        }
        if well && damaged.is_empty() {
            self.ok(format!(
                "store: {}, {}, the last for {} ({}); {} opened and read to the end",
                plural(nights.len(), "night"),
                plural(last.versions.len(), "table"),
                last.as_of,
                last.run_id,
                plural(files, "file")
            ));
        }
        nights
    }

    /// What each file of the inbox would be read as.
    fn inbox(&mut self, project: &Project, contracts: &[Contract], nights: &[NightRecord]) {
        let stored = nights.last().is_some_and(|n| n.versions.contains_key("attendance"));
        if !project.inbox().is_dir() {
            if stored {
                self.warn("no inbox/: nothing new will be read", "make the folder inbox/ and put extracts into it");
            } else {
                self.fail(
                    "no inbox/, and nothing stored: there is nothing to work with",
                    "make the folder inbox/ and put extracts into it",
                );
            }
            return;
        }
        let inbox = match extract::find(project, contracts, false) {
            Ok(inbox) => inbox,
            Err(fault) => return self.fault(&fault),
        };
        let attendance = inbox.extracts.iter().any(|e| e.table == "attendance");
        let mut known = 0;
        let mut fresh = Vec::new();
        for extract in &inbox.extracts {
            let hash = blake3::Hash::from(extract.hash).to_hex().to_string();
            if nights.iter().any(|n| n.taken.contains_key(&hash)) {
                known += 1;
            } else {
                let mapped = if extract.source.files.is_empty() {
                    String::new()
                } else {
                    format!(", by the [[source]] for {}", extract.source.files)
                };
                fresh.push(format!("inbox/{} would be read as {}{mapped}", extract.name, extract.table));
            }
        }
        let beyond = fresh.len().saturating_sub(MOST_FILES);
        fresh.into_iter().take(MOST_FILES).for_each(|line| self.ok(line));
        if beyond > 0 {
            self.ok(format!("inbox/ holds {} more to read", plural(beyond, "file")));
        }
        if known > 0 {
            self.ok(format!("inbox/ holds {} that an earlier night read, and that will be skipped", plural(known, "file")));
        }
        for sentence in &inbox.left {
            self.warn(format!("inbox/{sentence}"), "");
        }
        if !attendance && !stored {
            self.fail("no attendance: nothing in inbox/ and nothing stored", "put a file whose name starts with \"attendance\" into inbox/, or map one by [[source]] (`prane init DIR --from FILE` shows how)");
        }
        self.modes(&project.inbox(), "inbox/", Health::Warn);
    }

    fn vault(&mut self, project: &Project, nights: &[NightRecord]) {
        let vault = project.vault();
        match Vault::open(project, false) {
            Ok(_) if Vault::is_there(project) => {
                self.ok("the vault opens with its key");
                if project.vault_key().starts_with(&project.root) && project.vault_key().exists() {
                    self.warn(
                        format!(
                            "the vault's key lies in {}, beside the vault: who copies the project folder has both",
                            project.vault_key().display()
                        ),
                        "keep it on another disk ([vault] key_file, key_command or PRANE_VAULT_KEY), and a copy of it in another place",
                    );
                }
            }
            Ok(_) if nights.is_empty() => self.ok("no vault yet: the first run makes it, and its key"),
            Ok(_) => self.fail(
                "the vault is gone",
                "restore vault/ from a backup before the next run: without it new extracts cannot be joined to the store",
            ),
            Err(fault) => self.fault(&fault),
        }
        let open = open_files(&vault).len();
        if open > 0 {
            self.warn(format!("vault/ holds {} that an earlier version left unsealed", plural(open, "file")), "the next run seals it");
        }
        match audit::verify(project) {
            Ok(0) if nights.is_empty() => {}
            Ok(0) => self.warn(
                "runs/audit.jsonl is gone or empty, though every night writes a line into it: who saw names before is not known any more",
                "compare it with a backup, and ask who could write there",
            ),
            Ok(lines) => self.ok(format!("runs/audit.jsonl is whole: {}", plural(lines, "use"))),
            Err(what) => self
                .fail(format!("runs/audit.jsonl: {what}"), "somebody changed it: compare it with a backup, and ask who could write there"),
        }
        self.modes(&vault, "vault/", Health::Fail);
        self.modes(&project.rejects(), "rejects/", Health::Warn);
    }

    /// Folders with names in them are their owner's alone.
    fn modes(&mut self, folder: &Path, name: &str, health: Health) {
        if !folder.is_dir() {
            return;
        }
        let open = match health {
            // Within a folder that only its owner enters, files are out of reach.
            Health::Warn => usize::from(is_open(folder)),
            _ => files_below(folder).iter().chain([&folder.to_path_buf()]).filter(|p| is_open(p)).count(),
        };
        if open == 0 {
            if health == Health::Fail {
                self.ok(format!("{name} can be read by its owner alone"));
            }
            return;
        }
        let next = format!("chmod -R go= {}", folder.display());
        self.findings.push(Finding { health, what: format!("{name} holds names, and others than its owner may read it"), next });
    }

    fn published(&mut self, project: &Project, nights: &[NightRecord]) {
        let published = project.published();
        let latest = published.join("latest");
        let day = std::fs::read_link(&latest).map(|p| p.to_string_lossy().to_string()).or_else(|_| std::fs::read_to_string(&latest));
        match day {
            Ok(day) if published.join(day.trim()).join("index.html").is_file() => self.ok(format!("published/latest is of {}", day.trim())),
            Ok(day) => self.fail(
                format!("published/latest points to {}, which is not there", day.trim()),
                "run again: the same night has the same bytes",
            ),
            Err(_) if nights.is_empty() => self.ok("nothing published yet"),
            Err(_) => self.warn("nothing is published, though the store has nights", "`prane report` draws the lists again"),
        }
        self.in_the_clear(project);
        self.modes(&published, "published/", Health::Warn);
    }

    /// What nights before a `[[recipient]]` was named have published of that place.
    fn in_the_clear(&mut self, project: &Project) {
        let Ok(recipients) = Recipients::of(&project.config, "prane.toml") else { return };
        let folders = sealed_folders(&recipients);
        for day in entries(&project.published()).iter().filter(|path| !path.is_symlink() && path.is_dir()) {
            let open = |folder: &&String| entries(&day.join(folder)).iter().any(|path| path.extension().is_none_or(|e| e != "age"));
            let open: Vec<&str> = folders.iter().filter(open).map(String::as_str).collect();
            if !open.is_empty() {
                self.warn(
                    format!("published/{} holds files of a [[recipient]] in the clear: {}", name_of(day), open.join(", ")),
                    format!("`prane report --as-of {}` seals them, or remove the folder", name_of(day)),
                );
            }
        }
    }
}

/// What lies in a folder, by name; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).map(|all| all.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default()
}

/// Whether others than the owner have any right to it.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says<'a>(findings: &'a [Finding], part: &str) -> &'a Finding {
        findings.iter().find(|f| f.what.contains(part)).unwrap_or_else(|| panic!("nothing says {part:?}: {findings:#?}"))
    }

    #[test]
    fn a_new_project_lacks_only_attendance() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("prane.toml"), prane_base::project::DEFAULT_TOML).unwrap();
        std::fs::create_dir(folder.path().join("inbox")).unwrap();
        let (findings, well) = doctor(folder.path()).unwrap();
        assert!(!well);
        assert_eq!(says(&findings, "no attendance").health, Health::Fail);
        std::fs::write(folder.path().join("inbox/attendance.csv"), "pupil_id,school_id,date,status\n").unwrap();
        let (findings, well) = doctor(folder.path()).unwrap();
        assert!(well, "{findings:#?}");
        assert_eq!(says(&findings, "attendance.csv would be read as attendance").health, Health::Ok);
        assert!(!folder.path().join("vault").exists() && !folder.path().join(".lock").exists(), "it only looks");
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("prane.toml"), "[caseload]\nper_scool = 3\n").unwrap();
        for made in ["inbox", "store", "vault", "published", ".staging/store", "queries/flag", "queries/flags"] {
            std::fs::create_dir_all(root.join(made)).unwrap();
        }
        let flag = "select as_of, pupil_key, 1 as value, 1 as threshold, as_of as since_date, 1 as level from indicators.pupil";
        std::fs::write(root.join("queries/flags/of_our_own.sql"), flag).unwrap();
        std::fs::write(root.join("store/nights.json"), "[{").unwrap();
        std::fs::write(root.join("vault/pseudonym.key"), "short").unwrap();
        std::fs::write(root.join("inbox/list.pdf"), "x").unwrap();
        let (findings, well) = doctor(root).unwrap();
        assert!(!well);
        assert!(says(&findings, "unknown key `per_scool`").next.contains("per_school"));
        assert_eq!(says(&findings, "nights.json is damaged").health, Health::Fail);
        assert_eq!(says(&findings, "not a key of 64 hex digits").health, Health::Fail);
        assert_eq!(says(&findings, "list.pdf").health, Health::Warn);
        assert_eq!(says(&findings, "interrupted run").health, Health::Warn);
        assert!(says(&findings, "queries/flag/ is no schema").next.contains("queries/flags/"));
        assert!(says(&findings, "flags/of_our_own.sql does not say what the flag rests on").next.contains("rests_on"));
        #[cfg(unix)]
        assert_eq!(says(&findings, "vault/ holds names").health, Health::Fail);
    }

    #[test]
    fn a_missing_folder_is_told_and_not_made() {
        let (findings, well) = doctor(Path::new("/nowhere/at/all")).unwrap();
        assert!(!well && findings.len() == 1);
        assert!(findings[0].to_string().starts_with("fail /nowhere/at/all is not a folder: `prane init"));
    }
}
