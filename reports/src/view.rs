//! What the template of a list reads: the caller's structs with charts drawn, rows matched to cards, children
//! numbered for the eyes of a meeting, and everything counted that a sentence needs. Templates lay out; they do
//! not work anything out.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::change_groups::{self, ChangeGroup};
use crate::error::Error;
use crate::flow::{self, FlowView};
use crate::heat::{self, HeatView};
use crate::list::{Card, Contact, Edition, Event, NotAssessable, Participant, Place, PlaceKind, PlacePage, Receipt, Row};
use crate::localized::{Localized, filters};
use crate::marks::MarksView;
use crate::offers::{self, Offers};
use crate::words::Words;
use crate::year::Year;
use crate::{chart, school_chart, strip};

/// Number of left-off pupils shown as next in line.
const NEXT: usize = 5;

#[derive(Template)]
#[template(path = "list.html")]
pub struct ListView<'a> {
    words: &'a Words,
    lang: &'static str,
    edition: &'a Edition,
    place: &'a Place,
    centre: bool,
    data_through: Option<chrono::NaiveDate>,
    coverage: Option<f64>,
    stale_days: i64,
    pupils: u32,
    capacity: u32,
    left_off: u32,
    no_data: bool,
    /// Whether the records are too incomplete for an empty list to mean anything.
    not_known: bool,
    /// Day of the last known list, and its age in days.
    last_known: Option<(chrono::NaiveDate, i64)>,
    data_through_word: String,
    receipt: Option<&'a Receipt>,
    levels: [(u8, usize); 3],
    classes: BTreeSet<&'a str>,
    statuses: BTreeSet<&'a str>,
    listed: Vec<Listed<'a>>,
    next: Vec<Listed<'a>>,
    not_assessable: Vec<Numbered<'a, NotAssessable>>,
    changes: Vec<ChangeGroup<'a>>,
    events: &'a [Event],
    level_chart: Option<String>,
    grade_chart: Option<String>,
    flow: Option<FlowView>,
    heat: Option<HeatView<'a>>,
    /// The code and the glyph of every mark of a day.
    glyphs: Vec<(&'static str, String)>,
    participants: Vec<Numbered<'a, Participant>>,
    stopped: Vec<Numbered<'a, Participant>>,
    referrals: Vec<Listed<'a>>,
}

/// A child in a section, with the number that replaces the name when names are hidden.
pub struct Numbered<'a, T> {
    pub n: u32,
    pub it: &'a T,
}

/// A row with its translated texts, and its card where it has one.
struct Listed<'a> {
    n: u32,
    row: &'a Row,
    escalation: Option<String>,
    offers: Vec<String>,
    card: Option<CardView<'a>>,
}

struct CardView<'a> {
    weeks: Option<String>,
    strip: Option<String>,
    usual: Option<f64>,
    band: bool,
    marks: Option<MarksView<'a>>,
    contacts: &'a [Contact],
}

/// Gives each child the same number everywhere on the page: its rank, or the next free number.
pub struct Numbers<'a> {
    by_key: BTreeMap<&'a str, u32>,
    last: u32,
}

impl<'a> Numbers<'a> {
    pub fn new(rows: &'a [Row]) -> Self {
        let by_key: BTreeMap<&str, u32> = rows.iter().map(|row| (row.pupil_key.as_str(), row.rank)).collect();
        Self { last: by_key.values().copied().max().unwrap_or(0), by_key }
    }

    /// The number of a key. An empty key gets a new number each time.
    pub fn of(&mut self, key: &'a str) -> u32 {
        if let Some(known) = self.by_key.get(key) {
            return *known;
        }
        self.last += 1;
        if !key.is_empty() {
            self.by_key.insert(key, self.last);
        }
        self.last
    }
}

