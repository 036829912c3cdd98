//! Linkage: which records are of one child, after Fellegi and Sunter, in the manner of Splink.
//!
//! Fields are compared (`compare.rs`, `levels.rs`) for the pairs some rule puts beside each other (`block.rs`,
//! `rules.rs`); every level of agreement weighs `log2(m / u)`, the share it has among records of one child beside that
//! among records of two, learnt from the records without a known link (`estimate.rs`, `sample.rs`, `model.rs`); a pair's
//! weight is their sum and the prior. From the weights (`score.rs`) comes what is linked without a human, what a human is
//! asked, and what stays alone (`assign.rs`).
//!
//! Same input, same output, on any number of threads: draws have a fixed seed, sums a fixed order, ties the file's order.

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

/// How careful to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Probability from which a pair is linked without a human, after its rivals have had their share (`Pair::standing`).
    /// The least certain link must reach it; most are far above, so that of ten thousand links made at 0.99 about one or two
    /// are wrong (measured on an invented world of half a million pupils).
    pub link_at: f64,
    /// Probability, of the pair's own weight, from which a human is asked; below, the pair is not told of. At 0.5
    /// it is more likely one child than two.
    pub review_at: f64,
    /// How many pairs a human is shown for one participant, at most.
    pub keep: usize,
    /// People of one blocking key beyond which the key is passed over (see [`Linkage::passed`]).
    pub largest_block: usize,
}

impl Settings {
    /// As careful as the policy asks; how many pairs are kept and how large a block may be is no one's to decide.
    #[must_use]
    pub fn new(link_at: f64, review_at: f64) -> Self {
        Self { link_at, review_at, keep: 5, largest_block: 5_000 }
    }
}

/// What a human has decided. Never overruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The two are one child: always linked, and within the group no one else gets this pupil.
    Same {
        /// Row of the pupil.
        left: u32,
        /// Row of the participant.
        right: u32,
    },
    /// The two are not one child: never a pair.
    Different {
        /// Row of the pupil.
        left: u32,
        /// Row of the participant.
        right: u32,
    },
    /// The participant is no pupil (or, among duplicates, the record has no other): never in a pair.
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
    /// Match weight in bits: the prior and all `weights`. Each bit doubles the odds.
    pub weight: f64,
    /// The probability `standing` stands for, which decides whether the pair is linked.
    pub probability: f64,
    /// The pair against its rivals, log2 of odds: "no pupil at all", other pupils for this participant, other
    /// participants of the centre for this pupil. The order of certainty, and what links are made by; never above
    /// `weight`. Among duplicates the same as `weight`.
    pub standing: f64,
    /// Agreement by comparison, in the order of `Model::comparisons`.
    pub levels: Levels,
    /// What each comparison added, in bits, the rarity of the value included.
    pub weights: [f64; COMPARISONS],
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Linked, as a human decided.
    Decided,
    /// Linked without a human.
    Link,
    /// A human is asked.
    Review(Doubt),
}

/// Why a human is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The probability is between the thresholds.
    Unlikely,
    /// Another pupil is nearly as likely or agrees better in names and birth date, or another participant of the centre is
    /// nearly as likely this pupil.
    Rivals,
    /// Both national ids are known and differ by more than a slip.
    Ids,
    /// The birth dates differ by more than a slip; or without an equal id by a slip, or are one that many are entered under.
    BirthDates,
    /// Neither id nor birth date to tell namesakes apart.
    NamesOnly,
    /// First names that could be a sibling's or twin's: not alike, or both of them names that other children bear.
    FirstNames,
    /// Last names that are not the same.
    LastNames,
    /// No id, and another municipality; or none known and a slip in name or birth date.
    NoPlace,
}

/// What becomes of a participant; among duplicates, of a record beside the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Linked.
    Linked {
        /// Place in [`Linkage::pairs`].
        pair: usize,
    },
    /// A human is asked.
    Review {
        /// Places in [`Linkage::pairs`], best first.
        pairs: Range<usize>,
    },
    /// No pair worth a look.
    Unlinked,
}

/// What linking came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Linkage {
    /// What agreement weighed.
    pub model: Model,
    /// Pairs linked or for review, by participant, then best first.
    pub pairs: Vec<Pair>,
    /// One a participant, in the file's order: linked, review and unlinked add up to all.
    pub outcomes: Vec<Outcome>,
    /// How many pairs were compared.
    pub compared: u64,
    /// Blocking keys passed over because they said too little.
    pub passed: Vec<Passed>,
}

impl Linkage {
    /// A pair in words: comparison, level, bits added. "first name", "equal", 9.2. What is not known is left out.
    #[must_use]
    pub fn explain(&self, pair: &Pair) -> Vec<(&'static str, &'static str, f64)> {
        self.model.explain(pair.levels, &pair.weights)
    }
}

/// Why linking could not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file of more people than can be numbered.
    #[error("{0} people in one file: more than can be linked at once")]
    TooMany(usize),
    /// A decision on a row that is not in the file.
    #[error("a decision names row {row} on the {side}, which is not there")]
    NoSuchRow {
        /// "left" or "right".
        side: &'static str,
        /// The row.
        row: u32,
    },
    /// Decisions that cannot all hold.
    #[error("decisions on row {right} contradict each other")]
    Contradiction {
        /// Row of the participant.
        right: u32,
    },
    /// Thresholds in the wrong order or not between 0 and 1, or nothing to keep.
    #[error("settings: 0 < review_at <= link_at < 1 and keep >= 1 must hold")]
    Settings,
}

/// Finds the pupil each participant is.
///
/// # Errors
/// Settings that make no sense, files too large, decisions that contradict each other or name rows that are not there.
pub fn link(pupils: &[Person], participants: &[Person], decisions: &[Decision], settings: &Settings) -> Result<Linkage, Error> {
    run(pupils, Some(participants), decisions, settings)
}

/// Finds records of one child within one file. Pairs have `left < right`; a child with three records makes up to three
/// pairs, so that the records linked are those connected by links.
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
    // A number for every name, id and row, with room for "none".
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

/// One outcome a person on the right, of pairs sorted by that person.
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
