//! Finding the extracts in the inbox and reading them as records of raw fields.
//!
//! Everything that comes in (delimited text, workbooks, Parquet, wide registers) leaves here as records of raw bytes
//! with their row numbers. What a value means is the contract's business; nothing here knows a rule.

mod columnar;
mod returned;
mod seen;
mod text;
mod wide;
mod workbook;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use az::UnwrappedAs;
use globset::Glob;
use prane_base::config::{Layout, Source};
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_contract::plan::Plan;
use prane_contract::{Contract, by_name, table_of_file};
use rayon::prelude::*;

use seen::{Look, Seen};

/// Bytes of a file that decide whether it was seen before.
pub type Hash = [u8; 32];

/// One file of the inbox, with the contract and the source that read it.
#[derive(Debug, Clone)]
pub struct Extract {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name within the inbox, with `/` between folders.
    pub name: String,
    /// Its canonical table.
    pub table: String,
    /// Its mapping; the default one where no `[[source]]` names it.
    pub source: Source,
    /// BLAKE3 of its bytes.
    pub hash: Hash,
    /// Bytes.
    pub size: u64,
    /// A list of ours that comes back filled in: it says itself how it is read.
    pub returned: bool,
}

/// What the inbox holds.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Files to read, by table name and then file name: where two files disagree, the later name wins.
    pub extracts: Vec<Extract>,
    /// Files left alone, a sentence each.
    pub left: Vec<String>,
    /// What cannot be read at all, or must not be followed: name and reason. Each counts as a file refused.
    pub unread: Vec<(String, String)>,
}

/// Looks through the inbox. Files that are still being written are left for the next night. With `note` it is kept how
/// the files looked, so that the next night need not go through their bytes again.
///
/// # Errors
/// Configuration errors (a glob, an unknown table) and disk errors.
pub fn find(project: &Project, contracts: &[Contract], note: bool) -> Result<Inbox> {
    let root = project.inbox();
    let mut inbox = Inbox::default();
    if !root.is_dir() {
        return Ok(inbox);
    }
    let mut sources = Vec::new();
    for source in &project.config.source {
        by_name(contracts, &source.table)?;
        let glob = Glob::new(&source.files).map_err(|e| {
            Error::configuration("prane.toml", format!("files = \"{}\": {e}", source.files), "a glob such as \"attendance_*.csv\"")
        })?;
        sources.push((glob.compile_matcher(), source));
    }
    let mut found = Vec::new();
    walk(&root, &root, &mut found, &mut inbox.unread)?;
    let mut wanted = Vec::new();
    for (path, name) in found {
        let file = name.rsplit('/').next().unwrap_or(&name);
        if is_unfinished(file) {
            inbox.left.push(format!("{name}: still being written, left for the next night"));
            continue;
        }
        let mapped = sources.iter().find(|(glob, _)| glob.is_match(&name) || glob.is_match(file)).map(|(_, s)| (*s).clone());
        let by_name = || table_of_file(contracts, file).map(|c| Source { table: c.table.clone(), ..Source::default() });
        let source = mapped.or_else(by_name);
        let left = match &source {
            Some(source) => format_of(file, source).is_none().then_some("not .csv, .csv.gz, .csv.zst, .xlsx or .parquet"),
            // Only a workbook may say itself what it is.
            None => (format_of(file, &Source::default()) != Some(Format::Workbook)).then_some(NAMELESS),
        };
        if let Some(why) = left {
            inbox.left.push(format!("{name}: {why}; left alone"));
            continue;
        }
        wanted.push((path, name, source));
    }
    let seen = Seen::load(&project.inbox_notes());
    let looked: Vec<Result<(Extract, Look), (String, String)>> = wanted
        .into_par_iter()
        .with_max_len(1)
        .map(|(path, name, source)| look(&seen, path, name.clone(), source).map_err(|_| (name, CLOSED.to_string())))
        .collect();
    let (looked, closed): (Vec<_>, Vec<_>) = looked.into_iter().partition(Result::is_ok);
    inbox.unread.extend(closed.into_iter().filter_map(Result::err));
    let looked: Vec<(Extract, Look)> = looked.into_iter().flatten().collect();
    if looked.iter().any(|(_, look)| look.is_fresh()) {
        std::thread::sleep(WATCH);
    }
    let mut now = Seen::default();
    for (extract, look) in looked {
        if look == Look::at(&extract.path)? {
            now.note(&extract.name, &look, &extract.hash, extract.returned);
            if extract.table.is_empty() {
                inbox.left.push(format!("{}: {NAMELESS}; left alone", extract.name));
            } else {
                inbox.extracts.push(extract);
            }
        } else {
            inbox.left.push(format!("{}: changed while it was looked at: still being written, left for the next night", extract.name));
        }
    }
    if note && now != seen {
        now.save(&project.inbox_notes())?;
    }
    inbox.left.sort();
    inbox.unread.sort();
    inbox.extracts.sort_by(|a, b| (&a.table, &a.name).cmp(&(&b.table, &b.name)));
    Ok(inbox)
}

