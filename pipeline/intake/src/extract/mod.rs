//! Finds the extracts in the inbox and reads them as records of raw fields.
//!
//! Every format (delimited text, workbooks, Parquet, wide registers) becomes records of raw bytes with their row numbers. What a
//! value means is defined by the contracts; this module knows no rules.

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

/// BLAKE3 hash of a file's bytes, by which a file is recognised.
pub type Hash = [u8; 32];

/// One file of the inbox, with its table and the source by which it is read.
#[derive(Debug, Clone)]
pub struct Extract {
    /// Path of the file.
    pub path: PathBuf,
    /// Its name within the inbox, with `/` between folders.
    pub name: String,
    /// Its canonical table.
    pub table: String,
    /// Its mapping; the default where no `[[source]]` names the file.
    pub source: Source,
    /// BLAKE3 of its bytes.
    pub hash: Hash,
    /// Size in bytes.
    pub size: u64,
    /// Whether it is a returned list, one of our workbooks filled in: it says itself how it is read.
    pub returned: bool,
}

/// The contents of the inbox.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Files to read, sorted by table name and then file name: where two files disagree, the later name counts.
    pub extracts: Vec<Extract>,
    /// One sentence for each file that is ignored.
    pub left: Vec<String>,
    /// Entries that cannot be read or must not be followed: name and reason. Each counts as a refused file.
    pub unread: Vec<(String, String)>,
}

/// Finds the files of the inbox. Files that are still being written are left for the next night. With `note`, sizes, times and
/// hashes are saved, so that the next night need not read unchanged files again.
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
            // Only a workbook can be recognised by its contents.
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
/// Why a file could not be opened.
const CLOSED: &str = "cannot be opened: may the account of the run read it?";

fn walk(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, String)>, unread: &mut Vec<(String, String)>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    for entry in entries {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if name.rsplit('/').next().is_some_and(|file| file.starts_with('.')) {
            continue;
        }
        // The metadata of the entry itself, not of the target of a link.
        match std::fs::symlink_metadata(&path).map(|data| data.file_type()) {
            Ok(kind) if kind.is_symlink() => unread.push((name, LINK.into())),
            Ok(kind) if kind.is_dir() => walk(root, &path, found, unread)?,
            Ok(kind) if kind.is_file() => found.push((path, name)),
            Ok(_) => unread.push((name, NO_FILE.into())),
            // It was removed in the meantime.
            Err(_) => {}
        }
    }
    Ok(())
}

/// Whether a name is one that browsers, copy tools and spreadsheets give to unfinished files.
fn is_unfinished(file: &str) -> bool {
    let lower = file.to_lowercase();
    lower.starts_with("~$")
        || [".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".swp"].iter().any(|end| lower.ends_with(end))
}

/// Why a file is ignored whose table is not known.
const NAMELESS: &str = "its name starts with no table's name, no [[source]] names it, and it is no list that came back";

/// How long a recently changed file is watched before it is read.
const WATCH: Duration = Duration::from_millis(300);

/// Hashes a file and finds out its table. A file without a source has a table only if it is a returned list.
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

/// Whether a file is a returned list: by its hidden sheet, or by its headers where its name says nothing (`nameless`).
fn is_returned(path: &Path, nameless: bool) -> bool {
    let is_workbook = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let is_list = || Ok(returned::is_marked(path) || nameless && returned::is_headed(path));
    is_workbook && catch_panic(is_list).unwrap_or(false)
}

fn hash_of(path: &Path) -> Result<Hash> {
    let io_error = |e: std::io::Error| Error::io(path, e);
    let mut hasher = blake3::Hasher::new();
    let mut file = std::fs::File::open(path).map_err(io_error)?;
    let mut buffer = vec![0; 1 << 17];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(io_error)?;
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

/// A place in a file: a block and a row within it. The first row of a block is only known once all blocks before it are read, so
/// rows get their numbers at the end ([`Reading::row_number`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Block of the file.
    pub block: u32,
    /// Row within the block, from 0.
    pub row: u32,
}

/// Receives the records of a file. Each thread has one taker; all of them have the same plan.
pub trait Taker: Send {
    /// Takes one record; `fields` are the raw fields of the row. A record may have more or fewer fields than the header: the taker
    /// has to refuse it.
    fn take(&mut self, at: At, fields: &[&[u8]]);
}

/// The result of reading a file.
#[derive(Debug, Default)]
pub struct Reading {
    /// Number of rows of each block.
    pub block_rows: Vec<u64>,
    /// Row number of the first record (the header is the row before it).
    pub first_row: u64,
    /// Row number of each record, where they are not consecutive.
    pub numbers: Vec<u64>,
    /// Records per row of the file: 1, or the number of days in a wide register.
    pub records_per_row: u64,
    /// Notes about ignored parts of the file, without its name and its text.
    pub notes: Vec<String>,
    /// The place of a returned list, where the file still names it.
    pub of: Option<ListOf>,
}

/// The place that a list was made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListOf {
    /// `school` or `centre`.
    pub kind: String,
    /// Its code.
    pub place: String,
    /// Numbers of the pupils on the list when it was made.
    pub pupils: BTreeSet<String>,
}

impl Reading {
    /// Number of rows read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.block_rows.iter().sum()
    }

    /// The row number in the file, as a spreadsheet counts them.
    #[must_use]
    pub fn row_number(&self, at: At) -> u64 {
        let before = self.block_rows.iter().take(at.block as usize).sum::<u64>() + u64::from(at.row);
        let row = before / self.records_per_row.max(1);
        self.numbers.get(row.unwrapped_as::<usize>()).copied().unwrap_or(self.first_row + row)
    }
}

