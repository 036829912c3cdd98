//! `prane init`: makes a project folder, with mappings guessed from the headers of real files.
//!
//! It reads headers and first rows, and does not copy the files. It never overwrites a configuration, and marks what it is not sure
//! of as OPEN, for a person to decide.

mod mapping;
mod table;
mod values;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use prane_base::disk::restrict;
use prane_base::error::{Error, Result, plural};
use prane_base::project::DEFAULT_TOML;
use prane_contract::{Contract, contracts};
use prane_intake::extract;

use mapping::{Mapping, Sample, quoted};

/// Rows read from each file.
const SAMPLE_ROWS: usize = 200;
/// Bytes read of a file that must be decoded first.
const SAMPLE_BYTES: u64 = 1 << 20;

/// Keeps everything about children out of version control.
const GITIGNORE: &str = "# Settings and rules may be shared; everything else here is about children and may not.\n*\n!.gitignore\n!prane.toml\n!queries/\n!queries/**\n";
/// The guide for writing rules, copied into the project.
const QUERIES_README: &str = include_str!("../../../queries/README.md");

/// Makes a project in `dir`: `prane.toml` (the documented default, and a `[[source]]` for each layout found in `from`),
/// `inbox/`, `queries/` and `.gitignore`. Returns a summary and the next steps, for the terminal.
///
/// # Errors
/// A usage error when `dir` has a `prane.toml` already or a file of `from` does not exist; a store error when the folder cannot be
/// written.
pub fn init(dir: &Path, from: &[PathBuf]) -> Result<String> {
    let settings = dir.join("prane.toml");
    if settings.exists() {
        return Err(Error::usage(
            format!("{} has a prane.toml already", dir.display()),
            "it is left as it is: choose another folder, or move that file away first",
        ));
    }
    if let Some(missing) = from.iter().find(|f| !f.is_file()) {
        return Err(Error::usage(
            format!("{} is not a file", missing.display()),
            "--from takes files of the kind that will lie in the inbox; nothing was made",
        ));
    }
    let contracts = contracts()?;
    let guesses: Vec<Guess> = from.iter().map(|path| guess(path, &contracts)).collect();
    let blocks = blocks(&guesses);

    for folder in [dir.to_path_buf(), dir.join("inbox"), dir.join("queries")] {
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
    }
    // Extracts hold names. A project that lets other accounts put files here has to open the folder deliberately.
    restrict(&dir.join("inbox"), 0o700)?;
    put_new(&settings, &configuration(&blocks))?;
    for (path, text) in [(dir.join(".gitignore"), GITIGNORE), (dir.join("queries/README.md"), QUERIES_README)] {
        if !path.exists() {
            put_new(&path, text)?;
        }
    }
    Ok(summary(dir, &guesses, &blocks))
}

fn put_new(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|e| Error::io(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| Error::io(path, e))
}

/// The result for one file.
enum Guess {
    /// Name of the file, and its mapping.
    Mapped(String, Mapping),
    /// Name of the file, and why it has no mapping.
    Unmapped(String, String),
}

fn guess(path: &Path, contracts: &[Contract]) -> Guess {
    let file = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
    let sample = match sample(path, &file) {
        Ok(sample) => sample,
        Err(reason) => return Guess::Unmapped(file, reason),
    };
    match mapping::map(&sample, contracts) {
        Some(mapping) => Guess::Mapped(file, mapping),
        None => Guess::Unmapped(
            file,
            format!("its headers fit no table ({}); write a [[source]] for it by hand", plural(sample.headers.len(), "column")),
        ),
    }
}

/// The headers and first rows of a file in any supported encoding and separator.
fn sample(path: &Path, file: &str) -> Result<Sample, String> {
    let (peeked, encoding) = match extract::peek(path, SAMPLE_ROWS) {
        Err(error) if error.reason.starts_with("not UTF-8") => (peek_decoded(path)?, "windows-1250"),
        other => (other.map_err(|f| f.reason)?, ""),
    };
    let (headers, rows) = peeked;
    let mut sample = Sample { file: file.to_string(), headers, rows, encoding, delimiter: "" };
    if let [only] = sample.headers.as_slice()
        && only.contains('|')
    {
        sample.headers = split_at_bars(only);
        sample.rows = sample.rows.iter().map(|row| row.first().map(|line| split_at_bars(line)).unwrap_or_default()).collect();
        sample.delimiter = "|";
    }
    Ok(sample)
}

fn split_at_bars(line: &str) -> Vec<String> {
    line.split('|').map(|field| field.trim().trim_matches('"').to_string()).collect()
}