impl<'a> ListView<'a> {
    pub fn new(page: &'a PlacePage, edition: &'a Edition, words: &'a Words) -> Result<Self, Error> {
        let cards: BTreeMap<&str, &Card> = page.cards.iter().map(|card| (card.pupil_key.as_str(), card)).collect();
        let year = year_of(page);
        let offers = offers::by_service(&page.offers, words)?;
        let mut numbers = Numbers::new(&page.rows);
        let mut listed = Vec::new();
        for row in page.rows.iter().filter(|row| row.on_list) {
            let mut it = Listed::new(row, row.rank, &offers, words)?;
            if let (Some(card), Some(year)) = (cards.get(row.pupil_key.as_str()), year) {
                it.card = Some(CardView::new(card, year, page.pass_mark, words)?);
            }
            listed.push(it);
        }
        let next = page.rows.iter().filter(|row| !row.on_list).take(NEXT);
        let next = next.map(|row| Listed::new(row, row.rank, &offers, words)).collect::<Result<_, Error>>()?;
        let changes = change_groups::groups(&page.changes, &mut numbers);
        let not_assessable = page.not_assessable.iter().map(|it| Numbered { n: numbers.of(&it.pupil_key), it }).collect();
        let mut people = Vec::with_capacity(page.participants.len());
        for it in &page.participants {
            people.push(Numbered { n: numbers.of(if it.pupil_key.is_empty() { &it.participant_id } else { &it.pupil_key }), it });
        }
        let mut referrals = Vec::with_capacity(page.referral_candidates.len());
        for row in &page.referral_candidates {
            referrals.push(Listed::new(row, numbers.of(&row.pupil_key), &offers, words)?);
        }
        let glyphs = strip::MARKS.into_iter().map(|mark| Ok((mark.code(), strip::sample(mark)?))).collect::<Result<_, Error>>()?;
        let at_level = |level: u8| (level, listed.iter().filter(|listed| listed.row.level == level).count());
        Ok(Self {
            words,
            lang: edition.language.tag(),
            edition,
            place: &page.place,
            centre: page.place.kind == PlaceKind::Centre,
            data_through: page.data_through,
            coverage: page.coverage,
            stale_days: page.stale_days.unwrap_or(0).max(0),
            pupils: page.pupils,
            capacity: page.capacity,
            left_off: page.left_off,
            no_data: page.data_through.is_none(),
            data_through_word: page.data_through.map(|day| words.date(day)).unwrap_or_default(),
            not_known: page.too_little_known,
            last_known: page.last_known.map(|day| (day, (edition.as_of - day).num_days())),
            receipt: page.receipt.as_ref(),
            levels: [at_level(3), at_level(2), at_level(1)],
            classes: listed.iter().map(|listed| listed.row.class.as_str()).collect(),
            statuses: listed.iter().map(|listed| listed.row.status.as_str()).collect(),
            next,
            listed,
            not_assessable,
            changes,
            events: &page.events,
            level_chart: school_chart::levels(&page.level_history, words)?,
            grade_chart: school_chart::grades(&page.absence_by_grade, words)?,
            flow: flow::view(&page.level_flow, words)?,
            heat: heat::view(&page.absence_by_class, words),
            glyphs,
            stopped: people.iter().filter(|person| person.it.stopped).map(|person| Numbered { ..*person }).collect(),
            participants: people,
            referrals,
        })
    }
}

impl Localized for ListView<'_> {
    fn words(&self) -> &Words {
        self.words
    }
}

impl<'a> Listed<'a> {
    fn new(row: &'a Row, n: u32, offers: &Offers<'_>, words: &Words) -> Result<Self, Error> {
        let escalation = escalation(row, words)?;
        let offers = offers.get(row.suggested_service.as_str()).cloned().unwrap_or_default();
        Ok(Self { n, row, escalation, offers, card: None })
    }
}

impl<'a> CardView<'a> {
    fn new(card: &'a Card, year: Year, pass_mark: Option<f64>, words: &Words) -> Result<Self, Error> {
        Ok(Self {
            weeks: chart::weeks(card, year, words)?,
            strip: strip::days(&card.days, year, words)?,
            usual: card.usual_rate,
            band: card.usual_band.is_some(),
            marks: MarksView::new(&card.marks, pass_mark, words)?,
            contacts: &card.contacts,
        })
    }
}

/// The sentence about an escalation.
pub fn escalation(row: &Row, words: &Words) -> Result<Option<String>, Error> {
    Ok(match row.escalation.as_str() {
        "" => None,
        "unexcused_days" => Some(words.say_count("escalation-unexcused_days", "n", row.unexcused_streak)?),
        "unanswered_contacts" => Some(words.say_count("escalation-unanswered_contacts", "n", row.unanswered_contacts)?),
        // A code of a project's own, which has no translation.
        own => Some(own.replace('_', " ")),
    })
}

/// The time axis for all cards of a page, so that the same day has the same position on each card. `None` without cards.
pub fn year_of(page: &PlacePage) -> Option<Year> {
    let days = || page.cards.iter().flat_map(|card| card.days.first().into_iter().chain(card.days.last())).map(|day| day.date);
    let weeks = || page.cards.iter().flat_map(|card| card.weeks.first().into_iter().chain(card.weeks.last())).map(|week| week.week);
    let first = page.first_day.or_else(|| days().chain(weeks()).min());
    let first = first.or_else(|| (!page.cards.is_empty()).then_some(page.data_through.unwrap_or_default()))?;
    Some(Year::new(first, days().chain(weeks()).max().unwrap_or(first)))
}
