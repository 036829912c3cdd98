//! Writes one page of each kind, in both languages, into a folder: to be looked at, on a screen and on paper.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::wildcard_imports,
    dead_code
)]

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

use prane_reports::*;

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder to write to"));
    let make = Renderer::new().unwrap();
    for language in [Language::Sq, Language::En] {
        let (words, edition, tag) = (make.words(language), fixtures::edition(language), language.tag());
        let bare = PlacePage { data_through: Some(edition.as_of), ..fixtures::school(words, 0) };
        let bare = PlacePage { place: bare.place, data_through: bare.data_through, ..PlacePage::default() };
        let write = |name: &str, html: String| std::fs::write(folder.join(format!("{name}-{tag}.html")), html).unwrap();
        write("school", make.list_html(&fixtures::school(words, 15), &edition).unwrap());
        write("large", make.list_html(&fixtures::school(words, 40), &edition).unwrap());
        write("heavy", make.list_html(&heavy(fixtures::school(words, 6)), &edition).unwrap());
        write("centre", make.list_html(&fixtures::centre(words), &edition).unwrap());
        write("empty", make.list_html(&bare, &edition).unwrap());
        write("overview", make.overview_html(&fixtures::overview(), &edition).unwrap());
        write("index", make.index_html(&fixtures::index(), &edition).unwrap());
    }
}

/// As much as a card may have to hold on one sheet: the whole year, Saturdays too, every subject, many contacts and reasons.
fn heavy(mut page: PlacePage) -> PlacePage {
    let subjects =
        ["matematike", "gjuhe_shqipe", "Gjuhë e huaj", "Histori", "Gjeografi", "Fizikë", "Kimi", "Biologji", "TIK", "Edukim fizik"];
    for (row, card) in page.rows.iter_mut().zip(&mut page.cards) {
        row.reasons.resize(4, row.reasons[0].clone());
        "unexcused_days".clone_into(&mut row.escalation);
        "after_school_class".clone_into(&mut row.suggested_service);
        card.days = (0..270_u64)
            .map(|at| fixtures::day(2020, 9, 14) + chrono::Days::new(at))
            .filter(|date| date.format("%u").to_string() != "7")
            .map(|date| CardDay { date, mark: DayMark::Absent })
            .collect();
        let mark = |subject: &str| SubjectMarks { subject: subject.to_owned(), by_term: vec![(1, 8.3), (2, 6.1), (3, 4.4)] };
        card.marks = subjects.map(mark).to_vec();
        let contact = Contact {
            date: page.data_through.unwrap(),
            by: "mësuesja kujdestare".to_owned(),
            action: "home_visit".to_owned(),
            outcome: "plan_agreed".to_owned(),
        };
        card.contacts = vec![contact; 10];
    }
    page
}
