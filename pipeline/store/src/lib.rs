//! The store: pseudonymous Delta tables under `store/`, with every past state readable.
//!
//! A night prepares files and commits them only after its checks passed. `nights.json` holds the version of each table after
//! each night, and so makes one state of many tables. A night that was interrupted between two tables leaves commits that no
//! entry of `nights.json` names; the next night removes them.
//! No file of the store is ever overwritten: a commit fails if a file of the same name exists.

mod damage;
mod delta;
pub mod errors;
pub mod files;
mod lost;
mod resize;
pub mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use az::UnwrappedAs;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use damage::{Damage, damage};
pub use files::{DataFile, Span};
pub use resize::{Resized, resize};
pub use tables::TableSpec;

use prane_base::error::{Error, Result};

/// The entry of one night in `nights.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NightRecord {
    /// Id of the run.
    pub run_id: String,
    /// Hash of the inputs, settings and queries of the night; empty where an earlier version of this program wrote it.
    #[serde(default)]
    pub made_of: String,
    /// The day that its lists are for.
    pub as_of: String,
    /// The time up to which something must have been handed in to count.
    pub known_at: DateTime<Utc>,
    /// Version of each table after the night.
    pub versions: BTreeMap<String, u64>,
    /// Files that the night took in: BLAKE3 hash → name.
    pub taken: BTreeMap<String, String>,
    /// Its figures.
    pub figures: Figures,
}

/// Figures of a published night, for the checks of the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Schools with records.
    pub schools: i64,
    /// Pupils with enough records to be judged.
    pub pupils_assessable: i64,
    /// Pupils with a level of support.
    pub flagged: i64,
    /// Pupils with level 3.
    pub level_3: i64,
    /// Rows of attendance.
    pub attendance_rows: i64,
}

/// The changes of a night to one table.
#[derive(Debug, Default, Clone)]
pub struct Pending {
    /// New files.
    pub adds: Vec<DataFile>,
    /// Paths of files of the committed version that no longer count.
    pub removes: BTreeSet<String>,
}

/// The store as one night sees it: committed files, and the files that the night prepared.
pub struct Store {
    root: PathBuf,
    staging: PathBuf,
    has_later_nights: bool,
    nights: Vec<NightRecord>,
    committed: BTreeMap<String, Vec<DataFile>>,
    pending: BTreeMap<String, Pending>,
}

/// The nights of a store, oldest first; none where it has no `nights.json`.
///
/// # Errors
/// A store error when `nights.json` cannot be read.
pub fn nights_of(root: &Path) -> Result<Vec<NightRecord>> {
    let path = root.join("nights.json");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    serde_json::from_str(&text).map_err(|e| Error::store(path.display().to_string(), e))
}

impl Store {
    /// Opens the store as it was known at `known_at`.
    ///
    /// # Errors
    /// A store error when it cannot be read.
    pub async fn open(root: &Path, staging: &Path, known_at: DateTime<Utc>) -> Result<Self> {
        let mut nights = nights_of(root)?;
        lost::check_no_night_is_missing(root, &nights)?;
        let all = nights.len();
        nights.retain(|n| n.known_at <= known_at);
        let has_later_nights = nights.len() < all;
        let mut committed = BTreeMap::new();
        if let Some(last) = nights.last() {
            for (table, version) in &last.versions {
                committed.insert(table.clone(), delta::active_files(&root.join(table), *version).await?);
            }
        }
        Ok(Self { root: root.to_path_buf(), staging: staging.to_path_buf(), has_later_nights, nights, committed, pending: BTreeMap::new() })
    }

    /// Folder in which this night prepares files of a table. A commit moves them into the store.
    #[must_use]
    pub fn folder(&self, table: &str) -> PathBuf {
        self.staging.join(table)
    }

    /// The current path of a file.
    #[must_use]
    pub fn path_of(&self, table: &str, file: &DataFile) -> PathBuf {
        if file.staged { self.staging.join(table).join(&file.path) } else { self.root.join(table).join(&file.path) }
    }

