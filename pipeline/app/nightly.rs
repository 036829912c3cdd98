//! THE MAIN FLOW: extracts in, lists out. Everything of a night is published, or nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use prane_base::day::{school_year_name, school_year_of};
use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::telemetry::Progress;
use prane_contract::Account;
use prane_intake as intake;
use prane_intake::{Intake, IntakeContext, extract, links};
use prane_linkage::Settings;
use prane_reports::Note;
use prane_rules::check::{self, Verdict};
use prane_rules::engine::{Engine, session, tables};
use prane_rules::policy::Policy;
use prane_rules::{Rulebook, answer};
use prane_store::errors::StoreError;
use prane_store::files::FileWriter;
use prane_store::tables::{links, registers, spec_of, sums_of};
use prane_store::{Figures, NightRecord, Store, TableSpec};
use prane_vault::Vault;

use crate::draw::{self, Artist, Drawn};
use crate::manifest::{Counts, Manifest, earlier_accounts, join_accounts};
use crate::naming::Naming;
use crate::night::{Night, RunOptions};
use crate::publish::{self, Aside};
use crate::work::WorkFolder;
use crate::{audit, pages, there};

/// What came of a night.
#[derive(Debug)]
pub struct Published {
    /// Its manifest.
    pub manifest: Manifest,
    /// Where the lists are; none after a rehearsal.
    pub folder: Option<PathBuf>,
    /// Files refused whole.
    pub refused: Vec<String>,
}

