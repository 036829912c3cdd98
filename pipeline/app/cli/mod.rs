//! The command line. Help, man page and completions are generated from one definition.

mod safekeeping;

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, CommandFactory, Parser, Subcommand};
use prane_base::config::Config;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::telemetry::{self, LogFormat};
use prane_intake::links::export;
use prane_rules::answer::Format;
use prane_store::{NightRecord, Store, damage};
use prane_synth as synth;

use crate::night::RunOptions;
use crate::nightly::{self, Published};
use crate::{audit, docs, doctor, erase, explain, init, preflight, question};

/// Finds children who are slipping out of school while there is still time to act.
#[derive(Debug, Parser)]
#[command(
    name = "prane",
    version,
    about,
    propagate_version = true,
    after_help = "Exit codes: 0 done, 1 a bug, 2 usage, 3 configuration, 4 an extract missing, 5 a contract broken past its tolerance, 6 a check failed (nothing published), 7 store or disk, 8 another run holds the lock, 130 interrupted."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Common {
    /// The project folder
    #[arg(long, global = true, default_value = ".", value_name = "DIR")]
    project: PathBuf,
    /// The day of the lists (default: the last recorded session day)
    #[arg(long, global = true, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Only what was known then counts: a date (its end) or a time such as 2026-03-02T22:00:00Z (default: now)
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time)]
    known_at: Option<DateTime<Utc>>,
    /// Say nothing but errors
    #[arg(long, global = true)]
    quiet: bool,
    /// How to talk on stderr
    #[arg(long, global = true, value_enum, default_value_t)]
    log: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The night: take the inbox in, ask, check, draw, publish
    Run,
    /// A rehearsal of the night that writes nothing
    Check,
    /// Ask a question in SQL
    Sql {
        /// The question; `\d` lists schemas and views, `\d VIEW` says what one gives
        #[arg(short = 'c', long, value_name = "SQL", conflicts_with = "file", required_unless_present = "file")]
        command: Option<String>,
        /// A file with the question
        #[arg(short = 'f', long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Why a pupil is on the list, and why at this level
    Explain {
        /// The school system's number of the pupil, or its `pupil_key`
        pupil: String,
        /// Which records of centres are joined to it, and why; takes a participant's number too
        #[arg(long)]
        link: bool,
    },
    /// Which records of centres are of which pupils
    Link {
        /// What to do
        #[command(subcommand)]
        what: LinkCommand,
    },
    /// Publish the lists of a day again, as they were
    Report,
    /// Erase a child: store, rejects, lists and vault; aggregates stay
    Erase {
        /// A pupil's number or key, or a participant as CENTRE/NUMBER
        pupil: String,
        /// Do it; without this it is only said what would be done
        #[arg(long)]
        yes: bool,
    },
    /// Show who has been kept for longer than `keep_years`, and erase them with --yes
    Retention {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Look after the vault, where the names are
    Vault {
        /// What to do
        #[command(subcommand)]
        what: VaultCommand,
    },
    /// Look whether everything is in place
    Doctor,
    /// Write an invented project of any size
    Synth {
        /// Where to write it
        dir: PathBuf,
        /// How many pupils
        #[arg(long, default_value_t = 1000)]
        pupils: u32,
        /// Another seed, another world
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// First year of the first school year
        #[arg(long, default_value_t = 2025)]
        school_year: i32,
        /// School years, 1.5 for one and a half
        #[arg(long, default_value_t = 1.0)]
        years: f32,
        /// Last session days to leave for DIR/later/, a file a day
        #[arg(long, default_value_t = 0)]
        extra_days: u32,
        /// Names, dates and numbers as damaged as real ones; who is who goes to DIR/truth/
        #[arg(long)]
        hard_links: bool,
        /// The planted sample project instead
        #[arg(long, hide = true)]
        planted: bool,
    },
    /// Make a project folder
    Init {
        /// Where to make it
        dir: PathBuf,
        /// Guess a mapping from the headers of these files
        #[arg(long, num_args = 1.., value_name = "FILE")]
        from: Vec<PathBuf>,
    },
    /// Print what every view gives: its columns with types and meanings, its key, what it reads
    Docs {
        /// One view, such as indicators.pupil
        view: Option<String>,
    },
    /// The JSON Schema of prane.toml
    Schema,
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The man page
    Man,
}

#[derive(Debug, Subcommand)]
enum LinkCommand {
    /// Write every link made: centre, participant, pupil, weight, who decided
    Export {
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: LinkFormat,
        /// Where to write it (default: stdout); a new file, for its owner alone
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Try the linkage on plain CSV files of people (a file without a column `id` is told which columns are read)
    Try {
        /// The people to link to
        left: PathBuf,
        /// The people to link; without it, those who are twice in LEFT are sought
        right: Option<PathBuf>,
        /// Where to write the pairs (default: stdout)
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Another probability than the policy's for links made without a person
        #[arg(long)]
        link_at: Option<f64>,
        /// Another probability than the policy's from which a person is asked
        #[arg(long)]
        review_at: Option<f64>,
        /// Pairs kept for one record, at most
        #[arg(long)]
        keep: Option<usize>,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum LinkFormat {
    /// Comma-separated text
    #[default]
    Csv,
    /// A workbook
    Xlsx,
}

#[derive(Debug, Subcommand)]
enum VaultCommand {
    /// Seal the vault to a new key
    RotateKey {
        /// Where to write the new key, when the key comes from the environment or a command
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
    },
    /// Copy the vault, sealed as it is, into one archive
    Backup {
        /// The archive to write, such as vault-2026-02-27.zip
        file: PathBuf,
    },
}

fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = text.parse::<DateTime<Utc>>() {
        return Ok(time);
    }
    let day: NaiveDate =
        text.parse().map_err(|_| "neither a date such as 2026-03-02 nor a time such as 2026-03-02T22:00:00Z".to_string())?;
    Ok(day.and_time(NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default()).and_utc())
}

/// The time now, to the second. This is the only place that reads the system clock.
#[allow(clippy::disallowed_methods)] // the source of the night's clock
fn now() -> DateTime<Utc> {
    let now = Utc::now();
    now - chrono::Duration::nanoseconds(i64::from(now.timestamp_subsec_nanos()))
}

/// Runs the command line.
///
/// # Errors
/// The error to print, with its exit code.
pub async fn run(cli: Cli) -> Result<()> {
    let folder = cli.common.project.clone();
    dispatch(cli).await.map_err(|error| locate_damage(error, &folder))
}

/// Adds the name of the damaged file to an error: the reader that failed does not always know it.
fn locate_damage(mut error: Error, folder: &Path) -> Error {
    let Error::Damaged { file, what, .. } = &mut error else { return error };
    let Ok(project) = Project::open(folder) else { return error };
    let store = project.store();
    let nights =
        std::fs::read_to_string(store.join("nights.json")).ok().and_then(|text| serde_json::from_str::<Vec<NightRecord>>(&text).ok());
    if let Some(first) = damage(&store, &nights.unwrap_or_default()).1.into_iter().next() {
        (*file, *what) = (store.join(&first.file).display().to_string(), first.what);
    }
    error
}

async fn dispatch(cli: Cli) -> Result<()> {
    let common = &cli.common;
    telemetry::start(common.log, common.quiet);
    match &cli.command {
        Command::Run => {
            let project = open_for_night(common)?;
            let options = asked(&project, common, true, false)?;
            warn_of_past_night(&project, &options)?;
            tell_published(&nightly::run(&project, &options).await?)
        }
        Command::Check => {
            let project = open_for_night(common)?;
            tell_published(&nightly::run(&project, &asked(&project, common, true, true)?).await?)
        }
        Command::Report => {
            let project = open_for_night(common)?;
            let options = asked(&project, common, false, false)?;
            let options = RunOptions { known_at: known_when_published(&project, &options).await?, ..options };
            tell_published(&nightly::run(&project, &options).await?)
        }
        Command::Sql { command, file, format } => {
            let text = match (command, file) {
                (Some(text), _) => text.clone(),
                (None, Some(path)) => std::fs::read_to_string(path)
                    .map_err(|e| Error::usage(format!("{}: {e}", path.display()), "name a file with one question"))?,
                (None, None) => return Err(Error::usage("no question", "give -c SQL or -f FILE")),
            };
            let project = Project::open(&common.project)?;
            if let Some(name) = docs::after_backslash_d(&text) {
                if *format != Format::Table {
                    return Err(Error::usage("\\d is answered as Markdown only", "leave --format out, or ask information_schema.columns"));
                }
                return out(docs::described(&project, name).await?.as_bytes());
            }
            let options = asked(&project, common, false, true)?;
            let stages = telemetry::stage("ask");
            let question = question::open(project, options).await?;
            let bytes = question.ask(&text, *format).await?;
            let _ = stages.finish();
            out(&bytes)
        }
        Command::Explain { pupil, link: true } => {
            let (project, store, vault) = safekeeping::with_vault(common).await?;
            audit::note(&project, now(), "explain --link", "")?;
            out(export::explain(&store, &vault, pupil)?.as_bytes())
        }
        Command::Link { what } => safekeeping::link(common, what).await,
        Command::Explain { pupil, .. } => {
            let project = Project::open(&common.project)?;
            let options = asked(&project, common, false, true)?;
            let stages = telemetry::stage("ask");
            let question = question::open(project, options).await?;
            let text = explain::explain(&question, pupil).await?;
            let _ = stages.finish();
            out(text.as_bytes())
        }
        Command::Erase { pupil, yes } => safekeeping::erase(common, std::slice::from_ref(pupil), *yes).await,
        Command::Retention { yes } => safekeeping::retention(common, *yes).await,
        Command::Vault { what } => safekeeping::keep_vault(common, what),
        Command::Doctor => {
            let (findings, healthy) = doctor::doctor(&common.project)?;
            let text: String = findings.iter().map(|f| format!("{f}\n")).collect();
            out(text.as_bytes())?;
            if healthy { Ok(()) } else { Err(Error::usage("the project is not in order", "mend what is marked fail above")) }
        }
        Command::Synth { dir, pupils, seed, school_year, years, extra_days, hard_links, planted } => {
            let (pupils, seed, school_year, years) = (*pupils, *seed, *school_year, *years);
            let options = synth::Options { pupils, seed, school_year, years, extra_days: *extra_days, hard_links: *hard_links };
            synthesise(dir, *planted, &options)
        }
        Command::Init { dir, from } => out(init::init(dir, from)?.as_bytes()),
        Command::Docs { view } => out(docs::views(&Project::open(&common.project)?, view.as_deref()).await?.as_bytes()),
        Command::Schema => {
            let schema = schemars::schema_for!(Config);
            out(format!("{}\n", serde_json::to_string_pretty(&schema).map_err(|e| Error::Bug(e.to_string()))?).as_bytes())
        }
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "prane", &mut bytes);
            out(&bytes)
        }
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(|e| Error::Bug(e.to_string()))?;
            out(&bytes)
        }
    }
}

