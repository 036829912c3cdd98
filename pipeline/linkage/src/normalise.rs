//! Normal forms: one written form of names and ids, and a phonetic key of names for Albanian.
//!
//! `clean` removes differences of case, diacritics, hyphens and apostrophes; `sound` also those of spellings that sound alike
//! (q, ç and ch; gj and xh; double letters). Names are numbered once, so that pairs compare numbers.

use az::UnwrappedAs;
use hashbrown::HashMap;

/// The number of an unknown name, id, date or code.
pub const NONE: u32 = u32::MAX;

/// Shorter ids are placeholders: "0", "-", "n/a", a class number in the wrong column.
const SHORTEST_ID: usize = 5;
/// Ids with fewer digits are placeholders: "nuk ka", "pa numer", "unknown", "mungon 1".
const LEAST_DIGITS: usize = 3;

/// A name in its normal form: lower case, Latin letters without diacritics, words separated by one space.
///
/// Apostrophes are removed ("D'Angelo" becomes "dangelo"), every other sign separates words. Letters of other alphabets stay.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                match fold(c) {
                    Fold::One(c) => out.push(c),
                    Fold::Two(text) => out.push_str(text),
                }
            }
            _ => gap = true,
        }
    }
    out
}

enum Fold {
    One(char),
    Two(&'static str),
}

/// A letter without its diacritics, for the letters of the region's languages.
fn fold(c: char) -> Fold {
    Fold::One(match c {
        'a'..='z' | '0'..='9' => c,
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ň' | 'ņ' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ž' | 'ż' => 'z',
        'ß' => return Fold::Two("ss"),
        'æ' => return Fold::Two("ae"),
        'œ' => return Fold::Two("oe"),
        'þ' => return Fold::Two("th"),
        other => other,
    })
}

/// The phonetic key of a `clean` name, which is equal for the usual misspellings in Albanian.
///
/// ç, q and ch become c; gj and xh become j; dh, th, sh, zh, nj lose their second letter; y becomes i, w becomes v; double letters
/// (rr, ll) become single; spaces are removed.
#[must_use]
pub fn sound(cleaned: &str) -> String {
    let mut out = String::with_capacity(cleaned.len());
    let mut rest = cleaned.chars().filter(|c| *c != ' ').peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let (heard, whole) = match (c, next) {
            ('c', Some('h')) => ('c', true),
            ('g', Some('j')) | ('x', Some('h')) => ('j', true),
            ('d' | 't' | 's' | 'z', Some('h')) | ('n', Some('j')) => (c, true),
            ('p', Some('h')) => ('f', true),
            ('q', _) => ('c', false),
            ('y', _) => ('i', false),
            ('w', _) => ('v', false),
            _ => (c, false),
        };
        if whole {
            rest.next();
        }
        if !out.ends_with(heard) {
            out.push(heard);
        }
    }
    out
}

/// A national id as letters and digits in upper case; `None` for a placeholder: too short, too few digits, one digit repeated or
/// consecutive digits ("00000000", "X99999999X", "123456789").
#[must_use]
pub fn clean_id(text: &str) -> Option<String> {
    let id: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let digits: Vec<u8> = id.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let is_repeated = digits.windows(2).all(|pair| pair[0] == pair[1]);
    let is_consecutive = digits.len() == id.len() && digits.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 10);
    (id.len() >= SHORTEST_ID && digits.len() >= LEAST_DIGITS && !is_repeated && !is_consecutive).then_some(id)
}

/// Texts and their numbers, in the order of first occurrence. The map is never iterated, so its order has no effect.
#[derive(Default)]
pub struct Numbers {
    known: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Numbers {
    /// The number of `text`, new or known. `lib.rs` refuses files with more texts than can be numbered.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.known.get(text) {
            return number;
        }
        let number = self.texts.len().unwrapped_as::<u32>();
        self.known.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    /// Frees the map once both files are read; the texts stay.
    pub fn close(&mut self) {
        self.known = HashMap::new();
    }

