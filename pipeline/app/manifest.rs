//! The manifest of a run, `run.json`: what it read, found and published. It holds ids and counts, never a name.

use std::collections::BTreeMap;
use std::path::Path;

use az::UnwrappedAs;
use chrono::{DateTime, NaiveDate, Utc};
use prane_base::error::{Error, Result};
use prane_base::telemetry::Stage;
use prane_contract::Account;
use prane_rules::check::Verdict;
use prane_rules::engine::Engine;
use prane_store::Figures;
use serde::{Deserialize, Serialize};

use crate::answers::ask_all;

/// Counts of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Flag → number of pupils.
    pub by_flag: BTreeMap<String, u64>,
    /// Level → number of pupils.
    pub by_level: BTreeMap<String, u64>,
    /// Status → number of pupils.
    pub by_status: BTreeMap<String, u64>,
    /// Pupils with a level who are not on the list because of their school's capacity.
    pub left_off: u64,
    /// Pupils with too few records for the rules.
    pub not_assessable: u64,
}

/// A school whose records are old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleSchool {
    /// The school.
    pub school_id: String,
    /// Its last recorded day.
    pub data_through: Option<NaiveDate>,
    /// Whether it recorded nothing on its last session days.
    pub silent: bool,
    /// Whether it recorded nothing for longer than `stale_after_days`.
    pub stale: bool,
}

/// The manifest of a night.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// The run id ([`crate::naming`]): a repeated night has the same id, and no other night has it.
    pub run_id: String,
    /// `published`, or why nothing was published.
    pub outcome: String,
    /// The day of the lists.
    pub as_of: Option<NaiveDate>,
    /// The `known_at` of the newest night that it used.
    pub known_at: DateTime<Utc>,
    /// Version of the program.
    pub version: &'static str,
    /// BLAKE3 of `prane.toml`, cut to 16 digits.
    pub configuration_hash: String,
    /// BLAKE3 of all SQL files and the policy, cut to 16 digits.
    pub query_hash: String,
    /// Version of each table of the store.
    pub store_versions: BTreeMap<String, u64>,
    /// The account of each file.
    pub inputs: Vec<Account>,
    /// Schools that are silent or stale.
    pub schools: Vec<StaleSchool>,
    /// The results of the checks.
    pub checks: Vec<Verdict>,
    /// Counts of the list.
    pub counts: Counts,
    /// Figures that the checks of the next night compare with.
    pub figures: Figures,
    /// The model in use.
    pub model: Option<String>,
    /// Published file → its BLAKE3.
    pub files: BTreeMap<String, String>,
    /// Sentences about the night.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Seconds and peak memory of each stage. Written to `runs/` only, because published files must not differ from run to run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
}

impl Manifest {
    /// Fills counts, schools and figures from the views of the night.
    ///
    /// # Errors
    /// Configuration errors of SQL files.
    pub async fn count(&mut self, engine: &mut Engine<'_>, as_of: NaiveDate, attendance_rows: u64) -> Result<()> {
        let [counts, schools] = ask_all(engine, ["pages.counts", "pages.late_schools"], as_of).await?;
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
        let sum = |name: &str| sums.get(name).copied().unwrap_or(0);
        self.counts.left_off = sum("left_off");
        self.counts.not_assessable = sum("not_assessable");
        let signed = |n: u64| n.unwrapped_as::<i64>();
        self.figures = Figures {
            schools: signed(sum("schools")),
            pupils_assessable: signed(sum("assessable")),
            flagged: signed(self.counts.by_level.values().sum()),
            level_3: signed(self.counts.by_level.get("3").copied().unwrap_or(0)),
            attendance_rows: signed(attendance_rows),
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

    /// The manifest as indented JSON with a final newline.
    ///
    /// # Errors
    /// A bug.
    pub fn json(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|e| Error::Bug(e.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The accounts in the manifest of an earlier run with this id; none where there is no readable manifest.
#[must_use]
pub fn earlier_accounts(runs: &Path, run_id: &str) -> Vec<Account> {
    #[derive(Deserialize)]
    struct Earlier {
        inputs: Vec<Account>,
    }
    let text = std::fs::read_to_string(runs.join(format!("{run_id}.json"))).unwrap_or_default();
    serde_json::from_str::<Earlier>(&text).map(|e| e.inputs).unwrap_or_default()
}

/// Accounts by table, file and hash; those of tonight replace earlier ones.
#[must_use]
pub fn join_accounts(earlier: Vec<Account>, tonight: &[Account]) -> Vec<Account> {
    let mut all: BTreeMap<(String, String, String), Account> = BTreeMap::new();
    for account in earlier.into_iter().chain(tonight.iter().cloned()) {
        all.insert((account.table.clone(), account.file.clone(), account.blake3.clone()), account);
    }
    all.into_values().collect()
}
