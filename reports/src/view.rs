//! What the templates read: the caller's structs with charts drawn, rows matched to cards, and everything
//! counted that a sentence needs. Templates lay out; they do not work anything out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::chart;
use crate::fault::Fault;
use crate::list::{Card, Change, Contact, Edition, Event, NotAssessable, Participant, Place, PlaceKind, PlacePage, Row, SubjectMarks};
use crate::overview::{Group, Index, IndexEntry, Overview, Programme, Reach, SchoolSummary};
use crate::strip;
use crate::words::Words;

/// How many of those left off are named as the next in line.
const NEXT: usize = 5;

#[derive(Serialize)]
pub struct ListView<'a> {
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
    level_3: usize,
    level_2: usize,
    level_1: usize,
    listed: Vec<Listed<'a>>,
    next: Vec<&'a Row>,
    not_assessable: &'a [NotAssessable],
    changes: &'a [Change],
    events: &'a [Event],
    level_chart: Option<String>,
    grade_chart: Option<String>,
    participants: &'a [Participant],
    stopped: Vec<&'a Participant>,
    referrals: &'a [Row],
}

/// A row on the list, with its card.
#[derive(Serialize)]
struct Listed<'a> {
    row: &'a Row,
    card: Option<CardView<'a>>,
}

#[derive(Serialize)]
struct CardView<'a> {
    weeks: Option<String>,
    strip: Option<String>,
    usual: Option<f64>,
    terms: Vec<u8>,
    marks: Vec<MarkLine<'a>>,
    contacts: &'a [Contact],
}

#[derive(Serialize)]
struct MarkLine<'a> {
    subject: &'a str,
    /// One cell a term.
    cells: Vec<Option<MarkCell>>,
}

#[derive(Serialize)]
struct MarkCell {
    mark: f64,
    /// Below the pass mark.
    low: bool,
}

impl<'a> ListView<'a> {
    pub fn new(page: &'a PlacePage, edition: &'a Edition, words: &Words) -> Result<Self, Fault> {
        let cards: BTreeMap<&str, &Card> = page.cards.iter().map(|card| (card.pupil_key.as_str(), card)).collect();
        let mut listed = Vec::new();
        for row in page.rows.iter().filter(|row| row.on_list) {
            let card = cards.get(row.pupil_key.as_str()).map(|card| CardView::new(card, page.pass_mark, words)).transpose()?;
            listed.push(Listed { row, card });
        }
        let at_level = |level: u8| listed.iter().filter(|listed| listed.row.level == level).count();
        Ok(Self {
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
            level_3: at_level(3),
            level_2: at_level(2),
            level_1: at_level(1),
            next: page.rows.iter().filter(|row| !row.on_list).take(NEXT).collect(),
            listed,
            not_assessable: &page.not_assessable,
            changes: &page.changes,
            events: &page.events,
            level_chart: chart::levels(&page.level_history, words)?,
            grade_chart: chart::grades(&page.absence_by_grade, words)?,
            participants: &page.participants,
            stopped: page.participants.iter().filter(|participant| participant.stopped).collect(),
            referrals: &page.referral_candidates,
        })
    }
}

impl<'a> CardView<'a> {
    fn new(card: &'a Card, pass_mark: Option<f64>, words: &Words) -> Result<Self, Fault> {
        let terms: BTreeSet<u8> = card.marks.iter().flat_map(|subject| subject.by_term.iter().map(|(term, _)| *term)).collect();
        let terms: Vec<u8> = terms.into_iter().collect();
        let line = |subject: &'a SubjectMarks| MarkLine {
            subject: &subject.subject,
            cells: terms
                .iter()
                .map(|term| {
                    let (_, mark) = subject.by_term.iter().find(|(of, _)| of == term)?;
                    Some(MarkCell { mark: *mark, low: pass_mark.is_some_and(|pass| *mark < pass) })
                })
                .collect(),
        };
        Ok(Self {
            weeks: chart::weeks(card, words)?,
            strip: strip::days(&card.days, words)?,
            usual: card.usual_rate,
            marks: card.marks.iter().map(line).collect(),
            terms,
            contacts: &card.contacts,
        })
    }
}

#[derive(Serialize)]
pub struct OverviewView<'a> {
    lang: &'static str,
    edition: &'a Edition,
    groups: Vec<(&'static str, &'static str, Vec<Group>)>,
    schools: Vec<SchoolSummary>,
    silent: usize,
    trend: Option<String>,
    programme: Vec<Programme>,
    reach: Vec<Reach>,
}

impl<'a> OverviewView<'a> {
    pub fn new(overview: &Overview, edition: &'a Edition, words: &Words) -> Result<Self, Fault> {
        let min = edition.min_cell;
        let groups = |groups: &[Group]| -> Vec<Group> { groups.iter().cloned().map(|group| guard_group(group, min)).collect() };
        let named = |mut groups: Vec<Group>| {
            for group in &mut groups {
                group.name = words.say(match group.name.as_str() {
                    "F" => "sex-F",
                    "M" => "sex-M",
                    _ => "sex-none",
                });
            }
            groups
        };
        Ok(Self {
            lang: edition.language.tag(),
            edition,
            groups: vec![
                ("by-region", "region", groups(&overview.by_region)),
                ("by-municipality", "municipality", groups(&overview.by_municipality)),
                ("by-grade", "grade", groups(&overview.by_grade)),
                ("by-sex", "sex", named(groups(&overview.by_sex))),
            ],
            schools: overview.schools.iter().cloned().map(|school| guard_school(school, min)).collect(),
            silent: overview.schools.iter().filter(|school| school.stale || school.data_through.is_none()).count(),
            trend: chart::trend(&overview.trend, words)?,
            programme: overview.programme.iter().cloned().map(|programme| guard_programme(programme, min)).collect(),
            reach: overview.reach.iter().cloned().map(|reach| guard_reach(reach, min)).collect(),
        })
    }
}

