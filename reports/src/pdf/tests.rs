//! What the pages say, read from the pages themselves: as text, before it is written as glyphs.

#[path = "../../tests/fixtures/mod.rs"]
#[allow(dead_code, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports)]
mod fixtures;

use fixtures::{centre, edition, school};
use typst::layout::{Frame, FrameItem};

use super::*;
use crate::list::{Contact, Language, Place, PlaceKind, Row, SubjectMarks};

const BOTH: [Language; 2] = [Language::Sq, Language::En];

/// The text of every page, without spaces and hyphens: where a line ends is nobody's matter.
fn pages(page: &PlacePage, edition: &Edition, words: &Words) -> Vec<String> {
    fn read(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => read(&group.frame, text),
                FrameItem::Text(run) => text.push_str(&run.text),
                _ => {}
            }
        }
    }
    let document = TYPESETTER.as_ref().unwrap().layout(page, edition, words).unwrap();
    let text = |page: &typst_layout::Page| {
        let mut text = String::new();
        read(&page.frame, &mut text);
        dense(&text)
    };
    document.pages().iter().map(text).collect()
}

fn dense(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '\u{AD}' | '\u{2010}')).collect()
}

/// Pages on which a pupil has lines to fill.
fn cards(pages: &[String], words: &Words) -> Vec<usize> {
    (0..pages.len()).filter(|at| pages[*at].contains(&dense(&words.say("fill-title")))).collect()
}

#[test]
fn the_list_then_a_page_a_pupil_then_the_rest() {
    for language in BOTH {
        let words = &Words::new(language).unwrap();
        let stamp = edition(language);
        for page in [school(words, 20), centre(words)] {
            let text = pages(&page, &stamp, words);
            let listed: Vec<&Row> = page.rows.iter().filter(|row| row.on_list).collect();
            let cards = cards(&text, words);
            assert_eq!(cards.len(), listed.len(), "one page a pupil");
            assert!(cards.windows(2).all(|two| two[1] == two[0] + 1), "with nothing between");
            let (first, last) = (cards[0], cards[cards.len() - 1]);
            assert!(first >= 1 && last + 1 < text.len(), "a list before, the rest after");
            for (row, at) in listed.iter().zip(&cards) {
                let name = dense(&format!("{}{}", row.first_name, row.last_name));
                assert!(text[..first].iter().any(|page| page.contains(&name)), "{name} is on the list");
                assert!(text[*at].contains(&name) && text[*at].contains(&row.pupil_id), "{name} has a page");
                for said in row.reasons.iter().chain([&words.of("step", &row.next_step), &words.level(row.level)]) {
                    assert!(text[*at].contains(&dense(said)), "{said}");
                }
            }
            let after = text[last + 1..].concat();
            for must in ["changes", "not-assessable", if page.place.kind == PlaceKind::School { "events" } else { "stopped" }] {
                assert!(after.contains(&dense(&words.say(must))), "{must}");
            }
            for (at, of) in text.iter().enumerate() {
                let number = format!("{}/{}", at + 1, text.len());
                for must in [&stamp.run_id, &words.date(stamp.as_of), &words.say("proposes"), &number] {
                    assert!(of.contains(&dense(must)), "page {} does not say {must}", at + 1);
                }
            }
        }
    }
}

#[test]
fn empty_lists_say_so() {
    for language in BOTH {
        let words = &Words::new(language).unwrap();
        let stamp = edition(language);
        for kind in [PlaceKind::School, PlaceKind::Centre] {
            let bare = PlacePage { place: Place { kind, ..Place::default() }, ..PlacePage::default() };
            let quiet = PlacePage { data_through: Some(stamp.as_of), ..bare.clone() };
            for (page, said) in [(bare, "list-no-data"), (quiet, "list-empty")] {
                assert!(pages(&page, &stamp, words).concat().contains(&dense(&words.say(said))));
            }
        }
    }
}

#[test]
fn whatever_a_register_holds_is_set_as_text() {
    let words = &Words::new(Language::En).unwrap();
    let stamp = edition(Language::En);
    let hostile = [
        "#panic(\"x\")",
        "$x^2$",
        "<child-0>",
        "@child-0",
        "*bold*_it_",
        "\\u{41}\\",
        "`raw`",
        "= head",
        "- item",
        "/*gone*/ //gone",
        "~[]{}();&amp;</svg>\"'",
    ];
    let mut page = school(words, 12);
    for (at, evil) in hostile.into_iter().enumerate() {
        evil.clone_into(&mut page.rows[at].first_name);
        page.rows[at].reasons = vec![evil.to_owned(), format!("{evil}.")];
        evil.clone_into(&mut page.rows[at].class);
        page.cards[at].contacts = vec![Contact { by: evil.to_owned(), action: evil.to_owned(), ..Contact::default() }];
        page.cards[at].marks = vec![SubjectMarks { subject: evil.to_owned(), by_term: vec![(1, 4.0)] }];
    }
    hostile.concat().clone_into(&mut page.place.name);
    hostile.concat().clone_into(&mut page.changes[0].last_name);
    hostile.concat().clone_into(&mut page.not_assessable[0].last_name);
    let text = pages(&page, &stamp, words);
    let cards = cards(&text, words);
    for (evil, at) in hostile.iter().zip(cards) {
        // Name, class, two reasons, who made a contact.
        let seen = text[at].matches(&dense(evil)).count();
        assert!(seen >= 5, "{evil} stands {seen} times: {}", text[at]);
    }
    assert!(text[0].contains(&dense(&hostile.concat())));
}

#[test]
fn a_letter_without_a_glyph_stops_no_list() {
    let words = &Words::new(Language::Sq).unwrap();
    let mut page = school(words, 3);
    page.rows[0].first_name = "新\u{1F600}\u{202E}\u{0}\u{FFFE}\n".to_owned();
    let text = pages(&page, &edition(Language::Sq), words);
    assert!(text.concat().contains("Ëngjëll"), "with its dots");
}

#[test]
fn a_long_story_takes_a_second_page_and_loses_nothing() {
    let words = &Words::new(Language::En).unwrap();
    let mut page = school(words, 2);
    page.rows[0].reasons = (0..60).map(|at| format!("A long reason number {at} that goes on and on.")).collect();
    page.cards[0].contacts = (0..30).map(|_| Contact { by: "somebody".to_owned(), ..Contact::default() }).collect();
    let text = pages(&page, &edition(Language::En), words).concat();
    assert!(text.contains("number59that") && text.contains("and24earlierones"));
}
