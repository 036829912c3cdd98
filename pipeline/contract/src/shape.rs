//! Shapes of texts that are not free words: numbers of records, and names of classes, subjects, organisations and places. They
//! are stored in the clear, so a text that looks like a sentence, a telephone number, a personal number or a date is refused.
//! The name of a person in place of a short word cannot be detected.

use serde::Deserialize;

/// Most digits in a row of a year, class or house number; a telephone number has more.
const MOST_DIGITS: usize = 8;
/// Least letters of a word that may be a name.
const LONG_WORD: usize = 3;

/// Limits for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Most characters.
    pub letters: usize,
    /// Most words.
    pub words: usize,
    /// Most words of three letters and more, where that is fewer.
    #[serde(default)]
    pub long_words: Option<usize>,
    /// Whether the text is the number of a record: it must have a digit, and may have many digits or hold a date.
    #[serde(default)]
    pub number: bool,
}

impl Shape {
    /// Why a text of the column `name` does not have this shape: the rule, never the text.
    #[must_use]
    pub fn refuses(&self, name: &str, text: &str) -> Option<String> {
        let words = text.split_whitespace().count();
        let long_words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= LONG_WORD).count();
        let fits = text.chars().count() <= self.letters
            && words <= self.words
            && self.long_words.is_none_or(|most| long_words <= most)
            && (!self.number || text.contains(|c: char| c.is_ascii_digit()));
        if !fits {
            return Some(self.rule(name));
        }
        let is_telling =
            is_personal_number(text) || chains(text).iter().any(|chain| is_telephone(chain) || !self.number && chain.is_no_count());
        is_telling
            .then(|| format!("{name} holds what looks like a telephone number, a personal number or a date: it must not be stored here"))
    }

    fn rule(&self, name: &str) -> String {
        if self.number {
            return format!("{name} is not the number of a record: one word of at most {} letters with a digit in it", self.letters);
        }
        let few = self.long_words.map_or(String::new(), |most| format!(", {most} of them of {LONG_WORD} letters and more"));
        format!("{name} holds free words instead of a short name: at most {} letters in {} words{few}", self.letters, self.words)
    }
}

/// Groups of digits with single signs between them, such as `069 12 34 567` or `2021-2022`.
struct Chain {
    groups: Vec<usize>,
    digits: String,
    /// Whether a plus precedes it.
    plus: bool,
}

impl Chain {
    /// Whether it has too many digits to be a count, or three groups like a date.
    fn is_no_count(&self) -> bool {
        self.digits.len() > MOST_DIGITS || (self.groups.len() >= 3 && self.digits.len() >= 6)
    }
}

fn chains(text: &str) -> Vec<Chain> {
    let mut all: Vec<Chain> = Vec::new();
    // Signs since the last digit; none before the first digit and after a letter.
    let (mut since, mut plus) = (None, false);
    for c in text.chars() {
        match (c.is_ascii_digit(), since) {
            (true, Some(0 | 1)) => {
                if let Some(chain) = all.last_mut() {
                    if since == Some(1) {
                        chain.groups.push(0);
                    }
                    chain.digits.push(c);
                    if let Some(group) = chain.groups.last_mut() {
                        *group += 1;
                    }
                }
                since = Some(0);
            }
            (true, _) => {
                all.push(Chain { groups: vec![1], digits: c.to_string(), plus });
                since = Some(0);
            }
            // A letter ends a chain; a single sign or space between digits does not.
            (false, _) => since = if c.is_alphabetic() { None } else { since.map(|signs: usize| signs + 1) },
        }
        plus = c == '+';
    }
    all
}

/// Whether this is a mobile number, in national or international form.
fn is_telephone(chain: &Chain) -> bool {
    let digits = chain.digits.as_str();
    let home = digits.len() == 10 && ["066", "067", "068", "069"].iter().any(|start| digits.starts_with(start));
    home || (chain.plus && digits.len() > MOST_DIGITS) || (digits.starts_with("00355") && digits.len() > MOST_DIGITS)
}

/// Whether a word of the text is a letter, eight or nine digits, and a letter.
fn is_personal_number(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let middle = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
        let ends = word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.ends_with(|c: char| c.is_ascii_alphabetic());
        ends && matches!(middle.len(), 8 | 9) && middle.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::contracts;

    fn shape(table: &str, column: &str) -> Shape {
        let contracts = contracts().unwrap();
        let table = contracts.iter().find(|c| c.table == table).unwrap();
        table.column(column).unwrap().shape.unwrap()
    }

    #[test]
    fn ordinary_names_and_numbers_pass() {
        for (table, column, texts) in [
            ("enrolments", "class", &["6A", "A", "VII-B", "Klasa 7A", "12/3", "7a e 8a", "2021-2022", "Bilingual 7"][..]),
            (
                "marks",
                "subject",
                &["gjuhe_shqipe", "Gjuhë shqipe dhe letërsi", "Teknologji e informacionit dhe e komunikimit (TIK)", "Matematikë 2"],
            ),
            ("identifications", "municipality", &["Kukës", "Has", "Njësia administrative nr. 5", "AL-0601", "Klos (Mat)"]),
            ("referrals", "to_organisation", &["C02", "Shoqata \"Krahë të Lirë\"", "Shkolla 9-vjeçare 1 Maji", "Arsis 2012"]),
            (
                "referrals",
                "referral_id",
                &["R0001", "REF-2026/17", "2026-02-11-003", "5f2c1a88-9d1e-4b7a-8c55-0242ac130003", "20260000123"],
            ),
            ("identifications", "identification_id", &["I0001", "IDENTIFIKIM-12", "7"]),
        ] {
            for text in texts {
                assert_eq!(shape(table, column).refuses(column, text), None, "{text}");
            }
        }
    }

    #[test]
    fn words_about_people_do_not() {
        for (table, column, texts) in [
            ("enrolments", "class", &["7A kujdestare Vjollca Prengazi", "Zef Marashi", "0691234567", "04.03.2012"][..]),
            ("marks", "subject", &["Matematikë, nëna 069 12 34 567", "J50111222X", "Matematikë 2012-03-04"]),
            ("identifications", "municipality", &["Kukës, te xhamia, familja e Zef Marashit", "Kukës +355 69 123 4567"]),
            ("referrals", "to_organisation", &["Motra Maria Lleshizi 0691234567", "Arsis (069/12/34/567)"]),
            ("referrals", "referral_id", &["Zef Marashizi 3", "ZefMarashizi", "0691234567", "J50111222X", "R 1"]),
            ("identifications", "identification_id", &["ID Zef Marashizi 2012-03-04"]),
        ] {
            for text in texts {
                let reason = shape(table, column).refuses(column, text).unwrap_or_else(|| panic!("{text} is taken"));
                assert!(reason.starts_with(column) && !reason.contains("Zef"), "{reason}");
            }
        }
    }
}