/// An error that refuses a whole file, in plain words.
#[derive(Debug, Clone)]
pub struct FileError {
    /// What is wrong and what to do.
    pub reason: String,
    /// Number of rows that could be counted.
    pub rows: u64,
    /// The row at error, if there is one; [`Self::placed`] adds its number to the reason.
    at: Option<At>,
}

impl FileError {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), rows: 0, at: None }
    }

    /// The same error with the number of its row in the reason.
    fn placed(self, reading: &Reading) -> Self {
        match self.at {
            Some(at) => Self { reason: format!("row {}: {}", reading.row_number(at), self.reason), at: None, ..self },
            None => self,
        }
    }
}

/// Number of files being read. While it is not 0, the message of a panic is suppressed, because it may repeat text of the file.
static READING: AtomicUsize = AtomicUsize::new(0);

/// Runs `work` on one file and turns a panic into an error of the file, so that no file can end the night.
///
/// # Errors
/// The error of `work`, or of its panic.
fn catch_panic<T>(work: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if READING.load(Ordering::SeqCst) == 0 {
                hook(panic);
            }
        }));
    });
    READING.fetch_add(1, Ordering::SeqCst);
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    READING.fetch_sub(1, Ordering::SeqCst);
    result.unwrap_or_else(|_| Err(FileError::new("is damaged in a way that broke the reading of it: write or export it anew")))
}

/// Opens an extract, makes its plan and hands every record to takers made by `taker`. With `threads` > 1 the records of delimited
/// text go to several takers in parallel.
///
/// # Errors
/// An error of the file in plain words: a missing column, an encoding, a file cut short.
pub fn read<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    catch_panic(|| read_any(extract, contract, threads, taker))
}

fn read_any<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    if extract.returned {
        let (source, rows) = returned::records(extract)?;
        // Other columns of a list are our own, or added by the liaison: they are not reported as unknown.
        let plan =
            |headers: &[String]| Ok(Plan { unknown: Vec::new(), ..Plan::new(contract, &source, headers, &[]).map_err(FileError::new)? });
        return read_rows(rows, &plan, taker);
    }
    let file = extract.name.rsplit('/').next().unwrap_or(&extract.name);
    let format = format_of(file, &extract.source).ok_or_else(|| FileError::new("unknown format"))?;
    let wide = extract.source.layout == Layout::Wide;
    let provided: &[&str] = if wide { &["date", "status"] } else { &[] };
    let plan = |headers: &[String]| -> Result<Plan, FileError> {
        if headers.iter().all(|h| h.trim().is_empty()) {
            return Err(FileError::new("the file is empty"));
        }
        Plan::new(contract, &extract.source, headers, provided).map_err(FileError::new)
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

/// All records of a file, for formats that cannot be read in blocks.
struct Rows {
    headers: Vec<String>,
    records: Vec<Vec<String>>,
    first_row: u64,
    /// Row number of each record, where they are not consecutive.
    numbers: Vec<u64>,
    /// Notes about ignored parts of the file.
    notes: Vec<String>,
    /// The place of a returned list.
    of: Option<ListOf>,
}

fn read_rows<T: Taker>(
    rows: Rows,
    plan: &dyn Fn(&[String]) -> Result<Plan, FileError>,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    let count = rows.records.len() as u64;
    let plan = plan(&rows.headers).map_err(|f| FileError { rows: count, ..f })?;
    let mut taker = taker(&plan);
    for (row, record) in (0..).zip(&rows.records) {
        let fields: Vec<&[u8]> = record.iter().map(String::as_bytes).collect();
        taker.take(At { block: 0, row }, &fields);
    }
    let (first_row, numbers, notes, of) = (rows.first_row, rows.numbers, rows.notes, rows.of);
    Ok((Reading { block_rows: vec![count], first_row, numbers, records_per_row: 1, notes, of }, plan, vec![taker]))
}

/// When a file was saved: according to its workbook (text in UTC that sorts; zeros where it has no time), and to the disk.
#[must_use]
pub fn saved(extract: &Extract) -> (String, Option<SystemTime>) {
    let inside = catch_panic(|| Ok(workbook::saved_inside(&extract.path))).ok().flatten();
    let on_disk = std::fs::metadata(&extract.path).and_then(|data| data.modified()).ok();
    (inside.unwrap_or_else(|| "0000-00-00T00:00:00Z".into()), on_disk)
}

/// The number of records of a file of the most usual kinds: delimited text, and (`.xlsx`) a returned list. For `fuzz/`, which looks
/// for panics: they are not caught here, as they are in [`read`].
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

/// The headers of a file and up to `sample` rows, for guessing a mapping.
///
/// # Errors
/// An error of the file in plain words.
pub fn peek(path: &Path, sample: usize) -> Result<(Vec<String>, Vec<Vec<String>>), FileError> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
    let source = Source::default();
    let format = format_of(&name, &source).ok_or_else(|| FileError::new("not .csv, .xlsx or .parquet"))?;
    let extract = Extract { path: path.to_path_buf(), name, table: String::new(), source, hash: [0; 32], size: 0, returned: false };
    let rows = catch_panic(|| match format {
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

    /// The seed files of `fuzz/`: `whole_*` are read, `broken_*` are refused.
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
