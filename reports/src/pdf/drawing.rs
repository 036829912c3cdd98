//! Charts in the PDF: those of the page, with styles for paper.

use serde::Serialize;

use crate::error::Error;
use crate::list::DayMark;
use crate::strip;
use crate::words::Words;
use crate::year::STEP;

/// Styles of the classes of charts on white paper and in black and white; see `templates/style.css`.
const INKS: &str = "path{fill:none;stroke-width:1}\
text{fill:#3b4147;font-family:\"Libertinus Serif\";font-size:9px}\
.m{text-anchor:middle}.e{text-anchor:end}\
.g{stroke:#c9c9c4}\
.o{stroke:#0b3c5d;stroke-width:1.8;stroke-linejoin:round}.o.f,.da.f{fill:#0b3c5d;stroke:none}\
.u{stroke:#7a3b00;stroke-width:1.4;stroke-dasharray:6 3}\
.s{stroke:#444;stroke-width:1.6;stroke-dasharray:.1 3.2;stroke-linecap:round}\
.bd.f{fill:#ece5dc}\
.ps{stroke:#7a3b00;stroke-width:1.2;stroke-dasharray:2 2}\
.dn.f{fill:#dbe8f2;stroke:#0b3c5d}\
.de{stroke:#0b3c5d;stroke-width:1.2}.dl.f{fill:#7a3b00}\
.dp{stroke:#444;stroke-width:2.6;stroke-linecap:round}.dm{stroke:#444;stroke-width:1.2}.dx{stroke:#000;stroke-width:1.2}";
/// Samples for the legend of the weekly chart, `STEP` units square, as in `templates/list.html`.
pub(super) const OWN: &str = "<path class=\"o f\" d=\"M1 10V4h4V10zM6 10V1h4V10z\"/>";
pub(super) const USUAL: &str = "<path class=\"u\" d=\"M0 6H11\"/>";
pub(super) const BAND: &str = "<path class=\"bd f\" d=\"M0 2H11V10H0z\"/>";
pub(super) const SCHOOL: &str = "<path class=\"s\" d=\"M1 6H11\"/>";
const PRESENT: &str = "<path class=\"dp\" d=\"M5 5h.1\"/>";

/// A chart as an image for Typst.
#[derive(Serialize)]
pub(super) struct Drawing {
    svg: String,
    alt: String,
    /// In units of the drawing.
    width: f64,
}

/// An entry of a legend.
#[derive(Serialize)]
pub(super) struct Sample {
    svg: String,
    word: String,
}

impl Drawing {
    /// Makes a stand-alone image of a chart that was drawn for HTML, with its own style sheet.
    pub(super) fn new(svg: &str) -> Self {
        let inner = svg.strip_prefix("<svg ").unwrap_or(svg);
        let (head, body) = inner.split_once('>').unwrap_or((inner, ""));
        Self {
            svg: format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {head}><style>{INKS}</style>{body}"),
            alt: format!("{}: {}", element(svg, "title"), element(svg, "desc")),
            width: head
                .split_once("viewBox=\"")
                .and_then(|(_, rest)| rest.split(['"', ' ']).nth(2))
                .and_then(|width| width.parse().ok())
                .unwrap_or(360.0),
        }
    }
}

impl Sample {
    pub(super) fn new(inside: &str, word: String) -> Self {
        Self { svg: alone(inside, STEP.cast_unsigned(), STEP.cast_unsigned()), word }
    }
}

/// The legend entry of a day mark.
pub(super) fn day_sample(mark: DayMark, words: &Words) -> Result<Sample, Error> {
    // Browsers show a line of length 0 as a dot, but Typst drops a drawing without extent.
    let drawn = if mark == DayMark::Present { PRESENT.to_owned() } else { strip::sample(mark)? };
    Ok(Sample::new(&drawn, words.of("day", mark.code())))
}

/// A stand-alone image with this content.
pub(super) fn alone(inside: &str, width: u32, height: u32) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><style>{INKS}</style>{inside}</svg>")
}

/// The text of the first element of this name.
fn element(svg: &str, name: &str) -> String {
    let (_, rest) = svg.split_once(&format!("<{name}>")).unwrap_or_default();
    let text = rest.split('<').next().unwrap_or_default();
    // `&amp;` is last, so that `&amp;lt;` becomes `&lt;`.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::chart;
    use crate::list::{Card, CardDay, CardWeek, Language, SubjectMarks};
    use crate::marks::MarksView;
    use crate::year::Year;

    #[test]
    fn every_ink_of_a_card_has_its_looks_on_paper() {
        let words = Words::new(Language::En).unwrap();
        let day = NaiveDate::from_ymd_opt(2021, 3, 1).unwrap();
        let year = Year::new(day, day);
        let card = Card {
            days: strip::MARKS.into_iter().zip(day.iter_days()).map(|(mark, date)| CardDay { date, mark }).collect(),
            weeks: [5, 0].map(|recorded| CardWeek { week: day, recorded, absent: 1.0, school_rate: Some(0.1) }).into(),
            usual_rate: Some(0.1),
            usual_band: Some((0.0, 0.2)),
            ..Card::default()
        };
        let marks = [SubjectMarks { subject: "histori".to_owned(), by_term: vec![(1, 4.0), (2, 6.0)] }];
        let mut drawn = vec![strip::days(&card.days, year, &words).unwrap().unwrap(), chart::weeks(&card, year, &words).unwrap().unwrap()];
        drawn.extend(strip::MARKS.map(|mark| strip::sample(mark).unwrap()));
        let marks = MarksView::new(&marks, Some(5.0), &words).unwrap().unwrap();
        drawn.extend([marks.head, marks.lines.into_iter().next().unwrap().slope]);
        drawn.extend([OWN, USUAL, BAND, SCHOOL, PRESENT].map(str::to_owned));
        for class in drawn.iter().flat_map(|svg| svg.split("class=\"").skip(1)).filter_map(|rest| rest.split('"').next()) {
            let look = class.split(' ').map(|part| format!(".{part}")).collect::<String>();
            assert!(INKS.contains(&look), "{look} has no looks");
        }
    }

    #[test]
    fn the_text_of_a_drawing_is_read_as_it_was_written() {
        assert_eq!(element("<svg><title>a &lt; b &amp;amp; \u{201C}c&quot;</title>", "title"), "a < b &amp; \u{201C}c\"");
        assert_eq!(element("<svg></svg>", "title"), "");
    }
}
