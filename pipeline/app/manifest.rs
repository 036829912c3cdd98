//! `run.json`: what a night read, what it found, what it published. Ids and counts, never a name.

use std::collections::BTreeMap;
use std::path::Path;

use az::UnwrappedAs;
use chrono::{DateTime, NaiveDate, Utc};
use prane_base::error::{Error, Result};
use prane_base::telemetry::{Progress, Stage};
use prane_contract::Account;
use prane_rules::check::Verdict;
use prane_rules::engine::Engine;
use prane_store::Figures;
use serde::{Deserialize, Serialize};

use crate::answers::ask_all;

/// Counts of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Flag → pupils.
    pub by_flag: BTreeMap<String, u64>,
    /// Level → pupils.
    pub by_level: BTreeMap<String, u64>,
    /// Status → pupils.
    pub by_status: BTreeMap<String, u64>,
    /// Pupils with a level beyond their school's capacity.
    pub left_off: u64,
    /// Pupils that could not be judged.
    pub not_assessable: u64,
}

/// A school whose records are old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleSchool {
    /// The school.
    pub school_id: String,
    /// Its last recorded day.
    pub data_through: Option<NaiveDate>,
    /// Nothing on its last session days.
    pub silent: bool,
    /// Nothing for longer than `stale_after_days`.
    pub stale: bool,
}

/// The manifest of a night.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// The run ([`crate::naming`]): the same night made again has the same id, and no other night has it.
    pub run_id: String,
    /// `published`, or why nothing was.
    pub outcome: String,
    /// The day of the lists.
    pub as_of: Option<NaiveDate>,
    /// When the newest thing it used became known.
    pub known_at: DateTime<Utc>,
    /// Version of the program.
    pub version: &'static str,
    /// BLAKE3 of `prane.toml`, cut to 16 digits.
    pub configuration_hash: String,
    /// BLAKE3 of all SQL files and the policy, cut to 16 digits.
    pub query_hash: String,
    /// Version of each table of the store.
    pub store_versions: BTreeMap<String, u64>,
    /// What became of the rows of each file.
    pub inputs: Vec<Account>,
    /// Schools silent or stale.
    pub schools: Vec<StaleSchool>,
    /// Verdicts of the checks.
    pub checks: Vec<Verdict>,
    /// Counts of the list.
    pub counts: Counts,
    /// Figures that the next night compares with.
    pub figures: Figures,
    /// The model in use.
    pub model: Option<String>,
    /// Published files and their BLAKE3.
    pub files: BTreeMap<String, String>,
    /// Sentences about the night.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Seconds and peak memory a stage; only in `runs/`: they differ from run to run, and what is published must not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
}

impl Manifest {
    /// Counts by flag, level and status; schools silent or late; figures for the next night.
    ///
    /// # Errors
    /// Configuration errors of SQL files.
    pub async fn count(&mut self, engine: &mut Engine<'_>, as_of: NaiveDate, attendance_rows: u64, progress: &Progress) -> Result<()> {
        let [counts, schools] = ask_all(engine, ["pages.counts", "pages.late_schools"], as_of, progress).await?;
        let mut sums = BTreeMap::new();
        for line in counts.lines() {
            let into = match line.text("kind")? {
                "flag" => &mut self.counts.by_flag,
                "level" => &mut self.counts.by_level,
                "status" => &mut self.counts.by_status,
                _ => &mut sums,
            };
            into.insert(line.text("name")?.to_string(), line.count("pupils")?.into());
        }
        let sum = |what: &str| sums.get(what).copied().unwrap_or(0);
        self.counts.left_off = sum("left_off");
        self.counts.not_assessable = sum("not_assessable");
        let whole = |n: u64| n.unwrapped_as::<i64>();
        self.figures = Figures {
            schools: whole(sum("schools")),
            pupils_assessable: whole(sum("assessable")),
            flagged: whole(self.counts.by_level.values().sum()),
            level_3: whole(self.counts.by_level.get("3").copied().unwrap_or(0)),
            attendance_rows: whole(attendance_rows),
        };
        for line in schools.lines() {
            self.schools.push(StaleSchool {
                school_id: line.text("school_id")?.to_string(),
                data_through: line.day("data_through")?,
                silent: line.yes("silent")?,
                stale: line.yes("stale")?,
            });
        }
        Ok(())
    }

    /// As JSON.
    ///
    /// # Errors
    /// A bug.
    pub fn json(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|e| Error::Bug(e.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The accounts of an earlier run with the same id, if it ran: a night made again has the same inputs.
#[must_use]
pub fn earlier_accounts(runs: &Path, run_id: &str) -> Vec<Account> {
    #[derive(Deserialize)]
    struct Earlier {
        inputs: Vec<Account>,
    }
    let text = std::fs::read_to_string(runs.join(format!("{run_id}.json"))).unwrap_or_default();
    serde_json::from_str::<Earlier>(&text).map(|e| e.inputs).unwrap_or_default()
}

/// Earlier accounts with tonight's over them, by table and file.
#[must_use]
pub fn join_accounts(earlier: Vec<Account>, tonight: &[Account]) -> Vec<Account> {
    let mut all: BTreeMap<(String, String, String), Account> = BTreeMap::new();
    for account in earlier.into_iter().chain(tonight.iter().cloned()) {
        all.insert((account.table.clone(), account.file.clone(), account.blake3.clone()), account);
    }
    all.into_values().collect()
}
