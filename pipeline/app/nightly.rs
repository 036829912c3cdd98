//! The main flow of a night: reads extracts, runs the rules and publishes the lists. Everything of a night is published, or
//! nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use prane_base::day::{school_year_name, school_year_of};
use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::telemetry::{self, Stages};
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
use crate::publish::{self, StagedPublication};
use crate::work::WorkFolder;
use crate::{audit, pages, preflight};

/// The result of a night.
#[derive(Debug)]
pub struct Published {
    /// Its manifest.
    pub manifest: Manifest,
    /// The folder of the published lists; `None` after a rehearsal.
    pub folder: Option<PathBuf>,
    /// Why each file was refused that was refused as a whole.
    pub refused: Vec<String>,
}

/// Runs one night.
///
/// # Errors
/// Any [`Error`].
#[allow(clippy::too_many_lines)] // the order of the steps is the point
pub async fn run(project: &Project, options: &RunOptions) -> Result<Published> {
    let _lock = publish::lock(project)?;
    let rulebook = Rulebook::load(project)?;
    let work = WorkFolder::new(project, options.rehearsal)?;
    let mut store = Store::open(&project.store(), &work.path.join("store"), options.known_at).await?;
    preflight::check_store_exists(project, &store)?;
    preflight::check_known_at(&store, options.known_at)?;
    let mut vault = open_vault(project, &store, !options.rehearsal)?;
    let nights = store.nights().len();
    vault.for_night(if store.is_past() { nights.saturating_sub(1) } else { nights }, store.is_past());

    let mut stages = telemetry::stage("look");
    let inbox = if options.take_in && !store.is_past() {
        extract::find(project, &rulebook.contracts, !options.rehearsal)?
    } else {
        extract::Inbox::default()
    };
    let settings = project.settings()?;
    let naming = Naming::new(&settings, &rulebook, options, &store, &inbox);
    let known_files = inbox.extracts.len();

    stages.next("take in");
    let rejects = project.rejects().join(&naming.run_id);
    let taking = IntakeContext {
        project,
        contracts: &rulebook.contracts,
        run_id: &naming.run_id,
        today: project.config.project.day_of(options.clock)?,
        year_starts: rulebook.year_starts,
        mark_scale: (rulebook.policy.number("marks_scale_min")?, rulebook.policy.number("marks_scale_max")?),
        rejects: (!options.rehearsal).then_some(rejects.as_path()),
    };
    let mut intake = intake::take_in(&taking, inbox.extracts, &mut store, &mut vault, &mut stages)?;
    intake.notes.extend(inbox.left);
    intake.accounts.extend(inbox.unread.into_iter().map(Account::unread));
    if options.take_in && !store.is_past() {
        stages.next("link");
        intake.notes.extend(links::link(&linkage_settings(&rulebook.policy)?, &groups(&rulebook), &mut store, &mut vault, &naming.run_id)?);
    }
    let naming = naming.settle(&intake, &store, &project.rejects())?;
    tell_intake(&intake, known_files);
    let mut manifest = manifest(project, &settings, &rulebook, &naming, options, &store, &intake);
    if !store.has("attendance") {
        write_run(project, options, &mut manifest, "nothing to work with", stages)?;
        return Err(nothing_to_work_with(project, intake.refused()));
    }

    stages.next("ask");
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
        tracing::info!("{note}");
    }
    engine.build(&["caseload.list", "caseload.not_assessable", "caseload.changes", "caseload.school_summary"]).await?;

    stages.next("check");
    manifest.checks = check::judge(&mut engine).await?;
    tell_checks(&manifest.checks);
    manifest.count(&mut engine, as_of, store.rows("attendance")).await?;
    manifest.notes.clone_from(&notes);
    if let Err(fault) = check::stop_on_failure(&manifest.checks) {
        write_run(project, options, &mut manifest, "a check failed", stages)?;
        return Err(fault);
    }

    stages.next("draw");
    let mut aside = StagedPublication::new(&work.path)?;
    let list = draw(&mut engine, &vault, project, (&night, options.rehearsal), draw::notes(&missing, &manifest.inputs), &mut aside).await?;
    // Hashed over all columns, including those that no published file has: the store keeps every list that differs.
    let hash = blake3::hash(&answer::bytes_of(&list, answer::Format::Csv)?).to_hex();
    prepare_history(&mut store, &tables::lists_spec(), &list, night.as_of, &hash)?;
    for spec in tables::shown_specs() {
        let shown = engine.rows(&tables::shown_question(&spec, night.as_of)).await?;
        let hash = blake3::hash(&answer::bytes_of(&shown, answer::Format::Csv)?).to_hex();
        prepare_history(&mut store, &spec, &shown, night.as_of, &hash)?;
    }

    if options.rehearsal {
        manifest.stages = stages.finish();
        return Ok(Published { manifest, folder: None, refused: intake.refused() });
    }
    stages.next("publish");
    if !naming.again {
        // Accounts of refused files are stored nowhere else: if the process dies after the commit, the repeated night reads them here.
        write_manifest(project, &mut manifest, "not published yet")?;
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
        // The lists are published already: a review workbook that cannot be written is reported, and the next night writes it.
        match links::review::write(project, &store, &vault, &draw::edition(project, &night)) {
            Ok(asks) => asks.iter().for_each(|sentence| tracing::info!("{sentence}")),
            Err(fault) => tracing::info!("what a person is to be asked about links could not be written: {fault}"),
        }
    }
    write_run(project, options, &mut manifest, "published", stages)?;
    Ok(Published { manifest, folder: Some(folder), refused: intake.refused() })
}