/// Why a link is not followed.
const LINK: &str = "a link: nothing outside the inbox is read, and a link may lead round in a circle; put the file itself there";
/// Why a pipe or a device is not opened.
const NO_FILE: &str = "neither a file nor a folder: reading it might never end; take it away";
/// Why a file could not be looked at.
const CLOSED: &str = "cannot be opened: may the account of the run read it?";

fn walk(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, String)>, unread: &mut Vec<(String, String)>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    for entry in entries {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if name.rsplit('/').next().is_some_and(|file| file.starts_with('.')) {
            continue;
        }
        // The entry itself is asked, not what it points to.
        match std::fs::symlink_metadata(&path).map(|data| data.file_type()) {
            Ok(kind) if kind.is_symlink() => unread.push((name, LINK.into())),
            Ok(kind) if kind.is_dir() => walk(root, &path, found, unread)?,
            Ok(kind) if kind.is_file() => found.push((path, name)),
            Ok(_) => unread.push((name, NO_FILE.into())),
            // It went away meanwhile.
            Err(_) => {}
        }
    }
    Ok(())
}

/// Names that browsers, copy tools and spreadsheets give to files they have not finished.
fn is_unfinished(file: &str) -> bool {
    let lower = file.to_lowercase();
    lower.starts_with("~$")
        || [".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".swp"].iter().any(|end| lower.ends_with(end))
}

/// Why a file is left alone that nothing explains.
const NAMELESS: &str = "its name starts with no table's name, no [[source]] names it, and it is no list that came back";

/// How long a file that was touched just now is watched before it is taken.
const WATCH: Duration = Duration::from_millis(300);

/// What a file is. One that no name explains has a table only if it is a list that came back.
fn look(seen: &Seen, path: PathBuf, name: String, source: Option<Source>) -> Result<(Extract, Look)> {
    let look = Look::at(&path)?;
    let (hash, returned) = match seen.found(&name, &look) {
        Some(found) => found,
        None => (hash_of(&path)?, is_returned(&path, source.is_none())),
    };
    let source = if returned { Source { table: returned::TABLE.into(), ..Source::default() } } else { source.unwrap_or_default() };
    let table = source.table.clone();
    Ok((Extract { path, name, table, source, hash, size: look.size(), returned }, look))
}

/// Whether a file is a list of ours, filled in: by its mark whatever its name; by its headers where it is `nameless`.
fn is_returned(path: &Path, nameless: bool) -> bool {
    let is_workbook = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let is_ours = || Ok(returned::is_marked(path) || nameless && returned::is_headed(path));
    is_workbook && unharmed(is_ours).unwrap_or(false)
}

fn hash_of(path: &Path) -> Result<Hash> {
    let told = |e: std::io::Error| Error::io(path, e);
    let mut hasher = blake3::Hasher::new();
    let mut file = std::fs::File::open(path).map_err(told)?;
    let mut buffer = vec![0; 1 << 17];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(told)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(*hasher.finalize().as_bytes())
}

/// Physical formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Gzip,
    Zstd,
    Workbook,
    Parquet,
}

fn format_of(file: &str, source: &Source) -> Option<Format> {
    let lower = file.to_lowercase();
    let ends = |end: &str| lower.ends_with(end);
    match source.format.as_str() {
        "xlsx" => Some(Format::Workbook),
        "parquet" => Some(Format::Parquet),
        _ if ends(".gz") => Some(Format::Gzip),
        _ if ends(".zst") => Some(Format::Zstd),
        "csv" => Some(Format::Text),
        _ if ends(".csv") || ends(".tsv") || ends(".txt") => Some(Format::Text),
        _ if ends(".xlsx") => Some(Format::Workbook),
        _ if ends(".parquet") => Some(Format::Parquet),
        _ => None,
    }
}

/// A place in a file: the block it was read in and the row within it. Blocks know their first row only when all before
/// them are read, so rows get their number at the end ([`Reading::row_number`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Block of the file.
    pub block: u32,
    /// Row within the block, from 0.
    pub row: u32,
}

