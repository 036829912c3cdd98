//! Comparisons: the level of agreement (`levels.rs`) of two records, field by field.

use strsim::{jaro_winkler, osa_distance};

use super::levels::{
    BIRTH, BIRTH_PARTS, BIRTH_SLIP, BIRTH_SWAPPED, CLOSE, EQUAL, EQUAL_AFTER, FIRST, ID, ID_OTHER, ID_SLIP, Levels, MUNICIPALITY, NEAR,
    ORDER, OTHER, PART, SCHOOL, SEX, SOUND, SPECS, SWAPPED, UNEQUAL,
};
use super::normalise::{NONE, Names, Numbers};
use super::person::{People, Record, may_be_a_slip};

/// Compares the people of the right side, one after the other, with candidates of the left side.
///
/// The candidates of a participant have the same few hundred names, so the levels of pairs of names are cached until the next
/// participant.
pub struct Comparer<'a> {
    names: &'a Names,
    ids: &'a Numbers,
    left: &'a People<'a>,
    right: &'a People<'a>,
    at: u32,
    fetched: Vec<Record>,
    first: NameCache,
    last: NameCache,
}

impl<'a> Comparer<'a> {
    /// Starts at the first person on the right.
    #[must_use]
    pub fn new(names: &'a Names, ids: &'a Numbers, left: &'a People<'a>, right: &'a People<'a>) -> Self {
        Self { names, ids, left, right, at: 0, fetched: Vec::new(), first: NameCache::new(names.len()), last: NameCache::new(names.len()) }
    }

    /// Selects person `right`.
    pub fn turn_to(&mut self, right: u32) {
        self.at = right;
        self.first.turn_to(self.right.at(right).first);
        self.last.turn_to(self.right.at(right).last);
    }

    /// The levels of the selected person with each of `lefts`, in their order.
    pub fn levels<'b>(&'b mut self, lefts: &'b [u32]) -> impl Iterator<Item = (u32, Levels)> + 'b {
        // Copied first, all at once: the records are apart in memory, and waiting for each of them would take longer than comparing
        // them.
        self.fetched.clear();
        self.fetched.extend(lefts.iter().map(|&left| *self.left.at(left)));
        lefts.iter().enumerate().map(|(at, &left)| (left, self.compare(left, at)))
    }

    fn compare(&mut self, left: u32, at: usize) -> Levels {
        let (l, r) = (&self.fetched[at].clone(), self.right.at(self.at));
        let [first, last, order] = self.names(l, r);
        let (school, municipality) = self.places(left, l, r);
        [self.id(l, r), first, last, order, births(l.birth, r.birth), sexes(l, r, first), school, municipality]
    }

    /// First name, last name and their order. They count as swapped only where they agree crosswise and not as written.
    fn names(&mut self, l: &Record, r: &Record) -> [u8; 3] {
        let (first, last) = (self.first.level(self.names, l.first), self.last.level(self.names, l.last));
        if [l.first, l.last, r.first, r.last].contains(&NONE) {
            return [first, last, SPECS[ORDER].unknown()];
        }
        if first < OTHER && last < OTHER {
            return [first, last, EQUAL];
        }
        let (crossed_last, crossed_first) = (self.first.level(self.names, l.last), self.last.level(self.names, l.first));
        if crossed_first < OTHER && crossed_last < OTHER { [crossed_first, crossed_last, SWAPPED] } else { [first, last, EQUAL] }
    }

    fn id(&self, l: &Record, r: &Record) -> u8 {
        let read = |record: &Record| self.ids.text(record.id).as_bytes();
        if l.id == NONE || r.id == NONE {
            SPECS[ID].unknown()
        } else if l.id == r.id {
            EQUAL
        } else if may_be_a_slip(l.id_letters, r.id_letters) && is_slip(read(l), read(r)) {
            ID_SLIP
        } else {
            ID_OTHER
        }
    }

    fn places(&self, left: u32, l: &Record, r: &Record) -> (u8, u8) {
        let (schools, municipalities) = if l.several || r.several {
            let (l, r) = (&self.left.source[left as usize], &self.right.source[self.at as usize]);
            (any_common(&l.schools, &r.schools), any_common(&l.municipalities, &r.municipalities))
        } else {
            (common(l.school, r.school), common(l.municipality, r.municipality))
        };
        let school = schools.map_or(SPECS[SCHOOL].unknown(), |same| if same { EQUAL } else { UNEQUAL });
        let at_school = if school == EQUAL { EQUAL_AFTER } else { 0 };
        let municipality = municipalities.map_or(SPECS[MUNICIPALITY].unknown(), |same| at_school + if same { EQUAL } else { UNEQUAL });
        (school, municipality)
    }
}

/// A cache of the levels of one name with other names, since it was selected.
struct NameCache {
    name: u32,
    turn: u32,
    seen: Vec<(u32, u8)>,
}

impl NameCache {
    fn new(names: usize) -> Self {
        Self { name: NONE, turn: 0, seen: vec![(0, 0); names] }
    }

    fn turn_to(&mut self, name: u32) {
        // The next person may be a sibling with the same last name: then the cache is kept.
        if name != self.name || self.turn == 0 {
            self.name = name;
            self.turn = self.turn.wrapping_add(1).max(1);
        }
    }

    fn level(&mut self, names: &Names, other: u32) -> u8 {
        if self.name == NONE || other == NONE {
            return SPECS[FIRST].unknown();
        }
        if self.name == other {
            return EQUAL;
        }
        let seen = &mut self.seen[other as usize];
        if seen.0 != self.turn {
            *seen = (self.turn, unequal_names(names, self.name, other));
        }
        seen.1
    }
}

