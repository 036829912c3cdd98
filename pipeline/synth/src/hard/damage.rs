//! Makes typing errors in names, birth dates and numbers. Each function makes exactly one error where one is possible; how often
//! they occur is defined by `shares`.

use chrono::{Datelike, NaiveDate};

use super::super::dice::{Dice, count};

/// Letters and their usual misspellings.
const SLIPS: [(&str, &str); 11] = [
    ("ë", "e"),
    ("ç", "c"),
    ("ç", "q"),
    ("y", "i"),
    ("dh", "d"),
    ("th", "t"),
    ("rr", "r"),
    ("ll", "l"),
    ("gj", "xh"),
    ("sh", "s"),
    ("nj", "n"),
];

/// A name with one letter dropped or doubled, or with one of [`SLIPS`] where one is possible.
pub(super) fn misspelt(name: &str, dice: &mut Dice) -> String {
    let letters: Vec<char> = name.chars().collect();
    match (dice.below(3), slipped(name, dice)) {
        (0, Some(name)) => name,
        // The first letter is never dropped, nor any letter of a short name.
        (1, _) if letters.len() > 3 => {
            let gone = 1 + dice.below(count(letters.len() - 1)) as usize;
            letters.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, letter)| letter).collect()
        }
        _ => {
            let twice = 1 + dice.below(count(letters.len().saturating_sub(1))) as usize;
            let doubled = letters.get(twice);
            letters.iter().take(twice + 1).chain(doubled).chain(letters.iter().skip(twice + 1)).collect()
        }
    }
}

/// The name with one of the possible slips; `None` where none is possible.
fn slipped(name: &str, dice: &mut Dice) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for (right, wrong) in SLIPS {
        found.extend(name.match_indices(right).map(|(at, _)| format!("{}{wrong}{}", &name[..at], &name[at + right.len()..])));
        found.extend(name.strip_prefix(capital(right).as_str()).map(|rest| format!("{}{rest}", capital(wrong))));
    }
    let at = dice.below(count(found.len())) as usize;
    (at < found.len()).then(|| found.swap_remove(at))
}

fn capital(letters: &str) -> String {
    let mut rest = letters.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// A number with two neighbouring digits transposed or one digit wrong.
pub(super) fn mistyped(id: &str, dice: &mut Dice) -> String {
    let mut text: Vec<char> = id.chars().collect();
    let digits: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_digit()).collect();
    let pairs: Vec<usize> =
        digits.iter().copied().filter(|at| text.get(at + 1).is_some_and(|next| next.is_ascii_digit() && *next != text[*at])).collect();
    if dice.chance(5000) && !pairs.is_empty() {
        let at = pairs[dice.below(count(pairs.len())) as usize];
        text.swap(at, at + 1);
    } else if !digits.is_empty() {
        let at = digits[dice.below(count(digits.len())) as usize];
        text[at] = other_digit(text[at], dice);
    }
    text.into_iter().collect()
}

fn other_digit(digit: char, dice: &mut Dice) -> char {
    let new = (digit.to_digit(10).unwrap_or(0) + 1 + dice.below(9)) % 10;
    char::from_digit(new, 10).unwrap_or(digit)
}

/// A date with one digit wrong, never of the century, that is still a date and not after `latest`.
pub(super) fn digit_off(date: NaiveDate, latest: NaiveDate, dice: &mut Dice) -> NaiveDate {
    // Positions in `2016-04-23`: last digit of the year, month, day.
    const DIGITS: [usize; 5] = [3, 5, 6, 8, 9];
    let mut tries = 0;
    while tries < 1000 {
        tries += 1;
        let mut text: Vec<char> = date.to_string().chars().collect();
        let at = DIGITS[dice.below(5) as usize];
        text[at] = other_digit(text[at], dice);
        let wrong: Option<NaiveDate> = text.into_iter().collect::<String>().parse().ok();
        if let Some(wrong) = wrong.filter(|d| *d <= latest) {
            return wrong;
        }
    }
    // Never reached: the last digit of a day can always be another.
    date
}

/// Day and month in each other's place; `None` where that is no date or the same.
pub(super) fn day_month_swapped(date: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).filter(|swapped| *swapped != date)
}
