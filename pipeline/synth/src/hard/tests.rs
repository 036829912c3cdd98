//! The shares are about those asked for, the truth fits the tables, and the damage is of the kinds it says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use chrono::NaiveDate;

use super::super::dice::{Dice, For};
use super::super::names::without_marks;
use super::super::{Options, write};
use super::damage::{day_month_swapped, digit_off, misspelt, mistyped};

/// A file's rows; no field of these files has a comma in it.
type Rows = Vec<Vec<String>>;

/// Tables by name, those of `truth/` with that in front.
fn tables(options: &Options) -> BTreeMap<String, Rows> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), options, &|_, _| {}).unwrap();
    let read = |path: &Path| -> Rows {
        let text = fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
    };
    let inbox = ["pupils", "enrolments_2025-2026", "centre_participants", "identifications", "contacts", "referrals"];
    let truth = ["participants", "identifications", "same_pupil", "twins"];
    let inbox = inbox.map(|name| (name.to_owned(), read(&dir.path().join(format!("inbox/{name}.csv")))));
    let truth = truth.map(|name| (format!("truth/{name}"), read(&dir.path().join(format!("truth/{name}.csv")))));
    let attended = fs::read_dir(dir.path().join("inbox")).unwrap().map(|entry| entry.unwrap().path());
    let attendance = attended.filter(|p| p.to_string_lossy().contains("/attendance_")).flat_map(|p| read(&p)).collect();
    inbox.into_iter().chain(truth).chain([("attendance".to_owned(), attendance)]).collect()
}

/// One world for all tests that only look: 20,000 pupils, the first weeks of a year.
static WORLD: LazyLock<BTreeMap<String, Rows>> =
    LazyLock::new(|| tables(&Options { pupils: 20_000, years: 0.2, hard_links: true, ..Options::default() }));

fn by_id(rows: &Rows) -> BTreeMap<&str, &Vec<String>> {
    rows.iter().map(|row| (row[0].as_str(), row)).collect()
}

/// Asks that `found` of `all` is `share` of 10,000, within a tenth, or more where chance of small numbers asks for it.
#[track_caller]
fn about(what: &str, share: u32, found: usize, all: usize) {
    let expected = f64::from(share) / 10_000.0 * f64::from(u32::try_from(all).unwrap());
    let found = f64::from(u32::try_from(found).unwrap());
    let off = (expected / 10.0).max(3.5 * expected.sqrt());
    assert!((found - expected).abs() <= off, "{what}: {found} of {all}, about {expected} expected");
}

#[test]
fn pupils_have_the_shares_asked_for() {
    let pupils = &WORLD["pupils"];
    about("no national id", 800, pupils[..20_000].iter().filter(|p| p[1].is_empty()).count(), 20_000);
    about("two numbers", 50, WORLD["truth/same_pupil"].len(), 20_000);
    about("twins", 100, 2 * WORLD["truth/twins"].len(), 20_000);
    assert_eq!(pupils.len(), 20_000 + WORLD["truth/same_pupil"].len());
    let given: Vec<&String> = pupils.iter().map(|p| &p[1]).filter(|id| !id.is_empty()).collect();
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len(), "a national id is two pupils'");
    let mut names: BTreeMap<&str, u32> = BTreeMap::new();
    for pupil in pupils {
        *names.entry(&pupil[3]).or_default() += 1;
    }
    assert!(names.values().max() > Some(&700), "no last name is frequent");
}