/// Runs one night.
///
/// # Errors
/// Every error of the table of exit codes.
#[allow(clippy::too_many_lines)] // the order of the steps is the point
pub async fn run(project: &Project, options: &RunOptions, progress: &Progress) -> Result<Published> {
    let _lock = publish::lock(project)?;
    let rulebook = Rulebook::load(project)?;
    let work = WorkFolder::new(project, options.rehearsal)?;
    let mut store = Store::open(&project.store(), &work.path.join("store"), options.known_at).await?;
    there::must_be_there(project, &store)?;
    there::something_is_known(&store, options.known_at)?;
    let mut vault = open_vault(project, &store, !options.rehearsal)?;
    let nights = store.nights().len();
    vault.for_night(if store.is_past() { nights.saturating_sub(1) } else { nights }, store.is_past());

    progress.stage("look");
    let inbox = if options.take_in && !store.is_past() {
        extract::find(project, &rulebook.contracts, !options.rehearsal)?
    } else {
        extract::Inbox::default()
    };
    let settings = project.settings()?;
    let naming = Naming::new(&settings, &rulebook, options, &store, &inbox);
    let known_files = inbox.extracts.len();

    progress.stage("take in");
    let rejects = project.rejects().join(&naming.run_id);
    let taking = IntakeContext {
        project,
        contracts: &rulebook.contracts,
        run_id: &naming.run_id,
        today: project.config.project.day_of(options.clock)?,
        year_starts: rulebook.year_starts,
        mark_scale: (rulebook.policy.number("marks_scale_min")?, rulebook.policy.number("marks_scale_max")?),
        rejects: (!options.rehearsal).then_some(rejects.as_path()),
        progress,
    };
    let mut intake = intake::take_in(&taking, inbox.extracts, &mut store, &mut vault)?;
    intake.notes.extend(inbox.left);
    intake.accounts.extend(inbox.unread.into_iter().map(Account::unread));
    if options.take_in && !store.is_past() {
        progress.stage("link");
        intake.notes.extend(links::link(
            &linkage_settings(&rulebook.policy)?,
            &groups(&rulebook),
            &mut store,
            &mut vault,
            &naming.run_id,
            progress,
        )?);
    }
    let naming = naming.settle(&intake, &store, &project.rejects())?;
    tell_intake(&intake, known_files, progress);
    let mut manifest = manifest(project, &settings, &rulebook, &naming, options, &store, &intake);
    if !store.has("attendance") {
        write_run(project, options, &mut manifest, "nothing to work with", progress)?;
        return Err(nothing_to_work_with(project, intake.refused()));
    }

    progress.stage("ask");
    let mut engine = ready(project, &rulebook, &store, &work.path)?;
    let as_of = match options.as_of {
        Some(day) => day,
        None => tables::last_recorded_day(&engine).await?.ok_or_else(|| nothing_to_work_with(project, intake.refused()))?,
    };
    let night = Night {
        as_of,
        school_year: school_year_name(school_year_of(as_of, rulebook.year_starts)),
        run_id: naming.run_id.clone(),
        known_at: options.known_at,
    };
    manifest.as_of = Some(night.as_of);
    let mut notes = Vec::new();
    let missing = set_night(&mut engine, &store, &rulebook, &[night.as_of], &night.run_id, &manifest.inputs, &mut notes).await?;
    for note in &notes {
        progress.say(note);
    }
    engine.build(&["caseload.list", "caseload.not_assessable", "caseload.changes", "caseload.school_summary"], progress).await?;

    progress.stage("check");
    manifest.checks = check::judge(&mut engine, progress).await?;
    tell_checks(&manifest.checks, progress);
    manifest.count(&mut engine, as_of, store.rows("attendance"), progress).await?;
    manifest.notes.clone_from(&notes);
    if let Err(fault) = check::stop_on_failure(&manifest.checks) {
        write_run(project, options, &mut manifest, "a check failed", progress)?;
        return Err(fault);
    }

    progress.stage("draw");
    let mut aside = Aside::new(&work.path)?;
    let list =
        draw(&mut engine, &vault, project, (&night, options.rehearsal), draw::notes(&missing, &manifest.inputs), &mut aside, progress)
            .await?;
    // Of all columns, also those that no published file has: two lists that differ are two files of the store.
    let told = blake3::hash(&answer::bytes_of(&list, answer::Format::Csv)?).to_hex();
    keep(&mut store, &tables::lists_spec(), &list, night.as_of, &told)?;
    for spec in tables::shown_specs() {
        let shown = engine.rows(&tables::shown_question(&spec, night.as_of), progress).await?;
        let hash = blake3::hash(&answer::bytes_of(&shown, answer::Format::Csv)?).to_hex();
        keep(&mut store, &spec, &shown, night.as_of, &hash)?;
    }

    if options.rehearsal {
        manifest.stages = progress.finish();
        return Ok(Published { manifest, folder: None, refused: intake.refused() });
    }
    progress.stage("publish");
    if !naming.again {
        // Accounts of refused files are nowhere else: a night that dies after its commit finds them here when it is made again.
        put_run(project, &mut manifest, "not published yet")?;
    }
    commit(&mut store, &mut vault, &every_table(&rulebook), &night, &naming, &intake, &manifest.figures).await?;
    if let Some(last) = store.nights().last() {
        manifest.known_at = last.known_at;
        manifest.store_versions.clone_from(&last.versions);
    }
    manifest.files.clone_from(aside.files());
    manifest.outcome = "published".into();
    aside.put("run.json", &manifest.json()?)?;
    audit::note(
        project,
        options.asked_at,
        if options.take_in { "run" } else { "report" },
        &format!("{} of {}", night.run_id, night.as_of),
    )?;
    let folder = aside.swap_in(&project.published(), night.as_of)?;
    if !store.is_past() {
        // The lists are published: a workbook that cannot be written is told, and tried again the next night.
        match links::review::write(project, &store, &vault, &draw::edition(project, &night)) {
            Ok(asks) => asks.iter().for_each(|sentence| progress.say(sentence)),
            Err(fault) => progress.say(&format!("what a person is to be asked about links could not be written: {fault}")),
        }
    }
    write_run(project, options, &mut manifest, "published", progress)?;
    Ok(Published { manifest, folder: Some(folder), refused: intake.refused() })
}

/// The vault; none is made anew for a store that has nights.
fn open_vault(project: &Project, store: &Store, make: bool) -> Result<Vault> {
    if !store.nights().is_empty() && !Vault::is_there(project) {
        return Err(Error::vault(
            "vault/",
            "is gone, though the store has nights",
            "put it back from a backup: a new one would know nobody, and new extracts could not be joined to the store",
        ));
    }
    Vault::open(project, make)
}

/// Draws everything aside; the list as it is kept.
async fn draw(
    engine: &mut Engine<'_>,
    vault: &Vault,
    project: &Project,
    (night, rehearsal): (&Night, bool),
    notes: Vec<Note>,
    aside: &mut Aside,
    progress: &Progress,
) -> Result<Vec<RecordBatch>> {
    engine.build(&pages::SHOWN, progress).await?;
    // What coordinators see is asked for first: the pages of all places are the largest thing a night holds.
    let overview = pages::overview(engine, night.as_of, progress).await?;
    let list = engine.answer("caseload.list", night.as_of, progress).await?;
    let places = pages::places(engine, vault, night.as_of, progress).await?;
    let artist = Artist::new(project, night)?;
    artist.no_recipient_nowhere(&places)?;
    let for_analysts = engine.answer("pages.analysts", night.as_of, progress).await?;
    progress.step("lists");
    let drawn = Drawn { places, overview, list: for_analysts, notes };
    let folder = (!rehearsal).then(|| aside.folder().to_path_buf());
    // Apart, so that a night can be interrupted in the middle of it.
    let drawing = tokio::task::spawn_blocking(move || artist.night(folder.as_deref(), &drawn));
    aside.note(drawing.await.map_err(|e| Error::Bug(format!("drawing stopped: {e}")))??);
    Ok(list)
}

