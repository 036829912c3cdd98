//! Takes in the files of one table: small tables as frames, the two registers as packed rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, RwLock};

use polars::prelude::*;
use prane_base::config::{Layout, Register, Source};
use prane_base::day::school_year_name;
use prane_base::error::{Error, Result, plural};
use prane_base::key::hex;
use prane_base::telemetry::Stages;
use prane_contract::Contract;
use prane_contract::plan::Plan;
use prane_contract::reject::Reject;
use prane_contract::value::World;
use prane_store::errors::StoreError;
use prane_store::files::FileWriter;
use prane_store::tables::{self, ROW_KEY, SAVED, TableSpec, spec_of};
use prane_store::{DataFile, Store};
use prane_vault::Vault;
use prane_vault::errors::FrameError;

use super::packed::Packed;
use super::persons::{self, Refusal};
use super::receipt::{Receipt, Spared};
use super::register::{RegisterTaker, Shared, Shelves, Texts};
use super::settle::{self, Origin, Settling};
use super::small::{self, SmallTaker};
use super::{Account, Intake, IntakeContext, contacts, contradict, own, receipt, scan, verdict};
use crate::extract::Extract;

/// Takes in a table that fits in memory.
pub(super) fn small(
    with: &IntakeContext<'_>,
    contract: &Contract,
    world: &World,
    files: &[Extract],
    store: &mut Store,
    vault: &mut Vault,
    intake: &mut Intake,
) -> Result<()> {
    let spec = spec_of(contract);
    let threads = with.project.config.engine.thread_count();
    let (mut frames, mut accounts, mut rejected) = (Vec::new(), Vec::<Account>::new(), Vec::new());
    let before = stored(store, &contract.table)?;
    let are_contacts = contract.table == contacts::TABLE;
    let night = store.nights().len();
    let mut receipts = Vec::new();
    let in_order = if are_contacts { contacts::in_order(files) } else { files.iter().map(|file| (String::new(), file)).collect() };
    for (place, (saved, extract)) in in_order.into_iter().enumerate() {
        let taker = |plan: &Plan| SmallTaker::new(contract, world, plan);
        let Some((reading, plan, mut takers)) = verdict::open(extract, contract, threads, &taker, intake) else { continue };
        let mut rejects: Vec<_> = takers.iter_mut().flat_map(|t| std::mem::take(&mut t.rejects)).collect();
        let spared: Vec<Spared> = takers.iter_mut().flat_map(|t| std::mem::take(&mut t.spared)).collect();
        let lines_spared = spared.iter().map(|cell| cell.at).collect::<BTreeSet<_>>().len();
        let emptied: Vec<_> = takers.iter_mut().flat_map(|t| std::mem::take(&mut t.emptied)).collect();
        let (frame, places) = small::into_frame(contract, takers)?;
        let refusals = match reading.of.as_ref() {
            Some(list) => own::strangers(list, &frame, store, vault)?,
            None => persons::refusals(contract, &frame, store, vault)?,
        };
        for refusal in &refusals {
            rejects.push((places[refusal.row], refused(contract, &frame, refusal)?));
        }
        let frame = without(&frame, &refusals)?;
        if let Some(mut account) = verdict::judge(with, extract, (&reading, &plan), rejects, &mut rejected, intake) {
            let absent = small::absent(contract, &plan);
            let (frame, messages) = small::pseudonymise(contract, &frame, &absent, vault)?;
            let frame = small::keep_absent(contract, frame, &absent, before.as_ref(), &frames)?;
            // The message about a list that came back counts them with its other rejects.
            let refused = refusals
                .first()
                .filter(|_| !extract.returned)
                .map(|r| format!("{} refused: {}", verdict::rows(refusals.len() as u64), r.reason));
            let left_empty = (!emptied.is_empty()).then(|| {
                format!("{} with free words in place of a short name: left empty, the rows count (rejects/)", plural(emptied.len(), "cell"))
            });
            if let Some(file) = rejected.last_mut() {
                file.rows.extend(emptied.into_iter().map(|(at, reject)| Reject { row: reading.row_number(at), ..reject }));
                file.rows.sort_by_key(|reject| reject.row);
            }
            for message in messages.into_iter().chain(refused).chain(left_empty) {
                let message = format!("{}: {message}", account.file);
                account.messages.push(message);
            }
            // A line without a decision yet must not replace an earlier decision.
            frames.push(match contract.table.as_str() {
                "link_decisions" => frame.lazy().filter(col("decision").is_not_null()).collect().frame_err()?,
                contacts::TABLE => contacts::with_order(frame, &saved, night, place)?,
                _ => frame,
            });
            if let (Some(list), Some(file)) = (&reading.of, rejected.last()) {
                receipts.push(Receipt::of(contract, list, &reading, file, spared));
            }
            if lines_spared > 0 {
                account.messages.push(format!(
                    "{}: {} with words in place of a code or a day; they count, and the words are kept with the note",
                    account.file,
                    verdict::rows(lines_spared as u64)
                ));
            }
            accounts.push(account);
        }
    }
    verdict::put_rejects(with, contract, rejected, intake)?;
    receipt::keep(&receipts, with.today, vault)?;
    if frames.is_empty() {
        return Ok(());
    }
    if are_contacts {
        let names: Vec<String> = accounts.iter().map(|a| a.file.clone()).collect();
        for (at, message) in contacts::disagreements(&names, &frames, before.as_ref())? {
            accounts[at].messages.push(message);
        }
    }
    let merged = small::merge(frames, before, spec.columns.field(0).name(), with.run_id)?;
    for (account, superseded) in accounts.iter_mut().zip(&merged.superseded) {
        account.supersede(*superseded);
    }
    let name = |accounts: &[Account], at: u32| accounts.get(at as usize).map(|a| a.file.clone()).unwrap_or_default();
    let mut conflicts = 0;
    for (at, kept, difference) in &merged.conflicts {
        let (file, kept) = (name(&accounts, *at), name(&accounts, *kept));
        let (rows, columns) = (verdict::rows(difference.rows), difference.columns.join(", "));
        if let Some(account) = accounts.get_mut(*at as usize) {
            account.conflicts += difference.rows;
            account.messages.push(if file == kept {
                format!("{file}: {rows} repeated with another {columns}; the later one counts")
            } else {
                format!("{file} and {kept}: {rows} of one key with another {columns}; {kept} counts")
            });
        }
        conflicts += difference.rows;
    }
    for (at, difference) in &merged.corrections {
        let (rows, columns) = (verdict::rows(difference.rows), difference.columns.join(", "));
        if let Some(account) = accounts.get_mut(*at as usize) {
            account.messages.push(format!("{}: corrects {rows} stored before, in {columns}", account.file));
        }
    }
    intake.keep(&contract.table, accounts, conflicts);
    if merged.changed { replace_table(store, &spec, merged.frame, with.run_id) } else { Ok(()) }
}

