//! What a page says of a school as a whole: levels over the weeks, days that kept everybody away, absence by grade, class
//! and weekday, and what the centres nearby can offer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use prane_base::fault::Outcome;
use prane_base::telemetry::Progress;
use prane_reports::{ClassAbsence, Event, GradeAbsence, LevelFlow, LevelWeek, Offer, PlacePage, WeekdayAbsence};
use prane_rules::engine::Engine;

use super::columns::{Answer, ask, ask_all};

/// How many past lists the chart of levels shows beside tonight's.
const LISTS_BACK: usize = 12;

/// Fills everything that is not about single pupils.
pub(super) async fn fill(
    engine: &mut Engine<'_>,
    schools: &mut BTreeMap<String, PlacePage>,
    as_of: NaiveDate,
    sessions: &Answer,
    offers: &[CentreOffer],
    progress: &Progress,
) -> Outcome<()> {
    levels(engine, schools, as_of, progress).await?;
    days(schools, sessions)?;
    absence(engine, schools, &format!("date '{as_of}'"), progress).await?;
    offers_near(schools, offers);
    Ok(())
}

/// Pupils a level on tonight's list and those before it. A list that names nobody of a school is a list too.
async fn levels(engine: &mut Engine<'_>, schools: &mut BTreeMap<String, PlacePage>, as_of: NaiveDate, progress: &Progress) -> Outcome<()> {
    let count = "select as_of, school_id, sum(case when level = 3 then 1 else 0 end) as level_3, sum(case when level = 2 then 1 else 0 end) as level_2, sum(case when level = 1 then 1 else 0 end) as level_1";
    let sql = format!(
        "{count} from history.lists where as_of < date '{as_of}' group by as_of, school_id \
         union all {count} from caseload.list where as_of = date '{as_of}' group by as_of, school_id order by school_id, as_of"
    );
    let history = ask(engine, &sql, progress).await?;
    let mut nights = BTreeSet::from([as_of]);
    for line in history.lines() {
        nights.extend(line.day("as_of")?);
    }
    let nights: Vec<NaiveDate> = nights.into_iter().rev().take(LISTS_BACK + 1).collect();
    for page in schools.values_mut() {
        page.level_history = nights.iter().rev().map(|night| LevelWeek { as_of: *night, ..LevelWeek::default() }).collect();
    }
    for line in history.lines() {
        let (Some(page), Some(night)) = (schools.get_mut(line.text("school_id")?), line.day("as_of")?) else { continue };
        if let Some(week) = page.level_history.iter_mut().find(|w| w.as_of == night) {
            (week.level_3, week.level_2, week.level_1) = (line.count("level_3")?, line.count("level_2")?, line.count("level_1")?);
        }
    }
    let flow = format!(
        "select school_id, list_date, level_before, level_after, pupils from caseload.level_flow where as_of = date '{as_of}' order by school_id, list_date, level_before desc, level_after desc"
    );
    for line in ask(engine, &flow, progress).await?.lines() {
        if let (Some(page), Some(as_of)) = (schools.get_mut(line.text("school_id")?), line.day("list_date")?) {
            let (from, to) = (line.small("level_before")?, line.small("level_after")?);
            page.level_flow.push(LevelFlow { as_of, from, to, pupils: line.count("pupils")? });
        }
    }
    Ok(())
}

/// Session days of every school, in order: with the absence of the school, and whether something kept all of it away.
pub(super) async fn sessions(engine: &mut Engine<'_>, day: &str, progress: &Progress) -> Outcome<Answer> {
    let sql = format!(
        "select school_id, date, disrupted, absence_rate from indicators.session_days where as_of = {day} and in_calendar order by school_id, date"
    );
    ask(engine, &sql, progress).await
}

/// Where the school year begins, and the days that kept the whole school away.
fn days(schools: &mut BTreeMap<String, PlacePage>, sessions: &Answer) -> Outcome<()> {
    for line in sessions.lines() {
        let (Some(page), Some(date)) = (schools.get_mut(line.text("school_id")?), line.day("date")?) else { continue };
        page.first_day.get_or_insert(date);
        if line.yes("disrupted")? {
            page.events.push(Event { date, absence_rate: line.number("absence_rate")?.unwrap_or(0.0) });
        }
    }
    Ok(())
}

/// Absence by grade level this school year, and by class and weekday in the recent weeks.
async fn absence(engine: &mut Engine<'_>, schools: &mut BTreeMap<String, PlacePage>, day: &str, progress: &Progress) -> Outcome<()> {
    let questions = [
        format!(
            "select school_id, grade_level, count(*) as pupils, cast(sum(parts_absent) as double) / nullif(sum(parts_recorded), 0) as absence_rate from indicators.pupil where as_of = {day} and grade_level is not null group by school_id, grade_level order by school_id, grade_level"
        ),
        format!(
            "select school_id, class, weekday, recorded, absent from caseload.class_absence where as_of = {day} order by school_id, class, weekday"
        ),
    ];
    let [grades, classes] = ask_all(engine, questions, progress).await?;
    for line in grades.lines() {
        if let (Some(page), Some(absence_rate)) = (schools.get_mut(line.text("school_id")?), line.number("absence_rate")?) {
            page.absence_by_grade.push(GradeAbsence {
                grade_level: line.small("grade_level")?,
                pupils: line.count("pupils")?,
                absence_rate,
            });
        }
    }
    for line in classes.lines() {
        let Some(page) = schools.get_mut(line.text("school_id")?) else { continue };
        let class = line.text("class")?;
        if page.absence_by_class.last().is_none_or(|c| c.class != class) {
            page.absence_by_class.push(ClassAbsence { class: class.into(), by_weekday: Vec::new() });
        }
        if let Some(of) = page.absence_by_class.last_mut() {
            of.by_weekday.push(WeekdayAbsence {
                weekday: line.small("weekday")?,
                recorded: line.count("recorded")?,
                absent: line.count("absent")?,
            });
        }
    }
    Ok(())
}

/// What a centre offers, and where it is.
pub(super) struct CentreOffer {
    pub(super) centre_id: String,
    /// Its municipality and its region.
    places: [String; 2],
    pub(super) offer: Offer,
}

/// Every offer, by service and centre.
pub(super) async fn offers(engine: &mut Engine<'_>, day: &str, progress: &Progress) -> Outcome<Vec<CentreOffer>> {
    let sql = format!("select * from caseload.offers where as_of = {day} order by service, centre_id");
    let mut offers = Vec::new();
    for line in ask(engine, &sql, progress).await?.lines() {
        let offer = Offer {
            service: line.text("service")?.into(),
            centre: line.text("centre_name")?.into(),
            room: line.maybe_count("room")?,
            waiting: line.count("waiting")?,
        };
        let places = [line.text("municipality")?.into(), line.text("region")?.into()];
        offers.push(CentreOffer { centre_id: line.text("centre_id")?.into(), places, offer });
    }
    Ok(offers)
}

/// What centres of the school's municipality offer; where there is none, those of its region.
fn offers_near(schools: &mut BTreeMap<String, PlacePage>, offers: &[CentreOffer]) {
    let mut near: BTreeMap<(&str, &str), Vec<Offer>> = BTreeMap::new();
    for CentreOffer { places, offer, .. } in offers {
        for (kind, place) in ["municipality", "region"].into_iter().zip(places) {
            near.entry((kind, place)).or_default().push(offer.clone());
        }
    }
    for page in schools.values_mut() {
        let of = |kind, place| near.get(&(kind, place));
        page.offers =
            of("municipality", &page.place.municipality).or_else(|| of("region", &page.place.region)).cloned().unwrap_or_default();
    }
}
