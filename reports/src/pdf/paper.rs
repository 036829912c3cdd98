//! What `templates/list.typ` reads: every sentence already worded, every date and number already written.
//!
//! The template lays out; it works nothing out and knows no code of the program.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fluent_bundle::{FluentArgs, FluentValue};
use serde::Serialize;

use crate::fault::Fault;
use crate::list::{Card, Change, Contact, DayMark, Edition, NotAssessable, Participant, PlaceKind, PlacePage, Row};
use crate::marks::{self, MarksView};
use crate::words::Words;
use crate::year::{STEP, Year};
use crate::{chart, offers, strip, view};

/// What the centres can take, in words, by service.
type Offers<'a> = BTreeMap<&'a str, Vec<String>>;

/// How many of those left off are named as the next in line.
const NEXT: usize = 5;
/// Contacts shown on a card; more would push the lines to fill off the page.
const CONTACTS: usize = 6;
/// What the classes of a chart look like on white paper, in black and white too: see `templates/style.css`.
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
/// Samples for the key of the weekly chart, `STEP` units square, as in `templates/list.html`.
const OWN: &str = "<path class=\"o f\" d=\"M1 10V4h4V10zM6 10V1h4V10z\"/>";
const USUAL: &str = "<path class=\"u\" d=\"M0 6H11\"/>";
const BAND: &str = "<path class=\"bd f\" d=\"M0 2H11V10H0z\"/>";
const SCHOOL: &str = "<path class=\"s\" d=\"M1 6H11\"/>";
const PRESENT: &str = "<path class=\"dp\" d=\"M5 5h.1\"/>";

#[derive(Serialize)]
pub struct Paper<'a> {
    lang: &'static str,
    /// Every message without arguments, by id.
    words: BTreeMap<&'static str, &'static str>,
    title: String,
    project: &'a str,
    run: &'a str,
    as_of: String,
    centre: bool,
    place: &'a str,
    /// Id, municipality, region.
    whereabouts: Vec<&'a str>,
    stale: Option<String>,
    /// (name, value)
    facts: Vec<(String, String)>,
    levels: Vec<LevelCount>,
    capacity: String,
    /// Samples of the day marks, with their words.
    day_key: Vec<Sample>,
    no_data: bool,
    listed: Vec<Child<'a>>,
    next: Vec<Child<'a>>,
    next_about: String,
    referrals: Vec<Child<'a>>,
    participants: Vec<Partaker>,
    changes: Vec<Moved<'a>>,
    not_assessable: Vec<Unknown<'a>>,
    events: Vec<String>,
}

#[derive(Serialize)]
struct LevelCount {
    level: u8,
    word: String,
    pupils: usize,
}

/// A row, with its card where there is one.
#[derive(Serialize)]
struct Child<'a> {
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
    last: Option<Told<'a>>,
    review: Option<String>,
    review_due: bool,
    card: Option<Story<'a>>,
}

/// What was recorded of one pupil.
#[derive(Serialize)]
struct Story<'a> {
    weeks: Option<Drawing>,
    week_key: Vec<Sample>,
    strip: Option<Drawing>,
    marks: Option<MarkTable>,
    contacts: Vec<Told<'a>>,
    earlier: Option<String>,
}

#[derive(Serialize)]
struct MarkTable {
    terms: Vec<String>,
    /// The marks of the scale over the slopes.
    head: String,
    lines: Vec<MarkLine>,
}

#[derive(Serialize)]
struct MarkLine {
    subject: String,
    /// One a term: the mark, and whether it is below the pass mark.
    cells: Vec<Option<(String, bool)>>,
    slope: String,
}

/// A contact.
#[derive(Serialize)]
struct Told<'a> {
    date: String,
    by: &'a str,
    action: String,
    outcome: String,
}

/// A chart as the typesetter takes it.
#[derive(Serialize)]
struct Drawing {
    svg: String,
    alt: String,
    /// In units of the drawing.
    width: f64,
}

/// A piece of a chart, for its key.
#[derive(Serialize)]
struct Sample {
    svg: String,
    word: String,
}

#[derive(Serialize)]
struct Partaker {
    name: String,
    services: String,
    sessions: String,
    last_attended: Option<String>,
    linked: bool,
    school: String,
    recent: String,
    usual: Option<String>,
    level: Option<u8>,
    level_word: String,
    stopped: bool,
}