/// The reject of a row that could be read and is refused for whom it is about.
fn refused(contract: &Contract, frame: &DataFrame, refusal: &Refusal) -> Result<Reject> {
    let value =
        |name: &str| -> Result<String> { Ok(small::texts(frame, name).frame_err()?.get(refusal.row).unwrap_or_default().to_string()) };
    Ok(Reject {
        row: 0,
        column: refusal.column.to_string(),
        value: value(refusal.column)?,
        why: refusal.why,
        reason: refusal.reason.clone(),
        raw: contract.columns.iter().map(|column| value(&column.name)).collect::<Result<Vec<_>>>()?,
    })
}

/// The rows that are not refused.
fn without(frame: &DataFrame, refusals: &[Refusal]) -> Result<DataFrame> {
    if refusals.is_empty() {
        return Ok(frame.clone());
    }
    let refused: BTreeSet<usize> = refusals.iter().map(|r| r.row).collect();
    let kept: BooleanChunked = (0..frame.height()).map(|row| Some(!refused.contains(&row))).collect();
    frame.filter(&kept).frame_err()
}

/// Stored rows of a small table.
fn stored(store: &Store, table: &str) -> Result<Option<DataFrame>> {
    let mut frame = scan(store, table)?.map(LazyFrame::collect).transpose().frame_err()?;
    // The contacts of an older store have no column for when they were saved.
    if let Some(frame) = frame.as_mut().filter(|frame| table == contacts::TABLE && frame.column(SAVED).is_err()) {
        let height = frame.height();
        frame.with_column(Column::full_null(SAVED.into(), height, &DataType::String)).frame_err()?;
    }
    Ok(frame)
}

/// Prepares the one file of a small table, which replaces the file before it.
fn replace_table(store: &mut Store, spec: &TableSpec, frame: DataFrame, run_id: &str) -> Result<()> {
    let file = write_frame(store, spec, &frame, run_id)?;
    let before: Vec<String> = store.files(&spec.name).into_iter().map(|f| f.path).filter(|p| *p != file.path).collect();
    store.prepare(&spec.name, vec![file], before);
    Ok(())
}