/// The same for text in windows-1250, which Albanian offices still use; windows-1252 encodes ë and ç alike.
fn peek_decoded(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
    let plain = path.extension().is_some_and(|e| ["csv", "tsv", "txt"].iter().any(|known| e.eq_ignore_ascii_case(known)));
    if !plain {
        return Err("not UTF-8, and packed: unpack it for `prane init`, or set encoding = \"windows-1250\" by hand".into());
    }
    let io_error = |e: std::io::Error| format!("cannot be read: {e}");
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io_error)?.take(SAMPLE_BYTES).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() as u64 == SAMPLE_BYTES {
        bytes.truncate(bytes.iter().rposition(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1));
    }
    let (text, _) = encoding_rs::WINDOWS_1250.decode_without_bom_handling(&bytes);
    // A private temporary folder, because the rows may hold names.
    let folder = tempfile::tempdir().map_err(io_error)?;
    let copy = folder.path().join("sample.csv");
    std::fs::write(&copy, text.as_bytes()).map_err(io_error)?;
    extract::peek(&copy, SAMPLE_ROWS).map_err(|f| f.reason)
}

/// The `[[source]]` blocks; files of the same layout share one.
fn blocks(guesses: &[Guess]) -> Vec<String> {
    let mapped: Vec<(&String, &Mapping)> = guesses
        .iter()
        .filter_map(|g| if let Guess::Mapped(file, m) = g { Some((file, m)) } else { None })
        .filter(|(_, m)| !m.canonical)
        .collect();
    // Where one glob would cover two layouts, each file gets a block with its own name.
    let mut layouts: BTreeMap<&str, Vec<&[String]>> = BTreeMap::new();
    for (_, m) in &mapped {
        let seen = layouts.entry(m.files.as_str()).or_default();
        if !seen.contains(&m.lines.as_slice()) {
            seen.push(&m.lines);
        }
    }
    let mut blocks = Vec::new();
    for (file, m) in &mapped {
        let shared = layouts.get(m.files.as_str()).is_some_and(|seen| seen.len() > 1);
        let files = if shared { globset::escape(file) } else { m.files.clone() };
        let block = format!("[[source]]\ntable = {}\nfiles = {}\n{}\n", quoted(&m.table), quoted(&files), m.lines.join("\n"));
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    blocks
}

/// The documented default `prane.toml`, with the blocks before `[contract]`.
fn configuration(blocks: &[String]) -> String {
    if blocks.is_empty() {
        return DEFAULT_TOML.to_string();
    }
    let guessed = format!("# Guessed by `prane init`; what it could not know is marked OPEN.\n{}", blocks.join("\n"));
    match DEFAULT_TOML.split_once("\n[contract]") {
        Some((before, after)) => format!("{before}\n{guessed}\n[contract]{after}"),
        None => format!("{DEFAULT_TOML}\n{guessed}"),
    }
}

fn summary(dir: &Path, guesses: &[Guess], blocks: &[String]) -> String {
    let dir = dir.display();
    let mut text = format!(
        "Made a project in {dir}:\n  prane.toml   every setting with its default, and {}\n  inbox/       for the extracts\n  queries/     for rules of your own; its README.md says how\n  .gitignore   keeps children's data out of version control\n",
        plural(blocks.len(), "mapping")
    );
    // Counted in the blocks, because files of the same layout share one.
    let open: usize = blocks.iter().map(|block| block.matches("# OPEN: ").count()).sum();
    for guess in guesses {
        match guess {
            Guess::Mapped(file, m) => {
                let _ =
                    write!(text, "\n{file}: read as {}{}\n", m.found, if m.canonical { "; as it stands, no mapping needed" } else { "" });
                m.open.iter().for_each(|o| {
                    let _ = writeln!(text, "  OPEN: {o}");
                });
            }
            Guess::Unmapped(file, reason) => {
                let _ = write!(text, "\n{file}: not mapped; {reason}\n");
            }
        }
    }
    text.push_str("\nNext:\n");
    let mut steps = Vec::new();
    if open > 0 {
        steps.push(format!("settle what is marked OPEN in {dir}/prane.toml ({})", plural(open, "place")));
    }
    steps.push(format!("put the extracts into {dir}/inbox/"));
    steps.push(format!("prane check --project {dir}    reads everything, writes nothing"));
    steps.push(format!("prane run --project {dir}      makes the lists"));
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "  {}. {step}", at + 1);
    }
    text
}

#[cfg(test)]
mod tests;
