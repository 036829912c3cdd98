//! `prane doctor`: whether a project is ready for a night. It reports findings as sentences. It changes nothing, reads no row of
//! any extract, and its findings hold no name.

mod data;
mod disk;
mod settings;

use std::fmt;
use std::path::{Path, PathBuf};

use prane_base::error::{Error, Result};
use prane_contract as contract;

/// The result of one examination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// In order.
    Ok,
    /// A run works, but a person should look at it.
    Warn,
    /// A run would fail, or other accounts can read children's data.
    Fail,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The result.
    pub health: Health,
    /// What was found, as a sentence.
    pub what: String,
    /// What to do; empty where nothing needs to be done.
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

/// Examines the project in `root`. Returns the findings in the order of a night, and whether none of them is a failure.
///
/// # Errors
/// A bug in the built-in contracts; everything else is a finding.
pub fn doctor(root: &Path) -> Result<(Vec<Finding>, bool)> {
    let mut report = Report::default();
    let contracts = contract::contracts()?;
    if root.is_dir() {
        let project = report.settings(root);
        report.rules(&project);
        let is_idle = report.lock(&project);
        report.staging(&project, is_idle);
        report.folders(&project);
        let nights = report.store(&project);
        report.inbox(&project, &contracts, &nights);
        report.vault(&project, &nights);
        report.published(&project, &nights);
    } else {
        report.fail(format!("{} is not a folder", root.display()), "`prane init DIR` makes a project; --project DIR points to one");
    }
    let healthy = report.findings.iter().all(|f| f.health != Health::Fail);
    Ok((report.findings, healthy))
}

#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
}

impl Report {
    fn ok(&mut self, what: impl Into<String>) {
        self.findings.push(Finding { health: Health::Ok, what: what.into(), next: String::new() });
    }

    fn warn(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding { health: Health::Warn, what: what.into(), next: next.into() });
    }

    fn fail(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.findings.push(Finding { health: Health::Fail, what: what.into(), next: next.into() });
    }

    fn error(&mut self, error: &Error) {
        self.fail(error.to_string(), error.hint());
    }
}

/// The entries of a folder, sorted; none where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).map(|all| all.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default()
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
