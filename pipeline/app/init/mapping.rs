//! Writes a `[[source]]` block from the headers and first rows of a file. What is uncertain becomes a comment marked OPEN, and is
//! printed too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use prane_contract::{Column, Contract, Kind, table_of_file};

use super::table::{self, Likeness, Table};
use super::values::{self, DayColumns, Days, Meaning};
use super::words;

/// Headers and first rows of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    /// Name of the file, without folders.
    pub file: String,
    /// Its headers.
    pub headers: Vec<String>,
    /// Its first rows.
    pub rows: Vec<Vec<String>>,
    /// Encoding; empty where the reader detects it.
    pub encoding: &'static str,
    /// Separator; empty where the reader detects it.
    pub delimiter: &'static str,
}

/// The mapping of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mapping {
    /// Its table.
    pub table: String,
    /// Glob of the files that it applies to.
    pub files: String,
    /// Lines of the block after `table` and `files`.
    pub lines: Vec<String>,
    /// Questions to a person, one sentence each.
    pub open: Vec<String>,
    /// A summary for the terminal.
    pub found: String,
    /// Whether the file needs no block.
    pub canonical: bool,
}

/// A column with more distinct values is not a column of codes; its values are not printed.
const MOST_CODES: usize = 30;
/// A longer value is not a code.
const LONGEST_CODE: usize = 24;
/// Title rows that may precede the headers.
const MOST_TITLES: usize = 5;

/// Maps a file; `None` where its headers fit no table.
pub(super) fn map(sample: &Sample, contracts: &[Contract]) -> Option<Mapping> {
    for titles in 0..=MOST_TITLES {
        let (headers, rows) = match titles {
            0 => (&sample.headers, sample.rows.as_slice()),
            n => (sample.rows.get(n - 1)?, sample.rows.get(n..)?),
        };
        let days = values::day_columns(headers);
        let wide = days.as_ref().and_then(|d| table::best(contracts, &sample.file, headers, Some(d)));
        let days = days.filter(|_| wide.is_some());
        if let Some(table) = wide.or_else(|| table::best(contracts, &sample.file, headers, None)) {
            return Some(Writer { sample, headers, rows, table, days, mapping: Mapping::default() }.write(titles, contracts));
        }
    }
    None
}

struct Writer<'a> {
    sample: &'a Sample,
    headers: &'a [String],
    rows: &'a [Vec<String>],
    table: Table<'a>,
    days: Option<DayColumns>,
    mapping: Mapping,
}

