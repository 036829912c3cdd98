//! Children who look like one: each kind is planted among ordinary records and must stay with a person.

use super::*;

const ALIKE: [&str; 6] = ["Artan", "Arian", "Elira", "Ilira", "Albana", "Albina"];

/// A town in which a hundred children each bear the names that are one letter apart.
fn town() -> Vec<Person> {
    let mut all = pupils(2_600);
    for (child, name) in all[2_000..].iter_mut().zip(ALIKE.iter().cycle()) {
        child.first_name = Some((*name).into());
    }
    all
}

/// What becomes of `planted`, each at a centre of its own, beside the town and `more` pupils.
fn outcomes(town: Vec<Person>, more: &[Person], planted: &[Person]) -> (Linkage, usize) {
    let mut there = participants(&town[..2_000]);
    let first = there.len();
    there.extend((100..).zip(planted).map(|(group, person)| Person { group, ..person.clone() }));
    (link(&[town, more.to_vec()].concat(), &there, &[], &Settings::default()).unwrap(), first)
}

#[track_caller]
fn asked(planted: &[Person], more: &[Person], doubts: &[Doubt]) {
    let (linkage, first) = outcomes(town(), more, planted);
    for (at, person) in planted.iter().enumerate() {
        let found = doubt(&linkage, first + at);
        assert!(found.is_some_and(|doubt| doubts.contains(&doubt)), "{person:?}: {:?}", linkage.outcomes[first + at]);
    }
}

#[track_caller]
fn all_linked(town: Vec<Person>, planted: &[Person], more: &[Person]) {
    let at_town = u32::try_from(town.len()).unwrap();
    let (linkage, first) = outcomes(town, more, planted);
    for (at, person) in planted.iter().enumerate() {
        assert!(linked(&linkage, first + at).is_some_and(|left| left >= at_town), "{person:?}: {:?}", linkage.outcomes[first + at]);
    }
}

fn artan_and_elira() -> [Person; 2] {
    [child("Artan", "Kastrati", "20140511", "K45511001A"), child("Elira", "Kastrati", "20130217", "L35217002B")]
}

#[test]
fn a_twin_of_a_name_one_letter_off_is_asked_about() {
    let more = artan_and_elira();
    asked(&[child("Arian", "Kastrati", "20140511", ""), child("Ilira", "Kastrati", "20130217", "")], &more, &[Doubt::FirstNames]);
    // Under the number of the twin who is at school.
    let brought = [child("Arian", "Kastrati", "20140511", "K45511001A"), child("Ilira", "Kastrati", "20130217", "L35217002B")];
    asked(&brought, &more, &[Doubt::FirstNames, Doubt::Ids]);
}

#[test]
fn a_slip_that_is_nobodys_name_stays_a_link() {
    let more = artan_and_elira();
    all_linked(town(), &[child("Artn", "Kastrati", "20140511", ""), child("Elirra", "Kastrati", "20130217", "")], &more);
    all_linked(town(), &[child("Artn", "Kastrati", "20140511", "K45511001A")], &more);
}

#[test]
fn twins_with_each_others_ids_are_asked_about() {
    // The second pair has names that nobody else bears.
    for (one, other) in [("Albana", "Albina"), ("Gresana", "Gresina")] {
        let pupils = [child(one, "Kastrati", "20140511", "K45511001A"), child(other, "Kastrati", "20140511", "L35218002B")];
        let there = [child(one, "Kastrati", "20140511", "L35218002B"), child(other, "Kastrati", "20140511", "K45511001A")];
        asked(&there, &pupils, &[Doubt::FirstNames, Doubt::Rivals, Doubt::Ids]);
    }
}

#[test]
fn a_cousin_of_the_same_name_is_asked_about() {
    let pupil = child("Sokol", "Kastrati", "20140409", "K45511001A");
    let cousins = ["20140904", "20140408", "20150409", "20140419"].map(|birth| child("Sokol", "Kastrati", birth, ""));
    asked(&cousins, std::slice::from_ref(&pupil), &[Doubt::BirthDates]);
    // At the next number as well, as of two children born one after the other.
    asked(&[child("Sokol", "Kastrati", "20140408", "K45511002A")], std::slice::from_ref(&pupil), &[Doubt::BirthDates]);
    all_linked(town(), &cousins.map(|c| Person { national_id: pupil.national_id.clone(), ..c })[..3], std::slice::from_ref(&pupil));
}

#[test]
fn a_date_that_many_are_entered_under_is_weak() {
    let pupil = child("Sokol", "Kastrati", "20140101", "K45511001A");
    let there = child("Sokol", "Kastrati", "20140101", "");
    // Where the first of January is a day like others it tells as much.
    all_linked(town(), std::slice::from_ref(&there), std::slice::from_ref(&pupil));
    let mut town = town();
    for person in town[..2_000].iter_mut().skip(3).step_by(50) {
        person.birth_date = person.birth_date.map(|date| BirthDate { month: 1, day: 1, ..date });
    }
    let (linkage, first) = outcomes(town.clone(), std::slice::from_ref(&pupil), std::slice::from_ref(&there));
    assert_eq!(doubt(&linkage, first), Some(Doubt::BirthDates));
    all_linked(town, std::slice::from_ref(&pupil), std::slice::from_ref(&pupil));
}

#[test]
fn no_link_is_made_by_the_share_of_participants_who_are_pupils() {
    let town = town();
    let mut there = participants(&town[..2_000]);
    // In each other's column, without an id or a school: likely, and sure only if nearly every participant is a pupil.
    for (group, pupil) in (100..).zip(town[..2_000].iter().skip(5).step_by(100)) {
        let (first_name, last_name) = (pupil.last_name.clone(), pupil.first_name.clone());
        there.push(Person { national_id: None, schools: vec![], first_name, last_name, group, ..pupil.clone() });
    }
    let sure = 0.999;
    let linkage = link(&town, &there, &[], &Settings::new(sure, 0.5)).unwrap();
    let nearly = |pair: &&Pair| pair.verdict == Verdict::Review(Doubt::Unlikely) && pair.probability > 0.998;
    assert!(linkage.pairs.iter().any(|pair| nearly(&pair)), "nothing lies between, so that the test asks nothing");
    for pair in linkage.pairs.iter().filter(|pair| pair.verdict == Verdict::Link) {
        let alone = 1.0 / (1.0 + (-pair.weight).exp2());
        assert!(pair.probability >= sure && alone >= sure, "{pair:?}");
    }
}
