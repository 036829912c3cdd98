//! What `templates/list.typ` reads: every sentence already worded, every date and number already written.
//!
//! The template lays out; it works nothing out and knows no code of the program.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fluent_bundle::{FluentArgs, FluentValue};
use serde::Serialize;

use crate::fault::Fault;
use crate::list::{Card, Change, Contact, Edition, NotAssessable, Offer, Participant, PlaceKind, PlacePage, Row};
use crate::words::Words;
use crate::{chart, strip};

/// How many of those left off are named as the next in line.
const NEXT: usize = 5;
/// Contacts shown on a card; more would push the lines to fill off the page.
const CONTACTS: usize = 7;
/// What the classes of a chart look like on white paper, in black and white too: see `templates/style.css`.
const INKS: &str = "path{fill:none;stroke-width:1}\
text{fill:#3d444b;font-family:\"Libertinus Serif\";font-size:11.5px}\
.m{text-anchor:middle}.e{text-anchor:end}\
.g{stroke:#c9cfd5}\
.o{stroke:#0b3c5d;stroke-width:2.4;stroke-linejoin:round}.o.f{fill:#0b3c5d;stroke:none}\
.u{stroke:#7a3b00;stroke-width:1.6;stroke-dasharray:7 4}\
.s{stroke:#555;stroke-width:1.6;stroke-dasharray:1.5 3.5;stroke-linecap:round}\
.l3.f{fill:#0b3c5d;stroke:#0b3c5d}.l2.f{fill:#5b93bd;stroke:#0b3c5d}.l1.f{fill:#d3e4f0;stroke:#0b3c5d}\
.b.f{fill:#5b93bd;stroke:none}\
.da.f{fill:#0b3c5d}.de{stroke:#0b3c5d;stroke-width:1.5}.dl.f{fill:#7a3b00}.dp.f{fill:#555}.dm.f{fill:#555}\
.dx{stroke:#555;stroke-width:1.2}.bd.f{fill:#e9edf0;stroke:none}.ps{stroke:#7a3b00}";

/// Keys of the charts: a sample on a sheet of 30 by 18 units, and its word.
const DAYS: [(&str, &str); 6] = [
    ("<path class=\"dp f\" d=\"M8 14H22V17H8z\"/>", "day-present"),
    ("<path class=\"da f\" d=\"M8 3H22V17H8z\"/>", "day-absent"),
    ("<path class=\"de\" d=\"M9 4H21V16H9z\"/>", "day-excused"),
    ("<path class=\"dl f\" d=\"M8 17L22 17L22 6z\"/>", "day-late"),
    ("<path class=\"dl f\" d=\"M8 17L22 17L22 6z\"/>", "day-part"),
    ("<path class=\"dm f\" d=\"M14 9H16V11H14z\"/>", "day-not_recorded"),
];
const LINES: [(&str, &str); 2] = [
    ("<path class=\"o\" d=\"M1 9H29\"/><path class=\"o f\" d=\"M11 9a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z\"/>", "key-own"),
    ("<path class=\"s\" d=\"M1 9H29\"/>", "key-school"),
];
const USUAL: &str = "<path class=\"u\" d=\"M1 9H29\"/>";

#[derive(Serialize)]
pub struct Paper<'a> {
    lang: &'static str,
    /// Every message without arguments, by id.
    words: &'a BTreeMap<String, String>,
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
    /// Samples of the day marks and of the lines of the weekly chart, with their words.
    day_key: Vec<Sample>,
    week_key: Vec<Sample>,
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
    /// The key of the child's own usual rate.
    usual: Option<Sample>,
    strip: Option<Drawing>,
    terms: Vec<u8>,
    marks: Vec<MarkLine>,
    contacts: Vec<Told<'a>>,
    earlier: Option<String>,
}