impl Writer<'_> {
    fn write(mut self, titles: usize, contracts: &[Contract]) -> Mapping {
        let contract = self.table.contract;
        self.mapping.table.clone_from(&contract.table);
        self.mapping.files = self.glob();
        if let Some(rival) = self.table.rival {
            self.open(format!("the headers would nearly as well fit the table {rival}: is it {}?", contract.table));
        }
        if !self.sample.encoding.is_empty() {
            self.line(format!(
                "encoding = {}   # it is not UTF-8; check that ë and ç look right in the lists",
                quoted(self.sample.encoding)
            ));
        }
        if !self.sample.delimiter.is_empty() {
            self.line(format!("delimiter = {}", quoted(self.sample.delimiter)));
        }
        if titles > 0 {
            self.line(format!("header_row = {}   # counted from 1; rows above it are titles", titles + 1));
        }
        self.wide();
        self.dates();
        self.decimal();
        self.columns();
        self.constants();
        self.register();
        self.codes();
        let named = table_of_file(contracts, &self.sample.file).is_some_and(|c| c.table == contract.table);
        let plain = self.mapping.open.is_empty() && self.mapping.lines.iter().all(|l| l.starts_with("columns = ") || l.starts_with("# "));
        self.mapping.canonical = named
            && plain
            && self.table.pairs.iter().all(|p| self.headers[p.header].trim().eq_ignore_ascii_case(&contract.columns[p.column].name));
        self.mapping.found = self.found();
        self.mapping
    }

    fn line(&mut self, line: String) {
        self.mapping.lines.push(line);
    }

    /// Adds a question to the block and to the summary.
    fn open(&mut self, what: String) {
        self.mapping.lines.push(format!("# OPEN: {what}"));
        self.mapping.open.push(what);
    }

    /// The non-empty values of a column of the file.
    fn values(&self, header: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(header)).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    fn column(&self, pair: &table::Pair) -> &Column {
        &self.table.contract.columns[pair.column]
    }

    /// The glob of the block. It covers the files of other years, except for a wide register whose headers name no year.
    fn glob(&self) -> String {
        // A school that omits its code does so every year, but a code in the file name holds for this file only.
        let same_place = |kind: Kind| matches!(kind, Kind::SchoolId | Kind::CentreId) && code_in(&self.sample.file).is_none();
        let one_file = self.days.as_ref().is_some_and(|d| !d.with_year) || !self.table.missing.iter().all(|c| same_place(c.kind));
        let name = self.sample.file.as_str();
        let (stem, end) = name.find('.').map_or((name, ""), |at| name.split_at(at));
        let years = stem
            .rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '_')))
            .map_or(0, |at| at + stem[at..].chars().next().map_or(1, char::len_utf8));
        let is_year = ["19", "20"].iter().any(|century| stem[years..].trim_start_matches(['-', '_']).starts_with(century));
        if one_file || !is_year || years == 0 {
            return globset::escape(name);
        }
        let separator: String = stem[years..].chars().take_while(|c| matches!(c, '-' | '_')).collect();
        format!("{}{separator}*{}", globset::escape(&stem[..years]), globset::escape(end))
    }

    fn wide(&mut self) {
        let Some(days) = self.days.clone() else { return };
        self.line("layout = \"wide\"".into());
        let year = values::school_year_in(&self.sample.file).or_else(|| self.school_year_of_rows());
        let line = |format: &str| {
            if days.with_year {
                return format!("wide = {{ header = {} }}", quoted(format));
            }
            let year = year.clone().unwrap_or_else(|| "2022-2023".into());
            format!("wide = {{ header = {}, school_year = {}, starts_month = {} }}", quoted(format), quoted(&year), days.first_month)
        };
        let ambiguous = days.formats.len() > 1;
        if ambiguous {
            self.open("the days that head the columns can be read in more than one way: remove the mark before the right line".into());
        }
        if !days.with_year && year.is_none() {
            self.open(format!(
                "the columns {} and so on name no year: put the school year in, and remove the mark",
                quoted(self.headers.get(days.at.first().copied().unwrap_or(0)).map_or("", String::as_str))
            ));
        }
        let mark = if ambiguous || (!days.with_year && year.is_none()) { "# " } else { "" };
        for format in &days.formats {
            self.line(format!("{mark}{}", line(format)));
        }
    }

    /// The school year, where a column has the same one in every row.
    fn school_year_of_rows(&self) -> Option<String> {
        let at = self.headers.iter().position(|h| matches!(words::plain(h).as_str(), "schoolyear" | "vitishkollor" | "academicyear"))?;
        let years: BTreeSet<&str> = self.values(at).collect();
        let mut years = years.into_iter();
        years.next().filter(|_| years.next().is_none()).and_then(values::school_year_in)
    }

    fn dates(&mut self) {
        let columns: Vec<(String, usize)> = self
            .table
            .pairs
            .iter()
            .filter(|p| self.column(p).kind == Kind::Date)
            .map(|p| (self.column(p).name.clone(), p.header))
            .collect();
        let together = values::days(columns.iter().flat_map(|(_, at)| self.values(*at)));
        match together {
            Days::Nothing | Days::Iso => {}
            Days::One(format) => self.line(format!("date_format = {}", quoted(&format))),
            Days::Several(formats) => {
                self.open(format!(
                    "the dates fit {} formats alike, and are never guessed: remove the mark before the right line",
                    formats.len()
                ));
                for format in &formats {
                    self.line(format!("# date_format = {}", quoted(format)));
                }
            }
            Days::Unknown(_) => self.dates_one_by_one(&columns),
        }
    }

    /// Formats by column, where no format fits all columns of dates.
    fn dates_one_by_one(&mut self, columns: &[(String, usize)]) {
        let mut each = Vec::new();
        for (name, at) in columns {
            match values::days(self.values(*at)) {
                Days::Nothing | Days::Iso => {}
                Days::One(format) => each.push(format!("{name} = {}", quoted(&format))),
                Days::Several(formats) => {
                    self.open(format!("{name} fits {} alike: add the right one to date_format = {{ … }}", formats.join(" and ")));
                }
                Days::Unknown(shape) => self.open(format!(
                    "{name} looks like {}, which no known format of dates fits: add it to date_format = {{ … }}, as strftime writes it",
                    quoted(&shape)
                )),
            }
        }
        if !each.is_empty() {
            self.line(format!("date_format = {{ {} }}", each.join(", ")));
        }
    }

    fn decimal(&mut self) {
        let comma = self.table.pairs.iter().any(|p| self.column(p).kind == Kind::Mark && values::decimal_comma(self.values(p.header)));
        if comma {
            self.line("decimal = \",\"".into());
        }
    }

    fn columns(&mut self) {
        let mut mapped = Vec::new();
        for pair in std::mem::take(&mut self.table.pairs) {
            let (name, header) = (self.column(&pair).name.clone(), self.headers[pair.header].clone());
            if !self.rows.is_empty() && self.values(pair.header).next().is_none() {
                if !self.column(&pair).required {
                    self.line(format!("# {name} = {} was empty in every row looked at, and is left out", quoted(&header)));
                    continue;
                }
                self.open(format!("{name}, taken from {}, is empty in every row looked at: is it the right column?", quoted(&header)));
            }
            if pair.likeness == Likeness::Near {
                self.open(format!("{name} was taken from {}, which is spelt nearly so: is it meant?", quoted(&header)));
            }
            mapped.push(format!("{name} = {}", quoted(&header)));
            self.table.pairs.push(pair);
        }
        if !mapped.is_empty() {
            self.line(format!("columns = {{ {} }}", mapped.join(", ")));
        }
    }

    fn constants(&mut self) {
        let missing: Vec<(String, String, Kind)> = self.table.missing.iter().map(|c| (c.name.clone(), c.about.clone(), c.kind)).collect();
        for (name, about, kind) in &missing {
            let hint = match kind {
                Kind::SchoolId => code_in(&self.sample.file),
                Kind::SchoolYear => values::school_year_in(&self.sample.file),
                _ => None,
            };
            let seen = hint.as_ref().map_or_else(String::new, |h| format!(" (the file's name holds {h})"));
            self.open(format!("no column was found for {name}, {about}{seen}: name its column in columns = {{ … }}, or say what holds for the whole file in constants"));
        }
        if !missing.is_empty() {
            let value = |name: &str, kind: Kind| match kind {
                Kind::SchoolId => code_in(&self.sample.file).unwrap_or_else(|| "S0001".into()),
                Kind::SchoolYear => values::school_year_in(&self.sample.file).unwrap_or_else(|| "2025-2026".into()),
                Kind::CentreId => "C01".into(),
                _ => format!("{name}?"),
            };
            let all: Vec<String> = missing.iter().map(|(name, _, kind)| format!("{name} = {}", quoted(&value(name, *kind)))).collect();
            self.line(format!("# constants = {{ {} }}", all.join(", ")));
        }
    }

    /// Asks whether a register without `present` holds absences only; a missing row is a day at school then.
    fn register(&mut self) {
        let Some(status) = self.table.contract.column("status").filter(|_| self.table.contract.table == "attendance") else { return };
        let Some(pair) = self.table.pairs.iter().find(|p| self.column(p).name == "status").filter(|_| self.days.is_none()) else { return };
        let all: BTreeSet<String> = self.values(pair.header).map(words::plain).collect();
        let header = &self.headers[pair.header];
        let code = |word: &str| match values::meaning(status, header, word, &all) {
            Meaning::Sure(code) | Meaning::Guess(code) => code,
            _ => word.to_lowercase(),
        };
        let present = self.values(pair.header).any(|w| code(w) == "present");
        if !present && !all.is_empty() {
            self.open("nobody was present in the rows looked at: if only absences and lateness are written down, remove the mark, and no row will mean a day at school".into());
            self.line("# register = \"absences\"".into());
        }
    }

    fn codes(&mut self) {
        let mut columns: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for pair in &self.table.pairs {
            columns.insert(self.column(pair).name.clone(), vec![(pair.header, self.headers[pair.header].clone())]);
        }
        if let Some(days) = &self.days {
            columns.insert("status".into(), days.at.iter().map(|at| (*at, String::new())).collect());
        }
        let mut tables = Vec::new();
        for column in &self.table.contract.columns {
            let coded = matches!(column.kind, Kind::Code | Kind::Integer | Kind::Mark | Kind::SchoolYear) && !column.vault;
            let Some(places) = columns.get(&column.name).filter(|_| coded) else { continue };
            let header = places.first().map_or("", |(_, h)| h.as_str());
            let mut counted: BTreeMap<String, usize> = BTreeMap::new();
            for (at, _) in places {
                for value in self.values(*at) {
                    *counted.entry(value.to_string()).or_default() += 1;
                }
            }
            tables.extend(codes_of(column, header, &counted));
        }
        // Sub-tables come last: in TOML no key of the block may follow them.
        let (inline, sub): (Vec<Codes>, Vec<Codes>) = tables.into_iter().partition(|c| c.open.is_none());
        for codes in inline.into_iter().chain(sub) {
            if let Some(open) = codes.open {
                self.open(open);
            }
            self.mapping.lines.extend(codes.lines);
        }
    }

    fn found(&self) -> String {
        let mut text = match (&self.days, self.table.contract.table.as_str()) {
            (Some(days), table) => format!("{table}, one column a day ({} days)", days.at.len()),
            (None, table) => table.to_string(),
        };
        let pairs: Vec<String> = self
            .table
            .pairs
            .iter()
            .map(|p| (self.column(p).name.as_str(), self.headers[p.header].as_str()))
            .filter(|(name, header)| name != header)
            .map(|(name, header)| format!("{name} = {}", quoted(header)))
            .collect();
        if !pairs.is_empty() {
            let _ = write!(text, "; {}", pairs.join(", "));
        }
        let left = self.headers.len().saturating_sub(self.table.pairs.len() + self.days.as_ref().map_or(0, |d| d.at.len()));
        if left > 0 {
            let _ = write!(text, "; {} left alone", prane_base::error::plural(left, "column"));
        }
        text
    }
}

