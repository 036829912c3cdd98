//! Intake: reads extracts by their contract, replaces ids by pseudonyms, resolves rows of one key, prepares files for the
//! store, and accounts for every row.
//!
//! `read = stored + superseded + rejected` holds for each file; otherwise the run ends with [`Error::Bug`].

mod contacts;
mod contradict;
pub mod extract;
pub mod links;
mod memo;
mod own;
mod packed;
mod persons;
pub mod receipt;
pub mod register;
pub mod retention;
mod settle;
mod small;
mod sums;
mod take;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::*;
use prane_base::day::{self, school_year_of};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::telemetry::Stages;
use prane_contract::value::World;
use prane_contract::{Account, Contract, Kind};
use prane_store::Store;
use prane_vault::Vault;
use prane_vault::errors::FrameError;
use prane_vault::identity::IN_PUPILS;

use self::packed::{PackedAttendance, PackedMark};
use crate::extract::{Extract, Hash};

/// The result of the intake of one run.
#[derive(Debug, Default)]
pub struct Intake {
    /// One account per file, in order of intake.
    pub accounts: Vec<Account>,
    /// One sentence for each file that an earlier run has read.
    pub skipped: Vec<String>,
    /// Sentences about what was ignored or derived.
    pub notes: Vec<String>,
    /// The files that are now in the store: BLAKE3 hash → name.
    pub taken: BTreeMap<String, String>,
}

impl Intake {
    /// Adds the accounts of one table's files, and a note where rows of one key disagreed.
    fn keep(&mut self, table: &str, accounts: Vec<Account>, conflicts: u64) {
        if conflicts > 0 {
            self.notes.push(format!("{table}: {} of one key disagree; the later one counts", verdict::rows(conflicts)));
        }
        self.taken.extend(accounts.iter().filter(|a| !a.read_again && a.refused.is_none()).map(|a| (a.blake3.clone(), a.file.clone())));
        self.accounts.extend(accounts);
    }

    /// One sentence for each file that was refused as a whole.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.accounts.iter().filter_map(|a| a.refused.as_ref().map(|why| format!("{}: {why}", a.file))).collect()
    }
}

/// Everything that the intake needs to know of a run.
pub struct IntakeContext<'a> {
    /// The project.
    pub project: &'a Project,
    /// All contracts, in order of intake.
    pub contracts: &'a [Contract],
    /// Id of the run.
    pub run_id: &'a str,
    /// The day of the run.
    pub today: NaiveDate,
    /// Month and day on which a school year starts.
    pub year_starts: (u32, u32),
    /// Least and greatest mark.
    pub mark_scale: (f64, f64),
    /// Folder for the rejects; `None` in a rehearsal, which writes nothing.
    pub rejects: Option<&'a Path>,
}

/// Reads the new extracts, table by table, and prepares their rows in the store and the vault.
///
/// # Errors
/// Store and vault errors, and a bug where an account does not add up. What is wrong with a file is in its account.
pub fn take_in(
    with: &IntakeContext<'_>,
    extracts: Vec<Extract>,
    store: &mut Store,
    vault: &mut Vault,
    stages: &mut Stages,
) -> Result<Intake> {
    let mut intake = Intake::default();
    let known = store.taken();
    let mut new_files: BTreeMap<&str, Vec<Extract>> = BTreeMap::new();
    let mut new_hashes: BTreeMap<Hash, String> = BTreeMap::new();
    for extract in extracts {
        let hash = hex_of(&extract.hash);
        if let Some(name) = known.get(&hash) {
            intake.skipped.push(format!(
                "{}: read before{}, skipped",
                extract.name,
                if *name == extract.name { String::new() } else { format!(" as {name}") }
            ));
        } else if let Some(name) = new_hashes.get(&extract.hash) {
            intake.notes.push(format!("{}: the same bytes as {name}, skipped", extract.name));
        } else if let Some(contract) = with.contracts.iter().find(|c| c.table == extract.table) {
            new_hashes.insert(extract.hash, extract.name.clone());
            new_files.entry(contract.table.as_str()).or_default().push(extract);
        }
    }
    for contract in with.contracts {
        let Some(files) = new_files.get(contract.table.as_str()) else { continue };
        let world = world(with, contract, store, vault)?;
        match contract.table.as_str() {
            "attendance" => take::register::<PackedAttendance>(with, contract, &world, files, store, vault, &mut intake, stages)?,
            "marks" => take::register::<PackedMark>(with, contract, &world, files, store, vault, &mut intake, stages)?,
            _ => take::small(with, contract, &world, files, store, vault, &mut intake)?,
        }
    }
    for account in &intake.accounts {
        if account.read != account.stored + account.superseded + account.rejected {
            return Err(Error::Bug(format!(
                "{}: {} rows read, but {} stored, {} superseded and {} rejected",
                account.file, account.read, account.stored, account.superseded, account.rejected
            )));
        }
    }
    Ok(intake)
}

