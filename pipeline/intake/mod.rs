//! Taking extracts in: read by their contract, keyed, settled, prepared for the store, and every row accounted for.
//!
//! `read = stored + superseded + rejected` holds for each file, or the night ends as a bug.

mod memo;
mod packed;
pub mod register;
mod settle;
mod small;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::RwLock;

use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::contract::Contract;
use crate::contract::plan::Plan;
use crate::contract::reject::{FileRejects, Reject, write as write_rejects};
use crate::contract::value::{World, school_year_of};
use crate::extract::{Extract, Hash, read};
use crate::fault::{Fault, Outcome, plural};
use crate::identity::IN_PUPILS;
use crate::project::{Layout, Project};
use crate::store::files::FileWriter;
use crate::store::tables::{self, KNOWN_FROM, ROW_KEY, TableSpec, is_register, spec_of};
use crate::store::{DataFile, Store};
use crate::telemetry::Progress;
use crate::vault::Vault;
use packed::{Given, Packed, Session};
use register::{RegisterTaker, Shared, Shelves, Texts};
use settle::{Origin, Settling};
use small::SmallTaker;

/// What became of the rows of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name within the inbox.
    pub file: String,
    /// Canonical table.
    pub table: String,
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// Rows read.
    pub read: u64,
    /// Rows that count, or that repeat a row that counts.
    pub stored: u64,
    /// Rows replaced by a later row of the same key in the same night.
    pub superseded: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Superseded rows that said something else.
    pub conflicts: u64,
    /// Why the whole file was refused, if it was.
    pub refused: Option<String>,
}

/// What a night took in.
#[derive(Debug, Default)]
pub struct Intake {
    /// One account a file, in order of intake.
    pub accounts: Vec<Account>,
    /// Plain sentences about what was skipped, left alone or derived.
    pub notes: Vec<String>,
    /// Hashes of the files that are now in the store.
    pub taken: BTreeMap<String, String>,
}

impl Intake {
    /// Files refused whole, a sentence each.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.accounts.iter().filter_map(|a| a.refused.as_ref().map(|why| format!("{}: {why}", a.file))).collect()
    }
}

/// Everything taking in needs.
pub struct Taking<'a> {
    /// The project.
    pub project: &'a Project,
    /// All contracts, in order of intake.
    pub contracts: &'a [Contract],
    /// The run.
    pub run_id: &'a str,
    /// The day of the run.
    pub today: NaiveDate,
    /// Month and day on which a school year starts.
    pub year_starts: (u32, u32),
    /// Least and greatest mark.
    pub mark_scale: (f64, f64),
    /// Where rejects go; none in a rehearsal.
    pub rejects: Option<&'a Path>,
    /// Where progress is told.
    pub progress: &'a Progress,
}

