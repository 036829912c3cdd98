//! The data of one child in the PDF: the row of the list, and the card with charts, marks and contacts.

use serde::Serialize;

use super::drawing::{self, Drawing, Sample, alone};
use crate::error::Error;
use crate::list::{Card, Contact, PlaceKind, PlacePage, Row, full_name};
use crate::marks::{self, MarksView};
use crate::offers::Offers;
use crate::words::Words;
use crate::year::Year;
use crate::{chart, strip, view};

/// Maximum number of contacts on a card, so that the lines to fill in fit on the page.
const CONTACTS: usize = 6;

/// A row with its card.
#[derive(Serialize)]
pub(super) struct Child<'a> {
    rank: u32,
    name: String,
    number: &'a str,
    class: &'a str,
    school: &'a str,
    level: u8,
    level_word: String,
    status: String,
    weeks: Option<String>,
    confidence: Option<String>,
    reasons: &'a [String],
    /// Absence in short sentences.
    absence: Vec<String>,
    step: String,
    escalation: Option<String>,
    suggested: Option<String>,
    suggested_service: Option<String>,
    offers: Vec<String>,
    at_centre: Option<String>,
    last: Option<ContactLine<'a>>,
    review: Option<String>,
    review_due: bool,
    pub(super) card: Option<CardData<'a>>,
}

/// The card of one pupil.
#[derive(Serialize)]
pub(super) struct CardData<'a> {
    weeks: Option<Drawing>,
    week_key: Vec<Sample>,
    strip: Option<Drawing>,
    marks: Option<MarkTable>,
    contacts: Vec<ContactLine<'a>>,
    earlier: Option<String>,
}

#[derive(Serialize)]
struct MarkTable {
    terms: Vec<String>,
    /// The axis labels over the charts.
    head: String,
    lines: Vec<MarkLine>,
}

#[derive(Serialize)]
struct MarkLine {
    subject: String,
    /// One per term: the mark, and whether it is below the pass mark.
    cells: Vec<Option<(String, bool)>>,
    slope: String,
}

/// A contact.
#[derive(Serialize)]
struct ContactLine<'a> {
    date: String,
    by: &'a str,
    action: String,
    outcome: String,
}

impl<'a> Child<'a> {
    pub(super) fn new(row: &'a Row, page: &PlacePage, offers: &Offers<'_>, words: &Words) -> Result<Self, Error> {
        let suggested = Some(row.suggested_service.as_str()).filter(|service| !service.is_empty());
        Ok(Self {
            rank: row.rank,
            name: full_name(&row.first_name, &row.last_name),
            number: &row.pupil_id,
            class: &row.class,
            // On the list of a school the name of the school would be the same on each row.
            school: if page.place.kind == PlaceKind::Centre { &row.school } else { "" },
            level: row.level,
            level_word: words.level(row.level),
            status: words.of("status", &row.status),
            weeks: if row.weeks_on_list > 1 { Some(words.sentence("weeks-on-list", [("weeks", row.weeks_on_list.into())])?) } else { None },
            confidence: (!matches!(row.confidence.as_str(), "" | "clear")).then(|| words.of("confidence", &row.confidence)),
            reasons: &row.reasons,
            absence: absence(row, words)?,
            step: words.of("step", &row.next_step),
            escalation: view::escalation(row, words)?,
            suggested: suggested
                .map(|service| words.sentence("suggested", [("service", words.of("service", service).into())]))
                .transpose()?,
            suggested_service: suggested.map(|service| words.of("service", service)),
            offers: offers.get(row.suggested_service.as_str()).cloned().unwrap_or_default(),
            at_centre: if row.services.is_empty() {
                row.known_to_centre.map(|known| words.say(if known { "known-yes" } else { "known-no" }))
            } else {
                Some(words.services(&row.services))
            },
            last: row.last_contact.map(|date| ContactLine {
                date: words.date(date),
                by: row.contact_by.as_deref().unwrap_or_default(),
                action: words.of_any("action", &row.last_action),
                outcome: words.of_any("outcome", &row.last_outcome),
            }),
            review: row.review_date.map(|date| words.date(date)),
            review_due: row.review_due,
            card: None,
        })
    }
}

impl<'a> CardData<'a> {
    pub(super) fn new(card: &'a Card, year: Year, page: &PlacePage, words: &Words) -> Result<Self, Error> {
        let mut week_key = vec![Sample::new(drawing::OWN, words.say("key-own"))];
        if let Some(rate) = card.usual_rate {
            week_key.push(Sample::new(drawing::USUAL, words.sentence("key-usual", [("rate", words.percent(rate).into())])?));
        }
        if card.usual_band.is_some() {
            week_key.push(Sample::new(drawing::BAND, words.say("key-band")));
        }
        week_key.push(Sample::new(drawing::SCHOOL, words.say("key-school")));
        let more = card.contacts.len().saturating_sub(CONTACTS);
        Ok(Self {
            weeks: chart::weeks(card, year, words)?.map(|svg| Drawing::new(&svg)),
            week_key,
            strip: strip::days(&card.days, year, words)?.map(|svg| Drawing::new(&svg)),
            marks: MarksView::new(&card.marks, page.pass_mark, words)?.map(|marks| MarkTable::new(&marks, words)).transpose()?,
            contacts: card.contacts.iter().take(CONTACTS).map(|contact| ContactLine::new(contact, words)).collect(),
            earlier: if more > 0 { Some(words.sentence("contacts-earlier", [("n", more.into())])?) } else { None },
        })
    }
}

impl MarkTable {
    fn new(marks: &MarksView<'_>, words: &Words) -> Result<Self, Error> {
        let line = |line: &marks::Line<'_>| MarkLine {
            subject: words.of("subject", line.subject),
            cells: line.cells.iter().map(|cell| cell.as_ref().map(|cell| (words.number(cell.mark), cell.low))).collect(),
            slope: alone(&line.slope, marks::WIDTH, marks::HEIGHT),
        };
        Ok(Self {
            terms: marks.terms.iter().map(|term| words.sentence("term", [("n", (*term).into())])).collect::<Result<_, _>>()?,
            head: alone(&marks.head, marks::WIDTH, marks::HEIGHT),
            lines: marks.lines.iter().map(line).collect(),
        })
    }
}

impl<'a> ContactLine<'a> {
    fn new(contact: &'a Contact, words: &Words) -> Self {
        Self {
            date: words.date(contact.date),
            by: &contact.by,
            action: words.of_any("action", &contact.action),
            outcome: words.of_any("outcome", &contact.outcome),
        }
    }
}

fn absence(row: &Row, words: &Words) -> Result<Vec<String>, Error> {
    let mut sentences = Vec::new();
    if row.recent_recorded > 0 {
        let args = [("absent", row.recent_absent.into()), ("recorded", row.recent_recorded.into())];
        sentences.push(words.sentence("recent-days", args)?);
    }
    if let Some(rate) = row.absence_rate {
        sentences.push(words.sentence("year-rate", [("rate", words.percent(rate).into())])?);
    }
    if row.absence_streak > 0 {
        sentences.push(words.sentence("streak", [("days", row.absence_streak.into())])?);
    }
    Ok(sentences)
}
