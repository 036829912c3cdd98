//! First and last names of invented people. Combinations are random; names have ë and ç because the linkage must handle them.

use super::dice::Dice;

#[rustfmt::skip]
const GIRLS: [&str; 60] = [
    "Albana", "Alketa", "Ana", "Anisa", "Arbesa", "Ardita", "Arjola", "Bjeshka", "Blerina", "Bora", "Çeljeta", "Dafina",
    "Diellza", "Dorina", "Drita", "Edlira", "Elira", "Elona", "Era", "Ermira", "Fatjona", "Fjolla", "Flutura",
    "Gentiana", "Hana", "Ilira", "Jehona", "Jeta", "Joniada", "Kaltrina", "Klea", "Kumrije", "Lediana", "Lirie", "Lule",
    "Manjola", "Mirjeta", "Mjellma", "Nertila", "Nora", "Ornela", "Pranvera", "Qëndresa", "Rovena", "Rudina", "Shpresa",
    "Silvana", "Sidorela", "Suela", "Teuta", "Valbona", "Vesa", "Vjollca", "Vlora", "Xheni", "Yllka", "Zana", "Zamira",
    "Zejnepe", "Zymbyle",
];
#[rustfmt::skip]
const BOYS: [&str; 60] = [
    "Agim", "Agron", "Altin", "Arben", "Ardit", "Artan", "Arian", "Bardhyl", "Besnik", "Blendi", "Burim", "Çlirim",
    "Dardan", "Dritan", "Edon", "Endri", "Erion", "Ermal", "Fatos", "Fisnik", "Flamur", "Gazmend", "Gent", "Gëzim",
    "Genc", "Ilir", "Jeton", "Kastriot", "Klejdi", "Kreshnik", "Kujtim", "Leka", "Liridon", "Luan", "Lulzim", "Mërgim",
    "Mendim", "Naim", "Ndriçim", "Niko", "Olsi", "Orges", "Petrit", "Pëllumb", "Përparim", "Rinor", "Rron", "Shpëtim",
    "Skënder", "Sokol", "Taulant", "Tomorr", "Urim", "Valon", "Viktor", "Visar", "Xhelal", "Ylli", "Zamir", "Zef",
];
#[rustfmt::skip]
const LAST: [&str; 96] = [
    "Alia", "Arapi", "Arifaj", "Avdiu", "Bajraktari", "Balaj", "Bardhi", "Barjami", "Beqja", "Berisha", "Biba", "Bicaj",
    "Boriçi", "Brahja", "Brahimaj", "Bushi", "Cani", "Çela", "Çeliku", "Çoku", "Çupi", "Daci", "Dani", "Dedja", "Deda",
    "Dema", "Dervishi", "Dibra", "Doda", "Doçi", "Duka", "Elezi", "Fana", "Ferhati", "Fishta", "Frroku", "Gega",
    "Gjeçi", "Gjergji", "Gjoka", "Gjoni", "Gruda", "Hajdari", "Haliti", "Haxhia", "Hoti", "Hoxha", "Hysa", "Imeri",
    "Isufi", "Jaku", "Kaçaj", "Kacorri", "Kola", "Koçi", "Kraja", "Krasniqi", "Kurti", "Laçi", "Lala", "Leka", "Lekaj",
    "Lleshi", "Luli", "Luzi", "Mala", "Marku", "Mema", "Meta", "Mëhilli", "Mulaj", "Murati", "Nikolli", "Ndoja",
    "Neziri", "Paloka", "Përgjoni", "Pjetri", "Prela", "Prenga", "Ramja", "Rexha", "Rroku", "Sadiku", "Shala", "Shehu",
    "Shkreli", "Shllaku", "Shyti", "Spahiu", "Toçi", "Toska", "Vata", "Vuksani", "Zefi", "Zogaj",
];

/// A first and a last name.
pub(super) fn name(dice: &mut Dice, girl: bool) -> (&'static str, &'static str) {
    let first = dice.pick(if girl { &GIRLS } else { &BOYS });
    (first, dice.pick(&LAST))
}

/// A first and a last name with the skewed distribution of real names: a few names are very common.
pub(super) fn unequal(dice: &mut Dice, girl: bool) -> (&'static str, &'static str) {
    // The lists are sorted: a step that visits each name once keeps the common names from all beginning with A.
    let first = rank(dice, &FIRST_WEIGHTS) * 37 % FIRST_WEIGHTS.len();
    let last = rank(dice, &LAST_WEIGHTS) * 37 % LAST_WEIGHTS.len();
    (if girl { GIRLS[first] } else { BOYS[first] }, LAST[last])
}

const FIRST_WEIGHTS: [u32; 60] = zipf(4);
const LAST_WEIGHTS: [u32; 96] = zipf(8);

/// Cumulative weights 1/(rank + `flat`), in millionths: the most common of 60 names has a share of one in twelve with `flat` 4, that
/// of 96 names one in twenty-one with 8.
const fn zipf<const N: usize>(flat: u32) -> [u32; N] {
    let mut sums = [0; N];
    let (mut at, mut sum, mut divisor) = (0, 0, flat);
    while at < N {
        sum += 1_000_000 / divisor;
        sums[at] = sum;
        divisor += 1;
        at += 1;
    }
    sums
}

fn rank(dice: &mut Dice, sums: &[u32]) -> usize {
    let roll = dice.below(sums[sums.len() - 1]);
    sums.partition_point(|sum| *sum <= roll)
}

/// The name as typed on a keyboard without ë and ç.
pub(super) fn without_marks(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            'ë' => 'e',
            'Ë' => 'E',
            'ç' => 'c',
            'Ç' => 'C',
            other => other,
        })
        .collect()
}
