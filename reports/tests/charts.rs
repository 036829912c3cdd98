//! A label that is cut says a wrong number: every text of every chart lies within its frame, in both languages.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports)]

#[allow(dead_code)] // each test crate uses a part of it
mod fixtures;

use fixtures::{day, edition, overview, school};
use prane_reports::*;

/// Width of a letter of the font `DejaVu Sans`, the widest of the fonts a page names or falls back to, in thousandths of its size.
fn letter(of: char) -> f64 {
    f64::from(match of {
        'i' | 'j' | 'l' => 278,
        ' ' | '.' | ',' => 318,
        ':' | ';' => 337,
        'f' => 352,
        't' => 392,
        'r' => 411,
        's' | 'c' | 'ç' | 'z' => 550,
        'v' | 'y' | 'k' | 'x' => 592,
        'a' | 'e' | 'ë' | 'o' => 615,
        'w' => 818,
        'm' => 974,
        '%' => 950,
        'M' | 'W' => 989,
        '0'..='9' | 'b' | 'd' | 'g' | 'h' | 'n' | 'p' | 'q' | 'u' => 636,
        _ => 790,
    })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()
}

/// Every label of every chart of a page that does not lie within the frame at the size it has on a narrow screen; and how many there are.
fn cut(html: &str) -> (Vec<String>, usize) {
    let (mut cut, mut labels) = (Vec::new(), 0);
    for chart in html.split("<svg ").skip(1) {
        let chart = chart.split("</svg>").next().unwrap();
        let Some(frame) = attribute(chart.split('>').next().unwrap(), "viewBox") else { continue };
        let frame: Vec<f64> = frame.split(' ').map(|n| n.parse().unwrap()).collect();
        for text in chart.split("<text ").skip(1) {
            let (tag, rest) = text.split_once('>').unwrap();
            let words = rest.split('<').next().unwrap();
            let place = |name| attribute(tag, name).unwrap().parse::<f64>().unwrap();
            let width = words.chars().map(letter).sum::<f64>() * 12.0 / 1000.0;
            let left = match attribute(tag, "class") {
                Some("e") => place("x") - width,
                Some("m") => place("x") - width / 2.0,
                _ => place("x"),
            };
            labels += 1;
            let fits = left >= frame[0] && left + width <= frame[0] + frame[2];
            if !fits || place("y") - 9.0 < frame[1] || place("y") > frame[1] + frame[3] {
                cut.push(format!("{words:?} from {left} to {} at {} in {frame:?}", left + width, place("y")));
            }
        }
    }
    (cut, labels)
}

#[test]
fn no_label_of_a_chart_is_cut() {
    let renderer = Renderer::new().unwrap();
    for language in [Language::Sq, Language::En] {
        let words = Words::new(language).unwrap();
        let mut page = school(&words, 5);
        // Counts of three digits, a week missed as a whole, and a year to its last week.
        page.level_flow.iter_mut().for_each(|flow| flow.pupils += 117);
        page.level_history.iter_mut().for_each(|week| week.level_3 += 1100);
        page.absence_by_grade = (1..=12).map(|grade_level| GradeAbsence { grade_level, pupils: 40, absence_rate: 1.0 }).collect();
        for card in &mut page.cards {
            card.weeks.iter_mut().for_each(|week| week.school_rate = Some(1.0));
            card.days.push(CardDay { date: day(2021, 6, 26), mark: DayMark::Absent });
        }
        let mut overview = overview();
        overview.trend.iter_mut().for_each(|week| week.absence_rate = 1.0);
        for html in [renderer.list_html(&page, &edition(language)).unwrap(), renderer.overview_html(&overview, &edition(language)).unwrap()]
        {
            let (cut, labels) = cut(&html);
            assert!(labels > 10 && html.contains(">100%</text>"), "{language:?}: {labels} labels");
            assert!(cut.is_empty(), "{language:?}: {cut:#?}");
        }
        assert!(renderer.list_html(&page, &edition(language)).unwrap().contains(&format!("2 {}: ", words.level(2))));
    }
}
