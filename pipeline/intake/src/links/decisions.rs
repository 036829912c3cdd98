//! Decisions of persons about links. A weight never overrules a decision; of two that contradict each other the later one
//! counts.

use std::collections::BTreeMap;

use az::UnwrappedAs;
use polars::prelude::*;
use prane_base::error::Result;
use prane_linkage::Decision;
use prane_store::Store;
use prane_store::tables::{OTHER_PUPIL, ROW_KEY};
use prane_vault::errors::FrameError;

use super::people::collect;

/// One decision, with the keys of the records that it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decided {
    /// Day of the decision, as days since 1970; decisions without one come first.
    pub date: Option<i32>,
    /// Key of its row; orders decisions of one day.
    pub row_key: String,
    /// Key of the participant or identification; of the second pupil for a decision about two numbers.
    pub record: String,
    /// Key of the pupil; none for `no_pupil`.
    pub pupil_key: Option<String>,
    /// `same`, `different` or `no_pupil`.
    pub decision: String,
}

/// Every decision that was ever handed in, oldest first.
#[derive(Debug, Default)]
pub struct HandedIn {
    /// About participants.
    pub participants: Vec<Decided>,
    /// About identifications, by the key of their row.
    pub identified: Vec<Decided>,
    /// About second numbers of pupils, by the key of the second number.
    pub numbers: Vec<Decided>,
}

/// Reads all decisions of the store.
///
/// # Errors
/// A store error.
pub fn handed_in(store: &Store) -> Result<HandedIn> {
    let columns = [ROW_KEY, "participant_key", "identification_id", OTHER_PUPIL, "pupil_key", "decision", "date"];
    let Some(frame) = collect(store, "link_decisions", &columns)? else { return Ok(HandedIn::default()) };
    let mut rows_of: BTreeMap<String, String> = BTreeMap::new();
    if let Some(known) = collect(store, "identifications", &["identification_id", ROW_KEY])? {
        let (ids, rows) =
            (known.column("identification_id").frame_err()?.str().frame_err()?, known.column(ROW_KEY).frame_err()?.str().frame_err()?);
        rows_of.extend(ids.iter().zip(rows.iter()).filter_map(|(id, row)| Some((id?.to_string(), row?.to_string()))));
    }
    let text = |name: &str| -> PolarsResult<Vec<Option<String>>> {
        Ok(frame.column(name)?.str()?.iter().map(|t| t.filter(|t| !t.is_empty()).map(String::from)).collect())
    };
    let (keys, participants, identifications) =
        (text(ROW_KEY).frame_err()?, text("participant_key").frame_err()?, text("identification_id").frame_err()?);
    let others = text(OTHER_PUPIL).frame_err()?;
    let (pupils, decisions, dates) = (
        text("pupil_key").frame_err()?,
        text("decision").frame_err()?,
        frame.column("date").frame_err()?.date().frame_err()?.physical().clone(),
    );
    let mut all = HandedIn::default();
    for (row, date) in dates.iter().enumerate() {
        // A line without a decision is not kept.
        let (Some(decision), Some(row_key)) = (decisions[row].clone(), keys[row].clone()) else { continue };
        let decided = |record: String| Decided { date, row_key, record, pupil_key: pupils[row].clone(), decision };
        if let Some(participant) = participants[row].clone() {
            all.participants.push(decided(participant));
        } else if let Some(other) = others[row].clone() {
            // After two numbers were merged, a decision about them has no effect any more.
            if pupils[row].as_ref() != Some(&other) {
                all.numbers.push(decided(other));
            }
        } else if let Some(identified) = identifications[row].as_ref().and_then(|id| rows_of.get(id)) {
            all.identified.push(decided(identified.clone()));
        }
    }
    all.participants.sort();
    all.identified.sort();
    all.numbers.sort();
    Ok(all)
}

