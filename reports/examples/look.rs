//! Writes one page of each kind, in both languages, into a folder: to be looked at, on a screen and on paper.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports)]

#[path = "../tests/given/mod.rs"]
mod given;

use prane_reports::*;

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder to write to"));
    let make = Renderer::new().unwrap();
    for language in [Language::Sq, Language::En] {
        let (words, edition, tag) = (make.words(language), given::edition(language), language.tag());
        let bare = PlacePage { data_through: Some(edition.as_of), ..given::school(words, 0) };
        let bare = PlacePage { place: bare.place, data_through: bare.data_through, ..PlacePage::default() };
        let write = |name: &str, html: String| std::fs::write(folder.join(format!("{name}-{tag}.html")), html).unwrap();
        write("school", make.list_html(&given::school(words, 15), &edition).unwrap());
        write("large", make.list_html(&given::school(words, 40), &edition).unwrap());
        write("centre", make.list_html(&given::centre(words), &edition).unwrap());
        write("empty", make.list_html(&bare, &edition).unwrap());
        write("overview", make.overview_html(&given::overview(), &edition).unwrap());
        write("index", make.index_html(&given::index(), &edition).unwrap());
    }
}
