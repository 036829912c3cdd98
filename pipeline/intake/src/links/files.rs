//! `prane link try LEFT [RIGHT]`: runs the linkage on plain files, so that its results can be inspected, and measured where the
//! truth is known. Of a project only the policy is read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use az::UnwrappedAs;
use prane_base::error::{Error, Result};
use prane_contract::reject::harmless;
use prane_linkage::{BirthDate, Linkage, Outcome, Person, Settings, Sex, Verdict, duplicates, link};

use super::doubt_word;

/// Columns that a file may have; only the first is required.
const COLUMNS: [&str; 9] = ["id", "national_id", "first_name", "last_name", "birth_date", "sex", "school", "municipality", "group"];

/// The result of [`try_files`].
pub struct FileLinkage {
    /// One row per pair: `left,right,weight,standing,probability,verdict,outcome,why`.
    pub csv: Vec<u8>,
    /// The model and the counts, in words.
    pub summary: String,
}

/// Links the people of two files, or finds duplicates within one.
///
/// # Errors
/// A usage error where a file cannot be read as people.
pub fn try_files(left: &Path, right: Option<&Path>, settings: &Settings) -> Result<FileLinkage> {
    let mut codes = BTreeMap::new();
    let (left_ids, left_people) = people(left, &mut codes)?;
    let right = right.map(|path| people(path, &mut codes)).transpose()?;
    let linkage = match &right {
        Some((_, people)) => link(&left_people, people, &[], settings),
        None => duplicates(&left_people, &[], settings),
    }
    .map_err(|e| Error::usage(e.to_string(), "look at --link-at and --review-at: 0 < review <= link < 1"))?;
    let right_ids = right.as_ref().map_or(&left_ids, |(ids, _)| ids);
    Ok(FileLinkage { csv: csv_of(&linkage, &left_ids, right_ids)?, summary: summary(&linkage) })
}

fn people(path: &Path, codes: &mut BTreeMap<String, u32>) -> Result<(Vec<String>, Vec<Person>)> {
    let usage_error = |what: &dyn std::fmt::Display| {
        Error::usage(
            format!("{}: {what}", path.display()),
            format!("a CSV file with the columns {}; all but id may be missing", COLUMNS.join(", ")),
        )
    };
    let mut reader = csv::Reader::from_path(path).map_err(|e| usage_error(&e))?;
    let headers = reader.headers().map_err(|e| usage_error(&e))?.clone();
    let at = COLUMNS.map(|name| headers.iter().position(|h| h.trim() == name));
    if at[0].is_none() {
        return Err(usage_error(&"has no column id"));
    }
    let (mut ids, mut people) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row.map_err(|e| usage_error(&e))?;
        let field = |n: usize| at[n].and_then(|at| row.get(at)).map(str::trim).filter(|text| !text.is_empty());
        let mut coded = |n: usize| -> Vec<u32> {
            let next = codes.len().unwrapped_as::<u32>();
            field(n).map(|text| *codes.entry(format!("{} {text}", COLUMNS[n])).or_insert(next)).into_iter().collect()
        };
        ids.push(field(0).unwrap_or_default().to_owned());
        people.push(Person {
            schools: coded(6),
            municipalities: coded(7),
            group: coded(8).first().copied().unwrap_or(0),
            national_id: field(1).map(str::to_owned),
            first_name: field(2).map(str::to_owned),
            last_name: field(3).map(str::to_owned),
            birth_date: field(4).and_then(|text| BirthDate::digits(&text.replace('-', ""))),
            sex: match field(5) {
                Some("F" | "f") => Some(Sex::Female),
                Some("M" | "m") => Some(Sex::Male),
                _ => None,
            },
        });
    }
    Ok((ids, people))
}

fn csv_of(linkage: &Linkage, left: &[String], right: &[String]) -> Result<Vec<u8>> {
    let store_error = |e: csv::Error| Error::store("the pairs", e);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["left", "right", "weight", "standing", "probability", "verdict", "outcome", "why"]).map_err(store_error)?;
    for (at, pair) in linkage.pairs.iter().enumerate() {
        let outcome = match &linkage.outcomes[pair.right as usize] {
            Outcome::Linked { pair } if *pair == at => "linked",
            Outcome::Linked { .. } => "beside",
            _ => "review",
        };
        let verdict = match pair.verdict {
            Verdict::Decided => "decided",
            Verdict::Link => "link",
            Verdict::Review(doubt) => doubt_word(doubt),
        };
        let why: Vec<String> =
            linkage.explain(pair).iter().map(|(name, level, weight)| format!("{name}: {level} ({weight:+.1})")).collect();
        let (weight, standing) = (format!("{:.4}", pair.weight), format!("{:.4}", pair.standing));
        let probability = format!("{:.6}", pair.probability);
        let (left, right) = (harmless(&left[pair.left as usize]), harmless(&right[pair.right as usize]));
        writer.write_record([&left, &right, &weight, &standing, &probability, verdict, outcome, &why.join("; ")]).map_err(store_error)?;
    }
    writer.into_inner().map_err(|e| Error::store("the pairs", e))
}

/// The model, one line per level, and the number of records by outcome.
fn summary(linkage: &Linkage) -> String {
    let mut text = format!("prior: 1 in {:.0}\n", 1.0 / linkage.model.prior);
    for comparison in &linkage.model.comparisons {
        for level in &comparison.levels {
            let _ = writeln!(
                text,
                "{:16} {:26} m {:8.5} u {:10.7} weight {:+6.2}",
                comparison.name, level.name, level.m, level.u, level.weight
            );
        }
    }
    let _ = writeln!(text, "{} pairs compared", linkage.compared);
    for passed in &linkage.passed {
        let _ = writeln!(text, "blocking by {:?}: {} keys too common to be used", passed.rule, passed.times);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &linkage.outcomes {
        let name = match outcome {
            Outcome::Linked { .. } => "linked",
            Outcome::Review { .. } => "for review",
            Outcome::Unlinked => "unlinked",
        };
        *counts.entry(name).or_default() += 1;
    }
    for (name, n) in counts {
        let _ = writeln!(text, "{name}: {n}");
    }
    text
}
