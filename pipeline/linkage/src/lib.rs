//! Record linkage: finds records of one child, after Fellegi and Sunter, as Splink does it.
//!
//! Blocking rules choose the pairs to compare (`block.rs`, `rules.rs`), and their fields are compared (`compare.rs`,
//! `levels.rs`). Every level of agreement has a weight of `log2(m / u)`, where `m` is its share among records of one child and
//! `u` its share among records of two children; both are estimated without labelled data (`estimate.rs`, `sample.rs`,
//! `model.rs`). The weight of a pair is the sum of the prior and the weights of its levels (`score.rs`). It decides which pairs
//! are linked, which ones a person is asked about, and which records stay unlinked (`assign.rs`).
//!
//! The same input gives the same output on any number of threads: samples have a fixed seed, sums a fixed order, and ties are
//! broken by the order of the file.

mod assign;
mod block;
mod compare;
mod estimate;
mod levels;
mod likeness;
mod model;
mod normalise;
mod person;
mod rules;
mod sample;
mod score;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use levels::{COMPARISONS, Levels};
pub use model::{Comparison, Level, Model};
pub use normalise::{clean, clean_id, sound};
pub use person::{BirthDate, Person, Sex};
pub use rules::{Passed, Rule};

use assign::{Known, probability, verdict};
use block::{Blocks, Data};
use estimate::estimate;
use likeness::Likeness;
use model::Rarity;
use normalise::{NONE, Names, Numbers};
use person::People;
use score::score;

/// Thresholds and limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Least probability of a pair that is linked without asking a person, after the share of its rivals (`Pair::standing`). Most
    /// links are far above it: of ten thousand links made at 0.99 one or two are wrong (measured on an invented world of half a
    /// million pupils).
    pub link_at: f64,
    /// Least probability, by the weight of the pair alone, of a pair that a person is asked about; less likely pairs are dropped.
    /// At 0.5 a pair is more likely to be one child than two.
    pub review_at: f64,
    /// Most pairs that a person is asked about for one participant.
    pub keep: usize,
    /// Most people of a blocking key; a key with more is skipped (see [`Linkage::passed`]).
    pub largest_block: usize,
}

impl Settings {
    /// Settings with the thresholds of the policy; the limits are constants.
    #[must_use]
    pub fn new(link_at: f64, review_at: f64) -> Self {
        Self { link_at, review_at, keep: 5, largest_block: 5_000 }
    }
}

/// The decision of a person, which is never overruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The two are one child: they are always linked, and no other participant of the group is linked to this pupil.
    Same {
        /// Row of the pupil.
        left: u32,
        /// Row of the participant.
        right: u32,
    },
    /// The two are not one child: they never form a pair.
    Different {
        /// Row of the pupil.
        left: u32,
        /// Row of the participant.
        right: u32,
    },
    /// The participant is not a pupil (or, among duplicates, the record has no duplicate): it is in no pair.
    NoOne {
        /// Row of the participant.
        right: u32,
    },
}

/// Two records that may be of one child.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Row of the pupil; among duplicates, of the earlier record.
    pub left: u32,
    /// Row of the participant; among duplicates, of the later record.
    pub right: u32,
    /// Match weight in bits: the sum of the prior and all `weights`. Each bit doubles the odds.
    pub weight: f64,
    /// The probability that corresponds to `standing`; it decides whether the pair is linked.
    pub probability: f64,
    /// Log2 of the odds of the pair against its rivals: no pupil at all, other pupils for this participant, and other
    /// participants of the centre for this pupil. Pairs are ranked by it; it is never above `weight`. Among duplicates it equals
    /// `weight`.
    pub standing: f64,
    /// Level of agreement of each comparison, in the order of `Model::comparisons`.
    pub levels: Levels,
    /// Weight of each comparison in bits, including the rarity of the value.
    pub weights: [f64; COMPARISONS],
    /// Whether the pair is linked or for review.
    pub verdict: Verdict,
}

/// Whether a pair is linked or for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Linked by the decision of a person.
    Decided,
    /// Linked by the model.
    Link,
    /// A person is asked.
    Review(Doubt),
}

/// Why a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The probability is between the thresholds.
    Unlikely,
    /// Another pupil is nearly as likely or agrees better in names and birth date, or another participant of the centre is nearly
    /// as likely to be this pupil.
    Rivals,
    /// Both national ids are known and differ by more than a slip.
    Ids,
    /// The birth dates differ by more than a slip; or, without an equal id, they differ by a slip or are a common placeholder.
    BirthDates,
    /// Neither id nor birth date is known, so namesakes cannot be excluded.
    NamesOnly,
    /// The first names may be those of siblings or twins: they are not similar, or other children have each of them.
    FirstNames,
    /// The last names differ.
    LastNames,
    /// No id, and another municipality; or no known municipality, and a slip in name or birth date.
    NoPlace,
}

/// The outcome for a participant; among duplicates, for a record compared with the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Linked.
    Linked {
        /// Position in [`Linkage::pairs`].
        pair: usize,
    },
    /// A person is asked.
    Review {
        /// Positions in [`Linkage::pairs`], best first.
        pairs: Range<usize>,
    },
    /// No pair is likely enough.
    Unlinked,
}