#[derive(Serialize)]
struct Moved<'a> {
    name: String,
    class: &'a str,
    status: String,
    cause: Option<String>,
    because: Vec<String>,
    before: Option<String>,
    now: Option<String>,
}

#[derive(Serialize)]
struct Unknown<'a> {
    name: String,
    class: &'a str,
    why: String,
    last_recorded: Option<String>,
}

impl<'a> Paper<'a> {
    pub fn new(page: &'a PlacePage, edition: &'a Edition, words: &'a Words) -> Result<Self, Fault> {
        let offers = offers::by_service(&page.offers, words)?;
        let year = view::year_of(page);
        let cards: BTreeMap<&str, &Card> = page.cards.iter().map(|card| (card.pupil_key.as_str(), card)).collect();
        let mut listed = Vec::new();
        for row in page.rows.iter().filter(|row| row.on_list) {
            let mut child = Child::new(row, page, &offers, words)?;
            if let (Some(card), Some(year)) = (cards.get(row.pupil_key.as_str()), year) {
                child.card = Some(Story::new(card, year, page, words)?);
            }
            listed.push(child);
        }
        let next = page
            .rows
            .iter()
            .filter(|row| !row.on_list)
            .take(NEXT)
            .map(|row| Child::new(row, page, &offers, words))
            .collect::<Result<Vec<_>, _>>()?;
        let of = &page.place;
        let mut whereabouts = vec![of.id.as_str(), of.municipality.as_str()];
        if of.region != of.municipality {
            whereabouts.push(&of.region);
        }
        whereabouts.retain(|part| !part.is_empty());
        let stale = page.stale_days.unwrap_or(0).max(0);
        Ok(Self {
            lang: edition.language.tag(),
            words: words.ready(),
            title: sentence(words, "title-list", [("place", of.name.as_str().into()), ("date", words.date(edition.as_of).into())])?,
            project: &edition.project,
            run: &edition.run_id,
            as_of: words.date(edition.as_of),
            centre: of.kind == PlaceKind::Centre,
            place: &of.name,
            whereabouts,
            stale: if stale > 0 { Some(sentence(words, "stale", [("days", stale.into())])?) } else { None },
            facts: facts(page, edition, words),
            levels: [3, 2, 1]
                .into_iter()
                .map(|level| LevelCount {
                    level,
                    word: words.level(level),
                    pupils: page.rows.iter().filter(|row| row.on_list && row.level == level).count(),
                })
                .collect(),
            capacity: sentence(words, "capacity-line", [("left", page.left_off.into()), ("capacity", page.capacity.into())])?,
            day_key: strip::MARKS.into_iter().map(|mark| day_sample(mark, words)).collect::<Result<_, _>>()?,
            no_data: page.data_through.is_none(),
            listed,
            next_about: sentence(words, "next-in-line-about", [("n", next.len().into())])?,
            next,
            referrals: page.referral_candidates.iter().map(|row| Child::new(row, page, &offers, words)).collect::<Result<_, _>>()?,
            participants: page.participants.iter().map(|who| Partaker::new(who, words)).collect::<Result<_, _>>()?,
            changes: page.changes.iter().map(|change| Moved::new(change, words)).collect(),
            not_assessable: page.not_assessable.iter().map(|pupil| Unknown::new(pupil, words)).collect(),
            events: page
                .events
                .iter()
                .map(|event| {
                    let rate = words.percent(event.absence_rate);
                    sentence(words, "events-line", [("date", words.date(event.date).into()), ("rate", rate.into())])
                })
                .collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> Child<'a> {
    fn new(row: &'a Row, page: &PlacePage, offers: &Offers<'_>, words: &Words) -> Result<Self, Fault> {
        let suggested = Some(row.suggested_service.as_str()).filter(|service| !service.is_empty());
        Ok(Self {
            rank: row.rank,
            name: full_name(&row.first_name, &row.last_name),
            number: &row.pupil_id,
            class: &row.class,
            // A school's own name on each of its rows says nothing.
            school: if page.place.kind == PlaceKind::Centre { &row.school } else { "" },
            level: row.level,
            level_word: words.level(row.level),
            status: words.of("status", &row.status),
            weeks: if row.weeks_on_list > 1 {
                Some(sentence(words, "weeks-on-list", [("weeks", row.weeks_on_list.into())])?)
            } else {
                None
            },
            confidence: (!matches!(row.confidence.as_str(), "" | "clear")).then(|| words.of("confidence", &row.confidence)),
            reasons: &row.reasons,
            absence: absence(row, words)?,
            step: words.of("step", &row.next_step),
            escalation: view::escalation(row, words)?,
            suggested: suggested
                .map(|service| sentence(words, "suggested", [("service", words.of("service", service).into())]))
                .transpose()?,
            suggested_service: suggested.map(|service| words.of("service", service)),
            offers: offers.get(row.suggested_service.as_str()).cloned().unwrap_or_default(),
            at_centre: if row.services.is_empty() {
                row.known_to_centre.map(|known| words.say(if known { "known-yes" } else { "known-no" }))
            } else {
                Some(services(&row.services, words))
            },
            last: row.last_contact.map(|date| Told {
                date: words.date(date),
                by: row.contact_by.as_deref().unwrap_or_default(),
                action: done("action", &row.last_action, words),
                outcome: done("outcome", &row.last_outcome, words),
            }),
            review: row.review_date.map(|date| words.date(date)),
            review_due: row.review_due,
            card: None,
        })
    }
}

impl<'a> Story<'a> {
    fn new(card: &'a Card, year: Year, page: &PlacePage, words: &Words) -> Result<Self, Fault> {
        let mut week_key = vec![Sample::new(OWN, words.say("key-own"))];
        if let Some(rate) = card.usual_rate {
            week_key.push(Sample::new(USUAL, sentence(words, "key-usual", [("rate", words.percent(rate).into())])?));
        }
        if card.usual_band.is_some() {
            week_key.push(Sample::new(BAND, words.say("key-band")));
        }
        week_key.push(Sample::new(SCHOOL, words.say("key-school")));
        let more = card.contacts.len().saturating_sub(CONTACTS);
        Ok(Self {
            weeks: chart::weeks(card, year, words)?.map(|svg| Drawing::new(&svg)),
            week_key,
            strip: strip::days(&card.days, year, words)?.map(|svg| Drawing::new(&svg)),
            marks: MarksView::new(&card.marks, page.pass_mark, words)?.map(|marks| MarkTable::new(&marks, words)).transpose()?,
            contacts: card.contacts.iter().take(CONTACTS).map(|contact| Told::new(contact, words)).collect(),
            earlier: if more > 0 { Some(sentence(words, "contacts-earlier", [("n", more.into())])?) } else { None },
        })
    }
}

impl MarkTable {
    fn new(marks: &MarksView<'_>, words: &Words) -> Result<Self, Fault> {
        let line = |line: &marks::Line<'_>| MarkLine {
            subject: words.of("subject", line.subject),
            cells: line.cells.iter().map(|cell| cell.as_ref().map(|cell| (words.number(cell.mark), cell.low))).collect(),
            slope: alone(&line.slope, marks::WIDTH, marks::HEIGHT),
        };
        Ok(Self {
            terms: marks.terms.iter().map(|term| sentence(words, "term", [("n", (*term).into())])).collect::<Result<_, _>>()?,
            head: alone(&marks.head, marks::WIDTH, marks::HEIGHT),
            lines: marks.lines.iter().map(line).collect(),
        })
    }
}

impl<'a> Told<'a> {
    fn new(contact: &'a Contact, words: &Words) -> Self {
        Self {
            date: words.date(contact.date),
            by: &contact.by,
            action: done("action", &contact.action, words),
            outcome: done("outcome", &contact.outcome, words),
        }
    }
}

impl Drawing {
    /// A chart of a page stands inside HTML and takes its looks from there; here it stands alone.
    fn new(svg: &str) -> Self {
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
    fn new(inside: &str, word: String) -> Self {
        Self { svg: alone(inside, STEP.cast_unsigned(), STEP.cast_unsigned()), word }
    }
}

impl Partaker {
    fn new(who: &Participant, words: &Words) -> Result<Self, Fault> {
        let of = |attended: f64, held: u32| sentence(words, "sessions-of", [("attended", attended.into()), ("held", held.into())]);
        Ok(Self {
            name: full_name(&who.first_name, &who.last_name),
            services: services(&who.services, words),
            sessions: of(f64::from(who.attended_recent), who.sessions_recent)?,
            last_attended: who.last_attended.map(|date| words.date(date)),
            linked: who.recent_recorded > 0,
            school: format!("{} {}", who.school, who.class),
            recent: of(who.recent_absent, who.recent_recorded)?,
            usual: who.before_rate.map(|rate| words.percent(rate)),
            level: who.level,
            level_word: words.level(who.level.unwrap_or(0)),
            stopped: who.stopped,
        })
    }
}

impl<'a> Moved<'a> {
    fn new(change: &'a Change, words: &Words) -> Self {
        let status = words.of("status", &change.status);
        let level = |level: Option<u8>| level.map(|level| format!("{level} {}", words.level(level)));
        Self {
            name: full_name(&change.first_name, &change.last_name),
            class: &change.class,
            cause: change.cause.as_deref().map(|cause| words.of("cause", cause)).filter(|cause| *cause != status),
            status,
            because: change.because.iter().map(|mover| words.of("mover", mover)).collect(),
            before: level(change.level_before),
            now: level(change.level_now),
        }
    }
}

impl<'a> Unknown<'a> {
    fn new(pupil: &'a NotAssessable, words: &Words) -> Self {
        Self {
            name: full_name(&pupil.first_name, &pupil.last_name),
            class: &pupil.class,
            why: words.of("why", &pupil.cause),
            last_recorded: pupil.last_recorded.map(|date| words.date(date)),
        }
    }
}

/// The head of the first page, name by name.
fn facts(page: &PlacePage, edition: &Edition, words: &Words) -> Vec<(String, String)> {
    let through = page.data_through.map_or_else(|| words.say("none-recorded"), |date: NaiveDate| words.date(date));
    let mut facts = vec![(words.say("as-of"), words.date(edition.as_of)), (words.say("data-through"), through)];
    if let Some(coverage) = page.coverage {
        facts.push((words.say("coverage"), words.percent(coverage)));
    }
    let pupils = if page.place.kind == PlaceKind::Centre { words.say("participants") } else { words.say("pupils") };
    facts.push((pupils, page.pupils.to_string()));
    facts.push((words.say("not-assessable"), page.not_assessable.len().to_string()));
    facts.push((words.say("left-off"), page.left_off.to_string()));
    facts
}

fn absence(row: &Row, words: &Words) -> Result<Vec<String>, Fault> {
    let mut said = Vec::new();
    if row.recent_recorded > 0 {
        let args = [("absent", row.recent_absent.into()), ("recorded", row.recent_recorded.into())];
        said.push(sentence(words, "recent-days", args)?);
    }
    if let Some(rate) = row.absence_rate {
        said.push(sentence(words, "year-rate", [("rate", words.percent(rate).into())])?);
    }
    if row.absence_streak > 0 {
        said.push(sentence(words, "streak", [("days", row.absence_streak.into())])?);
    }
    Ok(said)
}

fn day_sample(mark: DayMark, words: &Words) -> Result<Sample, Fault> {
    let id = match mark {
        DayMark::Present => "day-present",
        DayMark::Absent => "day-absent",
        DayMark::Excused => "day-excused",
        DayMark::Late => "day-late",
        DayMark::Part => "day-part",
        DayMark::Disrupted => "day-disrupted",
        DayMark::NotRecorded => "day-not_recorded",
    };
    // A line without length is a dot in a browser; alone on its sheet it is dropped here, as a drawing without extent.
    let drawn = if mark == DayMark::Present { PRESENT.to_owned() } else { strip::sample(mark)? };
    Ok(Sample::new(&drawn, words.say(id)))
}

/// The inside of a drawing as a drawing of its own.
fn alone(inside: &str, width: u32, height: u32) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><style>{INKS}</style>{inside}</svg>")
}

/// A code in words, free text as it stands, nothing where there is nothing.
fn done(kind: &str, code: &str, words: &Words) -> String {
    if code.is_empty() { String::new() } else { words.of(kind, code) }
}

fn services(codes: &[String], words: &Words) -> String {
    codes.iter().map(|service| words.of("service", service)).collect::<Vec<_>>().join(", ")
}

fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

fn sentence<const N: usize>(words: &Words, id: &str, args: [(&'static str, FluentValue<'_>); N]) -> Result<String, Fault> {
    let mut said = FluentArgs::new();
    for (name, value) in args {
        said.set(name, value);
    }
    words.say_with(id, &said)
}

/// The text of the first element of this name in a drawing.
fn element(svg: &str, name: &str) -> String {
    let (_, rest) = svg.split_once(&format!("<{name}>")).unwrap_or_default();
    let text = rest.split('<').next().unwrap_or_default();
    // `&amp;` last, or what was escaped twice would come out bare.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::{CardDay, CardWeek, Language, SubjectMarks};

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
