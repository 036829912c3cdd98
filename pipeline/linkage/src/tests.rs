mod alike;

use super::*;

/// What the tests ask: the policy's numbers are no one's business here.
impl Default for Settings {
    fn default() -> Self {
        Self::new(0.99, 0.5)
    }
}

const FIRST: [&str; 20] = [
    "Arbër", "Besa", "Çlirim", "Drita", "Endrit", "Flutura", "Gëzim", "Hana", "Ilir", "Jonida", "Klara", "Luan", "Mirela", "Noel",
    "Pëllumb", "Qerim", "Rina", "Sokol", "Teuta", "Valon",
];
const LAST: [&str; 25] = [
    "Hoxha", "Shehu", "Gjoka", "Marku", "Prendi", "Leka", "Ndoka", "Çela", "Kola", "Deda", "Vata", "Zefi", "Hoti", "Gruda", "Berisha",
    "Gashi", "Morina", "Elezi", "Sula", "Hysa", "Duka", "Lika", "Meta", "Ymeri", "Xhafa",
];

fn child(first: &str, last: &str, birth: &str, id: &str) -> Person {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Person {
        national_id: text(id),
        first_name: text(first),
        last_name: text(last),
        birth_date: BirthDate::digits(birth),
        sex: None,
        schools: vec![],
        municipalities: vec![1],
        group: 1,
    }
}

/// Pupils spread evenly over names and days; nothing here is drawn, so every run has the same.
fn pupils(n: u32) -> Vec<Person> {
    (0..n)
        .map(|i| {
            let mix = i.wrapping_mul(2_654_435_761) >> 7;
            let birth = format!("{}{:02}{:02}", 2008 + mix % 10, 1 + mix / 10 % 12, 1 + mix / 120 % 28);
            let id = format!("J{:08}{}", i.wrapping_mul(7_919_113) % 100_000_000, char::from(b'A' + u8::try_from(i % 23).unwrap()));
            let (first, last) = (FIRST[(mix / 3360 % 20) as usize], LAST[(i % 25) as usize]);
            let place = mix % 7;
            Person { schools: vec![100 + mix % 40], municipalities: vec![place], ..child(first, last, &birth, &id) }
        })
        .collect()
}

fn linked(linkage: &Linkage, right: usize) -> Option<u32> {
    match linkage.outcomes[right] {
        Outcome::Linked { pair } => Some(linkage.pairs[pair].left),
        _ => None,
    }
}

fn doubt(linkage: &Linkage, right: usize) -> Option<Doubt> {
    match &linkage.outcomes[right] {
        Outcome::Review { pairs } => match linkage.pairs[pairs.start].verdict {
            Verdict::Review(doubt) => Some(doubt),
            _ => None,
        },
        _ => None,
    }
}

/// Every tenth pupil comes to a centre, each erring in its own way.
fn participants(pupils: &[Person]) -> Vec<Person> {
    let mut out: Vec<Person> = pupils.iter().step_by(10).cloned().collect();
    for (i, p) in out.iter_mut().enumerate() {
        p.group = u32::try_from(i % 5).unwrap();
        if i % 2 == 0 {
            p.national_id = None;
        }
        match i % 8 {
            1 => p.first_name = p.first_name.as_deref().map(clean),
            3 => std::mem::swap(&mut p.first_name, &mut p.last_name),
            4 => p.birth_date = p.birth_date.map(|d| BirthDate { month: d.day, day: d.month, ..d }),
            5 => p.birth_date = None,
            6 => p.schools.clear(),
            7 => p.last_name = p.last_name.as_deref().map(|n| n[1..].to_owned()),
            _ => {}
        }
    }
    out
}

#[test]
fn most_are_found_and_none_wrongly() {
    let pupils = pupils(2_000);
    let participants = participants(&pupils);
    let linkage = link(&pupils, &participants, &[], &Settings::default()).unwrap();
    let found: Vec<(usize, u32)> = (0..participants.len()).filter_map(|i| Some((i, linked(&linkage, i)?))).collect();
    assert!(found.iter().all(|&(i, left)| left as usize == i * 10), "a wrong link");
    assert!(found.len() * 10 > participants.len() * 7, "{} of {}", found.len(), participants.len());
    assert_eq!(linkage.outcomes.len(), participants.len());
    assert!(linkage.model.prior > 2e-4 && linkage.model.prior < 8e-4);
    for comparison in &linkage.model.comparisons {
        assert!(comparison.levels.iter().all(|l| l.weight.is_finite()), "{}", comparison.name);
    }
}

