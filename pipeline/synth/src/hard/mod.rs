//! Worlds that are hard to link (`--hard-links`): records of centres and field staff have errors like real ones, and the true links
//! are written to `truth/`, which no night reads.
//!
//! - `participants.csv`: each participant and its pupil; empty for a child at no school of this world.
//! - `identifications.csv`: each identification and its pupil; empty likewise.
//! - `same_pupil.csv`: pupils with two numbers, the earlier one first. The other files always have the earlier one.
//! - `twins.csv`: twins among the pupils, who must not be linked with each other.
//!
//! This module holds the shares of errors; `people` draws the people, `damage` makes the errors in names, dates and numbers, and
//! `records` the records of a child. Every draw has a stream of its own, so that worlds without the option do not change.

mod damage;
mod people;
mod records;
mod truth;

pub(super) use people::{Second, elder, person, second_numbers, second_spelling};
pub(super) use records::{identify, known_elsewhere, record, twin_comes_too};
pub(super) use truth::write_truth;

/// All shares in 1/10,000. They are not measured but chosen, rather too high than too low for handwritten records.
mod shares {
    // The school system.

    /// Pupils with a national id: 8 % have none.
    pub(super) const HAS_NATIONAL_ID: u32 = 9200;
    /// Of the pairs of neighbours in a class list, those who are twins: about 1 % of the pupils are a twin.
    pub(super) const TWINS: u32 = 104;
    /// Of the pupils who move within the year (1.5 %), those who get a second number at the other school: 0.5 % of all.
    pub(super) const SECOND_NUMBER: u32 = 3333;

    // The centres.

    /// Of the younger twins whose elder twin is a participant, those who are one too.
    pub(super) const TWIN_COMES_TOO: u32 = 5000;
    /// Participants of two centres.
    pub(super) const KNOWN_ELSEWHERE: u32 = 200;
    /// Children at no school who have the first and last name of a pupil, besides those who have it by chance.
    pub(super) const NAMESAKE: u32 = 3000;

    // The records of a child.

    /// Of the participants who have a national id (92 %), those whose record has it: half of all.
    pub(super) const BRINGS_NATIONAL_ID: u32 = 5435;
    /// Of the recorded national ids, those with one wrong digit or two transposed ones.
    pub(super) const ID_MISTYPED: u32 = 300;
    pub(super) const NO_BIRTH_DATE: u32 = 1200;
    /// Birth dates with one wrong digit.
    pub(super) const DATE_DIGIT_OFF: u32 = 500;
    /// Of the birth dates whose day can be a month and is another (36 %), those with day and month swapped: 2 % of all.
    pub(super) const DAY_MONTH_SWAPPED: u32 = 554;
    /// First and last name in each other's column.
    pub(super) const NAMES_SWAPPED: u32 = 300;
    /// First or last names with a misspelling.
    pub(super) const MISSPELT: u32 = 1000;
    /// Names without ë and ç.
    pub(super) const WITHOUT_MARKS: u32 = 3000;
    /// Only the first letter of the first name.
    pub(super) const ONLY_INITIAL: u32 = 100;
    pub(super) const NO_SCHOOL: u32 = 4000;

    // Identifications.

    /// Pupils who are identified, most of them by name alone.
    pub(super) const IDENTIFIED: u32 = 100;
    /// Of these, those whose record has the `pupil_id`.
    pub(super) const IDENTIFIED_BY_NUMBER: u32 = 3000;
    /// Identified children at no school, per identified pupil.
    pub(super) const IDENTIFIED_OUTSIDERS: u32 = 1000;
    /// Participants identified under the centre's number, without a name.
    pub(super) const PARTICIPANT_IDENTIFIED: u32 = 200;
}

#[cfg(test)]
mod tests;