/// Writes a frame with the store's writer, by way of Polars' Parquet bytes: one writer makes every file of the store.
fn write_frame(store: &Store, spec: &TableSpec, frame: &DataFrame, run_id: &str) -> Result<DataFile> {
    let mut frame = frame.select(spec.columns.fields().iter().map(|f| f.name().as_str())).frame_err()?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Uncompressed).finish(&mut frame).frame_err()?;
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))
        .store_err()?
        .with_batch_size(1 << 16)
        .build()
        .store_err()?;
    let mut writer = FileWriter::create(&store.folder(&spec.name), spec, format!("{run_id}.parquet"), BTreeMap::new())?;
    for batch in reader {
        writer.write_cast(&spec.columns, &batch.store_err()?)?;
    }
    writer.finish()
}

/// Why a register of absences by lesson is refused.
const LESSONS_UNKNOWN: &str = "a register of absences by lesson, without the number of lessons of a day: each missed lesson would count as a whole day. Write lessons_a_day = 6 (or as many as there are) into its [[source]] in prane.toml";

/// Takes in a register, attendance or marks, as rows packed into `R`.
#[allow(clippy::too_many_lines)] // the order of the steps is the point
pub(super) fn register<R: Packed>(
    with: &IntakeContext<'_>,
    contract: &Contract,
    world: &World,
    files: &[Extract],
    store: &mut Store,
    vault: &mut Vault,
    intake: &mut Intake,
    stages: &mut Stages,
) -> Result<()> {
    let spec = spec_of(contract);
    let threads = with.project.config.engine.thread_count();
    let (schools, subjects) = (RwLock::new(Texts::default()), RwLock::new(Texts::default()));
    // Stored runs have the lowest origins, and the files of this run follow. Every run that a stored row names is a night of
    // the store.
    let mut runs: Vec<String> = store.nights().iter().map(|n| n.run_id.clone()).collect();
    runs.dedup();
    let first_file = runs.len();
    let mut shelves: Shelves<R> = Shelves::default();
    let (mut accounts, mut rejected) = (Vec::new(), Vec::new());
    // For each file: its source, and the schools and school years that it has rows of.
    let mut contents: Vec<(&Source, BTreeSet<(String, i32)>)> = Vec::new();
    {
        let pupils = RwLock::new(&mut vault.pupils);
        let memos = Mutex::new(Vec::new());
        let shared =
            Shared { contract, world, pupils: &pupils, secret: &vault.secret, schools: &schools, subjects: &subjects, memos: &memos };
        for extract in files {
            let origin = u16::try_from(first_file + accounts.len()).map_err(|_| {
                Error::usage("more than 65,000 files of one table in one night", "join them, or take them in over several nights")
            })?;
            let taker = |plan: &Plan| RegisterTaker::<R>::new(&shared, plan, origin);
            let Some((reading, plan, takers)) = verdict::open(extract, contract, threads, &taker, intake) else { continue };
            let (mut rejects, mut rows) = (Vec::new(), Vec::new());
            for mut taker in takers {
                rejects.extend(std::mem::take(&mut taker.rejects));
                rows.push(taker.into_shelves());
            }
            let by_lesson = || rows.iter().flatten().flat_map(|(_, shelf)| shelf.iter()).any(|row| !R::BY_TERM && row.codes()[0] > 0);
            if extract.source.register == Register::Absences && extract.source.lessons_a_day.is_none() && by_lesson() {
                intake.accounts.push(verdict::refused(extract, reading.rows(), LESSONS_UNKNOWN));
                continue;
            }
            let Some(account) = verdict::judge(with, extract, (&reading, &plan), rejects, &mut rejected, intake) else { continue };
            let mut school_years = BTreeSet::new();
            for (key, more) in rows.into_iter().flatten() {
                school_years.insert((schools.read().map(|s| s.text(key.1).to_string()).unwrap_or_default(), key.0.school_year));
                shelves.entry(key).or_default().append(more);
            }
            contents.push((&extract.source, school_years));
            accounts.push(account);
            if extract.source.layout == Layout::Wide {
                intake.notes.push(format!("{}: read as a wide register, a row a pupil and day", extract.name));
            }
        }
    }
    verdict::put_rejects(with, contract, rejected, intake)?;
    if accounts.is_empty() {
        return Ok(());
    }
    let (mut schools, mut subjects) = (schools.into_inner().unwrap_or_default(), subjects.into_inner().unwrap_or_default());
    let stored_runs = runs.len();
    let rewritten = settle::recall(store, &spec, contract, &mut shelves, &vault.pupils, &mut schools, &mut subjects, &mut runs)?;
    if runs.len() > stored_runs {
        return Err(Error::store("store", "holds rows of a run that nights.json does not name: restore nights.json from a backup"));
    }
    for (origin, repeated) in contradict::contradicting(&shelves, first_file, with.project.config.contract.most_corrected) {
        let at = usize::from(origin) - first_file;
        accounts[at].refuse(format!(
            "contradicts {} of the {} of a school that it repeats: are its columns, its school and its days right? If it is to be let in, set [contract] most_corrected = 1 in prane.toml for one night",
            repeated.changed,
            verdict::rows(repeated.rows).replace("row", "stored row")
        ));
        contents[at].1.clear();
        shelves.values_mut().for_each(|shelf| shelf.retain(|row| row.origin() != origin));
    }
    if accounts.iter().all(|account| account.refused.is_some()) {
        intake.keep(&contract.table, accounts, 0);
        return Ok(());
    }
    shelves.retain(|_, shelf| shelf.count() > 0);
    let mut lessons: BTreeMap<(String, i32), u32> = BTreeMap::new();
    let mut registers: BTreeMap<(String, i32), &'static str> = BTreeMap::new();
    for (source, school_years) in contents.into_iter().filter(|_| contract.table == "attendance") {
        for school in school_years {
            if let (Register::Absences, Some(count)) = (source.register, source.lessons_a_day) {
                lessons.insert(school.clone(), count);
            }
            registers.insert(school, source.register.word());
        }
    }
    let origins: Vec<Origin> = runs.into_iter().map(Origin::Stored).chain((0..accounts.len()).map(Origin::File)).collect();
    stages.next("settle");
    vault.pupils.number_all();
    let sums = tables::sums_of(&spec);
    let (subjects, subject_ranks) = subjects.ranked();
    let settling = Settling {
        spec: &spec,
        sums: &sums,
        contract,
        run_id: with.run_id,
        pupils: &vault.pupils,
        schools: &schools,
        subjects: &subjects,
        subject_ranks: &subject_ranks,
        origins: &origins,
        lessons: &lessons,
    };
    let (written, tallies) = settle::settle(store, shelves, &settling)?;
    let mut conflicts = 0;
    for (account, tally) in accounts.iter_mut().zip(&tallies[first_file..]).filter(|(account, _)| account.refused.is_none()) {
        account.supersede(tally.superseded);
        account.conflicts = tally.conflicts;
        conflicts += tally.conflicts;
        if tally.corrections > 0 {
            intake.notes.push(format!("{}: corrects {} stored before", account.file, verdict::rows(tally.corrections)));
        }
    }
    intake.keep(&contract.table, accounts, conflicts);
    let replaced: Vec<String> = rewritten.into_iter().map(|f| f.path).collect();
    for (at, spec) in sums.iter().enumerate() {
        store.prepare(&spec.name, written.iter().map(|s| s.sums[at].clone()).collect(), replaced.clone());
    }
    store.prepare(&spec.name, written.into_iter().map(|s| s.rows).collect(), replaced);
    if registers.is_empty() { Ok(()) } else { note_registers(with, &registers, store, vault) }
}

/// Stores which kind of register each school keeps in a school year.
fn note_registers(
    with: &IntakeContext<'_>,
    registers: &BTreeMap<(String, i32), &'static str>,
    store: &mut Store,
    vault: &Vault,
) -> Result<()> {
    let years: Vec<String> = registers.keys().map(|(_, year)| school_year_name(*year)).collect();
    let keys: Vec<String> = registers
        .keys()
        .zip(&years)
        .map(|((school, _), year)| hex(vault.secret.key("registers", &[school.as_bytes(), year.as_bytes()])))
        .collect();
    let frame = df!("school_id" => registers.keys().map(|(s, _)| s.as_str()).collect::<Vec<_>>(), "school_year" => years, "register" => registers.values().copied().collect::<Vec<_>>(), ROW_KEY => keys).frame_err()?;
    let spec = tables::registers();
    let merged = small::merge(vec![frame], stored(store, &spec.name)?, "school_id", with.run_id)?;
    if merged.changed { replace_table(store, &spec, merged.frame, with.run_id) } else { Ok(()) }
}
