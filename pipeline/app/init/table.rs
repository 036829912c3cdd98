//! Finds the table that a file belongs to: its headers are scored against every contract, and the best score wins.

use az::UnwrappedAs;
use prane_contract::{Column, Contract, Kind, table_of_file};

use super::values::DayColumns;
use super::words;

/// How well a header matches a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It is the canonical name or a known synonym.
    Known,
    /// It is spelt nearly like one of these.
    Near,
}

/// A column and its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// Index in the contract.
    pub column: usize,
    /// Index in the file.
    pub header: usize,
    /// How well they match.
    pub likeness: Likeness,
}

/// A file matched to a table.
#[derive(Debug, Clone)]
pub(super) struct Table<'a> {
    /// Its contract.
    pub contract: &'a Contract,
    /// Its columns, in the contract's order.
    pub pairs: Vec<Pair>,
    /// Required columns without a header.
    pub missing: Vec<&'a Column>,
    /// Another table with nearly the same score.
    pub rival: Option<&'a str>,
    score: i64,
}

/// Minimum score of a match: about two required columns.
const MIN_SCORE: i64 = 39;
/// A table whose score is within this distance of the best one is its rival.
const CLOSE: i64 = 10;

/// The best table for a file with these headers; `None` where no table fits. `days` are the day columns of a wide register.
pub(super) fn best<'a>(contracts: &'a [Contract], file: &str, headers: &[String], days: Option<&DayColumns>) -> Option<Table<'a>> {
    let mut all: Vec<Table<'a>> =
        contracts.iter().filter(|c| days.is_none() || is_register(c)).map(|c| score(c, contracts, file, headers, days)).collect();
    // The sort is stable: of two equal scores, the first in the order of intake wins.
    all.sort_by_key(|t| std::cmp::Reverse(t.score));
    let mut all = all.into_iter();
    let mut first = all.next().filter(|t| t.score >= MIN_SCORE)?;
    first.rival = all.next().filter(|t| t.score >= MIN_SCORE && t.score + CLOSE >= first.score).map(|t| t.contract.table.as_str());
    Some(first)
}

/// Whether the table can have one column per day.
fn is_register(contract: &Contract) -> bool {
    contract.column("date").is_some() && contract.column("status").is_some_and(|c| c.codes.iter().any(|code| code == "present"))
}

fn score<'a>(contract: &'a Contract, contracts: &[Contract], file: &str, headers: &[String], days: Option<&DayColumns>) -> Table<'a> {
    let is_in_days = |column: &Column| days.is_some() && (column.name == "date" || column.name == "status");
    let is_day = |at: usize| days.is_some_and(|d| d.at.contains(&at));
    let mut candidates = Vec::new();
    for (column, wanted) in contract.columns.iter().enumerate().filter(|(_, c)| !is_in_days(c)) {
        for (header, text) in headers.iter().enumerate().filter(|(at, _)| !is_day(*at)) {
            if let Some((worth, likeness)) = likeness(wanted, text) {
                candidates.push((worth, Pair { column, header, likeness }));
            }
        }
    }
    candidates.sort_by_key(|(worth, pair)| (std::cmp::Reverse(*worth), pair.header, pair.column));
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, pair) in candidates {
        if !pairs.iter().any(|p| p.column == pair.column || p.header == pair.header) {
            pairs.push(pair);
        }
    }
    pairs.sort_by_key(|p| p.column);
    let has = |at: usize| pairs.iter().any(|p| p.column == at);
    let missing: Vec<&Column> =
        contract.columns.iter().enumerate().filter(|(at, c)| c.required && !is_in_days(c) && !has(*at)).map(|(_, c)| c).collect();
    let matched: i64 = pairs.iter().map(|p| worth(&contract.columns[p.column], p.likeness)).sum();
    let days_worth = contract.columns.iter().filter(|c| is_in_days(c)).map(|_| 20).sum::<i64>();
    // A school or centre often omits its own code.
    let penalty: i64 = missing.iter().map(|c| if matches!(c.kind, Kind::SchoolId | Kind::CentreId) { 5 } else { 15 }).sum();
    let unmatched = headers.len().saturating_sub(pairs.len() + days.map_or(0, |d| d.at.len())).min(15);
    let lower = file.to_lowercase();
    let named = if table_of_file(contracts, file).is_some_and(|c| c.table == contract.table) {
        30
    } else if lower.contains(&contract.table) {
        20
    } else {
        0
    };
    let score = matched + days_worth + named - penalty - unmatched.unwrapped_as::<i64>();
    Table { contract, pairs, missing, rival: None, score }
}

fn worth(column: &Column, likeness: Likeness) -> i64 {
    match (column.required, likeness) {
        (true, Likeness::Known) => 20,
        (true, Likeness::Near) => 15,
        (false, Likeness::Known) => 10,
        (false, Likeness::Near) => 7,
    }
}

/// Shorter headers are never matched by similar spelling.
const SHORTEST_NEAR: usize = 6;

/// How well a header matches a column: a score for choosing pairs, and the likeness.
fn likeness(column: &Column, header: &str) -> Option<(u32, Likeness)> {
    let plain = words::plain(header);
    if plain.is_empty() {
        return None;
    }
    if plain == words::plain(&column.name) {
        return Some((1000, Likeness::Known));
    }
    let own = words::HEADERS.iter().filter(|(of, _)| *of == column.name).map(|(_, header)| *header);
    let known: Vec<String> = column.also.iter().map(String::as_str).chain(own).map(words::plain).collect();
    if let Some((at, _)) = (0..).zip(&known).find(|(_, k)| **k == plain) {
        // Of two headers that match, the one earlier in `also` wins.
        return Some((900 - at, Likeness::Known));
    }
    let near = known
        .iter()
        .map(String::as_str)
        .chain([words::plain(&column.name).as_str()])
        .any(|k| k.len().min(plain.len()) >= SHORTEST_NEAR && strsim::normalized_damerau_levenshtein(k, &plain) >= 0.86);
    near.then_some((500, Likeness::Near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prane_contract::contracts;

    fn table(file: &str, headers: &[&str]) -> Option<(String, Vec<String>)> {
        let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
        let contracts = contracts().unwrap();
        best(&contracts, file, &headers, None).map(|t| {
            (
                t.contract.table.clone(),
                t.pairs.iter().map(|p| format!("{}={}", t.contract.columns[p.column].name, headers[p.header])).collect(),
            )
        })
    }

    #[test]
    fn every_canonical_header_is_its_own_table() {
        for contract in contracts().unwrap() {
            let headers: Vec<&str> = contract.columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(table("export.csv", &headers).unwrap().0, contract.table);
        }
    }

    #[test]
    fn accents_case_spaces_and_order_do_not_matter() {
        let (name, pairs) = table("lista.csv", &["Datëlindja", "MBIEMRI", "emri", "Nr. Amzë", "gjinia"]).unwrap();
        assert_eq!(name, "pupils");
        assert_eq!(pairs, ["pupil_id=Nr. Amzë", "first_name=emri", "last_name=MBIEMRI", "birth_date=Datëlindja", "sex=gjinia"]);
    }

    #[test]
    fn a_slip_in_a_header_is_met() {
        let (name, pairs) = table("x.csv", &["pupil_id", "schol_id", "date", "status"]).unwrap();
        assert_eq!(name, "attendance");
        assert!(pairs.contains(&"school_id=schol_id".to_string()));
    }

    #[test]
    fn what_is_no_table_is_none() {
        assert!(table("menu.csv", &["dish", "price", "allergens"]).is_none());
        assert!(table("x.csv", &[]).is_none());
    }
}
