//! Every expected error: its message, what to do next, and its exit code.
//!
//! Errors are caused by input or by the system (a missing column, a full disk); they hold data and never a person's name.
//! A bug panics, or ends as [`Error::Bug`] with exit code 1.

use std::path::{Path, PathBuf};

/// The error of a library that caused an [`Error`].
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, with the facts that are needed to fix it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that does not exist or does not fit. Exit code 2.
    #[error("{what}")]
    Usage {
        /// What does not fit.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// `prane.toml`, `policy.toml`, a contract or a SQL file is wrong. Exit code 3.
    #[error("{file}: {what}")]
    Configuration {
        /// The file, as the user knows it.
        file: String,
        /// What is wrong with it.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// There is no attendance, neither in the inbox nor stored. Exit code 4.
    #[error("no {table} extract: nothing in {inbox} and nothing stored")]
    ExtractMissing {
        /// The canonical table.
        table: String,
        /// The folder looked into.
        inbox: String,
    },
    /// Files were refused as a whole. Exit code 5.
    #[error("{} refused: {}", plural(files.len(), "file"), files.join("; "))]
    ContractBroken {
        /// One sentence per file.
        files: Vec<String>,
        /// Whether lists were published from the last good data.
        published: bool,
    },
    /// Checks of severity `fail` returned rows. Exit code 6.
    #[error("{} failed, nothing was published: {}", plural(checks.len(), "check"), checks.join(", "))]
    CheckFailed {
        /// Names of the checks.
        checks: Vec<String>,
        /// The message of each check, and how to fix it.
        hint: String,
    },
    /// An error of the store, a file or the disk. Exit code 7.
    #[error("{place}: {what}")]
    Store {
        /// File, folder or table.
        place: String,
        /// What happened.
        what: String,
        /// The error of a library, where one caused it.
        #[source]
        source: Option<Source>,
    },
    /// An error of the vault or its key. Exit code 7.
    #[error("{place}: {what}")]
    Vault {
        /// File or setting.
        place: String,
        /// What is wrong with it.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// Another run holds the lock. Exit code 8.
    #[error("another run is working in {project}")]
    Locked {
        /// The project folder.
        project: PathBuf,
    },
    /// A file of the store that cannot be read as it was written. Exit code 7.
    #[error("{file} is damaged: {what}")]
    Damaged {
        /// The file, relative to the project; `store/` where it is not known which one.
        file: String,
        /// The message of the reader.
        what: String,
        /// The error of a library, where one caused it.
        #[source]
        source: Option<Source>,
    },
    /// A query that the engine cannot run: invalid SQL, an unknown table. Exit code 2 for `prane sql`, 3 in a query file.
    #[error("{what}")]
    Sql {
        /// The message of the engine.
        what: String,
        /// What to do next.
        hint: String,
        /// The error of a library, where one caused it.
        #[source]
        source: Option<Source>,
    },
    /// Something that must not happen. Exit code 1.
    #[error("this is a bug in prane: {0}")]
    Bug(String),
}

/// A hint that says how to list tables and views.
pub const WHAT_CAN_BE_ASKED: &str =
    "`prane sql -c \"select table_schema, table_name from information_schema.tables\"` lists what can be asked";

/// The result of a function that can fail with an expected error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The exit code of the process for this error, as in the table of the README.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Bug(_) => 1,
            Error::Usage { .. } | Error::Sql { .. } => 2,
            Error::Configuration { .. } => 3,
            Error::ExtractMissing { .. } => 4,
            Error::ContractBroken { .. } => 5,
            Error::CheckFailed { .. } => 6,
            Error::Store { .. } | Error::Vault { .. } | Error::Damaged { .. } => 7,
            Error::Locked { .. } => 8,
        }
    }

    /// What the user should do next, in one or two sentences.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Error::Usage { hint, .. }
            | Error::Configuration { hint, .. }
            | Error::CheckFailed { hint, .. }
            | Error::Vault { hint, .. }
            | Error::Sql { hint, .. } => hint.clone(),
            Error::ExtractMissing { table, .. } => {
                format!(
                    "put a file whose name starts with \"{table}\" (.csv, .xlsx or .parquet) into inbox/, or map your files by [[source]] in prane.toml (`prane init --from FILE` writes one for you)"
                )
            }
            Error::ContractBroken { published: true, .. } => {
                "the lists were made from the last good data of those schools; mend the rows named under rejects/ and run again".into()
            }
            Error::ContractBroken { .. } => "nothing was published; mend the rows named under rejects/ and run again".into(),
            Error::Store { .. } => "check that the folder is there and can be written to, and that the disk has room".into(),
            Error::Damaged { .. } => "restore store/ as a whole from a backup, for single files do not fit together; `prane doctor` opens every file and names those that are damaged".into(),
            Error::Locked { .. } => "wait for it to end; the lock goes with that process".into(),
            Error::Bug(_) => "please report it with the command you ran".into(),
        }
    }

    /// A configuration error.
    pub fn configuration(file: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Error::Configuration { file: file.into(), what: what.into(), hint: hint.into() }
    }

    /// A usage error.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Error::Usage { what: what.into(), hint: hint.into() }
    }

    /// An error of the vault or its key.
    pub fn vault(place: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Error::Vault { place: place.into(), what: what.into(), hint: hint.into() }
    }

    /// A store error at `place`.
    pub fn store(place: impl Into<String>, what: impl std::fmt::Display) -> Self {
        Error::Store { place: place.into(), what: what.to_string(), source: None }
    }

    /// An error of a query.
    pub fn sql(what: impl Into<String>) -> Self {
        Error::Sql { what: what.into(), hint: WHAT_CAN_BE_ASKED.into(), source: None }
    }

    /// A file of the store that cannot be read; `prane doctor` finds out which one.
    pub fn damaged(what: impl std::fmt::Display) -> Self {
        Error::Damaged { file: "store/".into(), what: what.to_string(), source: None }
    }

    /// An I/O error while a file of the store was read or written: a missing or truncated file is damage, the rest are errors of
    /// the disk.
    #[must_use]
    pub fn of_io(io: &std::io::Error, what: String) -> Self {
        match io.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound => Error::damaged(what),
            _ => Error::store("store", what),
        }
    }

    /// A disk error at `path`.
    #[must_use]
    pub fn io(path: &Path, error: std::io::Error) -> Self {
        Error::store(path.display().to_string(), &error).caused_by(error)
    }

    /// The same error with its cause, where this variant has one.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Source>) -> Self {
        if let Error::Store { source, .. } | Error::Damaged { source, .. } | Error::Sql { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The known word that is most similar to `word`, if one is similar enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::normalized_damerau_levenshtein(&word, &k.to_lowercase()), k))
        .filter(|(similarity, _)| *similarity >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// A TOML error as a configuration error, with the nearest known key where a key is unknown.
#[must_use]
pub fn toml_error(file: &str, error: &toml::de::Error) -> Error {
    let message = error.message();
    let mut words = message.split('`');
    if message.starts_with("unknown field") {
        let unknown = words.nth(1).unwrap_or_default().to_string();
        let known: Vec<&str> = words.skip(1).step_by(2).collect();
        let hint = nearest(&unknown, known.iter().copied()).map_or_else(
            || format!("known here: {}", known.join(", ")),
            |near| format!("did you mean `{near}`? known here: {}", known.join(", ")),
        );
        return Error::configuration(file, format!("unknown key `{unknown}`"), hint);
    }
    Error::configuration(file, error.to_string().trim().to_string(), "the documented default is the prane.toml that `prane init` writes")
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn an_io_error_is_kept_as_the_cause() {
        let error = Error::io(Path::new("store/nights.json"), std::io::Error::from(std::io::ErrorKind::StorageFull));
        let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
        assert_eq!(cause.map(std::io::Error::kind), Some(std::io::ErrorKind::StorageFull));
        assert_eq!(error.exit_code(), 7);
        assert!(Error::usage("a", "b").caused_by("c").source().is_none(), "a usage error has no library below it");
    }
}
