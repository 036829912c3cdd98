//! Delimited text: `.csv`, `.csv.gz`, `.csv.zst`, in blocks that several threads read at once.
//!
//! The file is cut into blocks at ends of records. A block without quotes is split at its separators; one with quotes
//! goes through the `csv` crate. (Splitting costs a third of the crate's time on registers, which have no quotes.)

use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use az::UnwrappedAs;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::{At, Extract, FileError, Format, Plan, Reading, Rows, Taker};

const BLOCK: usize = 4 << 20;
/// A record that is longer than this has an unclosed quote.
const LONGEST_RECORD: usize = 256 << 20;

/// The stream of a file's bytes as UTF-8, uncompressed.
fn open(extract: &Extract, format: Format) -> Result<Box<dyn Read + Send>, FileError> {
    let file = std::fs::File::open(&extract.path).map_err(|e| FileError::new(format!("cannot be opened: {e}")))?;
    let plain: Box<dyn Read + Send> = match format {
        Format::Gzip => Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::new(file))),
        Format::Zstd => Box::new(zstd::stream::read::Decoder::new(file).map_err(|e| FileError::new(format!("is not zstd: {e}")))?),
        _ => Box::new(file),
    };
    // A byte order mark goes before what the mapping says; UTF-8 passes as it is, so that a broken character is met and named.
    let encoding = declared_encoding(extract)?;
    let decoded = DecodeReaderBytesBuilder::new()
        .encoding((encoding != encoding_rs::UTF_8).then_some(encoding))
        .bom_override(true)
        .strip_bom(true)
        .utf8_passthru(true)
        .build(plain);
    Ok(Box::new(decoded))
}

fn declared_encoding(extract: &Extract) -> Result<&'static encoding_rs::Encoding, FileError> {
    let label = extract.source.encoding.as_str();
    if label.is_empty() {
        return Ok(encoding_rs::UTF_8);
    }
    encoding_rs::Encoding::for_label(label.as_bytes())
        .ok_or_else(|| FileError::new(format!("encoding = \"{label}\" is not known; for example windows-1250, windows-1252, iso-8859-2")))
}

fn read_error(error: &std::io::Error) -> FileError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        FileError::new("the compressed file is cut short: send it again")
    } else {
        FileError::new(format!("cannot be read: {error}"))
    }
}

/// One piece of a file, whole records only.
struct Block {
    number: u32,
    bytes: Vec<u8>,
    quoted: bool,
    last: bool,
}

/// Cuts a stream into blocks.
struct Blocks {
    stream: Box<dyn Read + Send>,
    carry: Vec<u8>,
    next: u32,
    ended: bool,
    /// Buffers of processed blocks, to be used again: allocating new ones costs as much as reading into them.
    spare: Receiver<Vec<u8>>,
}

impl Blocks {
    fn next_block(&mut self) -> Result<Option<Block>, FileError> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = self.spare.try_recv().unwrap_or_default();
        bytes.clear();
        bytes.append(&mut self.carry);
        loop {
            let had = bytes.len();
            bytes.reserve(BLOCK);
            let got = self.stream.by_ref().take(BLOCK as u64).read_to_end(&mut bytes).map_err(|e| read_error(&e))?;
            self.ended = got == 0;
            if self.ended && had == 0 && self.next > 0 {
                return Ok(None);
            }
            let quoted = memchr::memchr(b'"', &bytes).is_some();
            let end = if self.ended { Some(bytes.len()) } else { last_record_end(&bytes, quoted) };
            if let Some(end) = end {
                self.carry.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                let number = self.next;
                self.next += 1;
                return Ok(Some(Block { number, bytes, quoted, last: self.ended }));
            }
            if bytes.len() > LONGEST_RECORD {
                return Err(FileError::new("a quote (\") is opened and never closed"));
            }
        }
    }
}