#[derive(Serialize)]
struct MarkLine {
    subject: String,
    /// One a term: the mark, and whether it is below the pass mark.
    cells: Vec<Option<(String, bool)>>,
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
        let cards: BTreeMap<&str, &Card> = page.cards.iter().map(|card| (card.pupil_key.as_str(), card)).collect();
        let mut listed = Vec::new();
        for row in page.rows.iter().filter(|row| row.on_list) {
            let mut child = Child::new(row, page, words)?;
            child.card = cards.get(row.pupil_key.as_str()).map(|card| Story::new(card, page, words)).transpose()?;
            listed.push(child);
        }
        let next =
            page.rows.iter().filter(|row| !row.on_list).take(NEXT).map(|row| Child::new(row, page, words)).collect::<Result<Vec<_>, _>>()?;
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
            day_key: DAYS.iter().map(|(path, id)| Sample::new(path, words.say(id))).collect(),
            week_key: LINES.iter().map(|(path, id)| Sample::new(path, words.say(id))).collect(),
            no_data: page.data_through.is_none(),
            listed,
            next_about: sentence(words, "next-in-line-about", [("n", next.len().into())])?,
            next,
            referrals: page.referral_candidates.iter().map(|row| Child::new(row, page, words)).collect::<Result<_, _>>()?,
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
    fn new(row: &'a Row, page: &'a PlacePage, words: &Words) -> Result<Self, Fault> {
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
            escalation: escalation(row, words)?,
            suggested: suggested
                .map(|service| sentence(words, "suggested", [("service", words.of("service", service).into())]))
                .transpose()?,
            suggested_service: suggested.map(|service| words.of("service", service)),
            offers: page
                .offers
                .iter()
                .filter(|offer| suggested == Some(offer.service.as_str()))
                .map(|offer| offered(offer, words))
                .collect::<Result<_, _>>()?,
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
    fn new(card: &'a Card, page: &PlacePage, words: &Words) -> Result<Self, Fault> {
        let terms: BTreeSet<u8> = card.marks.iter().flat_map(|subject| subject.by_term.iter().map(|(term, _)| *term)).collect();
        let cell = |mark: f64| (words.number(mark), page.pass_mark.is_some_and(|pass| mark < pass));
        let more = card.contacts.len().saturating_sub(CONTACTS);
        Ok(Self {
            weeks: chart::weeks(card, words)?.map(|svg| Drawing::new(&svg)),
            usual: card
                .usual_rate
                .map(|rate| sentence(words, "key-usual", [("rate", words.percent(rate).into())]))
                .transpose()?
                .map(|word| Sample::new(USUAL, word)),
            strip: strip::days(&card.days, words)?.map(|svg| Drawing::new(&svg)),
            marks: card
                .marks
                .iter()
                .map(|subject| MarkLine {
                    subject: words.of("subject", &subject.subject),
                    cells: terms
                        .iter()
                        .map(|term| subject.by_term.iter().find(|(of, _)| of == term).map(|(_, mark)| cell(*mark)))
                        .collect(),
                })
                .collect(),
            terms: terms.into_iter().collect(),
            contacts: card.contacts.iter().take(CONTACTS).map(|contact| Told::new(contact, words)).collect(),
            earlier: if more > 0 { Some(sentence(words, "paper-earlier", [("n", more.into())])?) } else { None },
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
    fn new(path: &str, word: String) -> Self {
        Self { svg: format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 30 18\"><style>{INKS}</style>{path}</svg>"), word }
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

/// Why the step is one higher than the flags ask for.
fn escalation(row: &Row, words: &Words) -> Result<Option<String>, Fault> {
    let n = match row.escalation.as_str() {
        "" => return Ok(None),
        "unanswered_contacts" => row.unanswered_contacts,
        _ => row.unexcused_streak,
    };
    let id = format!("escalation-{}", row.escalation);
    if !words.knows(&id) {
        return Ok(Some(row.escalation.replace('_', " ")));
    }
    sentence(words, &id, [("n", n.into())]).map(Some)
}

/// Where the service is to be had, and whether there is room.
fn offered(offer: &Offer, words: &Words) -> Result<String, Fault> {
    let room = offer.room.map_or_else(|| Ok(words.say("paper-room-unknown")), |room| sentence(words, "paper-room", [("room", room.into())]))?;
    let waiting = sentence(words, "paper-waiting", [("waiting", offer.waiting.into())])?;
    Ok(format!("{}: {room}, {waiting}", offer.centre))
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
