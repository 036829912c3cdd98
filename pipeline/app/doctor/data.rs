//! Examines the store, the inbox, the vault and the published files.

use prane_base::error::plural;
use prane_base::project::Project;
use prane_base::recipient::Recipients;
use prane_contract::Contract;
use prane_intake::extract;
use prane_store::{Damage, NightRecord, damage};
use prane_vault::{Vault, open_files};

use super::{Health, Report, entries, name_of};
use crate::recipients::sealed_folders;
use crate::{audit, preflight};

/// Files that are listed one by one; further ones are only counted.
const MOST_FILES: usize = 40;

impl Report {
    /// The list of nights, whether each table has the version of the last night, and whether every data file can be read.
    pub(super) fn store(&mut self, project: &Project) -> Vec<NightRecord> {
        let path = project.store().join("nights.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            if path.exists() {
                self.fail("store/nights.json cannot be read", "give the account that runs prane the right to read it");
            } else if let Some(trace) = preflight::trace_of_night(project) {
                self.fail(
                    format!("store/nights.json is missing, but {trace}"),
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
        let mut is_complete = true;
        for (table, version) in &last.versions {
            let log = project.store().join(table).join("_delta_log");
            let versions: Vec<u64> =
                entries(&log).iter().filter_map(|p| name_of(p).get(..20).and_then(|digits| digits.parse().ok())).collect();
            if !versions.contains(version) {
                is_complete = false;
                self.fail(
                    format!("store/{table} lacks version {version}, which the last night left"),
                    "restore store/ from a backup as a whole",
                );
            } else if versions.iter().any(|v| v > version) {
                is_complete = false;
                self.warn(
                    format!("store/{table} has commits that belong to no night"),
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
        if is_complete && damaged.is_empty() {
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

    /// The table that each file of the inbox would be read as.
    pub(super) fn inbox(&mut self, project: &Project, contracts: &[Contract], nights: &[NightRecord]) {
        let has_attendance = nights.last().is_some_and(|n| n.versions.contains_key("attendance"));
        if !project.inbox().is_dir() {
            if has_attendance {
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
            Err(error) => return self.error(&error),
        };
        let attendance = inbox.extracts.iter().any(|e| e.table == "attendance");
        let mut read_before = 0;
        let mut new_files = Vec::new();
        for extract in &inbox.extracts {
            let hash = blake3::Hash::from(extract.hash).to_hex().to_string();
            if nights.iter().any(|n| n.taken.contains_key(&hash)) {
                read_before += 1;
            } else {
                let mapped = if extract.source.files.is_empty() {
                    String::new()
                } else {
                    format!(", by the [[source]] for {}", extract.source.files)
                };
                new_files.push(format!("inbox/{} would be read as {}{mapped}", extract.name, extract.table));
            }
        }
        let unlisted = new_files.len().saturating_sub(MOST_FILES);
        new_files.into_iter().take(MOST_FILES).for_each(|line| self.ok(line));
        if unlisted > 0 {
            self.ok(format!("inbox/ holds {} more to read", plural(unlisted, "file")));
        }
        if read_before > 0 {
            self.ok(format!("inbox/ holds {} that an earlier night read, and that will be skipped", plural(read_before, "file")));
        }
        for sentence in &inbox.left {
            self.warn(format!("inbox/{sentence}"), "");
        }
        if !attendance && !has_attendance {
            self.fail("no attendance: nothing in inbox/ and nothing stored", "put a file whose name starts with \"attendance\" into inbox/, or map one by [[source]] (`prane init DIR --from FILE` shows how)");
        }
        self.modes(&project.inbox(), "inbox/", Health::Warn);
    }

    pub(super) fn vault(&mut self, project: &Project, nights: &[NightRecord]) {
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
                "the vault is missing",
                "restore vault/ from a backup before the next run: without it new extracts cannot be joined to the store",
            ),
            Err(error) => self.error(&error),
        }
        let open = open_files(&vault).len();
        if open > 0 {
            self.warn(format!("vault/ holds {} that an earlier version left unsealed", plural(open, "file")), "the next run seals it");
        }
        match audit::verify(project) {
            Ok(0) if nights.is_empty() => {}
            Ok(0) => self.warn(
                "runs/audit.jsonl is missing or empty, but every night writes a line into it: earlier uses of names are no longer on record",
                "compare it with a backup, and ask who could write there",
            ),
            Ok(lines) => self.ok(format!("runs/audit.jsonl is whole: {}", plural(lines, "use"))),
            Err(what) => self
                .fail(format!("runs/audit.jsonl: {what}"), "somebody changed it: compare it with a backup, and ask who could write there"),
        }
        self.modes(&vault, "vault/", Health::Fail);
        self.modes(&project.rejects(), "rejects/", Health::Warn);
    }

    pub(super) fn published(&mut self, project: &Project, nights: &[NightRecord]) {
        let published = project.published();
        let latest = published.join("latest");
        let day = std::fs::read_link(&latest).map(|p| p.to_string_lossy().to_string()).or_else(|_| std::fs::read_to_string(&latest));
        match day {
            Ok(day) if published.join(day.trim()).join("index.html").is_file() => self.ok(format!("published/latest is of {}", day.trim())),
            Ok(day) => self.fail(
                format!("published/latest points to {}, which does not exist", day.trim()),
                "run again: the same night has the same bytes",
            ),
            Err(_) if nights.is_empty() => self.ok("nothing published yet"),
            Err(_) => self.warn("nothing is published, though the store has nights", "`prane report` draws the lists again"),
        }
        self.unsealed(project);
        self.modes(&published, "published/", Health::Warn);
    }

    /// Unsealed files of places that have a `[[recipient]]` now, published before the recipient was added.
    pub(super) fn unsealed(&mut self, project: &Project) {
        let Ok(recipients) = Recipients::of(&project.config, "prane.toml") else { return };
        let folders = sealed_folders(&recipients);
        for day in entries(&project.published()).iter().filter(|path| !path.is_symlink() && path.is_dir()) {
            let has_unsealed = |folder: &&String| entries(&day.join(folder)).iter().any(|path| path.extension().is_none_or(|e| e != "age"));
            let unsealed: Vec<&str> = folders.iter().filter(has_unsealed).map(String::as_str).collect();
            if !unsealed.is_empty() {
                self.warn(
                    format!("published/{} holds files of a [[recipient]] in the clear: {}", name_of(day), unsealed.join(", ")),
                    format!("`prane report --as-of {}` seals them, or remove the folder", name_of(day)),
                );
            }
        }
    }
}