/// The end of the last whole record: after a line end outside quotes.
fn last_record_end(bytes: &[u8], quoted: bool) -> Option<usize> {
    if !quoted {
        return memchr::memrchr(b'\n', bytes).map(|at| at + 1);
    }
    let mut inside = false;
    let mut end = None;
    for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
        if bytes[at] == b'"' {
            inside = !inside;
        } else if !inside {
            end = Some(at + 1);
        }
    }
    end
}

/// The header row, its separator, and the blocks after it.
struct Opened {
    headers: Vec<String>,
    delimiter: u8,
    first: Block,
    blocks: Blocks,
    /// Returns the buffers of processed blocks.
    give_back: Sender<Vec<u8>>,
    first_row: u64,
}

fn start(extract: &Extract, format: Format) -> Result<Opened, FileError> {
    let (give_back, spare) = channel();
    let mut blocks = Blocks { stream: open(extract, format)?, carry: Vec::new(), next: 0, ended: false, spare };
    let mut first = blocks.next_block()?.ok_or_else(|| FileError::new("the file is empty"))?;
    if first.bytes.iter().all(u8::is_ascii_whitespace) && first.last {
        return Err(FileError::new("the file is empty"));
    }
    check_utf8(&first)?;
    let skip = extract.source.header_row.unwrap_or(1).max(1) - 1;
    for _ in 0..skip {
        let end = memchr::memchr(b'\n', &first.bytes).map_or(first.bytes.len(), |at| at + 1);
        first.bytes.drain(..end);
    }
    let delimiter = match extract.source.delimiter.as_str() {
        "" => detect_delimiter(&first.bytes),
        "\\t" | "tab" => b'\t',
        character if character.len() == 1 => character.as_bytes()[0],
        other => return Err(FileError::new(format!("delimiter = \"{other}\" is not one character"))),
    };
    let (headers, used) = {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(first.bytes.as_slice());
        let mut record = csv::StringRecord::new();
        let has_header = reader.read_record(&mut record).map_err(|e| FileError::new(format!("the header cannot be read: {e}")))?;
        if !has_header {
            return Err(FileError::new("the file is empty"));
        }
        let used = reader.position().byte().unwrapped_as::<usize>();
        (record.iter().map(|h| h.trim().to_string()).collect(), used)
    };
    first.bytes.drain(..used.min(first.bytes.len()));
    if first.bytes.first() == Some(&b'\n') {
        first.bytes.remove(0);
    }
    Ok(Opened { headers, delimiter, first, blocks, give_back, first_row: skip + 2 })
}

/// The most frequent separator of the first line, outside quotes.
fn detect_delimiter(bytes: &[u8]) -> u8 {
    let line = &bytes[..memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len())];
    let count = |wanted: u8| {
        let mut inside = false;
        line.iter()
            .filter(|&&b| {
                inside ^= b == b'"';
                !inside && b == wanted
            })
            .count()
    };
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|d| count(*d)).unwrap_or(b',')
}

fn check_utf8(block: &Block) -> Result<(), FileError> {
    std::str::from_utf8(&block.bytes).map(|_| ()).map_err(|e| {
        let line = memchr::memchr_iter(b'\n', &block.bytes[..e.valid_up_to()]).count() + 1;
        FileError::new(format!(
            "not UTF-8 (near line {line} of part {}): set encoding = \"windows-1250\" or the one it was written in",
            block.number + 1
        ))
    })
}

