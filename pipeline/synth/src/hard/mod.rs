//! Worlds that are hard to link (`--hard-links`): what centres and field staff write down is damaged in the ways real
//! records are, and the truth is written beside the world, in `truth/`, where no night reads it.
//!
//! - `participants.csv`: each participant and the pupil it is; empty for a child at no school of this world.
//! - `identifications.csv`: each identification and the pupil it means; empty likewise.
//! - `same_pupil.csv`: pupils with two numbers, the earlier first. The other files always give the earlier one.
//! - `twins.csv`: twins among the pupils, who must not be taken for each other.
//!
//! Here stand the shares; `people` says who is who, `damage` what goes wrong with a name, a date or a number, `records`
//! what is written down about a child. Every draw has a stream of its own, so that a world without the option is what it
//! always was.

mod damage;
mod people;
mod records;
mod truth;

pub(super) use people::{Second, elder, person, second_numbers, second_spelling};
pub(super) use records::{identify, known_elsewhere, record, twin_comes_too};
pub(super) use truth::write_truth;

/// All shares in 1/10,000. None is measured: they are chosen, and rather too bad than too good for records taken down by
/// hand.
mod shares {
    // The school system.

    /// Pupils with a national id: 8 % have none.
    pub(super) const HAS_NATIONAL_ID: u32 = 9200;
    /// Of the pairs that sit one after the other in a class list, those who are twins: about 1 % of pupils are one.
    pub(super) const TWINS: u32 = 104;
    /// Of the pupils who move within the year (1.5 %), those entered anew at the other school: 0.5 % of all.
    pub(super) const SECOND_NUMBER: u32 = 3333;

    // Who comes to a centre.

    /// Of the twins whose elder comes, the younger ones who come along.
    pub(super) const TWIN_COMES_TOO: u32 = 5000;
    /// Participants whom another centre knows too.
    pub(super) const KNOWN_ELSEWHERE: u32 = 200;
    /// Children at no school who have the first and last name of a pupil, beyond those who have it by chance.
    pub(super) const NAMESAKE: u32 = 3000;

    // What is written down about a child.

    /// Of the participants who have a national id (92 %), those who bring it: half of all.
    pub(super) const BRINGS_NATIONAL_ID: u32 = 5435;
    /// Of the national ids given, those with a digit wrong or two transposed.
    pub(super) const ID_MISTYPED: u32 = 300;
    pub(super) const NO_BIRTH_DATE: u32 = 1200;
    /// Birth dates with one digit off.
    pub(super) const DATE_DIGIT_OFF: u32 = 500;
    /// Of the birth dates whose day can be a month and is another (36 %), those with day and month swapped: 2 % of all.
    pub(super) const DAY_MONTH_SWAPPED: u32 = 554;
    /// First and last name in each other's column.
    pub(super) const NAMES_SWAPPED: u32 = 300;
    /// First or last name with a slip in it.
    pub(super) const MISSPELT: u32 = 1000;
    /// Typed on a keyboard without ë and ç.
    pub(super) const WITHOUT_MARKS: u32 = 3000;
    /// Only the first letter of the first name.
    pub(super) const ONLY_INITIAL: u32 = 100;
    pub(super) const NO_SCHOOL: u32 = 4000;

    // Identifications.

    /// Pupils who are identified, most of them by name alone.
    pub(super) const IDENTIFIED: u32 = 100;
    /// Of these, the ones whose `pupil_id` is written down.
    pub(super) const IDENTIFIED_BY_NUMBER: u32 = 3000;
    /// For each pupil identified, children at no school who are.
    pub(super) const IDENTIFIED_OUTSIDERS: u32 = 1000;
    /// Participants identified under the centre's number, without a name.
    pub(super) const PARTICIPANT_IDENTIFIED: u32 = 200;
}

#[cfg(test)]
mod tests;