#[test]
fn participants_have_the_shares_asked_for() {
    let (pupils, all) = (by_id(&WORLD["pupils"]), &WORLD["centre_participants"]);
    let empty = |at: usize| all.iter().filter(|row| row[at].is_empty()).count();
    about("no national id", 5000, empty(2), all.len());
    about("no birth date", 1200, empty(5), all.len());
    // Those who are no pupil have no school.
    about("no school", 4000 + 6000 / 20, empty(7), all.len());

    let truth = &WORLD["truth/participants"];
    about("no pupil", 500, truth.iter().filter(|t| t[2].is_empty()).count(), all.len());
    let people: BTreeSet<&str> = truth.iter().map(|t| t[2].as_str()).collect();
    about("at two centres", 200, truth.iter().filter(|t| !t[2].is_empty()).count() + 1 - people.len(), people.len());

    let known: Vec<(&Vec<String>, &Vec<String>)> =
        all.iter().zip(truth).filter(|(_, t)| !t[2].is_empty()).map(|(row, t)| (row, pupils[t[2].as_str()])).collect();
    let share = |what: &str, share: u32, test: &dyn Fn(&Vec<String>, &Vec<String>) -> bool| {
        about(what, share, known.iter().filter(|(row, pupil)| test(row, pupil)).count(), known.len());
    };
    let ids = known.iter().filter(|(row, _)| !row[2].is_empty());
    about("mistyped", 300, ids.clone().filter(|(row, pupil)| row[2] != pupil[1]).count(), ids.count());
    share("initial", 100, &|row, _| row[3].ends_with('.') || row[4].ends_with('.'));
    let plain = |name: &str| without_marks(name);
    share("names swapped", 300, &|row, pupil| row[3] != pupil[2] && plain(&row[3]) == plain(&pupil[3]));
    let right =
        |name: &str, pupil: &Vec<String>| name.ends_with('.') || [&pupil[2], &pupil[3]].iter().any(|right| plain(right) == plain(name));
    // Where only a mark was lost it cannot be told from a keyboard without marks.
    share("misspelt", 970, &|row, pupil| !right(&row[3], pupil) || !right(&row[4], pupil));
    let other = |row: &Vec<String>, pupil: &Vec<String>| !row[5].is_empty() && row[5] != pupil[4];
    share("date wrong", 700, &|row, pupil| other(row, pupil));
    share("day and month", 200, &|row, pupil| {
        let born: NaiveDate = pupil[4].parse().unwrap();
        other(row, pupil) && day_month_swapped(born).is_some_and(|date| date.to_string() == row[5])
    });
}

#[test]
fn the_truth_fits_the_tables() {
    let pupils = by_id(&WORLD["pupils"]);
    let exists = |id: &String| id.is_empty() || pupils.contains_key(id.as_str());
    for name in ["truth/participants", "truth/identifications", "truth/same_pupil", "truth/twins"] {
        let last = WORLD[name].iter().map(|row| row.last().unwrap());
        assert!(last.clone().count() > 0 && last.clone().all(exists), "{name}");
    }
    let ids = |name: &str, n: usize| WORLD[name].iter().map(|row| row[..n].to_vec()).collect::<Vec<_>>();
    assert_eq!(ids("centre_participants", 2), ids("truth/participants", 2));
    assert_eq!(ids("identifications", 1), ids("truth/identifications", 1));

    for pair in &WORLD["truth/twins"] {
        let (one, other) = (pupils[pair[0].as_str()], pupils[pair[1].as_str()]);
        assert_eq!(one[3..5], other[3..5]);
        assert!(one[2] != other[2] && (one[1] != other[1] || one[1].is_empty()), "{pair:?}");
        // School, year, grade, class, start and end of each place they had.
        let seats = |id: &str| WORLD["enrolments_2025-2026"].iter().filter(|e| e[0] == id).map(|e| e[1..7].to_vec()).collect::<Vec<_>>();
        let moved = WORLD["truth/same_pupil"].iter().any(|same| pair.contains(&same[0]));
        assert!(moved || seats(&pair[0]) == seats(&pair[1]), "{pair:?}");
    }
    let sexes = WORLD["truth/twins"].iter().filter(|pair| pupils[pair[0].as_str()][5] == pupils[pair[1].as_str()][5]).count();
    assert!(sexes > 20 && sexes < WORLD["truth/twins"].len() - 20);
}