/// Takes in what is new, table by table.
///
/// # Errors
/// Store faults, and a bug where an account does not add up. Faults of files are told in their accounts.
pub fn take_in(with: &Taking<'_>, extracts: Vec<Extract>, store: &mut Store, vault: &mut Vault) -> Outcome<Intake> {
    let mut intake = Intake::default();
    let known = store.taken();
    let mut fresh: BTreeMap<&str, Vec<Extract>> = BTreeMap::new();
    let mut met: BTreeMap<Hash, String> = BTreeMap::new();
    for extract in extracts {
        let hash = hex_of(&extract.hash);
        if let Some(name) = known.get(&hash) {
            intake.notes.push(format!(
                "{}: read before{}, skipped",
                extract.name,
                if *name == extract.name { String::new() } else { format!(" as {name}") }
            ));
        } else if let Some(name) = met.get(&extract.hash) {
            intake.notes.push(format!("{}: the same bytes as {name}, skipped", extract.name));
        } else if let Some(contract) = with.contracts.iter().find(|c| c.table == extract.table) {
            met.insert(extract.hash, extract.name.clone());
            fresh.entry(contract.table.as_str()).or_default().push(extract);
        }
    }
    let arriving: BTreeSet<&str> = fresh.keys().copied().collect();
    for contract in with.contracts {
        let Some(files) = fresh.get(contract.table.as_str()) else { continue };
        let world = world(with, contract, store, vault, &arriving)?;
        if is_register(&contract.table) {
            take_register(with, contract, &world, files, store, vault, &mut intake)?;
        } else {
            take_small(with, contract, &world, files, store, vault, &mut intake)?;
        }
    }
    for account in &intake.accounts {
        if account.read != account.stored + account.superseded + account.rejected {
            return Err(Fault::Bug(format!(
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

/// Stored rows of a small table.
///
/// # Errors
/// A store fault.
pub fn stored_frame(store: &Store, table: &str) -> Outcome<Option<DataFrame>> {
    let frames = store
        .files(table)
        .iter()
        .map(|file| LazyFrame::scan_parquet(PlRefPath::new(store.path_of(table, file).to_string_lossy()), ScanArgsParquet::default()))
        .collect::<PolarsResult<Vec<_>>>()?;
    if frames.is_empty() { Ok(None) } else { Ok(Some(concat(frames, UnionArgs::default())?.collect()?)) }
}

/// What values of `contract` are judged against: what the store and tonight's earlier tables say exists.
fn world<'a>(with: &Taking<'_>, contract: &Contract, store: &Store, vault: &Vault, arriving: &BTreeSet<&str>) -> Outcome<World<'a>> {
    let ids = |table: &str, column: &str| -> Outcome<Option<hashbrown::HashSet<String>>> {
        let Some(frame) = stored_frame(store, table)? else { return Ok(None) };
        Ok(Some(frame.column(column)?.str()?.iter().flatten().map(String::from).collect()))
    };
    let mut school_years = BTreeSet::new();
    if let Some(frame) = stored_frame(store, "enrolments")? {
        school_years.extend(
            frame
                .column("school_year")?
                .str()?
                .unique()?
                .iter()
                .flatten()
                .filter_map(|y| y.split('-').next().and_then(|first| first.parse::<i32>().ok())),
        );
    }
    if let Some(frame) = stored_frame(store, "calendar")? {
        school_years.extend(
            frame
                .column("date")?
                .date()?
                .physical()
                .unique()?
                .iter()
                .flatten()
                .map(|d| school_year_of(NaiveDate::default() + chrono::Duration::days(i64::from(d)), with.year_starts)),
        );
    }
    let listed = store.has("pupils") || store.has("enrolments");
    // Contacts and the like may only name pupils somebody has named before; the registers say who exists where no
    // other extract does.
    let pupils = if listed && contract.table != "pupils" {
        let only_pupils = contract.table == "enrolments";
        let named = vault.pupils.all_ids().into_iter().filter(|(_, _, seen)| if only_pupils { seen & IN_PUPILS != 0 } else { *seen != 0 });
        if only_pupils && !store.has("pupils") { None } else { Some(named.map(|(id, ..)| id.to_string()).collect()) }
    } else {
        None
    };
    let participants = if contract.table.starts_with("centre_") && contract.table != "centre_participants" {
        ids("centre_participants", "participant_key")?
    } else {
        None
    };
    let _ = arriving;
    Ok(World {
        today: with.today,
        school_years,
        year_starts: with.year_starts,
        mark_scale: with.mark_scale,
        pupils,
        schools: ids("schools", "school_id")?,
        centres: ids("centres", "centre_id")?,
        participants,
        phantom: std::marker::PhantomData,
    })
}

/// Why a row is refused, with everything needed to mend it.
fn reject_of(contract: &Contract, plan: &Plan, world: &World<'_>, fields: &[&[u8]]) -> Reject {
    let (column, reason) =
        small::judge_row(contract, plan, world, fields).err().unwrap_or((None, "holds a value that cannot be kept".into()));
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).to_string();
    let raw: Vec<String> = (0..contract.columns.len()).map(|at| text(plan.raw(at, fields))).collect();
    let value = column.map_or_else(|| fields.iter().map(|f| text(f)).collect::<Vec<_>>().join(","), |at| raw[at].clone());
    Reject { row: 0, column: column.map_or(String::new(), |at| contract.columns[at].name.clone()), value, reason, raw }
}

/// One file's account, rejects and notes; says whether its rows may be used.
fn judge_file(
    with: &Taking<'_>,
    extract: &Extract,
    read: u64,
    rejects: &[Reject],
    unknown: &[String],
    intake: &mut Intake,
) -> (Account, bool) {
    let mut account = Account {
        file: extract.name.clone(),
        table: extract.table.clone(),
        blake3: hex_of(&extract.hash),
        read,
        rejected: rejects.len() as u64,
        ..Account::default()
    };
    if !unknown.is_empty() {
        intake.notes.push(format!("{}: columns that nobody knows were left alone: {}", extract.name, unknown.join(", ")));
    }
    #[allow(clippy::cast_precision_loss)] // a share
    let share = if read == 0 { 0.0 } else { account.rejected as f64 / read as f64 };
    let tolerance = with.project.config.contract.tolerance;
    if share > tolerance {
        let first = rejects.first().map_or(String::new(), |r| format!("; first: row {}, {}", r.row, r.reason));
        account.refused =
            Some(format!("{} of {} rows refused, more than the tolerance of {} %{first}", account.rejected, read, tolerance * 100.0));
        account.rejected = read;
        return (account, false);
    }
    if read == 0 {
        intake.notes.push(format!("{}: has a header and no rows", extract.name));
    }
    (account, true)
}

fn refused_whole(extract: &Extract, fault: &crate::extract::FileFault) -> Account {
    Account {
        file: extract.name.clone(),
        table: extract.table.clone(),
        blake3: hex_of(&extract.hash),
        read: fault.rows,
        rejected: fault.rows,
        refused: Some(fault.reason.clone()),
        ..Account::default()
    }
}

fn number_rejects(reading: &crate::extract::Reading, mut rejects: Vec<(crate::extract::At, Reject)>) -> Vec<Reject> {
    rejects.sort_by_key(|(at, _)| *at);
    rejects.into_iter().map(|(at, reject)| Reject { row: reading.row_number(at), ..reject }).collect()
}

fn put_rejects(with: &Taking<'_>, contract: &Contract, files: &[FileRejects]) -> Outcome<()> {
    let Some(folder) = with.rejects else { return Ok(()) };
    if files.iter().all(|f| f.rows.is_empty()) {
        return Ok(());
    }
    let columns: Vec<String> = contract.columns.iter().map(|c| c.name.clone()).collect();
    write_rejects(folder, &contract.table, &columns, files)
}

fn take_small(
    with: &Taking<'_>,
    contract: &Contract,
    world: &World<'_>,
    files: &[Extract],
    store: &mut Store,
    vault: &mut Vault,
    intake: &mut Intake,
) -> Outcome<()> {
    let spec = spec_of(contract);
    let (mut frames, mut accounts, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
    for extract in files {
        with.progress.file(&extract.name);
        let (reading, plan, takers) = match read(extract, contract, 1, &|plan| SmallTaker::new(contract, world, plan)) {
            Ok(done) => done,
            Err(fault) => {
                intake.accounts.push(refused_whole(extract, &fault));
                continue;
            }
        };
        for mut taker in takers {
            let rejects = number_rejects(&reading, std::mem::take(&mut taker.rejects));
            let (account, usable) = judge_file(with, extract, reading.rows(), &rejects, &plan.unknown, intake);
            rejected.push(FileRejects { file: extract.name.clone(), rows: rejects });
            if usable {
                frames.push(small::pseudonymise(contract, &taker.into_frame()?, vault)?);
                accounts.push(account);
            } else {
                intake.accounts.push(account);
            }
        }
    }
    put_rejects(with, contract, &rejected)?;
    if frames.is_empty() {
        return Ok(());
    }
    let sort_by: Vec<String> = spec.columns.fields().iter().map(|f| f.name().clone()).filter(|n| n != KNOWN_FROM && n != ROW_KEY).collect();
    let merged = small::merge(frames, stored_frame(store, &contract.table)?, &sort_by, with.run_id)?;
    for (account, superseded) in accounts.iter_mut().zip(&merged.superseded) {
        account.superseded = *superseded;
        account.stored = account.read - account.superseded - account.rejected;
        intake.taken.insert(account.blake3.clone(), account.file.clone());
    }
    if merged.conflicts > 0 {
        intake.notes.push(format!(
            "{}: {} of one key disagree; the later one counts",
            contract.table,
            plural(usize::try_from(merged.conflicts).unwrap_or(usize::MAX), "row")
        ));
    }
    intake.accounts.extend(accounts);
    if merged.changed { replace_table(store, &spec, merged.frame, with.run_id) } else { Ok(()) }
}

/// Prepares a small table's one file in place of the one before.
fn replace_table(store: &mut Store, spec: &TableSpec, frame: DataFrame, run_id: &str) -> Outcome<()> {
    let file = write_frame(store, spec, frame, run_id)?;
    let before: Vec<String> = store.files(&spec.name).into_iter().map(|f| f.path).filter(|p| *p != file.path).collect();
    store.prepare(&spec.name, vec![file], before);
    Ok(())
}

/// Over Polars' own Parquet bytes into the store's writer: one writer makes every file of the store.
fn write_frame(store: &Store, spec: &TableSpec, mut frame: DataFrame, run_id: &str) -> Outcome<DataFile> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Uncompressed).finish(&mut frame)?;
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?
        .with_batch_size(1 << 16)
        .build()?;
    let mut writer = FileWriter::create(&store.folder(&spec.name), spec, format!("{run_id}.parquet"), BTreeMap::new())?;
    for batch in reader {
        let batch = batch?;
        let arrays = spec
            .columns
            .fields()
            .iter()
            .map(|field| {
                let array =
                    batch.column_by_name(field.name()).ok_or_else(|| Fault::Bug(format!("{} lacks {}", spec.name, field.name())))?;
                Ok(arrow::compute::cast(array, field.data_type())?)
            })
            .collect::<Outcome<Vec<_>>>()?;
        writer.write(&arrow::array::RecordBatch::try_new(spec.columns.clone(), arrays)?)?;
    }
    writer.finish()
}

fn take_register(
    with: &Taking<'_>,
    contract: &Contract,
    world: &World<'_>,
    files: &[Extract],
    store: &mut Store,
    vault: &mut Vault,
    intake: &mut Intake,
) -> Outcome<()> {
    if contract.table == "attendance" {
        take_packed::<Session>(with, contract, world, files, store, vault, intake)
    } else {
        take_packed::<Given>(with, contract, world, files, store, vault, intake)
    }
}

#[allow(clippy::too_many_lines)] // the order of the steps is the point
fn take_packed<R: Packed>(
    with: &Taking<'_>,
    contract: &Contract,
    world: &World<'_>,
    files: &[Extract],
    store: &mut Store,
    vault: &mut Vault,
    intake: &mut Intake,
) -> Outcome<()> {
    let spec = spec_of(contract);
    let threads = with.project.config.engine.thread_count();
    let (schools, subjects) = (RwLock::new(Texts::default()), RwLock::new(Texts::default()));
    // Stored runs are the lowest origins; tonight's files follow. A run a stored row may name is a night of the store.
    let mut runs: Vec<String> = store.nights().iter().map(|n| n.run_id.clone()).collect();
    runs.dedup();
    let first_file = runs.len();
    let mut shelves: Shelves<R> = Shelves::default();
    let (mut accounts, mut rejected) = (Vec::new(), Vec::new());
    let mut registers: BTreeMap<(String, i32), &'static str> = BTreeMap::new();
    {
        let pupils = RwLock::new(&mut vault.pupils);
        let shared = Shared { contract, world, pupils: &pupils, secret: &vault.secret, schools: &schools, subjects: &subjects };
        for extract in files {
            with.progress.file(&extract.name);
            let origin = u16::try_from(first_file + accounts.len()).map_err(|_| {
                Fault::usage("more than 65,000 files of one table in one night", "join them, or take them in over several nights")
            })?;
            let (reading, plan, takers) = match read(extract, contract, threads, &|plan| RegisterTaker::<R>::new(&shared, plan, origin)) {
                Ok(done) => done,
                Err(fault) => {
                    intake.accounts.push(refused_whole(extract, &fault));
                    continue;
                }
            };
            let (mut rejects, mut rows) = (Vec::new(), Vec::new());
            for mut taker in takers {
                rejects.extend(std::mem::take(&mut taker.rejects));
                rows.push(taker.into_shelves());
            }
            let rejects = number_rejects(&reading, rejects);
            let (account, usable) = judge_file(with, extract, reading.rows(), &rejects, &plan.unknown, intake);
            rejected.push(FileRejects { file: extract.name.clone(), rows: rejects });
            if !usable {
                intake.accounts.push(account);
                continue;
            }
            for (key, mut more) in rows.into_iter().flatten() {
                if contract.table == "attendance" {
                    let name = schools.read().map(|s| s.text(key.1).to_string()).unwrap_or_default();
                    registers.insert((name, key.0.school_year), extract.source.register.word());
                }
                shelves.entry(key).and_modify(|rows| rows.append(&mut more)).or_insert_with(|| {
                    more.shrink_to_fit();
                    more
                });
            }
            accounts.push(account);
            if extract.source.layout == Layout::Wide {
                intake.notes.push(format!("{}: read as a wide register, a row a pupil and day", extract.name));
            }
        }
    }
    put_rejects(with, contract, &rejected)?;
    if accounts.is_empty() {
        return Ok(());
    }
    let (mut schools, mut subjects) = (schools.into_inner().unwrap_or_default(), subjects.into_inner().unwrap_or_default());
    let stored_runs = runs.len();
    let rewritten = settle::recall(store, &spec, contract, &mut shelves, &vault.pupils, &mut schools, &mut subjects, &mut runs)?;
    if runs.len() > stored_runs {
        return Err(Fault::store("store", "holds rows of a run that nights.json does not name: restore nights.json from a backup"));
    }
    let origins: Vec<Origin> = runs.into_iter().map(Origin::Stored).chain((0..accounts.len()).map(Origin::File)).collect();
    with.progress.stage("settle");
    let settling = Settling {
        spec: &spec,
        contract,
        run_id: with.run_id,
        pupils: &vault.pupils,
        schools: &schools,
        subjects: &subjects,
        origins: &origins,
    };
    let (written, tallies) = settle::settle(store, shelves, &settling)?;
    let mut conflicts = 0;
    for (account, tally) in accounts.iter_mut().zip(&tallies[first_file..]) {
        account.superseded = tally.superseded;
        account.conflicts = tally.conflicts;
        account.stored = account.read - account.superseded - account.rejected;
        conflicts += tally.conflicts;
        intake.taken.insert(account.blake3.clone(), account.file.clone());
        if tally.corrections > 0 {
            intake.notes.push(format!(
                "{}: corrects {} stored before",
                account.file,
                plural(usize::try_from(tally.corrections).unwrap_or(usize::MAX), "row")
            ));
        }
    }
    if conflicts > 0 {
        intake.notes.push(format!(
            "{}: {} of one key disagree; the later one counts",
            contract.table,
            plural(usize::try_from(conflicts).unwrap_or(usize::MAX), "row")
        ));
    }
    intake.accounts.extend(accounts);
    store.prepare(&spec.name, written, rewritten.into_iter().map(|f| f.path));
    if registers.is_empty() { Ok(()) } else { note_registers(with, &registers, store, vault) }
}

/// Keeps which school keeps which kind of register.
fn note_registers(with: &Taking<'_>, registers: &BTreeMap<(String, i32), &'static str>, store: &mut Store, vault: &Vault) -> Outcome<()> {
    let years: Vec<String> = registers.keys().map(|(_, year)| crate::contract::value::school_year_name(*year)).collect();
    let keys: Vec<String> = registers
        .keys()
        .zip(&years)
        .map(|((school, _), year)| crate::identity::hex(vault.secret.key("registers", &[school.as_bytes(), year.as_bytes()])))
        .collect();
    let frame = df!("school_id" => registers.keys().map(|(s, _)| s.as_str()).collect::<Vec<_>>(), "school_year" => years, "register" => registers.values().copied().collect::<Vec<_>>(), ROW_KEY => keys)?;
    let spec = tables::registers();
    let merged =
        small::merge(vec![frame], stored_frame(store, &spec.name)?, &["school_id".to_string(), "school_year".to_string()], with.run_id)?;
    if merged.changed { replace_table(store, &spec, merged.frame, with.run_id) } else { Ok(()) }
}

/// Month and day of `09-01`.
///
/// # Errors
/// A configuration fault.
pub fn month_and_day(text: &str) -> Outcome<(u32, u32)> {
    let day = NaiveDate::parse_from_str(&format!("2001-{text}"), "%Y-%m-%d").map_err(|_| {
        Fault::configuration("queries/policy.toml", format!("school_year starts = \"{text}\""), "month and day, such as \"09-01\"")
    })?;
    Ok((day.month(), day.day()))
}