/// The level of two names that are written differently.
fn unequal_names(names: &Names, a: u32, b: u32) -> u8 {
    if names.sound(a) == names.sound(b) {
        return SOUND;
    }
    let (a, b) = (names.text(a), names.text(b));
    let alike = jaro_winkler(a, b);
    if alike >= 0.92 || (a.len().min(b.len()) >= 4 && a.len().abs_diff(b.len()) <= 2 && osa_distance(a, b) <= 1) {
        CLOSE
    } else if is_part(a, b) || is_part(b, a) {
        PART
    } else if alike >= 0.85 {
        NEAR
    } else {
        OTHER
    }
}

/// Whether every word of `short` is a word of `long`, or `short` is the initial of `long`.
fn is_part(short: &str, long: &str) -> bool {
    if short.chars().count() == 1 {
        return long.starts_with(short);
    }
    long.contains(' ') && short.split(' ').all(|word| long.split(' ').any(|other| other == word))
}

/// The level of two birth dates, each `yyyymmdd` or [`NONE`].
#[must_use]
pub fn births(a: u32, b: u32) -> u8 {
    if a == NONE || b == NONE {
        return SPECS[BIRTH].unknown();
    }
    if a == b {
        return EQUAL;
    }
    let parts = |n: u32| (n / 10_000, n / 100 % 100, n % 100);
    let ((ay, am, ad), (by, bm, bd)) = (parts(a), parts(b));
    if ay == by && am == bd && ad == bm {
        BIRTH_SWAPPED
    } else if is_digit_slip(a, b) {
        BIRTH_SLIP
    } else if usize::from(ay == by) + usize::from(am == bm) + usize::from(ad == bd) == 2 {
        BIRTH_PARTS
    } else if ay == by {
        4
    } else {
        5
    }
}

/// Whether one digit differs, or two neighbouring digits are swapped.
fn is_digit_slip(a: u32, b: u32) -> bool {
    let digits = |mut n: u32| {
        std::array::from_fn::<u32, 8, _>(|_| {
            let digit = n % 10;
            n /= 10;
            digit
        })
    };
    let (a, b) = (digits(a), digits(b));
    let mut off = (0..8).filter(|&i| a[i] != b[i]);
    match (off.next(), off.next(), off.next()) {
        (Some(_), None, _) => true,
        (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i],
        _ => false,
    }
}

/// Whether one letter is changed, added or missing, or two neighbours are swapped. The two must not be equal.
fn is_slip(a: &[u8], b: &[u8]) -> bool {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
    let changed = a.len() == b.len() && a.get(1..) == b.get(1..);
    changed || a.get(1..) == Some(b) || b.get(1..) == Some(a) || swapped
}

fn sexes(l: &Record, r: &Record, first: u8) -> u8 {
    let named = if first <= SOUND { EQUAL_AFTER } else { 0 };
    match (l.sex, r.sex) {
        (Some(a), Some(b)) if a == b => named + EQUAL,
        (Some(_), Some(_)) => named + UNEQUAL,
        _ => SPECS[SEX].unknown(),
    }
}

fn common(a: u32, b: u32) -> Option<bool> {
    (a != NONE && b != NONE).then_some(a == b)
}

/// Whether two lists have a code in common; `None` where one of them is empty.
fn any_common(a: &[u32], b: &[u32]) -> Option<bool> {
    (!a.is_empty() && !b.is_empty()).then(|| a.iter().any(|code| b.contains(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(a: &str, b: &str) -> u8 {
        let mut all = Names::default();
        let (a, b) = (all.number(a), all.number(b));
        let mut cache = NameCache::new(all.len());
        cache.turn_to(a);
        cache.level(&all, b)
    }

    #[test]
    fn names_by_level() {
        assert_eq!(names("Arbër", "ARBER"), EQUAL);
        assert_eq!(names("Qerim", "Çerim"), SOUND);
        assert_eq!(names("Shkelzen", "Shklzen"), CLOSE);
        assert_eq!(names("Ana Maria", "Ana"), PART);
        assert_eq!(names("Maria", "Ana Maria"), PART);
        assert_eq!(names("Luljeta", "L."), PART);
        assert_eq!(names("Ana", "Besnik"), OTHER);
        assert_eq!(names("Ana", " "), SPECS[FIRST].unknown());
    }

    #[test]
    fn dates_by_level() {
        assert_eq!(births(20_150_203, 20_150_203), EQUAL);
        assert_eq!(births(20_150_203, 20_150_302), BIRTH_SWAPPED);
        assert_eq!(births(20_150_203, 20_150_293), BIRTH_SLIP);
        assert_eq!(births(20_150_213, 20_150_231), BIRTH_SLIP);
        assert_eq!(births(20_150_203, 20_150_229), BIRTH_PARTS);
        assert_eq!(births(20_150_203, 20_151_119), 4);
        assert_eq!(births(20_150_203, 20_081_119), 5);
        assert_eq!(births(NONE, 20_081_119), SPECS[BIRTH].unknown());
    }

    #[test]
    fn ids_one_slip_apart() {
        for (a, b) in [("J123", "J1234"), ("J123", "J132"), ("J123", "J153"), ("1J23", "J123")] {
            assert!(is_slip(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
        assert!(!is_slip(b"J123", b"J321") && !is_slip(b"J123", b"J12345") && !is_slip(b"1234", b"2143"));
    }

    #[test]
    fn places_share_a_code() {
        assert_eq!(any_common(&[1, 2], &[2, 3]), Some(true));
        assert_eq!(any_common(&[1], &[2, 3]), Some(false));
        assert_eq!(any_common(&[], &[2]), None);
    }
}