/// Reads a file with `threads` takers.
pub(super) fn read<T: Taker>(
    extract: &Extract,
    format: Format,
    threads: usize,
    plan: &dyn Fn(&[String]) -> Result<Plan, FileError>,
    taker: &(dyn Fn(&Plan) -> T + Sync),
) -> Result<(Reading, Plan, Vec<T>), FileError> {
    let Opened { headers, delimiter, first, mut blocks, give_back, first_row } = start(extract, format)?;
    let plan = match plan(&headers) {
        Ok(plan) => plan,
        Err(error) => return Err(FileError { rows: count_rows(first, &mut blocks, delimiter), ..error }),
    };
    let (send, receive) = sync_channel::<Block>(threads + 1);
    let receive = Mutex::new(receive);
    let (takers, mut counts, mut error) = std::thread::scope(|scope| {
        let (plan, receive) = (&plan, &receive);
        let work = move |give_back: Sender<Vec<u8>>| {
            let mut taker = taker(plan);
            let mut counts = Vec::new();
            loop {
                let next = receive.lock().map(|r| r.recv());
                let Ok(Ok(block)) = next else { break };
                let take = || check_utf8(&block).and_then(|()| take_block(&block, delimiter, plan.width, &mut taker));
                // After an error the thread goes on: the other blocks still have to be received.
                let result = super::catch_panic(take);
                counts.push((block.number, result));
                // The receiver is gone once the file has ended.
                let _ = give_back.send(block.bytes);
            }
            (taker, counts)
        };
        let workers: Vec<_> = (0..threads.max(1))
            .map(|_| {
                let give_back = give_back.clone();
                scope.spawn(move || work(give_back))
            })
            .collect();
        let mut error = None;
        let mut next = Some(first);
        while let Some(block) = next {
            if send.send(block).is_err() {
                break;
            }
            next = match blocks.next_block() {
                Ok(block) => block,
                Err(e) => {
                    error = Some(e);
                    None
                }
            };
        }
        drop(send);
        let mut takers = Vec::new();
        let mut counts = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok((taker, counted)) => {
                    takers.push(taker);
                    counts.extend(counted);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (takers, counts, error)
    });
    counts.sort_by_key(|(number, _)| *number);
    let mut reading = Reading { first_row, records_per_row: 1, ..Reading::default() };
    for (_, result) in counts {
        match result {
            Ok(rows) => reading.block_rows.push(rows),
            Err(e) => {
                reading.block_rows.push(e.rows);
                error.get_or_insert(e);
            }
        }
    }
    match error {
        Some(error) => Err(FileError { rows: reading.rows(), ..error.placed(&reading) }),
        None => Ok((reading, plan, takers)),
    }
}

/// Hands the records of a block to a taker; returns the number of records.
fn take_block<T: Taker>(block: &Block, delimiter: u8, width: usize, taker: &mut T) -> Result<u64, FileError> {
    let mut row = 0;
    let mut last_width = width;
    let (mut swallowed, mut ends_open) = (None, None);
    if block.quoted {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(block.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|e| FileError::new(format!("cannot be read: {e}")))? {
            let fields: Vec<&[u8]> = record.iter().collect();
            last_width = fields.len();
            let at = At { block: block.number, row };
            if swallowed.is_none() && fields.iter().any(|field| holds_rows(field, delimiter, width)) {
                swallowed = Some(at);
            }
            ends_open = fields.last().is_some_and(|field| memchr::memchr(b'\n', field).is_some()).then_some(at);
            taker.take(at, &fields);
            row += 1;
        }
        if block.last && block.bytes.trim_ascii_end().last() != Some(&b'"') {
            swallowed = swallowed.or(ends_open);
        }
    } else {
        split_records(&block.bytes, delimiter, |fields| {
            last_width = fields.len();
            taker.take(At { block: block.number, row }, fields);
            row += 1;
        });
    }
    if let Some(at) = swallowed {
        return Err(FileError {
            rows: u64::from(row),
            at: Some(at),
            reason: "a quote (\") is opened and not closed where it should be, and the rows after it became part of one field: mend it, and send the file again".into(),
        });
    }
    // A last line without line end and with too few fields means that the file was truncated.
    if block.last && last_width < width && !matches!(block.bytes.last(), None | Some(b'\n' | b'\r')) {
        return Err(FileError {
            rows: u64::from(row),
            at: None,
            reason: "the file ends in the middle of a row: it was cut short, send it again".into(),
        });
    }
    Ok(u64::from(row))
}

/// Whether a field has swallowed rows: it spans lines with as many separators as a row. The wider the table, the fewer of such
/// lines can be text.
fn holds_rows(field: &[u8], delimiter: u8, width: usize) -> bool {
    let most = match width {
        0..=2 => 5,
        3 => 2,
        4 | 5 => 1,
        _ => 0,
    };
    let Some(first) = memchr::memchr(b'\n', field) else { return false };
    let last = memchr::memrchr(b'\n', field).unwrap_or(first);
    let lines = field.get(first + 1..last).unwrap_or_default().split(|b| *b == b'\n');
    lines.filter(|line| width > 1 && memchr::memchr_iter(delimiter, line).count() + 1 == width).count() > most
}

/// Splits text without quotes into records; empty lines are skipped.
fn split_records<'b>(bytes: &'b [u8], delimiter: u8, mut each: impl FnMut(&[&'b [u8]])) {
    let mut fields: Vec<&[u8]> = Vec::new();
    let mut from = 0;
    let mut end_record = |fields: &mut Vec<&'b [u8]>, field: &'b [u8]| {
        let field = field.strip_suffix(b"\r").unwrap_or(field);
        if !(fields.is_empty() && field.is_empty()) {
            fields.push(field);
            each(fields);
        }
        fields.clear();
    };
    if memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some() {
        // Line ends of old Macs: a single carriage return.
        for line in bytes.split(|b| *b == b'\r') {
            fields.extend(line.split(|b| *b == delimiter));
            let last = fields.pop().unwrap_or_default();
            end_record(&mut fields, last);
        }
        return;
    }
    for at in memchr::memchr2_iter(delimiter, b'\n', bytes) {
        let field = &bytes[from..at];
        from = at + 1;
        if bytes[at] == b'\n' {
            end_record(&mut fields, field);
        } else {
            fields.push(field);
        }
    }
    if from < bytes.len() || !fields.is_empty() {
        end_record(&mut fields, &bytes[from..]);
    }
}

/// The number of rows of a file that is refused for another reason, for its account.
fn count_rows(first: Block, blocks: &mut Blocks, delimiter: u8) -> u64 {
    struct Ignore;
    impl Taker for Ignore {
        fn take(&mut self, _: At, _: &[&[u8]]) {}
    }
    let mut rows = 0;
    let mut next = Some(first);
    while let Some(block) = next {
        rows += take_block(&block, delimiter, 0, &mut Ignore).unwrap_or_else(|error| error.rows);
        next = blocks.next_block().ok().flatten();
    }
    rows
}

/// Collects records as text.
struct Collector(Vec<Vec<String>>, usize);

impl Taker for Collector {
    fn take(&mut self, _: At, fields: &[&[u8]]) {
        if self.0.len() < self.1 {
            self.0.push(fields.iter().map(|f| String::from_utf8_lossy(f).to_string()).collect());
        }
    }
}

fn collect(extract: &Extract, format: Format, most: usize) -> Result<Rows, FileError> {
    let Opened { headers, delimiter, first, mut blocks, first_row, .. } = start(extract, format)?;
    let mut collector = Collector(Vec::new(), most);
    let mut counts = Vec::new();
    let mut next = Some(first);
    while let Some(block) = next {
        check_utf8(&block)?;
        match take_block(&block, delimiter, headers.len(), &mut collector) {
            Ok(rows) => counts.push(rows),
            Err(error) => {
                return Err(error.placed(&Reading { block_rows: counts, first_row, records_per_row: 1, ..Reading::default() }));
            }
        }
        next = if collector.0.len() < most { blocks.next_block()? } else { None };
    }
    Ok(Rows { headers, records: collector.0, first_row, numbers: Vec::new(), notes: Vec::new(), of: None })
}

/// All records, for layouts that need a row as a whole.
pub(super) fn all_records(extract: &Extract, format: Format) -> Result<Rows, FileError> {
    collect(extract, format, usize::MAX)
}

/// The first records, for guessing a mapping.
pub(super) fn first_records(extract: &Extract, format: Format, most: usize) -> Result<Rows, FileError> {
    collect(extract, format, most)
}
