//! `prane.toml`: every setting with its default; unknown keys are errors. The documented defaults are the file of that name at
//! the root of this repository.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, toml_error};

/// `prane.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name, language and time zone.
    pub project: ProjectSection,
    /// Layouts other than the canonical one.
    pub source: Vec<Source>,
    /// How much may be wrong with an extract.
    pub contract: ContractSection,
    /// How many pupils a team can see.
    pub caseload: CaseloadSection,
    /// Small cells.
    pub suppress: SuppressSection,
    /// Who gets encrypted files.
    pub recipient: Vec<Recipient>,
    /// Where the vault's key is.
    pub vault: VaultSection,
    /// What is closed unless a project opens it.
    pub safeguarding: SafeguardingSection,
    /// How long children are kept.
    pub retention: RetentionSection,
    /// Where the tables live.
    pub store: StoreSection,
    /// Memory and threads.
    pub engine: EngineSection,
}

/// `[project]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectSection {
    /// Stands on every page.
    pub name: String,
    /// "sq" or "en".
    pub language: Language,
    /// IANA name.
    pub timezone: String,
}

impl ProjectSection {
    /// The day that it is where the project is.
    ///
    /// # Errors
    /// A configuration error for a time zone that nobody knows.
    pub fn day_of(&self, moment: DateTime<Utc>) -> Result<NaiveDate> {
        let zone: chrono_tz::Tz = self.timezone.trim().parse().map_err(|_| {
            Error::configuration(
                "prane.toml",
                format!("[project] timezone is \"{}\"", self.timezone),
                "write a name of the IANA list, such as \"Europe/Tirane\"",
            )
        })?;
        Ok(moment.with_timezone(&zone).date_naive())
    }
}

/// Language of lists and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Albanian
    Sq,
    /// English
    En,
}

/// `[[source]]`: how somebody else's layout maps onto a canonical table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// Canonical table.
    pub table: String,
    /// Glob within `inbox/`.
    pub files: String,
    /// "csv", "xlsx" or "parquet"; by the file's ending where empty.
    pub format: String,
    /// Encoding label; detected where empty.
    pub encoding: String,
    /// Field separator; detected where empty.
    pub delimiter: String,
    /// strftime format of every date column, or of one (`date_format = { date = "%d.%m.%Y" }`).
    pub date_format: DateFormat,
    /// "." or ",".
    pub decimal: String,
    /// Sheet of a workbook; the only one with something in it where empty.
    pub sheet: String,
    /// Row with the headers, from 1.
    pub header_row: Option<u64>,
    /// "full" or "absences".
    pub register: Register,
    /// Lessons that a day has, in a register of absences that tells of single lessons.
    pub lessons_a_day: Option<u32>,
    /// "long" or "wide".
    pub layout: Layout,
    /// How a day's column is headed in a wide register.
    pub wide: Option<Wide>,
    /// canonical = "Their header".
    pub columns: BTreeMap<String, String>,
    /// column → their word → ours.
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns the file does not have.
    pub constants: BTreeMap<String, String>,
}

/// One format for all date columns, or one a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DateFormat {
    /// For every date column; ISO where empty.
    All(String),
    /// canonical column → format.
    Each(BTreeMap<String, String>),
}

impl Default for DateFormat {
    fn default() -> Self {
        DateFormat::All(String::new())
    }
}

impl DateFormat {
    /// The format of one column, `%Y-%m-%d` where none is declared.
    #[must_use]
    pub fn of(&self, column: &str) -> &str {
        let declared = match self {
            DateFormat::All(format) => format.as_str(),
            DateFormat::Each(by_column) => by_column.get(column).map_or("", String::as_str),
        };
        if declared.is_empty() { "%Y-%m-%d" } else { declared }
    }
}

/// What a register records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Register {
    /// One row a pupil and session day; no row = not recorded.
    #[default]
    Full,
    /// Only absences and lateness; no row = present, up to the last date handed in.
    Absences,
}