/// How careful the policy asks linking to be.
///
/// # Errors
/// A configuration error.
pub fn linkage_settings(policy: &Policy) -> Result<Settings> {
    Ok(Settings::new(policy.number("linkage_link_at")?, policy.number("linkage_review_at")?))
}

fn nothing_to_work_with(project: &Project, refused: Vec<String>) -> Error {
    if refused.is_empty() {
        Error::ExtractMissing { table: "attendance".into(), inbox: project.inbox().display().to_string() }
    } else {
        Error::ContractBroken { files: refused, published: false }
    }
}

fn manifest(
    project: &Project,
    settings: &str,
    rulebook: &Rulebook,
    naming: &Naming,
    options: &RunOptions,
    store: &Store,
    intake: &Intake,
) -> Manifest {
    // A night made again has the inputs it had; a new one only its own, whoever had the name and died.
    let earlier = if naming.again { earlier_accounts(&project.runs(), &naming.run_id) } else { Vec::new() };
    Manifest {
        run_id: naming.run_id.clone(),
        outcome: String::new(),
        as_of: options.as_of,
        known_at: store.nights().last().map_or(options.known_at, |n| n.known_at),
        version: env!("CARGO_PKG_VERSION"),
        configuration_hash: blake3::hash(settings.as_bytes()).to_hex()[..16].to_string(),
        query_hash: rulebook.library.hash(),
        store_versions: store.nights().last().map(|n| n.versions.clone()).unwrap_or_default(),
        inputs: join_accounts(earlier, &intake.accounts),
        schools: Vec::new(),
        checks: Vec::new(),
        counts: Counts::default(),
        figures: Figures::default(),
        model: None,
        files: BTreeMap::new(),
        notes: Vec::new(),
        stages: Vec::new(),
    }
}

/// Tables that name pupils, in groups that share the names of their files: each register with its sums.
fn groups(rulebook: &Rulebook) -> Vec<Vec<TableSpec>> {
    let with_sums = |spec: TableSpec| [vec![spec.clone()], sums_of(&spec)].concat();
    rulebook.contracts.iter().map(spec_of).chain([tables::lists_spec()]).map(with_sums).collect()
}

/// Every table of the store.
fn every_table(rulebook: &Rulebook) -> Vec<TableSpec> {
    let sources: Vec<TableSpec> = rulebook.contracts.iter().map(spec_of).collect();
    let sums: Vec<TableSpec> = sources.iter().flat_map(sums_of).collect();
    sources.into_iter().chain(sums).chain([registers(), links(), tables::lists_spec()]).chain(tables::shown_specs()).collect()
}

/// An engine over the store, with everything that does not depend on the day.
///
/// # Errors
/// Configuration and store errors.
pub fn ready<'a>(project: &Project, rulebook: &'a Rulebook, store: &Store, work: &Path) -> Result<Engine<'a>> {
    let settings = &project.config.engine;
    let ctx = session(settings, work)?;
    ctx.register_udf(answer::reason_function(project.config.project.language)?);
    let engine = Engine::new(ctx, &rulebook.library, work.to_path_buf());
    tables::sources(&engine, store, &rulebook.contracts)?;
    tables::policy(&engine, &rulebook.policy)?;
    tables::flag_rules(&engine)?;
    Ok(engine)
}

/// Registers the day (or days) and what depends on it.
///
/// # Errors
/// Configuration and store errors.
pub async fn set_night(
    engine: &mut Engine<'_>,
    store: &Store,
    rulebook: &Rulebook,
    days: &[NaiveDate],
    run_id: &str,
    inputs: &[Account],
    notes: &mut Vec<String>,
) -> Result<Vec<&'static str>> {
    engine.attendance_rows = store.rows("attendance");
    tables::as_of(engine, days, rulebook.year_starts)?;
    tables::link(engine).await?;
    let missing = tables::derive(engine, store, notes).await?;
    notes.extend(inputs.iter().flat_map(|account| account.messages.iter().cloned()));
    tables::policy_of_places(engine, &rulebook.policy).await?;
    tables::inputs(engine, inputs)?;
    let last = store.nights().iter().rev().find(|n| n.run_id != run_id && n.figures != Figures::default());
    tables::last_night(engine, last.map(|n| &n.figures))?;
    tables::history(engine, store, days)?;
    Ok(missing)
}

