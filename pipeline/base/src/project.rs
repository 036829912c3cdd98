//! A user's project folder and its paths. Its settings are in [`crate::config`].

use std::path::{Path, PathBuf};

use crate::config::{Config, EngineSection, RetentionSection, SafeguardingSection, VaultSection};
use crate::error::{Error, Result};
use crate::recipient::Recipients;

/// The documented defaults; a test compares them with [`Config::default`].
pub const DEFAULT_TOML: &str = include_str!("../../../prane.toml");

/// A project folder: its paths and its configuration.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// Its configuration.
    pub config: Config,
    /// The text of `prane.toml`.
    pub config_text: String,
}

impl Project {
    /// Opens the project in `root`; a missing `prane.toml` counts as an empty one.
    ///
    /// # Errors
    /// A usage error when the folder is missing, a configuration error when `prane.toml` is wrong.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.is_dir() {
            return Err(Error::usage(
                format!("{} is not a folder", root.display()),
                "`prane init DIR` makes a project; --project DIR points to one",
            ));
        }
        let path = root.join("prane.toml");
        let config_text = if path.exists() { std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))? } else { String::new() };
        let config = Config::parse(&config_text, "prane.toml")?;
        Recipients::of(&config, "prane.toml")?;
        Ok(Self { root: root.to_path_buf(), config, config_text })
    }

    /// Every setting that affects what is published, as text to be hashed. Threads, memory and the place of the key do not.
    ///
    /// # Errors
    /// A bug.
    pub fn settings(&self) -> Result<String> {
        let deciding = Config {
            engine: EngineSection::default(),
            vault: VaultSection::default(),
            retention: RetentionSection::default(),
            safeguarding: SafeguardingSection::default(),
            ..self.config.clone()
        };
        serde_json::to_string(&deciding).map_err(|e| Error::Bug(e.to_string()))
    }

    /// `inbox/`
    #[must_use]
    pub fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }
    /// `store/` or what `[store] url` names.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.root.join(&self.config.store.url)
    }
    /// `vault/`
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }
    /// `vault.key` or what `[vault] key_file` names.
    #[must_use]
    pub fn vault_key(&self) -> PathBuf {
        self.root.join(&self.config.vault.key_file)
    }
    /// `review/`: the workbook of links for a person to decide.
    #[must_use]
    pub fn review(&self) -> PathBuf {
        self.root.join("review")
    }
    /// `rejects/`
    #[must_use]
    pub fn rejects(&self) -> PathBuf {
        self.root.join("rejects")
    }
    /// `published/`
    #[must_use]
    pub fn published(&self) -> PathBuf {
        self.root.join("published")
    }
    /// `runs/`
    #[must_use]
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }
    /// The log of who ran commands that show names.
    #[must_use]
    pub fn audit(&self) -> PathBuf {
        self.runs().join("audit.jsonl")
    }
    /// Sizes, times and hashes of the files of the inbox, as the last night found them.
    #[must_use]
    pub fn inbox_notes(&self) -> PathBuf {
        self.runs().join(".inbox.json")
    }
    /// `queries/` of the project, which may hold rules of its own.
    #[must_use]
    pub fn queries(&self) -> PathBuf {
        self.root.join("queries")
    }
    /// A folder for work in progress, emptied at the start of each run.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.root.join(".staging")
    }
}