/// The decisions that count, as positions in the two sides, and the number of older ones that a later one contradicts.
/// `group_of` gives the group of a record: within a group a pupil is linked to at most one record.
#[must_use]
pub fn valid(decided: &[Decided], pupil_keys: &[String], records: &[String], group_of: impl Fn(u32) -> u32) -> (Vec<Decision>, usize) {
    let position = |keys: &[String], key: &str| keys.binary_search_by(|k| k.as_str().cmp(key)).ok().map(|at| at.unwrapped_as::<u32>());
    // Later decisions overwrite earlier ones: about a pair, about a record's pupil, and about a pupil's record within a group.
    let mut is_same: BTreeMap<(u32, u32), bool> = BTreeMap::new();
    let mut pupil_of: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    let mut record_of: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    let mut overruled = 0;
    for decision in decided {
        let Some(right) = position(records, &decision.record) else { continue };
        let left = decision.pupil_key.as_deref().and_then(|key| position(pupil_keys, key));
        match (decision.decision.as_str(), left) {
            ("no_pupil", _) => {
                if let Some(Some(before)) = pupil_of.insert(right, None) {
                    record_of.remove(&(group_of(right), before));
                    overruled += 1;
                }
            }
            ("same", Some(left)) => {
                if let Some(before) = pupil_of.insert(right, Some(left)).flatten().filter(|before| *before != left) {
                    record_of.remove(&(group_of(right), before));
                    overruled += 1;
                }
                if let Some(other) = record_of.insert((group_of(right), left), right).filter(|other| *other != right) {
                    pupil_of.remove(&other);
                    overruled += 1;
                }
                overruled += usize::from(is_same.insert((left, right), true) == Some(false));
            }
            ("different", Some(left)) => {
                if pupil_of.get(&right) == Some(&Some(left)) {
                    pupil_of.remove(&right);
                    record_of.remove(&(group_of(right), left));
                    overruled += 1;
                }
                is_same.insert((left, right), false);
            }
            _ => {}
        }
    }
    let mut decisions: Vec<Decision> = pupil_of
        .into_iter()
        .map(|(right, left)| match left {
            Some(left) => Decision::Same { left, right },
            None => Decision::NoOne { right },
        })
        .collect();
    decisions.extend(is_same.into_iter().filter(|(_, same)| !same).map(|((left, right), _)| Decision::Different { left, right }));
    (decisions, overruled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(date: i32, record: &str, pupil: Option<&str>, decision: &str) -> Decided {
        Decided {
            date: Some(date),
            row_key: format!("{date}"),
            record: record.into(),
            pupil_key: pupil.map(String::from),
            decision: decision.into(),
        }
    }

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_later_decision_counts() {
        let (pupils, records) = (keys(&["a", "b"]), keys(&["x", "y"]));
        let valid_of = |all: &[Decided]| valid(all, &pupils, &records, |_| 0);
        assert_eq!(
            valid_of(&[decided(1, "x", Some("a"), "same"), decided(2, "x", Some("b"), "same")]),
            (vec![Decision::Same { left: 1, right: 0 }], 1)
        );
        assert_eq!(
            valid_of(&[decided(1, "x", Some("a"), "same"), decided(2, "y", Some("a"), "same")]),
            (vec![Decision::Same { left: 0, right: 1 }], 1),
            "within a centre a pupil is one participant"
        );
        assert_eq!(
            valid_of(&[decided(1, "x", Some("a"), "same"), decided(2, "x", Some("a"), "different")]),
            (vec![Decision::Different { left: 0, right: 0 }], 1)
        );
        assert_eq!(
            valid_of(&[decided(1, "x", Some("a"), "different"), decided(2, "x", Some("a"), "same")]),
            (vec![Decision::Same { left: 0, right: 0 }], 1)
        );
        assert_eq!(valid_of(&[decided(1, "x", None, "no_pupil")]), (vec![Decision::NoOne { right: 0 }], 0));
        assert_eq!(valid_of(&[decided(1, "gone", Some("a"), "same"), decided(1, "x", Some("gone"), "same")]), (vec![], 0));
    }

    #[test]
    fn two_centres_may_know_one_pupil() {
        let (pupils, records) = (keys(&["a"]), keys(&["x", "y"]));
        let all = [decided(1, "x", Some("a"), "same"), decided(2, "y", Some("a"), "same")];
        let (decisions, overruled) = valid(&all, &pupils, &records, |right| right);
        assert_eq!((decisions.len(), overruled), (2, 0));
    }
}