/// Opens the vault. A store that has nights must have its vault: a new one is made for an empty store only.
fn open_vault(project: &Project, store: &Store, make: bool) -> Result<Vault> {
    if !store.nights().is_empty() && !Vault::is_there(project) {
        return Err(Error::vault(
            "vault/",
            "is missing, but the store has nights",
            "restore it from a backup: a new vault would give every pupil another pseudonym, and new extracts could not be joined to the store",
        ));
    }
    Vault::open(project, make)
}

/// Stages every file of the publication; returns the list as the store keeps it.
async fn draw(
    engine: &mut Engine<'_>,
    vault: &Vault,
    project: &Project,
    (night, rehearsal): (&Night, bool),
    notes: Vec<Note>,
    staged: &mut StagedPublication,
) -> Result<Vec<RecordBatch>> {
    engine.build(&pages::SHOWN).await?;
    // The overview comes first: the pages of all places take the most memory of a night, and are built after it.
    let overview = pages::overview(engine, night.as_of).await?;
    let list = engine.answer("caseload.list", night.as_of).await?;
    let places = pages::places(engine, vault, night.as_of).await?;
    let artist = Artist::new(project, night)?;
    artist.check_recipients(&places)?;
    let for_analysts = engine.answer("pages.analysts", night.as_of).await?;
    // Nothing is asked of them again, and drawing needs the room.
    engine.forget(&["indicators", "flags", "pages"])?;
    tracing::debug!("lists");
    let drawn = Drawn { places, overview, list: for_analysts, notes };
    let folder = (!rehearsal).then(|| staged.folder().to_path_buf());
    // A blocking thread, so that Ctrl-C is handled while pages are drawn.
    let drawing = tokio::task::spawn_blocking(move || artist.night(folder.as_deref(), &drawn));
    staged.add_written(drawing.await.map_err(|e| Error::Bug(format!("drawing stopped: {e}")))??);
    Ok(list)
}

/// The thresholds of record linkage, from the policy.
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
    // A repeated night keeps the accounts of its inputs. A new night has only its own, even where a run of that id died before.
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

/// Tables with pupil keys, in groups whose data files have the same names: each register with its sums.
fn groups(rulebook: &Rulebook) -> Vec<Vec<TableSpec>> {
    let with_sums = |spec: TableSpec| [vec![spec.clone()], sums_of(&spec)].concat();
    rulebook.contracts.iter().map(spec_of).chain([tables::lists_spec()]).map(with_sums).collect()
}

/// The specification of every table of the store.
fn every_table(rulebook: &Rulebook) -> Vec<TableSpec> {
    let sources: Vec<TableSpec> = rulebook.contracts.iter().map(spec_of).collect();
    let sums: Vec<TableSpec> = sources.iter().flat_map(sums_of).collect();
    sources.into_iter().chain(sums).chain([registers(), links(), tables::lists_spec()]).chain(tables::shown_specs()).collect()
}