/// A small count that reached this crate is held back all the same: suppression is the caller's duty, and
/// a page with names of nobody must not become one by a mistake there.
fn guard(count: Option<u32>, min_cell: u32) -> Option<u32> {
    count.filter(|count| *count == 0 || *count >= min_cell)
}

fn guard_group(group: Group, min: u32) -> Group {
    let pupils = guard(group.pupils, min);
    Group {
        // A rate over too few pupils tells about single ones.
        absence_rate: group.absence_rate.filter(|_| pupils.is_some()),
        absence_below: group.absence_below.filter(|_| pupils.is_some()),
        absence_above: group.absence_above.filter(|_| pupils.is_some()),
        pupils,
        assessable: guard(group.assessable, min),
        level_3: guard(group.level_3, min),
        level_2: guard(group.level_2, min),
        level_1: guard(group.level_1, min),
        ..group
    }
}

fn guard_school(school: SchoolSummary, min: u32) -> SchoolSummary {
    let pupils = guard(school.pupils, min);
    SchoolSummary {
        absence_rate: school.absence_rate.filter(|_| pupils.is_some()),
        absence_below: school.absence_below.filter(|_| pupils.is_some()),
        absence_above: school.absence_above.filter(|_| pupils.is_some()),
        pupils,
        assessable: guard(school.assessable, min),
        level_3: guard(school.level_3, min),
        level_2: guard(school.level_2, min),
        level_1: guard(school.level_1, min),
        ..school
    }
}

fn guard_programme(programme: Programme, min: u32) -> Programme {
    let pupils = guard(programme.pupils, min);
    let rate = |rate: Option<f64>| rate.filter(|_| pupils.is_some());
    Programme {
        less_absent: guard(programme.less_absent, min),
        absence_before: rate(programme.absence_before),
        before_below: rate(programme.before_below),
        before_above: rate(programme.before_above),
        absence_after: rate(programme.absence_after),
        after_below: rate(programme.after_below),
        after_above: rate(programme.after_above),
        school_before: rate(programme.school_before),
        school_after: rate(programme.school_after),
        change_beside_school: rate(programme.change_beside_school),
        pupils,
        ..programme
    }
}

fn guard_reach(reach: Reach, min: u32) -> Reach {
    let participants = guard(reach.participants, min);
    Reach {
        attending: guard(reach.attending, min),
        attended_rate: reach.attended_rate.filter(|_| participants.is_some()),
        attended_below: reach.attended_below.filter(|_| participants.is_some()),
        attended_above: reach.attended_above.filter(|_| participants.is_some()),
        participants,
        ..reach
    }
}

#[derive(Serialize)]
pub struct IndexView<'a> {
    lang: &'static str,
    edition: &'a Edition,
    schools: Vec<EntryView<'a>>,
    centres: Vec<EntryView<'a>>,
    files: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct EntryView<'a> {
    entry: &'a IndexEntry,
    /// The page to open first.
    first: Option<&'a str>,
    level_3: Option<u32>,
    level_2: Option<u32>,
    level_1: Option<u32>,
    left_off: Option<u32>,
    not_assessable: Option<u32>,
}

impl<'a> IndexView<'a> {
    pub fn new(index: &'a Index, edition: &'a Edition) -> Self {
        let of = |kind: PlaceKind| index.entries.iter().filter(|entry| entry.kind == kind).map(EntryView::new).collect();
        Self {
            lang: edition.language.tag(),
            edition,
            schools: of(PlaceKind::School),
            centres: of(PlaceKind::Centre),
            files: &index.files,
            notes: &index.notes,
        }
    }
}

impl<'a> EntryView<'a> {
    fn new(entry: &'a IndexEntry) -> Self {
        // Beside an open list a count tells nothing new. Beside an encrypted one it would: even a large one is left out, for
        // the overview may have hidden it beside a small one, or show it as it was.
        let told = |count: u32| (!entry.sealed).then_some(count);
        Self {
            entry,
            first: entry.files.first().map(String::as_str),
            level_3: told(entry.level_3),
            level_2: told(entry.level_2),
            level_1: told(entry.level_1),
            left_off: told(entry.left_off),
            not_assessable: told(entry.not_assessable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_and_their_rates_are_held_back() {
        let group = Group { pupils: Some(9), assessable: Some(10), level_3: Some(0), absence_rate: Some(0.1), ..Group::default() };
        let held = guard_group(group, 10);
        assert_eq!((held.pupils, held.assessable, held.level_3, held.absence_rate), (None, Some(10), Some(0), None));
    }
}
