//! Read-only questions to the store, for `prane sql` and `prane explain`. Only the audit log of the project is written.

use arrow::array::RecordBatch;
use prane_base::error::{Error, Result};
use prane_base::key::Key;
use prane_base::project::Project;
use prane_rules::Rulebook;
use prane_rules::answer::{self, Format};
use prane_rules::engine::Engine;
use prane_rules::engine::tables::{self, AuditRows};
use prane_store::Store;
use prane_store::tables::ROW_KEY;
use prane_vault::Vault;

use crate::night::RunOptions;
use crate::work::WorkFolder;
use crate::{audit, nightly, preflight};

/// A project whose store can be queried.
pub struct Question {
    /// The project.
    pub project: Project,
    /// Its rules, policy and contracts.
    pub rulebook: Rulebook,
    /// The options of the command.
    pub options: RunOptions,
    work: WorkFolder,
}

/// Opens a project for questions.
///
/// # Errors
/// Configuration and store errors; [`Error::ExtractMissing`] where no attendance is stored.
pub async fn open(project: Project, options: RunOptions) -> Result<Question> {
    let rulebook = Rulebook::load(&project)?;
    let work = WorkFolder::new(&project, true)?;
    let question = Question { project, rulebook, options, work };
    let store = question.store().await?;
    preflight::check_store_exists(&question.project, &store)?;
    preflight::check_known_at(&store, question.options.known_at)?;
    if !store.has("attendance") {
        return Err(Error::ExtractMissing {
            table: "attendance".into(),
            inbox: format!("{} (nothing is stored yet: `prane run` first)", question.project.inbox().display()),
        });
    }
    Ok(question)
}

impl Question {
    /// Opens the store as of `known_at`.
    ///
    /// # Errors
    /// Store errors.
    pub async fn store(&self) -> Result<Store> {
        Store::open(&self.project.store(), &self.work.path.join("store"), self.options.known_at).await
    }

    /// Runs one SQL query; returns its rows in `format`.
    ///
    /// # Errors
    /// A SQL error, or an error of opening the store.
    pub async fn ask(&self, sql: &str, format: Format) -> Result<Vec<u8>> {
        answer::bytes_of(&self.rows(&[sql]).await?.concat(), format)
    }

    /// The rows of one pupil in each of `views`.
    ///
    /// # Errors
    /// Configuration errors of SQL files, or an error of opening the store.
    pub async fn of_pupil(&self, views: &[&str], pupil_key: Key) -> Result<Vec<Vec<RecordBatch>>> {
        let library = &self.rulebook.library;
        let questions = views.iter().map(|view| library.question_of_pupil(view, pupil_key)).collect::<Result<Vec<_>>>()?;
        self.rows(&questions.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Registers `audit.*` where the project allows it, and writes the audit log.
    fn open_audit(&self, engine: &Engine<'_>) -> Result<()> {
        if !self.project.config.safeguarding.audit_sql {
            return Err(Error::usage(
                "audit.* is closed: community, disability and reasons are kept in the vault only",
                "a project opens it for an audit with [safeguarding] audit_sql = true; each question is logged",
            ));
        }
        let vault = Vault::open(&self.project, false)?;
        audit::note(&self.project, self.options.asked_at, "sql audit.*", "")?;
        let enrolments = vault.texts("centre_enrolments", ROW_KEY, None, ["centre_id", "participant_id", "reason"])?;
        let rows = AuditRows {
            pupils: vault.texts("pupils", "pupil_key", None, ["pupil_key", "community", "disability"])?,
            centre_enrolments: enrolments
                .into_iter()
                .map(|[centre, id, reason]| [vault.participant_key(Some(&centre), &id), reason])
                .collect(),
        };
        tables::audit(engine, &rows)
    }

    /// Runs several SQL queries on one state of the store; returns the rows of each.
    ///
    /// # Errors
    /// A SQL error, or an error of opening the store.
    pub async fn rows(&self, questions: &[&str]) -> Result<Vec<Vec<RecordBatch>>> {
        let store = self.store().await?;
        let mut engine = nightly::ready(&self.project, &self.rulebook, &store, &self.work.path)?;
        let last = tables::last_recorded_day(&engine).await?;
        let day = self.options.as_of.or(last).ok_or_else(|| Error::usage("nothing was recorded yet", "give --as-of DATE"))?;
        nightly::set_day(&mut engine, &store, &self.rulebook, &self.project, day).await?;
        let reads_audit = |sql: &&str| engine.reads_schema("audit", sql);
        if questions.iter().map(reads_audit).collect::<Result<Vec<_>>>()?.contains(&true) {
            self.open_audit(&engine)?;
        }
        let mut answers = Vec::new();
        for sql in questions {
            answers.push(engine.table(sql).await?);
        }
        Ok(answers)
    }
}