#[test]
fn a_second_number_takes_over_from_the_first() {
    let pupils = by_id(&WORLD["pupils"]);
    let mut days: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &WORLD["attendance"] {
        days.entry(&row[0]).or_default().insert(&row[2]);
    }
    for same in &WORLD["truth/same_pupil"] {
        let (first, second) = (pupils[same[0].as_str()], pupils[same[1].as_str()]);
        assert!(second[1].is_empty() && first[2..4] != second[2..4] && first[4..] == second[4..], "{same:?}");
        let seats = |id: &String| WORLD["enrolments_2025-2026"].iter().filter(|e| e[0] == *id).collect::<Vec<_>>();
        let (before, after) = (seats(&same[0]), seats(&same[1]));
        assert!(before.len() == 1 && after.len() == 1 && before[0][6] < after[0][5] && before[0][1] != after[0][1], "{same:?}");
        let (last, next) = (days[same[0].as_str()].last(), days[same[1].as_str()].first());
        assert!(last <= Some(&before[0][6].as_str()) && next >= Some(&after[0][5].as_str()), "{same:?}");
    }
}

#[test]
fn identifications_name_children_in_three_ways() {
    let (all, truth) = (&WORLD["identifications"], &WORLD["truth/identifications"]);
    let first_numbers: BTreeMap<&str, &str> = WORLD["truth/same_pupil"].iter().map(|same| (same[1].as_str(), same[0].as_str())).collect();
    let meant = by_id(truth);
    let participants: BTreeMap<&str, &str> = WORLD["truth/participants"].iter().map(|t| (t[1].as_str(), t[2].as_str())).collect();
    let (mut named, mut outsiders) = (0, 0);
    for row in all {
        let (participant, pupil, truth) = (row[4].as_str(), row[5].as_str(), meant[row[0].as_str()][1].as_str());
        if !participant.is_empty() {
            assert_eq!(participants[participant], truth);
        } else if !pupil.is_empty() {
            assert_eq!(first_numbers.get(pupil).copied().unwrap_or(pupil), truth);
        } else {
            assert!(!row[6].is_empty() && !row[7].is_empty());
            named += 1;
            outsiders += usize::from(truth.is_empty());
        }
    }
    about("by name", 6500, named, all.len());
    about("no pupil", 1200, outsiders, named);
}

#[test]
fn a_tiny_hard_world_is_a_world() {
    for pupils in [0, 1, 2] {
        tables(&Options { pupils, years: 0.1, hard_links: true, ..Options::default() });
    }
}

#[test]
fn each_mistake_is_one_mistake() {
    let mut dice = Dice::new(1, For::HardCentre, 0);
    let seen: BTreeSet<String> = (0..500).map(|_| misspelt("Gjyl", &mut dice)).collect();
    let expected = ["Gjil", "Gjjyl", "Gjl", "Gjy", "Gjyll", "Gjyyl", "Gyl", "Xhyl"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    for name in ["Çela", "Rron", "Era", "Ana"] {
        assert!((0..200).all(|_| misspelt(name, &mut dice) != name), "{name}");
    }

    let born: NaiveDate = "2016-04-03".parse().unwrap();
    let latest: NaiveDate = "2018-12-31".parse().unwrap();
    let differ = |one: &str, other: &str| one.chars().zip(other.chars()).filter(|(a, b)| a != b).count();
    for _ in 0..500 {
        let wrong = digit_off(born, latest, &mut dice);
        assert!(wrong <= latest && differ(&wrong.to_string(), &born.to_string()) == 1, "{wrong}");
        let id = mistyped("X1812962964J", &mut dice);
        let n = differ(&id, "X1812962964J");
        assert!(id.starts_with('X') && id.ends_with('J') && (n == 1 || n == 2), "{id}");
    }
    assert_eq!(day_month_swapped(born), "2016-03-04".parse().ok());
    assert_eq!(day_month_swapped("2016-04-04".parse().unwrap()), None);
    assert_eq!(day_month_swapped("2016-04-13".parse().unwrap()), None);
}