/// Takes records. One taker a thread; all see the same plan.
pub trait Taker: Send {
    /// Takes one record; `fields` are the raw fields of the file's row. A record with more or fewer fields than the
    /// header is given as it is: refusing it is the taker's business.
    fn take(&mut self, at: At, fields: &[&[u8]]);
}

/// What reading a file found out.
#[derive(Debug, Default)]
pub struct Reading {
    /// Rows in each block.
    pub block_rows: Vec<u64>,
    /// Row number of the first record (the header is the row before).
    pub first_row: u64,
    /// The row of each record, where they do not follow each other.
    pub numbers: Vec<u64>,
    /// Records that one row of the file gives: 1, or its days in a wide register.
    pub records_a_row: u64,
    /// What of the file was left alone; without its name, and without text of it.
    pub notes: Vec<String>,
    /// Of a list of ours that came back: whose it is, where it still says so.
    pub of: Option<ListOf>,
}

/// The place that a list was made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListOf {
    /// `school` or `centre`.
    pub kind: String,
    /// Its code.
    pub place: String,
    /// Numbers of the pupils whom the list was made with.
    pub pupils: BTreeSet<String>,
}

impl Reading {
    /// Rows read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.block_rows.iter().sum()
    }

    /// The row number in the file, as a spreadsheet counts them.
    #[must_use]
    pub fn row_number(&self, at: At) -> u64 {
        let before = self.block_rows.iter().take(at.block as usize).sum::<u64>() + u64::from(at.row);
        let row = before / self.records_a_row.max(1);
        self.numbers.get(row.unwrapped_as::<usize>()).copied().unwrap_or(self.first_row + row)
    }
}

/// An error of a whole file, in plain words; its rows are refused with it.
#[derive(Debug, Clone)]
pub struct FileError {
    /// What is wrong and what to do.
    pub reason: String,
    /// Rows that could be counted.
    pub rows: u64,
    /// The row at error, if there is one; the reason says its number once it is [`Self::placed`].
    at: Option<At>,
}

impl FileError {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), rows: 0, at: None }
    }

    /// The same with the number of its row.
    fn placed(self, reading: &Reading) -> Self {
        match self.at {
            Some(at) => Self { reason: format!("row {}: {}", reading.row_number(at), self.reason), at: None, ..self },
            None => self,
        }
    }
}

/// Files being read now: what panics meanwhile is told as an error of a file, without the words of the panic, which may repeat
/// the file's.
static READING: AtomicUsize = AtomicUsize::new(0);

/// Does something with one file, so that no file can end the night: where the reading breaks down, the file is refused.
///
/// # Errors
/// The error of the work itself, or that it broke down.
fn unharmed<T>(work: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if READING.load(Ordering::SeqCst) == 0 {
                told(panic);
            }
        }));
    });
    READING.fetch_add(1, Ordering::SeqCst);
    let done = std::panic::catch_unwind(AssertUnwindSafe(work));
    READING.fetch_sub(1, Ordering::SeqCst);
    done.unwrap_or_else(|_| Err(FileError::new("is damaged in a way that broke the reading of it: write or export it anew")))
}

/// Opens an extract, makes its plan and hands every record to takers made by `taker`.
/// With `threads` > 1 the records of delimited text come to several takers at once.
///
/// # Errors
/// An error of the file in plain words: a missing column, an encoding, a file cut short.
pub fn read<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    unharmed(|| read_any(extract, contract, threads, taker))
}

fn read_any<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    if extract.returned {
        let (source, rows) = returned::records(extract)?;
        // What else stands on a list is ours, or the liaison's own.
        let plan =
            |headers: &[String]| Ok(Plan { unknown: Vec::new(), ..Plan::new(contract, &source, headers, &[]).map_err(FileError::new)? });
        return read_rows(rows, &plan, taker);
    }
    let file = extract.name.rsplit('/').next().unwrap_or(&extract.name);
    let format = format_of(file, &extract.source).ok_or_else(|| FileError::new("unknown format"))?;
    let wide = extract.source.layout == Layout::Wide;
    let given: &[&str] = if wide { &["date", "status"] } else { &[] };
    let plan = |headers: &[String]| -> Result<Plan, FileError> {
        if headers.iter().all(|h| h.trim().is_empty()) {
            return Err(FileError::new("the file is empty"));
        }
        Plan::new(contract, &extract.source, headers, given).map_err(FileError::new)
    };
    match format {
        Format::Text | Format::Gzip | Format::Zstd if wide => {
            let rows = text::all_records(extract, format)?;
            wide::read(extract, contract, rows, &plan, taker)
        }
        Format::Text | Format::Gzip | Format::Zstd => text::read(extract, format, threads, &plan, taker),
        Format::Workbook | Format::Parquet => {
            let rows = if format == Format::Workbook { workbook::all_records(extract)? } else { columnar::all_records(extract)? };
            if wide { wide::read(extract, contract, rows, &plan, taker) } else { read_rows(rows, &plan, taker) }
        }
    }
}

