//! The blocking rules (`block.rs`): what two records must have in common to be compared.

/// What two records must have in common to become a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// National id.
    Id,
    /// Second half of the id: one slip leaves one half intact.
    IdTail,
    /// First half of the id, which is date and sex in many countries, and the last name by sound.
    IdHead,
    /// Birth date, also with day and month swapped.
    Birth,
    /// First and last name by sound of their first word, also in the other order.
    Names,
    /// Birth year and month, first name by sound.
    MonthFirst,
    /// Birth year and month, last name by sound.
    MonthLast,
    /// Birth year and day, first name by sound.
    DayFirst,
    /// Birth year and day, last name by sound.
    DayLast,
    /// Birth month and day, first name by sound.
    YearlessFirst,
    /// Birth month and day, last name by sound.
    YearlessLast,
    /// School and first name by sound.
    SchoolFirst,
    /// School and last name by sound.
    SchoolLast,
    /// Municipality and first name by sound, where either has no birth date.
    PlaceFirst,
    /// Municipality and last name by sound, where either has no birth date.
    PlaceLast,
    /// School, birth year and month.
    SchoolMonth,
    /// School and both initials, by sound.
    SchoolInitials,
    /// Municipality and both initials, by sound.
    PlaceInitials,
    /// Birth year, month and both initials, by sound.
    MonthInitials,
    /// School and municipality, for blocks of at most a twentieth of the usual limit, because no name has to agree.
    SchoolPlace,
    /// The first three letters of both names, by sound.
    Starts,
}

/// All rules.
pub const RULES: [Rule; 21] = [
    Rule::Id,
    Rule::IdTail,
    Rule::IdHead,
    Rule::Birth,
    Rule::Names,
    Rule::MonthFirst,
    Rule::MonthLast,
    Rule::DayFirst,
    Rule::DayLast,
    Rule::YearlessFirst,
    Rule::YearlessLast,
    Rule::SchoolFirst,
    Rule::SchoolLast,
    Rule::PlaceFirst,
    Rule::PlaceLast,
    Rule::SchoolMonth,
    Rule::SchoolInitials,
    Rule::PlaceInitials,
    Rule::MonthInitials,
    Rule::SchoolPlace,
    Rule::Starts,
];

/// Blocks that were skipped because they were too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// The rule.
    pub rule: Rule,
    /// How often the key of a person on the right had such a block.
    pub times: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_the_order_of_the_enum() {
        for (at, rule) in RULES.iter().enumerate() {
            assert_eq!(*rule as usize, at);
        }
    }
}