fn hex_of(hash: &Hash) -> String {
    blake3::Hash::from(*hash).to_hex().to_string()
}

/// A lazy frame of all rows of a small table of the store; `None` where the table has no files.
pub fn scan(store: &Store, table: &str) -> Result<Option<LazyFrame>> {
    let frames = store
        .files(table)
        .iter()
        .map(|file| LazyFrame::scan_parquet(PlRefPath::new(store.path_of(table, file).to_string_lossy()), ScanArgsParquet::default()))
        .collect::<PolarsResult<Vec<_>>>()
        .frame_err()?;
    if frames.is_empty() { Ok(None) } else { Ok(Some(concat(frames, UnionArgs::default()).frame_err()?)) }
}

/// The distinct values of one stored column; no other column is read.
fn distinct(store: &Store, table: &str, column: &str) -> Result<Option<Column>> {
    let Some(frame) = scan(store, table)? else { return Ok(None) };
    let values = frame.select([col(column)]).unique(None, UniqueKeepStrategy::Any).collect().frame_err()?;
    Ok(Some(values.column(column).frame_err()?.clone()))
}

/// What the values of `contract` are checked against: ids and school years of the store and of the tables that this run has
/// taken in so far.
fn world(with: &IntakeContext<'_>, contract: &Contract, store: &Store, vault: &Vault) -> Result<World> {
    let ids = |table: &str, column: &str| -> Result<Option<hashbrown::HashSet<String>>> {
        let Some(values) = distinct(store, table, column)? else { return Ok(None) };
        Ok(Some(values.str().frame_err()?.iter().flatten().map(String::from).collect()))
    };
    let mut school_years = BTreeSet::new();
    if let Some(years) = distinct(store, "enrolments", "school_year")? {
        let first = |year: &str| year.split('-').next().and_then(|first| first.parse::<i32>().ok());
        school_years.extend(years.str().frame_err()?.iter().flatten().filter_map(first));
    }
    if let Some(days) = distinct(store, "calendar", "date")? {
        school_years
            .extend(days.date().frame_err()?.physical().iter().flatten().map(|d| school_year_of(day::of_number(d), with.year_starts)));
    }
    let listed = store.has("pupils") || store.has("enrolments");
    // Contacts and other tables may only name pupils whom an earlier extract has named. Where there is no extract of pupils
    // or enrolments, the registers define which pupils exist.
    let refers_to_pupils = contract.columns.iter().any(|c| c.kind == Kind::PupilId && !c.defines);
    let pupils = if listed && refers_to_pupils {
        let only_pupils = contract.table == "enrolments";
        let named = vault.pupils.ids().filter(|(_, seen)| if only_pupils { seen & IN_PUPILS != 0 } else { *seen != 0 });
        if only_pupils && !store.has("pupils") { None } else { Some(named.map(|(id, _)| id.to_string()).collect()) }
    } else {
        None
    };
    Ok(World {
        today: with.today,
        school_years,
        year_starts: with.year_starts,
        mark_scale: with.mark_scale,
        pupils,
        schools: ids("schools", "school_id")?,
        centres: ids("centres", "centre_id")?,
    })
}
