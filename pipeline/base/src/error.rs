//! Every expected error: its words, what to do next, and its exit code.
//!
//! Errors are the user's or the world's (a missing column, a full disk); they carry data and never a person's name.
//! Bugs are not errors: they panic, or end as [`Error::Bug`] with exit code 1.

use std::path::{Path, PathBuf};


/// What went wrong, with the facts needed to mend it.
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
    /// Nothing to work with: no attendance at all. Exit code 4.
    #[error("no {table} extract: nothing in {inbox} and nothing stored")]
    ExtractMissing {
        /// The canonical table.
        table: String,
        /// The folder looked into.
        inbox: String,
    },
    /// Files whose rejects pass the tolerance. Exit code 5.
    #[error("{} refused: {}", plural(files.len(), "file"), files.join("; "))]
    ContractBroken {
        /// One sentence a file.
        files: Vec<String>,
        /// Whether lists were published from the last good data all the same.
        published: bool,
    },
    /// Checks of severity `fail` returned rows. Exit code 6.
    #[error("{} failed, nothing was published: {}", plural(checks.len(), "check"), checks.join(", "))]
    CheckFailed {
        /// Names of the checks.
        checks: Vec<String>,
        /// What each says, and how to mend it.
        hint: String,
    },
    /// The store, a file or the disk. Exit code 7.
    #[error("{place}: {what}")]
    Store {
        /// File, folder or table.
        place: String,
        /// What happened.
        what: String,
    },
    /// The vault or its key. Exit code 7.
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
        /// The file, relative to the project; `store/` where it is not known yet which one.
        file: String,
        /// What the reader met.
        what: String,
    },
    /// A question the engine cannot answer: bad SQL, unknown table. Exit code 2 on `sql`, 3 in a query file.
    #[error("{what}")]
    Sql {
        /// The engine's words.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// Something that must not happen. Exit code 1.
    #[error("this is a bug in prane: {0}")]
    Bug(String),
}

/// How to find out what there is to ask.
pub const WHAT_CAN_BE_ASKED: &str =
    "`prane sql -c \"select table_schema, table_name from information_schema.tables\"` lists what can be asked";

/// The result of everything that can meet an expected error.
pub type Result<T> = Result<T, Error>;

impl Error {
    /// The process's exit code for this error (the table in the design page).
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

    /// What the reader should do next, in one or two sentences.
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
        Error::Store { place: place.into(), what: what.to_string() }
    }

    /// A question that cannot be answered.
    pub fn sql(what: impl Into<String>) -> Self {
        Error::Sql { what: what.into(), hint: WHAT_CAN_BE_ASKED.into() }
    }

    /// A file of the store that cannot be read; which one, `prane doctor` finds.
    pub fn damaged(what: impl std::fmt::Display) -> Self {
        Error::Damaged { file: "store/".into(), what: what.to_string() }
    }

    /// What the disk said while a file of the store was read or written: bytes that end too soon are damage, the rest is the
    /// disk's.
    #[must_use]
    pub fn of_io(io: &std::io::Error, what: String) -> Self {
        match io.kind() {
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound => Error::damaged(what),
            _ => Error::store("store", what),
        }
    }

    /// A disk error at `path`.
    #[must_use]
    pub fn io(path: &Path, error: &std::io::Error) -> Self {
        Error::Store { place: path.display().to_string(), what: error.to_string() }
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The known word nearest to `word`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::normalized_damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// A TOML error in the user's words, with the nearest known key where a key is unknown.
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