impl Register {
    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Register::Full => "full",
            Register::Absences => "absences",
        }
    }
}

/// Rows of a register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A row a pupil and day.
    #[default]
    Long,
    /// A column a day.
    Wide,
}

/// Headers of a wide register's days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wide {
    /// strftime format of a day's header: `%m_%d` for `6_1`, `%Y-%m-%d` for full dates. Other columns are left alone.
    pub header: String,
    /// School year of headers without a year, `2022-2023`.
    #[serde(default)]
    pub school_year: String,
    /// Month in which that school year starts (1-12); months before it belong to its second year.
    #[serde(default = "september")]
    pub starts_month: u32,
}

fn september() -> u32 {
    9
}

/// `[contract]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContractSection {
    /// Share of rejected rows (0-1) past which a file is refused whole.
    pub tolerance: f64,
    /// Share (0-1) of the stored rows that it repeats which a register may change; past it, it is refused whole.
    pub most_corrected: f64,
    /// Days without records after which a school is stale.
    pub stale_after_days: i64,
}

/// `[caseload]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CaseloadSection {
    /// Pupils a school's team can see in a week.
    pub per_school: u32,
    /// Children a centre's team can see in a week.
    pub per_centre: u32,
    /// Days a contact keeps a pupil in care.
    pub recheck_days: i64,
    /// What schools see of centres.
    pub show_centre_to_schools: ShowCentre,
}

/// What schools see of centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShowCentre {
    /// Nothing.
    No,
    /// That the pupil is known to a centre.
    Known,
    /// Which services.
    Service,
}

impl ShowCentre {
    /// The setting that a word of a policy names.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::No, Self::Known, Self::Service].into_iter().find(|one| one.word() == word)
    }

    /// The word in `prane.toml` and in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Known => "known",
            Self::Service => "service",
        }
    }
}

/// `[suppress]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SuppressSection {
    /// Counts below are not shown in aggregates.
    pub min_cell: u32,
}

/// `[[recipient]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// `school:S0001`, `centre:C01`, `coordinator` (the overview) or `analysts` (lists of all schools as tables).
    #[serde(rename = "for")]
    pub whom: String,
    /// Public key.
    pub key: String,
}

/// `[vault]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VaultSection {
    /// File that holds the key, relative to the project.
    pub key_file: String,
    /// Command that prints the key instead.
    pub key_command: String,
}

/// `[safeguarding]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SafeguardingSection {
    /// Whether `prane sql` answers questions about `audit.*`: community, disability, and why a child is at a centre.
    pub audit_sql: bool,
}

/// `[retention]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSection {
    /// School years before the running one for which children are kept; 0 = for ever.
    pub keep_years: u32,
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSection {
    /// Folder of the tables, relative to the project.
    pub url: String,
    /// Days for which past versions stay readable; 0 = for ever, which is all that this version can do.
    pub keep_versions_days: u32,
}

/// `[engine]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSection {
    /// Bytes for questions, as `512MB` or `1GB`.
    pub memory_limit: String,
    /// 0 = as many as the machine has.
    pub threads: usize,
    /// Scheduler of a cluster; empty, for this version runs on one machine.
    pub cluster: String,
}

impl Default for ProjectSection {
    fn default() -> Self {
        Self { name: "Pranë".into(), language: Language::Sq, timezone: "Europe/Tirane".into() }
    }
}
impl Default for ContractSection {
    fn default() -> Self {
        Self { tolerance: 0.02, most_corrected: 0.5, stale_after_days: 7 }
    }
}
impl Default for CaseloadSection {
    fn default() -> Self {
        Self { per_school: 20, per_centre: 30, recheck_days: 28, show_centre_to_schools: ShowCentre::Known }
    }
}
impl Default for SuppressSection {
    fn default() -> Self {
        Self { min_cell: 10 }
    }
}
impl Default for VaultSection {
    fn default() -> Self {
        Self { key_file: "vault.key".into(), key_command: String::new() }
    }
}
impl Default for StoreSection {
    fn default() -> Self {
        Self { url: "store/".into(), keep_versions_days: 0 }
    }
}
impl Default for EngineSection {
    fn default() -> Self {
        Self { memory_limit: "1GB".into(), threads: 0, cluster: String::new() }
    }
}

