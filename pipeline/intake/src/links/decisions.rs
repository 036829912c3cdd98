//! What people decided about links. Decisions are never overruled by a weight; where two contradict each other, the later
//! one holds.

use std::collections::BTreeMap;

use az::UnwrappedAs;
use polars::prelude::*;
use prane_base::error::Result;
use prane_linkage::Decision;
use prane_store::Store;
use prane_store::tables::{OTHER_PUPIL, ROW_KEY};
use prane_vault::errors::FrameError;

use super::people::collect;

/// One decision, by the keys of what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decided {
    /// Day of the decision, as days since 1970; decisions without one come first.
    pub date: Option<i32>,
    /// Orders decisions of one day.
    pub row_key: String,
    /// Participant or identification it is about.
    pub record: String,
    /// The pupil; none for `no_pupil`.
    pub pupil_key: Option<String>,
    /// `same`, `different` or `no_pupil`.
    pub decision: String,
}

/// Every decision ever handed in, oldest first.
#[derive(Debug, Default)]
pub struct HandedIn {
    /// About participants.
    pub participants: Vec<Decided>,
    /// About identifications, by their row.
    pub identified: Vec<Decided>,
    /// About second numbers of pupils, by the key of the second.
    pub numbers: Vec<Decided>,
}

/// Reads them.
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
            // Once two numbers are one pupil's, a decision about them says nothing more.
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

/// The decisions as rows of the two sides, and how many older ones were put aside because a later one contradicts them.
/// `group_of` gives the group of a record: within one, a pupil is one record's.
#[must_use]
pub fn standing(decided: &[Decided], pupil_keys: &[String], records: &[String], group_of: impl Fn(u32) -> u32) -> (Vec<Decision>, usize) {
    let place = |keys: &[String], key: &str| keys.binary_search_by(|k| k.as_str().cmp(key)).ok().map(|at| at.unwrapped_as::<u32>());
    // Later decisions overwrite: what is said of a pair, whose a record is, and whose a pupil is within a group.
    let mut pairs: BTreeMap<(u32, u32), bool> = BTreeMap::new();
    let mut whose: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    let mut taken: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    let mut aside = 0;
    for one in decided {
        let Some(right) = place(records, &one.record) else { continue };
        let left = one.pupil_key.as_deref().and_then(|key| place(pupil_keys, key));
        match (one.decision.as_str(), left) {
            ("no_pupil", _) => {
                if let Some(Some(before)) = whose.insert(right, None) {
                    taken.remove(&(group_of(right), before));
                    aside += 1;
                }
            }
            ("same", Some(left)) => {
                if let Some(before) = whose.insert(right, Some(left)).flatten().filter(|before| *before != left) {
                    taken.remove(&(group_of(right), before));
                    aside += 1;
                }
                if let Some(other) = taken.insert((group_of(right), left), right).filter(|other| *other != right) {
                    whose.remove(&other);
                    aside += 1;
                }
                aside += usize::from(pairs.insert((left, right), true) == Some(false));
            }
            ("different", Some(left)) => {
                if whose.get(&right) == Some(&Some(left)) {
                    whose.remove(&right);
                    taken.remove(&(group_of(right), left));
                    aside += 1;
                }
                pairs.insert((left, right), false);
            }
            _ => {}
        }
    }
    let mut decisions: Vec<Decision> = whose
        .into_iter()
        .map(|(right, left)| match left {
            Some(left) => Decision::Same { left, right },
            None => Decision::NoOne { right },
        })
        .collect();
    decisions.extend(pairs.into_iter().filter(|(_, same)| !same).map(|((left, right), _)| Decision::Different { left, right }));
    (decisions, aside)
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
    fn the_later_decision_holds() {
        let (pupils, records) = (keys(&["a", "b"]), keys(&["x", "y"]));
        let stand = |all: &[Decided]| standing(all, &pupils, &records, |_| 0);
        assert_eq!(
            stand(&[decided(1, "x", Some("a"), "same"), decided(2, "x", Some("b"), "same")]),
            (vec![Decision::Same { left: 1, right: 0 }], 1)
        );
        assert_eq!(
            stand(&[decided(1, "x", Some("a"), "same"), decided(2, "y", Some("a"), "same")]),
            (vec![Decision::Same { left: 0, right: 1 }], 1),
            "within a centre a pupil is one participant"
        );
        assert_eq!(
            stand(&[decided(1, "x", Some("a"), "same"), decided(2, "x", Some("a"), "different")]),
            (vec![Decision::Different { left: 0, right: 0 }], 1)
        );
        assert_eq!(
            stand(&[decided(1, "x", Some("a"), "different"), decided(2, "x", Some("a"), "same")]),
            (vec![Decision::Same { left: 0, right: 0 }], 1)
        );
        assert_eq!(stand(&[decided(1, "x", None, "no_pupil")]), (vec![Decision::NoOne { right: 0 }], 0));
        assert_eq!(stand(&[decided(1, "gone", Some("a"), "same"), decided(1, "x", Some("gone"), "same")]), (vec![], 0));
    }

    #[test]
    fn two_centres_may_know_one_pupil() {
        let (pupils, records) = (keys(&["a"]), keys(&["x", "y"]));
        let all = [decided(1, "x", Some("a"), "same"), decided(2, "y", Some("a"), "same")];
        let (decisions, aside) = standing(&all, &pupils, &records, |right| right);
        assert_eq!((decisions.len(), aside), (2, 0));
    }
}
