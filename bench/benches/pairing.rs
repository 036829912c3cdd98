//! Pairing: the participants of the world linked to its pupils, learnt and scored from nothing.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput};
use prane_bench::{Result, World};
use prane_linkage::{BirthDate, Person, Settings, Sex, link};

fn main() -> Result<()> {
    let world = World::new()?;
    let mut codes = BTreeMap::new();
    let pupils = people(&world.inbox("pupils.csv"), &mut codes)?;
    let participants = people(&world.inbox("centre_participants.csv"), &mut codes)?;
    let settings = Settings::new(0.99, 0.5);
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("pairing");
    group.throughput(Throughput::Elements(participants.len() as u64));
    group.bench_function("link", |bencher| {
        bencher.iter(|| black_box(link(&pupils, &participants, &[], &settings)).map_or_else(|fault| panic!("{fault}"), drop));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn people(path: &Path, codes: &mut BTreeMap<String, u32>) -> Result<Vec<Person>> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut people = Vec::new();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row?;
        let cell = |name: &str| row.get(name).filter(|text| !text.is_empty()).cloned();
        let mut code = |name: &str| -> Vec<u32> {
            let next = codes.len();
            cell(name).map(|text| *codes.entry(text).or_insert_with(|| u32::try_from(next).unwrap_or_default())).into_iter().collect()
        };
        people.push(Person {
            schools: code("school_id"),
            group: code("centre_id").first().copied().unwrap_or_default(),
            municipalities: Vec::new(),
            national_id: cell("national_id"),
            first_name: cell("first_name"),
            last_name: cell("last_name"),
            birth_date: cell("birth_date").and_then(|text| text.parse::<NaiveDate>().ok()).map(BirthDate::from),
            sex: cell("sex").map(|letter| if letter == "F" { Sex::Female } else { Sex::Male }),
        });
    }
    Ok(people)
}