impl EngineSection {
    /// The memory limit in bytes.
    ///
    /// # Errors
    /// A configuration error when it is not a number with `MB` or `GB`.
    pub fn memory_bytes(&self) -> Result<usize> {
        let text = self.memory_limit.trim().to_uppercase();
        let (digits, unit) = match (text.strip_suffix("GB"), text.strip_suffix("MB")) {
            (Some(n), _) => (n, 1_usize << 30),
            (_, Some(n)) => (n, 1_usize << 20),
            _ => (text.as_str(), 1),
        };
        digits.trim().parse::<usize>().map(|n| n * unit).map_err(|_| {
            Error::configuration(
                "prane.toml",
                format!("[engine] memory_limit is \"{}\"", self.memory_limit),
                "write a size such as \"512MB\" or \"2GB\"",
            )
        })
    }

    /// How many threads to use.
    #[must_use]
    pub fn thread_count(&self) -> usize {
        if self.threads > 0 { self.threads } else { std::thread::available_parallelism().map_or(2, std::num::NonZero::get) }
    }
}

impl Config {
    /// Reads a configuration from text; `file` names it in messages.
    ///
    /// # Errors
    /// A configuration error: not TOML, an unknown key (with the nearest known one), a value out of range.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let config: Config = toml::from_str(text).map_err(|e| toml_error(file, &e))?;
        config.validate(file)?;
        Ok(config)
    }

    fn validate(&self, file: &str) -> Result<()> {
        let wrong = |what: String, hint: &str| Err(Error::configuration(file, what, hint));
        if !(0.0..=1.0).contains(&self.contract.tolerance) {
            return wrong(format!("[contract] tolerance is {}", self.contract.tolerance), "it is a share from 0 to 1; 0.02 is 2 %");
        }
        if !(0.0..=1.0).contains(&self.contract.most_corrected) {
            return wrong(
                format!("[contract] most_corrected is {}", self.contract.most_corrected),
                "it is a share from 0 to 1; 1 lets a file change everything that is stored",
            );
        }
        self.engine.memory_bytes()?;
        self.project.day_of(DateTime::UNIX_EPOCH)?;
        if self.store.url.contains("://") {
            return wrong(format!("[store] url is \"{}\"", self.store.url), "this version keeps its tables in a folder; give a path");
        }
        if self.store.keep_versions_days != 0 {
            return wrong(
                format!("[store] keep_versions_days is {}, and this version clears no past version away", self.store.keep_versions_days),
                "write keep_versions_days = 0 (every past list can be made again), or leave the line out",
            );
        }
        if !self.engine.cluster.is_empty() {
            return wrong(
                format!("[engine] cluster is \"{}\", and this version runs on one machine", self.engine.cluster),
                "leave the line out",
            );
        }
        for source in &self.source {
            if source.table.is_empty() || source.files.is_empty() {
                return wrong(
                    "a [[source]] has no table or no files".into(),
                    "each needs table = \"attendance\" (or another canonical table) and files = \"*.csv\"",
                );
            }
            if source.lessons_a_day.is_some_and(|lessons| !(1..=60).contains(&lessons)) {
                return wrong(format!("the [[source]] for {} has an odd lessons_a_day", source.files), "a day has 1 to 60 lessons");
            }
            if source.layout == Layout::Wide && source.wide.is_none() {
                return wrong(
                    format!("the wide [[source]] for {} does not say how a day's column is headed", source.files),
                    "add wide = { header = \"%Y-%m-%d\" } or, for headers without a year, wide = { header = \"%m_%d\", school_year = \"2022-2023\", starts_month = 9 }",
                );
            }
        }
        Ok(())
    }
}
