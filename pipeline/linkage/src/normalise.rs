//! Spelling: one written form for names and ids, and a looser key for names that sound alike in Albanian.
//!
//! `clean` undoes what keyboards and old code pages do to a name (case, ë and ç, hyphens, apostrophes); `sound` undoes
//! what ears do (q, ç and ch; gj and xh; double letters). Names are numbered once, so that a pair compares numbers.

use az::UnwrappedAs;
use hashbrown::HashMap;

/// No value: the number of a name, id, date or code that is not known.
pub const NONE: u32 = u32::MAX;

/// Ids shorter than this say nothing: "0", "-", "n/a", a class number in the wrong column.
const SHORTEST_ID: usize = 5;
/// Ids with fewer digits say nothing either: "nuk ka", "pa numer", "unknown", "mungon 1".
const LEAST_DIGITS: usize = 3;

/// A name in its written form: lower case, Latin letters without marks, words parted by one space.
///
/// Apostrophes join ("D'Angelo" is "dangelo"), every other mark parts. Letters of other alphabets stay.
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

/// The plain letter of a marked one. Only letters that occur in names of the region's languages.
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

/// The sound key of a `clean` name: what is left when the usual slips of Albanian spelling are undone.
///
/// ç, q and ch are c; gj and xh are j; dh, th, sh, zh, nj lose their second letter; y is i, w is v; a letter written
/// twice (rr, ll) counts once; words are run together.
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

/// A national id as letters and digits in upper case; nothing where it cannot tell people apart: too short, words, or
/// one digit over and over or digits in a row ("00000000", "X99999999X", "123456789"), as forms are filled to get past a check.
#[must_use]
pub fn clean_id(text: &str) -> Option<String> {
    let id: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let digits: Vec<u8> = id.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let same = digits.windows(2).all(|pair| pair[0] == pair[1]);
    let in_a_row = digits.len() == id.len() && digits.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 10);
    (id.len() >= SHORTEST_ID && digits.len() >= LEAST_DIGITS && !same && !in_a_row).then_some(id)
}

/// Texts and their numbers, given in the order they first come. Nothing ever walks the map: its order reaches no one.
#[derive(Default)]
pub struct Numbers {
    known: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Numbers {
    /// The number of `text`, a new one where it is new.
    ///
    /// More than 4 294 967 294 different texts cannot be numbered; `mod.rs` refuses files that large.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.known.get(text) {
            return number;
        }
        let number = self.texts.len().unwrapped_as::<u32>();
        self.known.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    /// Forgets how to number more, once both files are read; the texts stay.
    pub fn close(&mut self) {
        self.known = HashMap::new();
    }

    /// The text of `number`; empty for [`NONE`].
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

/// Every name of both files, first and last names alike (they get swapped), with its sound.
#[derive(Default)]
pub struct Names {
    written: Numbers,
    raw: HashMap<Box<str>, u32>,
    sounds: Numbers,
    sound: Vec<u32>,
    head: Vec<u32>,
}

impl Names {
    /// The number of a name as it stands in a file; [`NONE`] where no letter is left of it.
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

    /// The written form.
    #[must_use]
    pub fn text(&self, name: u32) -> &str {
        self.written.text(name)
    }

    /// The sound of the whole name, as a number; [`NONE`] for none.
    #[must_use]
    pub fn sound(&self, name: u32) -> u32 {
        self.sound.get(name as usize).copied().unwrap_or(NONE)
    }

    /// The sound of the first word of the name, as a number: "Ana" of "Ana Maria"; [`NONE`] for none.
    #[must_use]
    pub fn head(&self, name: u32) -> u32 {
        self.head.get(name as usize).copied().unwrap_or(NONE)
    }

    /// The first `letters` of the sounds of two names as a number, whichever comes first (names get swapped); [`NONE`]
    /// where either name is not known. Different starts may come to the same number, seldom.
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

    /// How many different written forms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.written.len()
    }

    /// How many different sounds there are.
    #[must_use]
    pub fn sounds(&self) -> usize {
        self.sounds.len()
    }

    /// Forgets the spellings of the files, once both are read; the numbers stay.
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