/// The result of the linkage.
#[derive(Debug, Clone, PartialEq)]
pub struct Linkage {
    /// The estimated model.
    pub model: Model,
    /// Pairs that are linked or for review, by participant, best first.
    pub pairs: Vec<Pair>,
    /// One outcome per participant, in the order of the file.
    pub outcomes: Vec<Outcome>,
    /// Number of pairs compared.
    pub compared: u64,
    /// Blocking keys that were skipped because too many people have them.
    pub passed: Vec<Passed>,
}

impl Linkage {
    /// A pair in words: comparison, level and weight in bits, such as "first name", "equal", 9.2. Unknown fields are left out.
    #[must_use]
    pub fn explain(&self, pair: &Pair) -> Vec<(&'static str, &'static str, f64)> {
        self.model.explain(pair.levels, &pair.weights)
    }
}

/// Why the linkage could not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file has more people than can be numbered.
    #[error("{0} people in one file: more than can be linked at once")]
    TooMany(usize),
    /// A decision names a row that is not in the file.
    #[error("a decision names row {row} on the {side}, which does not exist")]
    NoSuchRow {
        /// "left" or "right".
        side: &'static str,
        /// The row.
        row: u32,
    },
    /// Decisions contradict each other.
    #[error("decisions on row {right} contradict each other")]
    Contradiction {
        /// Row of the participant.
        right: u32,
    },
    /// Thresholds are in the wrong order or not between 0 and 1, or `keep` is 0.
    #[error("settings: 0 < review_at <= link_at < 1 and keep >= 1 must hold")]
    Settings,
}

/// Finds the pupil of each participant.
///
/// # Errors
/// Invalid settings, files that are too large, decisions that contradict each other or name rows that do not exist.
pub fn link(pupils: &[Person], participants: &[Person], decisions: &[Decision], settings: &Settings) -> Result<Linkage, Error> {
    run(pupils, Some(participants), decisions, settings)
}

/// Finds records of one child within one file. Pairs have `left < right`; a child with three records has up to three pairs, so
/// its records are those connected by links.
///
/// # Errors
/// As [`link`].
pub fn duplicates(people: &[Person], decisions: &[Decision], settings: &Settings) -> Result<Linkage, Error> {
    run(people, None, decisions, settings)
}

fn run(left: &[Person], right: Option<&[Person]>, decisions: &[Decision], settings: &Settings) -> Result<Linkage, Error> {
    let Settings { link_at, review_at, keep, largest_block } = *settings;
    if !(0.0 < review_at && review_at <= link_at && link_at < 1.0 && keep > 0) {
        return Err(Error::Settings);
    }
    // Every name, id and row needs a number below `NONE`.
    for file in [left, right.unwrap_or_default()] {
        if file.len() >= (NONE / 4) as usize {
            return Err(Error::TooMany(file.len()));
        }
    }
    let (mut names, mut ids) = (Names::default(), Numbers::default());
    let people = People::new(left, &mut names, &mut ids);
    let others = right.map(|right| People::new(right, &mut names, &mut ids));
    names.close();
    ids.close();

    let (left, right, one_file) = (&people, others.as_ref().unwrap_or(&people), others.is_none());
    let blocks = Blocks::new(&names, &ids, left, right, largest_block);
    let rarity = Rarity::new(&names, left);
    let data = Data { names: &names, ids: &ids, left, right, blocks: &blocks, rarity: &rarity, one_file };
    let known = Known::new(decisions, &data)?;

    let model = estimate(&data);
    let least = (review_at / (1.0 - review_at)).log2();
    let likeness = Likeness::new(&names, left, right);
    let scores = score(&data, &likeness, &model, &known, keep, least);

    let mut pairs: Vec<Pair> = Vec::with_capacity(scores.pairs.len());
    for scored in scores.pairs {
        if let Some(verdict) = verdict(&scored, &known, settings) {
            let score::Scored { left, right, weight, standing, levels, weights, .. } = scored;
            pairs.push(Pair { left, right, weight, probability: probability(standing), standing, levels, weights, verdict });
        }
    }
    pairs.sort_by(|a, b| a.right.cmp(&b.right).then(b.standing.total_cmp(&a.standing)).then(a.left.cmp(&b.left)));
    let outcomes = outcomes(&pairs, right.len());
    Ok(Linkage { model, pairs, outcomes, compared: scores.compared, passed: scores.passed })
}

/// One outcome per person on the right, from pairs sorted by that person.
fn outcomes(pairs: &[Pair], people: u32) -> Vec<Outcome> {
    let mut at = 0;
    (0..people)
        .map(|person| {
            let from = at;
            at += pairs[from..].iter().take_while(|pair| pair.right == person).count();
            match pairs[from..at].iter().position(|pair| matches!(pair.verdict, Verdict::Link | Verdict::Decided)) {
                Some(linked) => Outcome::Linked { pair: from + linked },
                None if from < at => Outcome::Review { pairs: from..at },
                None => Outcome::Unlinked,
            }
        })
        .collect()
}