    /// The text of `number`; empty for [`NONE`].
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

/// Every name of both files with its phonetic key; first and last names together, because they may be swapped.
#[derive(Default)]
pub struct Names {
    written: Numbers,
    raw: HashMap<Box<str>, u32>,
    sounds: Numbers,
    sound: Vec<u32>,
    head: Vec<u32>,
}

impl Names {
    /// The number of a name as written in a file; [`NONE`] where its normal form is empty.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.raw.get(text) {
            return number;
        }
        let cleaned = clean(text);
        let number = if cleaned.is_empty() { NONE } else { self.written.number(&cleaned) };
        if number != NONE && number as usize == self.sound.len() {
            self.sound.push(self.sounds.number(&sound(&cleaned)));
            let head = cleaned.split(' ').next().unwrap_or_default();
            self.head.push(self.sounds.number(&sound(head)));
        }
        self.raw.insert(text.into(), number);
        number
    }

    /// The normal form of a name.
    #[must_use]
    pub fn text(&self, name: u32) -> &str {
        self.written.text(name)
    }

    /// The number of the phonetic key of a name; [`NONE`] for an unknown name.
    #[must_use]
    pub fn sound(&self, name: u32) -> u32 {
        self.sound.get(name as usize).copied().unwrap_or(NONE)
    }

    /// The number of the phonetic key of the first word of a name, "Ana" for "Ana Maria"; [`NONE`] for an unknown name.
    #[must_use]
    pub fn head(&self, name: u32) -> u32 {
        self.head.get(name as usize).copied().unwrap_or(NONE)
    }

    /// A hash of the first `letters` of the phonetic keys of two names, in either order; [`NONE`] where one of them is not known.
    #[must_use]
    pub fn starts(&self, first: u32, last: u32, letters: usize) -> u32 {
        let start = |name: u32| {
            let sound = self.sounds.text(self.sound(name)).chars().take(letters);
            sound.fold(0_u32, |all, c| all.wrapping_mul(1_009).wrapping_add(u32::from(c)))
        };
        if first == NONE || last == NONE {
            return NONE;
        }
        let (a, b) = (start(first), start(last));
        a.min(b).wrapping_mul(0x9e37_79b1).wrapping_add(a.max(b)).min(NONE - 1)
    }

    /// Number of different normal forms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.written.len()
    }

    /// Number of different phonetic keys.
    #[must_use]
    pub fn sounds(&self) -> usize {
        self.sounds.len()
    }

    /// Frees the maps once both files are read; the numbers stay.
    pub fn close(&mut self) {
        self.raw = HashMap::new();
        self.written.close();
        self.sounds.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_written_form() {
        assert_eq!(clean("  Shkëlzen "), "shkelzen");
        assert_eq!(clean("ÇELA-Hoxha"), "cela hoxha");
        assert_eq!(clean("D’Angelo"), "dangelo");
        assert_eq!(clean("Shke\u{308}lzen"), "shkelzen", "a letter and its mark apart");
        assert_eq!(clean(" - "), "");
    }

    #[test]
    fn slips_sound_the_same() {
        for (a, b) in
            [("Qerim", "Çerim"), ("Gjergj", "Xherxh"), ("Ylli", "Ili"), ("Dhurata", "Durata"), ("Rrok", "Rok"), ("Njomza", "Nomza")]
        {
            assert_eq!(sound(&clean(a)), sound(&clean(b)), "{a} {b}");
        }
        assert_ne!(sound("arben"), sound("arjan"));
    }

    #[test]
    fn ids_that_say_nothing_are_none() {
        assert_eq!(clean_id("j 12345678-a").as_deref(), Some("J12345678A"));
        assert_eq!(clean_id("0000000000"), None);
        assert_eq!(clean_id("12"), None);
        let placeholders =
            ["nuk ka", "N/A", "0", "-", "pa numer", "x", "nuk dihet", "unknown", "mungon 1", "K00000000M", "123456789", "1234567890"];
        for text in placeholders {
            assert_eq!(clean_id(text), None, "{text}");
        }
        assert_eq!(clean_id("J12345678A").as_deref(), Some("J12345678A"), "with its letters it may be somebody's");
    }

    #[test]
    fn names_are_numbered_once() {
        let mut names = Names::default();
        let (a, b) = (names.number("Çela"), names.number("CELA"));
        assert_eq!(a, b);
        assert_eq!(names.number("?"), NONE);
        let double = names.number("Ana Maria");
        let single = names.number("Anna");
        assert_eq!(names.head(double), names.sound(single));
        assert_eq!(names.sound(NONE), NONE);
    }
}