    /// Whether the store is opened as of a past night. Such a night is made again, and takes in nothing new.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.has_later_nights
    }

    /// Lowers the numbers of attendance rows in the figures of nights by `erased` rows, so that the check for lost rows does not
    /// stop the next night after an erasure.
    ///
    /// # Errors
    /// A store error; a bug where the store is opened as of a past night.
    pub fn forget_rows(&mut self, erased: u64) -> Result<()> {
        if self.is_past() {
            return Err(Error::Bug("rows can only be forgotten in the latest state of the store".into()));
        }
        let erased = erased.unwrapped_as::<i64>();
        for night in &mut self.nights {
            // An early night may have had fewer rows than were erased since.
            night.figures.attendance_rows = (night.figures.attendance_rows - erased).max(0);
        }
        self.write_nights()
    }

    fn write_nights(&self) -> Result<()> {
        let path = self.root.join("nights.json");
        std::fs::create_dir_all(&self.root).map_err(|e| Error::io(&self.root, e))?;
        let text = serde_json::to_string_pretty(&self.nights).map_err(|e| Error::Bug(e.to_string()))?;
        let temporary = self.root.join(".nights.json");
        std::fs::write(&temporary, text).map_err(|e| Error::io(&temporary, e))?;
        std::fs::rename(&temporary, &path).map_err(|e| Error::io(&path, e))
    }

    /// The nights up to the one that is looked at, oldest first.
    #[must_use]
    pub fn nights(&self) -> &[NightRecord] {
        &self.nights
    }

    /// Every file taken in so far: BLAKE3 hash → name.
    #[must_use]
    pub fn taken(&self) -> BTreeMap<String, String> {
        self.nights.iter().flat_map(|n| n.taken.clone()).collect()
    }

    /// The files that count now: committed and not removed, and prepared, sorted by path.
    #[must_use]
    pub fn files(&self, table: &str) -> Vec<DataFile> {
        let empty = Pending::default();
        let pending = self.pending.get(table).unwrap_or(&empty);
        let mut files: Vec<DataFile> =
            self.committed.get(table).into_iter().flatten().filter(|f| !pending.removes.contains(&f.path)).cloned().collect();
        files.extend(pending.adds.iter().cloned());
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// Number of rows that count now.
    #[must_use]
    pub fn rows(&self, table: &str) -> u64 {
        self.files(table).iter().map(|f| f.rows).sum()
    }

    /// Whether a table has rows.
    #[must_use]
    pub fn has(&self, table: &str) -> bool {
        self.rows(table) > 0
    }

    /// Prepares new files and removals for a table.
    pub fn prepare(&mut self, table: &str, adds: Vec<DataFile>, removes: impl IntoIterator<Item = String>) {
        let pending = self.pending.entry(table.to_string()).or_default();
        for path in removes {
            if let Some(at) = pending.adds.iter().position(|f| f.path == path) {
                let dropped = pending.adds.remove(at);
                let _ = std::fs::remove_file(self.staging.join(table).join(dropped.path));
            } else {
                pending.removes.insert(path);
            }
        }
        pending.adds.extend(adds);
    }

    /// Whether this night prepared any change.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.pending.values().any(|p| !p.adds.is_empty() || !p.removes.is_empty())
    }

    /// Commits the prepared changes of each table, and then adds the night to `nights.json`. Without that entry the commits do
    /// not count.
    ///
    /// # Errors
    /// A store error; the store is then as it was before.
    pub async fn commit(&mut self, specs: &[TableSpec], mut record: NightRecord) -> Result<()> {
        record.versions = self.nights.last().map(|n| n.versions.clone()).unwrap_or_default();
        for spec in specs {
            let Some(pending) = self.pending.get(&spec.name) else { continue };
            if pending.adds.is_empty() && pending.removes.is_empty() {
                continue;
            }
            let folder = self.root.join(&spec.name);
            delta::remove_commits_after(&folder, record.versions.get(&spec.name).copied())?;
            let removed: Vec<DataFile> =
                self.committed.get(&spec.name).into_iter().flatten().filter(|f| pending.removes.contains(&f.path)).cloned().collect();
            for file in &pending.adds {
                let (from, to) = (self.staging.join(&spec.name).join(&file.path), folder.join(&file.path));
                if let Some(parent) = to.parent() {
                    std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
                }
                if to.exists() {
                    if delta::has_added(&folder, &file.path)? {
                        return Err(already_exists(&to));
                    }
                    // No version of the table has the file: a night that was interrupted before its commit left it.
                    std::fs::remove_file(&to).map_err(|e| Error::io(&to, e))?;
                }
                move_new(&from, &to)?;
            }
            let version = delta::commit(&folder, spec, &pending.adds, &removed, &record).await?;
            record.versions.insert(spec.name.clone(), version);
        }
        self.nights.push(record);
        self.write_nights()?;
        for (table, pending) in std::mem::take(&mut self.pending) {
            let files = self.committed.entry(table).or_default();
            files.retain(|f| !pending.removes.contains(&f.path));
            files.extend(pending.adds.into_iter().map(|f| DataFile { staged: false, ..f }));
        }
        Ok(())
    }
}

/// Moves a file to a path where no file exists.
fn move_new(from: &Path, to: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    match rustix::fs::renameat_with(rustix::fs::CWD, from, rustix::fs::CWD, to, rustix::fs::RenameFlags::NOREPLACE) {
        Ok(()) => return Ok(()),
        Err(rustix::io::Errno::EXIST) => return Err(already_exists(to)),
        // Not every file system supports this flag; the caller has checked that the path is free.
        Err(_) => {}
    }
    std::fs::rename(from, to).map_err(|e| Error::io(to, e))
}

fn already_exists(path: &Path) -> Error {
    Error::Bug(format!("{} is in the store already; a file of the store is never overwritten, so the night stopped", path.display()))
}