fn tell_intake(intake: &Intake, found: usize, progress: &Progress) {
    for account in &intake.accounts {
        let Account { file, read, stored, superseded, rejected, .. } = account;
        progress.say(&format!("{file}: {read} rows read = {stored} stored + {superseded} superseded + {rejected} rejected"));
        if let Some(why) = &account.refused {
            progress.say(&format!("{file}: REFUSED, {why}"));
        }
    }
    // Where all is as it was, a line a file says nothing new.
    if !intake.skipped.is_empty() && intake.skipped.len() == found {
        progress.say(&format!("nothing new: all {found} files were read before"));
    } else {
        for note in &intake.skipped {
            progress.say(note);
        }
    }
    for note in &intake.notes {
        progress.say(note);
    }
}

fn tell_checks(checks: &[Verdict], progress: &Progress) {
    for check in checks.iter().filter(|c| c.verdict != "passed") {
        progress.say(&format!("check {} {}: {} rows. {} {}", check.name, check.verdict, check.rows, check.what, check.mend));
    }
}

/// Prepares tonight's rows of a table for the history, in place of those of the same day; rows of the same hash are the same.
fn keep(store: &mut Store, spec: &TableSpec, rows: &[RecordBatch], as_of: NaiveDate, hash: &str) -> Result<()> {
    let kept = rows
        .iter()
        .map(|batch| {
            let columns =
                spec.columns.fields().iter().map(|f| batch.schema().index_of(f.name())).collect::<Result<Vec<_>, _>>().store_err()?;
            batch.project(&columns).store_err()
        })
        .collect::<Result<Vec<_>>>()?;
    let told = format!("{}.parquet", &hash[..16]);
    let before: Vec<String> =
        store.files(&spec.name).into_iter().map(|f| f.path).filter(|p| p.starts_with(&format!("as_of-{as_of}"))).collect();
    if let [only] = before.as_slice()
        && only.ends_with(&told)
    {
        return Ok(());
    }
    // A list may come back to what it was, and no name of a file comes back.
    let path = format!("as_of-{as_of}-{:04}-{told}", store.nights().len());
    let mut writer = FileWriter::create(&store.folder(&spec.name), spec, path, BTreeMap::new())?;
    for batch in &kept {
        writer.write_cast(&spec.columns, batch)?;
    }
    let file = writer.finish()?;
    store.prepare(&spec.name, vec![file], before);
    Ok(())
}

/// Commits what changed, and every new name; a past night leaves the store as it is. What the vault learnt is set aside
/// before and moved into place after, so that a night cut off between them leaves both as they were, or both as they are.
async fn commit(
    store: &mut Store,
    vault: &mut Vault,
    specs: &[TableSpec],
    night: &Night,
    naming: &Naming,
    intake: &Intake,
    figures: &Figures,
) -> Result<()> {
    if store.is_past() || (naming.again && !store.is_changed() && intake.taken.is_empty()) {
        return vault.save();
    }
    let record = NightRecord {
        run_id: night.run_id.clone(),
        made_of: naming.made_of.clone(),
        as_of: night.as_of.to_string(),
        known_at: night.known_at,
        versions: BTreeMap::new(),
        taken: intake.taken.clone(),
        figures: figures.clone(),
    };
    vault.set_aside(store.nights().len(), &night.run_id)?;
    store.commit(specs, record).await?;
    vault.bring_in()
}

fn write_run(project: &Project, options: &RunOptions, manifest: &mut Manifest, outcome: &str, progress: &Progress) -> Result<()> {
    manifest.stages = progress.finish();
    if options.rehearsal {
        manifest.outcome = outcome.into();
        return Ok(());
    }
    put_run(project, manifest, outcome)
}

fn put_run(project: &Project, manifest: &mut Manifest, outcome: &str) -> Result<()> {
    manifest.outcome = outcome.into();
    let folder = project.runs();
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    restrict(&folder, 0o700)?;
    write_private(&folder.join(format!("{}.json", manifest.run_id)), &manifest.json()?)
}

/// Registers one day for a question, with the inputs of the night that published it.
///
/// # Errors
/// Configuration and store errors.
pub async fn set_day(engine: &mut Engine<'_>, store: &Store, rulebook: &Rulebook, project: &Project, day: NaiveDate) -> Result<()> {
    let run_id = store.nights().last().map_or("", |n| n.run_id.as_str());
    let inputs = earlier_accounts(&project.runs(), run_id);
    set_night(engine, store, rulebook, &[day], run_id, &inputs, &mut Vec::new()).await?;
    Ok(())
}
