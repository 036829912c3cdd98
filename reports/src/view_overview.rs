//! The data of the coordinators' template, with small cells hidden once more.

use askama::Template;

use crate::error::Error;
use crate::list::Edition;
use crate::localized::{Localized, filters};
use crate::overview::{Group, Overview, Programme, Reach, SchoolSummary};
use crate::trend::{self, Multiple};
use crate::words::Words;

#[derive(Template)]
#[template(path = "overview.html")]
pub struct OverviewView<'a> {
    words: &'a Words,
    lang: &'static str,
    edition: &'a Edition,
    groups: Vec<(&'static str, &'static str, Vec<Group>)>,
    schools: Vec<SchoolSummary>,
    silent: usize,
    trend: Option<String>,
    multiples: Vec<Multiple<'a>>,
    programme: Vec<Programme>,
    reach: Vec<Reach>,
}

impl<'a> OverviewView<'a> {
    pub fn new(overview: &'a Overview, edition: &'a Edition, words: &'a Words) -> Result<Self, Error> {
        let min = edition.min_cell;
        let groups = |groups: &[Group]| -> Vec<Group> { groups.iter().cloned().map(|group| guard_group(group, min)).collect() };
        let with_names_of_sexes = |mut groups: Vec<Group>| {
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
            words,
            lang: edition.language.tag(),
            edition,
            groups: vec![
                ("by-region", "region", groups(&overview.by_region)),
                ("by-municipality", "municipality", groups(&overview.by_municipality)),
                ("by-grade", "grade", groups(&overview.by_grade)),
                ("by-sex", "sex", with_names_of_sexes(groups(&overview.by_sex))),
            ],
            schools: overview
                .schools
                .iter()
                .cloned()
                .map(|school| SchoolSummary { group: guard_group(school.group, min), ..school })
                .collect(),
            silent: overview.schools.iter().filter(|school| school.stale || school.data_through.is_none()).count(),
            trend: trend::all(&overview.trend, words)?,
            multiples: trend::multiples(&overview.municipality_trends, &overview.trend, words)?,
            programme: overview.programme.iter().cloned().map(|programme| guard_programme(programme, min)).collect(),
            reach: overview.reach.iter().cloned().map(|reach| guard_reach(reach, min)).collect(),
        })
    }
}

impl Localized for OverviewView<'_> {
    fn words(&self) -> &Words {
        self.words
    }
}

/// Hides a small count. Suppression is the caller's responsibility, but a mistake there must not make this page identify children.
fn guard(count: Option<u32>, min_cell: u32) -> Option<u32> {
    count.filter(|count| *count == 0 || *count >= min_cell)
}

fn guard_group(group: Group, min: u32) -> Group {
    let pupils = guard(group.pupils, min);
    Group {
        // A rate over too few pupils would reveal single ones.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_and_their_rates_are_hidden() {
        let group = Group { pupils: Some(9), assessable: Some(10), level_3: Some(0), absence_rate: Some(0.1), ..Group::default() };
        let guarded = guard_group(group, 10);
        assert_eq!((guarded.pupils, guarded.assessable, guarded.level_3, guarded.absence_rate), (None, Some(10), Some(0), None));
    }
}
