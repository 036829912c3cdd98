//! `prane init`: a project folder, with a mapping guessed from the headers of real files.
//!
//! It reads headers and first rows, and copies nothing: the extracts stay where they are. It never writes over a
//! configuration, and what it is not sure of it leaves to a person, marked OPEN.

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

use mapping::{Look, Mapping, quoted};

/// Rows looked at in each file.
const SAMPLE: usize = 200;
/// Bytes looked at where a file must be decoded first.
const SAMPLE_BYTES: u64 = 1 << 20;

/// Keeps everything about children out of version control.
const GITIGNORE: &str = "# Settings and rules may be shared; everything else here is about children and may not.\n*\n!.gitignore\n!prane.toml\n!queries/\n!queries/**\n";
/// What an analyst needs to know to write a rule.
const QUERIES_README: &str = include_str!("../../../queries/README.md");

/// Makes a project in `dir`: `prane.toml` (the documented default, and a `[[source]]` for each layout found in `from`),
/// `inbox/`, `queries/` and `.gitignore`. Returns what was made and what to do next, for the terminal.
///
/// # Errors
/// A usage error when `dir` has a `prane.toml` already or a file of `from` is not there; a store error when the folder
/// cannot be written.
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
    // Extracts hold names; whoever lets others drop files here opens it knowingly.
    restrict(&dir.join("inbox"), 0o700)?;
    put_new(&settings, &configuration(&blocks))?;
    for (path, text) in [(dir.join(".gitignore"), GITIGNORE), (dir.join("queries/README.md"), QUERIES_README)] {
        if !path.exists() {
            put_new(&path, text)?;
        }
    }
    Ok(told(dir, &guesses, &blocks))
}

fn put_new(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|e| Error::io(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| Error::io(path, e))
}

/// What became of one file.
enum Guess {
    /// It was understood.
    Mapped(String, Mapping),
    /// It was not, and why.
    Lost(String, String),
}

fn guess(path: &Path, contracts: &[Contract]) -> Guess {
    let file = path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
    let look = match look(path, &file) {
        Ok(look) => look,
        Err(reason) => return Guess::Lost(file, reason),
    };
    match mapping::map(&look, contracts) {
        Some(mapping) => Guess::Mapped(file, mapping),
        None => Guess::Lost(
            file,
            format!("its headers fit no table ({}); write a [[source]] for it by hand", plural(look.headers.len(), "column")),
        ),
    }
}

/// Headers and first rows of a file, whatever its encoding and separator.
fn look(path: &Path, file: &str) -> Result<Look, String> {
    let (peeked, encoding) = match extract::peek(path, SAMPLE) {
        Err(fault) if fault.reason.starts_with("not UTF-8") => (peek_decoded(path)?, "windows-1250"),
        other => (other.map_err(|f| f.reason)?, ""),
    };
    let (headers, rows) = peeked;
    let mut look = Look { file: file.to_string(), headers, rows, encoding, delimiter: "" };
    if let [only] = look.headers.as_slice()
        && only.contains('|')
    {
        look.headers = split_at_bars(only);
        look.rows = look.rows.iter().map(|row| row.first().map(|line| split_at_bars(line)).unwrap_or_default()).collect();
        look.delimiter = "|";
    }
    Ok(look)
}

fn split_at_bars(line: &str) -> Vec<String> {
    line.split('|').map(|field| field.trim().trim_matches('"').to_string()).collect()
}

/// The same for text in windows-1250, the encoding that Albanian offices still write; ë and ç are alike in windows-1252.
fn peek_decoded(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
    let plain = path.extension().is_some_and(|e| ["csv", "tsv", "txt"].iter().any(|known| e.eq_ignore_ascii_case(known)));
    if !plain {
        return Err("not UTF-8, and packed: unpack it for `prane init`, or set encoding = \"windows-1250\" by hand".into());
    }
    let told = |e: std::io::Error| format!("cannot be read: {e}");
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(told)?.take(SAMPLE_BYTES).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 == SAMPLE_BYTES {
        bytes.truncate(bytes.iter().rposition(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1));
    }
    let (text, _) = encoding_rs::WINDOWS_1250.decode_without_bom_handling(&bytes);
    // Private, and gone when this ends: the rows may hold names.
    let folder = tempfile::tempdir().map_err(told)?;
    let copy = folder.path().join("look.csv");
    std::fs::write(&copy, text.as_bytes()).map_err(told)?;
    extract::peek(&copy, SAMPLE).map_err(|f| f.reason)
}

/// The `[[source]]` blocks; files of one layout share one.
fn blocks(guesses: &[Guess]) -> Vec<String> {
    let mapped: Vec<(&String, &Mapping)> = guesses
        .iter()
        .filter_map(|g| if let Guess::Mapped(file, m) = g { Some((file, m)) } else { None })
        .filter(|(_, m)| !m.canonical)
        .collect();
    // Two layouts behind one glob must be told apart by the files' own names.
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

/// The documented default with the blocks where its own example stands.
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

fn told(dir: &Path, guesses: &[Guess], blocks: &[String]) -> String {
    let dir = dir.display();
    let mut text = format!(
        "Made a project in {dir}:\n  prane.toml   every setting with its default, and {}\n  inbox/       for the extracts\n  queries/     for rules of your own; its README.md says how\n  .gitignore   keeps children's data out of version control\n",
        plural(blocks.len(), "mapping")
    );
    // As they stand in the file: files of one layout share theirs.
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
            Guess::Lost(file, reason) => {
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