#[test]
fn every_pair_adds_up() {
    let pupils = pupils(1_000);
    let linkage = link(&pupils, &participants(&pupils), &[], &Settings::default()).unwrap();
    let start = (linkage.model.prior / (1.0 - linkage.model.prior)).log2();
    for pair in &linkage.pairs {
        assert!((start + pair.weights.iter().sum::<f64>() - pair.weight).abs() < 1e-9);
        assert!(pair.standing <= pair.weight, "rivals only take");
        assert!((pair.probability - 1.0 / (1.0 + (-pair.standing).exp2())).abs() < 1e-12, "of what decides");
        assert!(!matches!(pair.verdict, Verdict::Link) || pair.probability >= Settings::default().link_at);
    }
}

#[test]
fn the_same_on_any_number_of_threads() {
    let pupils = pupils(800);
    let participants = participants(&pupils);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (link(&pupils, &participants, &[], &Settings::default()), duplicates(&pupils, &[], &Settings::default())))
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(7));
}

#[test]
fn twins_keep_apart() {
    let mut pupils = pupils(2_000);
    let twins = [child("Gent", "Kastrati", "20140511", "K45511001A"), child("Lis", "Kastrati", "20140511", "K45511002B")];
    pupils.extend(twins.clone());
    let there: Vec<Person> = twins.iter().cloned().map(|p| Person { national_id: None, ..p }).collect();
    let linkage = link(&pupils, &there, &[], &Settings::default()).unwrap();
    assert_eq!((linked(&linkage, 0), linked(&linkage, 1)), (Some(2_000), Some(2_001)), "{:?}", linkage.pairs);
    // A third of the same family and day who is not in the register, and one twin under the other's id.
    let there = [child("Mark", "Kastrati", "20140511", ""), child("Lis", "Kastrati", "20140511", "K45511001A")];
    let linkage = link(&pupils, &there, &[], &Settings::default()).unwrap();
    assert_eq!((linked(&linkage, 0), linked(&linkage, 1)), (None, None), "{:?}", linkage.pairs);
}

#[test]
fn one_pupil_is_one_participant_of_a_centre() {
    let pupils = pupils(2_000);
    let twice = vec![pupils[70].clone(), pupils[70].clone()];
    let linkage = link(&pupils, &twice, &[], &Settings::default()).unwrap();
    assert_eq!((doubt(&linkage, 0), doubt(&linkage, 1)), (Some(Doubt::Rivals), Some(Doubt::Rivals)));
    let elsewhere = vec![twice[0].clone(), Person { group: 2, ..twice[1].clone() }];
    let linkage = link(&pupils, &elsewhere, &[], &Settings::default()).unwrap();
    assert_eq!((linked(&linkage, 0), linked(&linkage, 1)), (Some(70), Some(70)), "two centres may each have it");
}

#[test]
fn a_tie_is_for_a_human() {
    let mut pupils = pupils(2_000);
    let namesake = child("Gent", "Kastrati", "20140511", "");
    pupils.extend([namesake.clone(), namesake.clone()]);
    let linkage = link(&pupils, &[namesake], &[], &Settings::default()).unwrap();
    assert_eq!(doubt(&linkage, 0), Some(Doubt::Rivals));
    let Outcome::Review { pairs } = &linkage.outcomes[0] else { panic!("{:?}", linkage.outcomes) };
    assert_eq!(linkage.pairs[pairs.clone()].iter().map(|p| p.left).collect::<Vec<_>>(), [2_000, 2_001], "the file's order");
}

#[test]
fn a_name_alone_is_no_link() {
    let pupils = pupils(2_000);
    let alone = Person { national_id: None, birth_date: None, ..pupils[7].clone() };
    let linkage = link(&pupils, &[alone], &[], &Settings::default()).unwrap();
    assert_eq!(linked(&linkage, 0), None);
}

#[test]
fn an_id_alone_is_no_link() {
    let pupils = pupils(2_000);
    let other = child("Zamira", "Troshani", "20051230", pupils[7].national_id.as_deref().unwrap());
    let linkage = link(&pupils, &[other], &[], &Settings::default()).unwrap();
    assert_eq!(linked(&linkage, 0), None);
}

#[test]
fn decisions_hold() {
    let pupils = pupils(2_000);
    let there = vec![pupils[10].clone(), pupils[20].clone(), pupils[30].clone(), pupils[40].clone()];
    let alone = link(&pupils, &there, &[], &Settings::default()).unwrap();
    assert_eq!([0, 1, 2, 3].map(|at| linked(&alone, at)), [10, 20, 30, 40].map(Some), "as they are linked where nobody decides");
    let decisions = [Decision::Same { left: 20, right: 0 }, Decision::Different { left: 30, right: 2 }, Decision::NoOne { right: 3 }];
    let linkage = link(&pupils, &there, &decisions, &Settings::default()).unwrap();
    assert_eq!(linked(&linkage, 0), Some(20), "though nothing agrees");
    assert!(matches!(linkage.pairs[0].verdict, Verdict::Decided));
    assert!(linkage.pairs.iter().all(|p| (p.left, p.right) != (20, 1)), "taken in this centre");
    assert_ne!(linked(&linkage, 2), Some(30));
    assert_eq!(linkage.outcomes[3], Outcome::Unlinked);
}

