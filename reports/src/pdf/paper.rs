//! The data of `templates/list.typ`, with translated sentences and formatted dates and numbers. The template only lays them out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::child::{CardData, Child};
use super::drawing::{Sample, day_sample};
use crate::error::Error;
use crate::list::{Card, Change, Edition, NotAssessable, Participant, PlaceKind, PlacePage, full_name};
use crate::words::Words;
use crate::{offers, strip, view};

/// Number of left-off pupils shown as next in line.
const NEXT: usize = 5;

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
    /// A sentence where the records are too incomplete for an empty list to mean anything.
    not_known: Option<String>,
    listed: Vec<Child<'a>>,
    next: Vec<Child<'a>>,
    next_about: String,
    referrals: Vec<Child<'a>>,
    participants: Vec<ParticipantRow>,
    changes: Vec<ChangeRow<'a>>,
    not_assessable: Vec<NotAssessableRow<'a>>,
    events: Vec<String>,
}

#[derive(Serialize)]
struct LevelCount {
    level: u8,
    word: String,
    pupils: usize,
}

#[derive(Serialize)]
struct ParticipantRow {
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
struct ChangeRow<'a> {
    name: String,
    class: &'a str,
    status: String,
    cause: Option<String>,
    because: Vec<String>,
    before: Option<String>,
    now: Option<String>,
}

#[derive(Serialize)]
struct NotAssessableRow<'a> {
    name: String,
    class: &'a str,
    why: String,
    last_recorded: Option<String>,
}

impl<'a> Paper<'a> {
    pub fn new(page: &'a PlacePage, edition: &'a Edition, words: &'a Words) -> Result<Self, Error> {
        let offers = offers::by_service(&page.offers, words)?;
        let year = view::year_of(page);
        let cards: BTreeMap<&str, &Card> = page.cards.iter().map(|card| (card.pupil_key.as_str(), card)).collect();
        let mut listed = Vec::new();
        for row in page.rows.iter().filter(|row| row.on_list) {
            let mut child = Child::new(row, page, &offers, words)?;
            if let (Some(card), Some(year)) = (cards.get(row.pupil_key.as_str()), year) {
                child.card = Some(CardData::new(card, year, page, words)?);
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
            words: words.all(),
            title: words.sentence("title-list", [("place", of.name.as_str().into()), ("date", words.date(edition.as_of).into())])?,
            project: &edition.project,
            run: &edition.run_id,
            as_of: words.date(edition.as_of),
            centre: of.kind == PlaceKind::Centre,
            place: &of.name,
            whereabouts,
            stale: if stale > 0 { Some(words.sentence("stale", [("days", stale.into())])?) } else { None },
            facts: facts(page, edition, words),
            levels: [3, 2, 1]
                .into_iter()
                .map(|level| LevelCount {
                    level,
                    word: words.level(level),
                    pupils: page.rows.iter().filter(|row| row.on_list && row.level == level).count(),
                })
                .collect(),
            capacity: words.sentence("capacity-line", [("left", page.left_off.into()), ("capacity", page.capacity.into())])?,
            day_key: strip::MARKS.into_iter().map(|mark| day_sample(mark, words)).collect::<Result<_, _>>()?,
            no_data: page.data_through.is_none(),
            not_known: match page.data_through {
                Some(day) if page.too_little_known => Some(words.sentence("list-not-known", [("date", words.date(day).into())])?),
                _ => None,
            },
            listed,
            next_about: words.sentence("next-in-line-about", [("n", next.len().into())])?,
            next,
            referrals: page.referral_candidates.iter().map(|row| Child::new(row, page, &offers, words)).collect::<Result<_, _>>()?,
            participants: page.participants.iter().map(|who| ParticipantRow::new(who, words)).collect::<Result<_, _>>()?,
            changes: page.changes.iter().map(|change| ChangeRow::new(change, words)).collect(),
            not_assessable: page.not_assessable.iter().map(|pupil| NotAssessableRow::new(pupil, words)).collect(),
            events: page
                .events
                .iter()
                .map(|event| {
                    let rate = words.percent(event.absence_rate);
                    words.sentence("events-line", [("date", words.date(event.date).into()), ("rate", rate.into())])
                })
                .collect::<Result<_, _>>()?,
        })
    }
}

impl ParticipantRow {
    fn new(who: &Participant, words: &Words) -> Result<Self, Error> {
        let of = |attended: f64, held: u32| words.sentence("sessions-of", [("attended", attended.into()), ("held", held.into())]);
        Ok(Self {
            name: full_name(&who.first_name, &who.last_name),
            services: words.services(&who.services),
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

impl<'a> ChangeRow<'a> {
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

impl<'a> NotAssessableRow<'a> {
    fn new(pupil: &'a NotAssessable, words: &Words) -> Self {
        Self {
            name: full_name(&pupil.first_name, &pupil.last_name),
            class: &pupil.class,
            why: words.of("why", &pupil.cause),
            last_recorded: pupil.last_recorded.map(|date| words.date(date)),
        }
    }
}

/// The facts at the head of the first page: name and value.
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