/// Opens a project for a night; fails while an erasure is unfinished.
fn open_for_night(common: &Common) -> Result<Project> {
    let project = Project::open(&common.project)?;
    erase::check_none_unfinished(&project)?;
    Ok(project)
}

fn asked(project: &Project, common: &Common, take_in: bool, rehearsal: bool) -> Result<RunOptions> {
    let known_at = known_at(project, common)?;
    let (asked_at, clock) = (now(), common.known_at.unwrap_or_else(now));
    Ok(RunOptions { as_of: common.as_of, known_at, clock, asked_at, take_in, rehearsal })
}

/// `--known-at`, or else now. Where the clock is behind the last night, the time is one second after that night: otherwise every
/// command would be of the past, and show old lists, until the clock has caught up.
fn known_at(project: &Project, common: &Common) -> Result<DateTime<Utc>> {
    if let Some(known_at) = common.known_at {
        return Ok(known_at);
    }
    let clock = now();
    let Some(last) = preflight::last_known_at(project)?.filter(|last| *last > clock) else { return Ok(clock) };
    eprintln!(
        "warning: the clock says {clock}, and the last night was at {last}: one of the two is wrong. This counts as one second after that night, and {} as today; set the clock right",
        clock.date_naive()
    );
    Ok(last + chrono::Duration::seconds(1))
}