#[test]
fn decisions_that_cannot_hold_are_refused() {
    let pupils = pupils(10);
    let run = |decisions: &[Decision]| link(&pupils, &pupils[..2], decisions, &Settings::default()).map(|_| ());
    let (same, other) = (Decision::Same { left: 0, right: 0 }, Decision::Same { left: 1, right: 0 });
    assert_eq!(run(&[same, other]), Err(Error::Contradiction { right: 0 }));
    assert_eq!(run(&[same, Decision::Different { left: 0, right: 0 }]), Err(Error::Contradiction { right: 0 }));
    assert_eq!(run(&[same, Decision::NoOne { right: 0 }]), Err(Error::Contradiction { right: 0 }));
    assert_eq!(run(&[Decision::Same { left: 10, right: 0 }]), Err(Error::NoSuchRow { side: "left", row: 10 }));
    assert_eq!(run(&[Decision::NoOne { right: 2 }]), Err(Error::NoSuchRow { side: "right", row: 2 }));
    assert_eq!(run(&[same, same]), Ok(()));
}

#[test]
fn small_files_get_the_written_model() {
    let pupils = pupils(400);
    let there = participants(&pupils)[..30].to_vec();
    let linkage = link(&pupils, &there, &[], &Settings::default()).unwrap();
    assert!((0..30).all(|i| linked(&linkage, i).is_none_or(|left| left as usize == i * 10)));
    assert!((0..30).filter(|&i| linked(&linkage, i).is_some()).count() >= 20, "{:?}", linkage.outcomes);
    let weight = |c: usize, l: usize| linkage.model.comparisons[c].levels[l].weight;
    assert!(weight(0, 0) > 10.0 && weight(1, 0) > 3.0 && weight(1, 5) < -2.0 && weight(4, 0) > 6.0, "{:?}", linkage.model);
}

#[test]
fn nothing_and_next_to_nothing() {
    let (none, one) = (Vec::new(), pupils(1));
    let settings = Settings::default();
    let empty = link(&none, &none, &[], &settings).unwrap();
    assert!(empty.pairs.is_empty() && empty.outcomes.is_empty());
    assert_eq!(link(&one, &none, &[], &settings).unwrap().outcomes, []);
    assert_eq!(link(&none, &one, &[], &settings).unwrap().outcomes, [Outcome::Unlinked]);
    assert!(duplicates(&one, &[], &settings).unwrap().pairs.is_empty());
    let same = link(&one, &one, &[], &settings).unwrap();
    assert!(same.pairs.iter().all(|p| p.weight.is_finite()));
    let blank = vec![Person::default(); 3];
    assert_eq!(link(&blank, &blank, &[], &settings).unwrap().outcomes, [Outcome::Unlinked, Outcome::Unlinked, Outcome::Unlinked]);
}

#[test]
fn strangers_stay_strangers() {
    let all = pupils(3_000);
    let linkage = link(&all[..2_900], &all[2_900..], &[], &Settings::default()).unwrap();
    assert!((0..100).all(|i| linked(&linkage, i).is_none()), "{:?}", linkage.outcomes);
}

#[test]
fn duplicates_come_once() {
    let mut people = pupils(2_000);
    people.push(Person { first_name: people[5].first_name.as_deref().map(clean), ..people[5].clone() });
    let linkage = duplicates(&people, &[], &Settings::default()).unwrap();
    assert!(linkage.pairs.iter().all(|p| p.left < p.right));
    assert_eq!(linked(&linkage, 2_000), Some(5));
    assert_eq!(linkage.outcomes.iter().filter(|o| matches!(o, Outcome::Linked { .. })).count(), 1);
    let apart = [Decision::Different { left: 2_000, right: 5 }];
    let linkage = duplicates(&people, &apart, &Settings::default()).unwrap();
    assert!(linkage.pairs.iter().all(|p| (p.left, p.right) != (5, 2_000)), "in whichever order it was said");
}

#[test]
fn settings_must_make_sense() {
    for settings in [
        Settings { link_at: 0.4, ..Settings::default() },
        Settings { review_at: 0.0, ..Settings::default() },
        Settings { link_at: f64::NAN, ..Settings::default() },
        Settings { keep: 0, ..Settings::default() },
    ] {
        assert_eq!(link(&[], &[], &[], &settings), Err(Error::Settings));
    }
}