/// The lines for the codes of one column, and the question about those that are not sure.
struct Codes {
    open: Option<String>,
    lines: Vec<String>,
}

fn codes_of(column: &Column, header: &str, counted: &BTreeMap<String, usize>) -> Option<Codes> {
    let all: BTreeSet<String> = counted.keys().map(|w| words::plain(w)).collect();
    let meanings: Vec<(&String, usize, Meaning)> = counted
        .iter()
        .map(|(word, count)| (word, *count, values::meaning(column, header, word, &all)))
        .filter(|(_, _, m)| *m != Meaning::Same)
        .collect();
    if meanings.is_empty() {
        return None;
    }
    let name = &column.name;
    if meanings.len() > MOST_CODES || meanings.iter().any(|(word, ..)| word.chars().count() > LONGEST_CODE) {
        let open = format!("{name} holds many different words that are not its codes: is it the right column?");
        return Some(Codes { open: Some(open), lines: Vec::new() });
    }
    let sure: Vec<String> = meanings
        .iter()
        .filter_map(|(word, _, m)| if let Meaning::Sure(code) = m { Some(format!("{} = {}", quoted(word), quoted(code))) } else { None })
        .collect();
    if sure.len() == meanings.len() {
        return Some(Codes { open: None, lines: vec![format!("codes.{name} = {{ {} }}", sure.join(", "))] });
    }
    // The words are written to prane.toml only, not printed: one of them may be a child's name.
    let unsure = meanings.iter().filter(|(.., m)| !matches!(m, Meaning::Sure(_))).count();
    let known = if column.codes.is_empty() {
        String::new()
    } else {
        format!(" ({}{})", column.codes.join(", "), if column.empty_is_value { ", or \"\" for not recorded" } else { "" })
    };
    let open = format!(
        "what {} of {name} {}{known}: remove the mark where a line is right; a word left unsaid is refused, never taken for present",
        prane_base::error::plural(unsure, "word"),
        if unsure == 1 { "means" } else { "mean" }
    );
    let mut lines = vec![format!("[source.codes.{name}]")];
    for (word, count, meaning) in &meanings {
        let times = format!("{count} in the rows looked at");
        lines.push(match meaning {
            Meaning::Sure(code) => format!("{} = {}", quoted(word), quoted(code)),
            Meaning::Guess(code) => format!("# {} = {}   # a guess; {times}", quoted(word), quoted(code)),
            _ => format!("# {} = \"?\"   # say what it means; {times}", quoted(word)),
        });
    }
    Some(Codes { open: Some(open), lines })
}

/// A code such as `S0001` in a file's name.
fn code_in(file: &str) -> Option<String> {
    let parts = file.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |part: &&str| {
        part.len() >= 3 && part.starts_with(|c: char| c.is_ascii_uppercase()) && part[1..].bytes().all(|b| b.is_ascii_digit())
    };
    parts.into_iter().find(is_code).map(String::from)
}

/// A basic TOML string on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