/// Warns where `--known-at` lies before the last night: such a run reads no new files.
fn warn_of_past_night(project: &Project, options: &RunOptions) -> Result<()> {
    if preflight::last_known_at(project)?.is_some_and(|last| last > options.known_at) {
        eprintln!("nights came after {}: no new extracts are read, and the lists of that time are made again", options.known_at);
    }
    Ok(())
}

/// The `known_at` of the newest night of the day asked for: `prane report` makes its lists again.
async fn known_when_published(project: &Project, options: &RunOptions) -> Result<DateTime<Utc>> {
    let store = Store::open(&project.store(), &project.staging(), options.known_at).await?;
    let Some(day) = options.as_of else { return Ok(options.known_at) };
    let last = store.nights().iter().rev().find(|n| n.as_of == day.to_string());
    Ok(last.map_or(options.known_at, |n| n.known_at))
}

/// Prints the result of a night; an error where files were refused.
fn tell_published(published: &Published) -> Result<()> {
    let manifest = &published.manifest;
    let level = |l: &str| manifest.counts.by_level.get(l).copied().unwrap_or(0);
    let as_of = manifest.as_of.map(|d| d.to_string()).unwrap_or_default();
    let mut text = format!(
        "lists of {as_of}: {} pupils with level 3 (contact now), {} with level 2 (plan support), {} with level 1 (keep in view); {} left off for capacity, {} not assessable\n",
        level("3"),
        level("2"),
        level("1"),
        manifest.counts.left_off,
        manifest.counts.not_assessable
    );
    match &published.folder {
        Some(folder) => {
            text.push_str(&format!("published: {}\nopen {} in a browser\n", folder.display(), folder.join("index.html").display()));
        }
        None => text.push_str("a rehearsal: nothing was written\n"),
    }
    out(text.as_bytes())?;
    if published.refused.is_empty() {
        Ok(())
    } else {
        Err(Error::ContractBroken { files: published.refused.clone(), published: published.folder.is_some() })
    }
}

/// Writes to stdout. A closed pipe is not an error.
fn out(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::store("stdout", e)),
        _ => Ok(()),
    }
}

fn synthesise(dir: &Path, planted: bool, options: &synth::Options) -> Result<()> {
    let stages = telemetry::stage("synth");
    if planted {
        return synth::write_samples(dir).map_err(|e| Error::io(dir, e));
    }
    let summary = synth::write(dir, options, &|done, all| tracing::debug!("{done} of {all}")).map_err(|e| Error::io(dir, e))?;
    let _ = stages.finish();
    out(format!(
        "{}: {} pupils in {} schools, {} session days to {}, {} rows of attendance, {} marks\nnext: prane run --project {}\n",
        dir.display(),
        summary.pupils,
        summary.schools,
        summary.session_days,
        summary.last_day,
        summary.attendance_rows,
        summary.mark_rows,
        dir.display()
    )
    .as_bytes())
}
