//! What must hold for every list on paper as a file; what it says is tested beside its template's code.

#![cfg(feature = "pdf")]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports, dead_code)]

mod fixtures;

use fixtures::{centre, edition, school};
use prane_reports::*;

fn renderer() -> Renderer {
    Renderer::new().unwrap()
}

/// How often these bytes stand in a file.
fn count(bytes: &[u8], part: &str) -> usize {
    bytes.windows(part.len()).filter(|window| *window == part.as_bytes()).count()
}

#[test]
fn a_page_a_pupil_beside_the_list_and_the_rest() {
    let make = renderer();
    for language in [Language::Sq, Language::En] {
        let pages = |listed| {
            let bytes = make.list_pdf(&school(make.words(language), listed), &edition(language)).unwrap();
            count(&bytes, "/Type/Page") - count(&bytes, "/Type/Pages")
        };
        assert_eq!(pages(0), 1, "the list that nobody is on, and the rest, on one page");
        assert_eq!(pages(3), 1 + 3 + 1);
    }
}

#[test]
fn what_can_be_is_accessible() {
    let make = renderer();
    let stamp = edition(Language::Sq);
    for page in [school(make.words(Language::Sq), 3), centre(make.words(Language::Sq))] {
        let bytes = make.list_pdf(&page, &stamp).unwrap();
        for must in ["/Lang(sq)", "/StructTreeRoot", "pdfuaid", "/Alt"] {
            assert!(count(&bytes, must) > 0, "{must}");
        }
    }
    let mut page = school(make.words(Language::Sq), 3);
    page.rows[0].first_name = "\u{1F600}\u{202E}\u{0}\u{FFFE}\n".to_owned();
    assert!(make.list_pdf(&page, &stamp).unwrap().starts_with(b"%PDF-"), "a letter without a glyph stops no list");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (renderer(), renderer());
    let stamp = edition(Language::Sq);
    let page = school(one.words(Language::Sq), 5);
    let first = one.list_pdf(&page, &stamp).unwrap();
    one.list_pdf(&centre(one.words(Language::En)), &edition(Language::En)).unwrap();
    let again = std::thread::scope(|scope| scope.spawn(|| two.list_pdf(&page, &stamp).unwrap()).join().unwrap());
    assert!(first == again);
}