/// An engine with every table that does not depend on the day.
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

/// Registers the days and the tables that depend on them. Returns the tables that no extract gives, and adds sentences about
/// them to `notes`.
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

fn tell_intake(intake: &Intake, found: usize) {
    for account in &intake.accounts {
        let Account { file, read, stored, superseded, rejected, .. } = account;
        tracing::info!("{file}: {read} rows read = {stored} stored + {superseded} superseded + {rejected} rejected");
        if let Some(why) = &account.refused {
            tracing::info!("{file}: REFUSED, {why}");
        }
    }
    // When every file was read before, one line is enough.
    if !intake.skipped.is_empty() && intake.skipped.len() == found {
        tracing::info!("nothing new: all {found} files were read before");
    } else {
        for note in &intake.skipped {
            tracing::info!("{note}");
        }
    }
    for note in &intake.notes {
        tracing::info!("{note}");
    }
}

fn tell_checks(checks: &[Verdict]) {
    for check in checks.iter().filter(|c| c.verdict != "passed") {
        tracing::info!("check {} {}: {} rows. {} {}", check.name, check.verdict, check.rows, check.what, check.mend);
    }
}

/// Prepares tonight's rows of a `history` table, in place of earlier rows of the same day. Does nothing where the store has rows
/// of the same hash.
fn prepare_history(store: &mut Store, spec: &TableSpec, rows: &[RecordBatch], as_of: NaiveDate, hash: &str) -> Result<()> {
    let projected = rows
        .iter()
        .map(|batch| {
            let columns =
                spec.columns.fields().iter().map(|f| batch.schema().index_of(f.name())).collect::<Result<Vec<_>, _>>().store_err()?;
            batch.project(&columns).store_err()
        })
        .collect::<Result<Vec<_>>>()?;
    let suffix = format!("{}.parquet", &hash[..16]);
    let before: Vec<String> =
        store.files(&spec.name).into_iter().map(|f| f.path).filter(|p| p.starts_with(&format!("as_of-{as_of}"))).collect();
    if let [only] = before.as_slice()
        && only.ends_with(&suffix)
    {
        return Ok(());
    }
    // The number of nights keeps file names unique: a list may become equal to an earlier version of it.
    let path = format!("as_of-{as_of}-{:04}-{suffix}", store.nights().len());
    let mut writer = FileWriter::create(&store.folder(&spec.name), spec, path, BTreeMap::new())?;
    for batch in &projected {
        writer.write_cast(&spec.columns, batch)?;
    }
    let file = writer.finish()?;
    store.prepare(&spec.name, vec![file], before);
    Ok(())
}

/// Commits the store and the vault; a night of the past changes no table. The vault's changes are staged before the store's
/// commit and moved into place after it, so that an interrupted night leaves both in the old state or both in the new one.
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

fn write_run(project: &Project, options: &RunOptions, manifest: &mut Manifest, outcome: &str, stages: Stages) -> Result<()> {
    manifest.stages = stages.finish();
    if options.rehearsal {
        manifest.outcome = outcome.into();
        return Ok(());
    }
    write_manifest(project, manifest, outcome)
}

fn write_manifest(project: &Project, manifest: &mut Manifest, outcome: &str) -> Result<()> {
    manifest.outcome = outcome.into();
    let folder = project.runs();
    std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    restrict(&folder, 0o700)?;
    write_private(&folder.join(format!("{}.json", manifest.run_id)), &manifest.json()?)
}

/// Registers one day for questions, with the inputs of the newest night.
///
/// # Errors
/// Configuration and store errors.
pub async fn set_day(engine: &mut Engine<'_>, store: &Store, rulebook: &Rulebook, project: &Project, day: NaiveDate) -> Result<()> {
    let run_id = store.nights().last().map_or("", |n| n.run_id.as_str());
    let inputs = earlier_accounts(&project.runs(), run_id);
    set_night(engine, store, rulebook, &[day], run_id, &inputs, &mut Vec::new()).await?;
    Ok(())
}