/// All records of a file at once: the header first. For formats that cannot be read in blocks.
struct Rows {
    headers: Vec<String>,
    records: Vec<Vec<String>>,
    first_row: u64,
    /// The row of each record, where they do not follow each other.
    numbers: Vec<u64>,
    /// What of the file was left alone.
    notes: Vec<String>,
    /// Whose list it is, of one that came back.
    of: Option<ListOf>,
}

fn read_rows<T: Taker>(
    rows: Rows,
    plan: &dyn Fn(&[String]) -> Result<Plan, FileError>,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    let count = rows.records.len() as u64;
    let plan = plan(&rows.headers).map_err(|f| FileError { rows: count, ..f })?;
    let mut one = taker(&plan);
    for (row, record) in (0..).zip(&rows.records) {
        let fields: Vec<&[u8]> = record.iter().map(String::as_bytes).collect();
        one.take(At { block: 0, row }, &fields);
    }
    let (first_row, numbers, notes, of) = (rows.first_row, rows.numbers, rows.notes, rows.of);
    Ok((Reading { block_rows: vec![count], first_row, numbers, records_a_row: 1, notes, of }, plan, vec![one]))
}

/// When a file was saved: as its workbook says (in UTC, text that sorts; zeros where it says nothing), and as the disk says.
#[must_use]
pub fn saved(extract: &Extract) -> (String, Option<SystemTime>) {
    let inside = unharmed(|| Ok(workbook::saved_inside(&extract.path))).ok().flatten();
    let on_disk = std::fs::metadata(&extract.path).and_then(|data| data.modified()).ok();
    (inside.unwrap_or_else(|| "0000-00-00T00:00:00Z".into()), on_disk)
}

/// How many records a file has, read by whatever is handed in most: delimited text, and (`.xlsx`) a list that came back. A
/// panic stays one, where [`read`] makes it the file's error: `fuzz/` looks for those.
///
/// # Errors
/// An error of the file in plain words.
pub fn count_unguarded(path: &Path) -> Result<u64, FileError> {
    let returned = path.extension().is_some_and(|ending| ending == "xlsx");
    let extract = Extract {
        path: path.to_path_buf(),
        name: String::new(),
        table: String::new(),
        source: Source::default(),
        hash: [0; 32],
        size: 0,
        returned,
    };
    let rows = if returned { returned::records(&extract)?.1 } else { text::all_records(&extract, Format::Text)? };
    Ok(rows.records.len() as u64)
}

/// The headers of a file, for guessing a mapping, and up to `sample` rows.
///
/// # Errors
/// An error of the file in plain words.
pub fn peek(path: &Path, sample: usize) -> Result<(Vec<String>, Vec<Vec<String>>), FileError> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
    let source = Source::default();
    let format = format_of(&name, &source).ok_or_else(|| FileError::new("not .csv, .xlsx or .parquet"))?;
    let extract = Extract { path: path.to_path_buf(), name, table: String::new(), source, hash: [0; 32], size: 0, returned: false };
    let rows = unharmed(|| match format {
        Format::Workbook => workbook::all_records(&extract),
        Format::Parquet => columnar::all_records(&extract),
        _ => text::first_records(&extract, format, sample),
    })?;
    Ok((rows.headers, rows.records.into_iter().take(sample).collect()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Files that `fuzz/` begins with: `whole_*` are read, `broken_*` are refused.
    #[test]
    fn files_of_the_fuzz_corpus_are_read_or_refused() {
        for (folder, least) in [("text", 10), ("returned", 4)] {
            let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(folder);
            let mut tried = 0;
            for path in std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()) {
                let whole = path.file_name().unwrap().to_string_lossy().starts_with("whole_");
                assert_eq!(count_unguarded(&path).is_ok(), whole, "{}", path.display());
                tried += 1;
            }
            assert!(tried >= least, "{tried} files of {folder}");
        }
    }
}
