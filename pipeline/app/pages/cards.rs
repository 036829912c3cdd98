//! Cards: the days, weeks, marks and contacts of each pupil on a list.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use hashbrown::HashMap;
use prane_base::error::Result;
use prane_reports::{Card, CardDay, CardWeek, Contact, DayMark, PlacePage, SubjectMarks};
use prane_rules::engine::Engine;
use rayon::prelude::*;

use crate::answers::{Answer, ask_all};

/// The weeks of a pupil: Monday and school → days recorded, days absent.
type Weeks<'a> = BTreeMap<(NaiveDate, &'a str), (u32, f64)>;
/// Pupil key → card. Unordered, because the order of the rows decides the order of the cards.
type Cards = HashMap<String, Card>;
/// School → its session days in order, and whether each was disrupted.
type SessionDays<'a> = BTreeMap<&'a str, Vec<(NaiveDate, bool)>>;

/// Adds a card for each pupil on a list.
pub(super) async fn fill(
    engine: &mut Engine<'_>,
    schools: &mut BTreeMap<String, PlacePage>,
    staff: &BTreeMap<String, String>,
    as_of: NaiveDate,
    sessions: &Answer,
) -> Result<()> {
    let views =
        ["pages.school_weeks", "pages.card_months", "pages.card_parts", "pages.card_marks", "pages.card_contacts", "caseload.listed"];
    let [rates, months, partial, marks, contacts, bands] = ask_all(engine, views, as_of).await?;
    let (cards, days) = rayon::join(|| weeks(&rates, &months, &partial), || days_of(&months));
    let (mut cards, mut days) = (cards?, days?);
    let sessions = session_days(sessions)?;
    for line in bands.lines() {
        if let (Some(card), Some(low), Some(high)) =
            (cards.get_mut(line.text("pupil_key")?), line.number("usual_low")?, line.number("usual_high")?)
        {
            card.usual_band = Some((low, high));
        }
    }
    for line in marks.lines() {
        let key = line.text("pupil_key")?;
        let card = cards.entry_ref(key).or_insert_with(|| Card { pupil_key: key.into(), ..Card::default() });
        let subject = line.text("subject")?;
        if card.marks.last().is_none_or(|s| s.subject != subject) {
            card.marks.push(SubjectMarks { subject: subject.into(), by_term: Vec::new() });
        }
        if let (Some(last), Some(mean)) = (card.marks.last_mut(), line.number("mark_mean")?) {
            last.by_term.push((line.small("term")?, mean));
        }
    }
    for line in contacts.lines() {
        let (key, by) = (line.text("pupil_key")?, line.text("by_key")?);
        if let (Some(card), Some(date)) = (cards.get_mut(key), line.day("date")?) {
            card.contacts.push(Contact {
                date,
                by: staff.get(by).cloned().unwrap_or_default(),
                action: line.text("action")?.into(),
                outcome: line.text("outcome")?.into(),
            });
        }
    }
    for page in schools.values_mut() {
        for row in page.rows.iter().filter(|r| r.on_list) {
            if let Some(mut card) = cards.remove(&row.pupil_key) {
                card.usual_rate = row.before_rate;
                let recorded = days.remove(row.pupil_key.as_str()).unwrap_or_default();
                card.days = with_session_days(recorded, sessions.get(page.place.id.as_str()).map_or(&[][..], Vec::as_slice));
                page.cards.push(card);
            }
        }
    }
    Ok(())
}

/// Cards with the weeks of each pupil and the absence rate of the school in the same week.
fn weeks(rates: &Answer, months: &Answer, partial: &Answer) -> Result<Cards> {
    let mut school_rates: BTreeMap<&str, BTreeMap<NaiveDate, f64>> = BTreeMap::new();
    for line in rates.lines() {
        if let (Some(week), Some(rate)) = (line.day("week")?, line.number("rate")?) {
            school_rates.entry(line.text("school_id")?).or_default().insert(week, rate);
        }
    }
    let mut pupils: HashMap<&str, Weeks<'_>> = HashMap::new();
    for line in months.lines() {
        let (Some(month), Some(recorded), Some(away)) = (line.day("month")?, line.whole("recorded_mask")?, line.whole("away_mask")?) else {
            continue;
        };
        let (pupil, school) = (line.text("pupil_key")?, line.text("school_id")?);
        let weeks = pupils.entry(pupil).or_default();
        // A month has five weeks at most, of seven bits each.
        for (place, week) in month.iter_weeks().take(5).enumerate() {
            let days = |mask: i64| (mask >> (7 * place) & 127).count_ones();
            if days(recorded) > 0 {
                let sums = weeks.entry((week, school)).or_default();
                sums.0 += days(recorded);
                sums.1 += f64::from(days(away));
            }
        }
    }
    for line in partial.lines() {
        let (Some(week), Some(weeks)) = (line.day("week")?, pupils.get_mut(line.text("pupil_key")?)) else { continue };
        if let Some(sums) = weeks.get_mut(&(week, line.text("school_id")?)) {
            sums.1 += line.number("absent")?.unwrap_or(0.0);
        }
    }
    let card = |(key, weeks): (&str, Weeks<'_>)| {
        (key.to_string(), Card { pupil_key: key.into(), weeks: card_weeks(&weeks, &school_rates), ..Card::default() })
    };
    let cards: Vec<(String, Card)> = pupils.into_iter().collect::<Vec<_>>().into_par_iter().map(card).collect();
    Ok(cards.into_iter().collect())
}

/// The recorded days of each pupil, at all schools.
fn days_of(months: &Answer) -> Result<HashMap<&str, Vec<CardDay>>> {
    let mut pupils: HashMap<&str, Vec<CardDay>> = HashMap::new();
    for line in months.lines() {
        let Some(first_monday) = line.day("month")? else { continue };
        let mask = |name: &str| -> Result<i64> { Ok(line.whole(name)?.unwrap_or(0)) };
        let (recorded, away, unexcused) = (mask("recorded_mask")?, mask("away_mask")?, mask("unexcused_mask")?);
        let (late, partial) = (mask("late_mask")?, mask("partial_mask")?);
        let days = pupils.entry(line.text("pupil_key")?).or_default();
        let mut remaining = recorded;
        while remaining != 0 {
            let day = 1 << remaining.trailing_zeros();
            let mark = match day {
                _ if partial & day != 0 => DayMark::Part,
                _ if away & unexcused & day != 0 => DayMark::Absent,
                _ if away & day != 0 => DayMark::Excused,
                _ if late & day != 0 => DayMark::Late,
                _ => DayMark::Present,
            };
            days.push(CardDay { date: first_monday + Days::new(u64::from(remaining.trailing_zeros())), mark });
            remaining &= remaining - 1;
        }
    }
    Ok(pupils)
}

fn session_days(sessions: &Answer) -> Result<SessionDays<'_>> {
    let mut schools = SessionDays::new();
    for line in sessions.lines() {
        if let Some(date) = line.day("date")? {
            schools.entry(line.text("school_id")?).or_default().push((date, line.yes("disrupted")?));
        }
    }
    Ok(schools)
}

/// Adds to a pupil's recorded days the session days of the school that have no record, from the first record on; sorted by date.
fn with_session_days(mut days: Vec<CardDay>, sessions: &[(NaiveDate, bool)]) -> Vec<CardDay> {
    // Each date occurs once: intake keeps one record of a day that two schools recorded.
    days.sort_unstable_by_key(|day| day.date);
    let Some(first) = days.first().map(|day| day.date) else { return days };
    let recorded = days.len();
    for (date, disrupted) in sessions.iter().filter(|(date, _)| *date >= first) {
        if days[..recorded].binary_search_by_key(date, |day| day.date).is_err() {
            days.push(CardDay { date: *date, mark: if *disrupted { DayMark::Disrupted } else { DayMark::NotRecorded } });
        }
    }
    days.sort_unstable_by_key(|day| day.date);
    days.shrink_to_fit();
    days
}

/// The weeks of a card. The days of a transfer week are added up over both schools, and the rate beside them is that of the school
/// with more recorded days.
fn card_weeks(weeks: &Weeks<'_>, school_rates: &BTreeMap<&str, BTreeMap<NaiveDate, f64>>) -> Vec<CardWeek> {
    let mut all: Vec<(CardWeek, u32)> = Vec::new();
    for ((week, school), (recorded, absent)) in weeks {
        let school_rate = school_rates.get(school).and_then(|r| r.get(week)).copied();
        match all.last_mut().filter(|(last, _)| last.week == *week) {
            Some((last, most)) => {
                last.school_rate = if recorded > most { school_rate } else { last.school_rate };
                *most = (*most).max(*recorded);
                last.recorded += recorded;
                last.absent += absent;
            }
            None => all.push((CardWeek { week: *week, recorded: *recorded, absent: *absent, school_rate }, *recorded)),
        }
    }
    all.into_iter().map(|(week, _)| week).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn session_days_without_a_record_are_added_from_the_first_record_on() {
        let day = |of| NaiveDate::from_ymd_opt(2026, 2, of).unwrap();
        let recorded = vec![CardDay { date: day(5), mark: DayMark::Absent }, CardDay { date: day(3), mark: DayMark::Present }];
        let sessions = [(day(2), false), (day(3), false), (day(4), true), (day(5), false), (day(6), false)];
        let days: Vec<(NaiveDate, DayMark)> = with_session_days(recorded, &sessions).into_iter().map(|d| (d.date, d.mark)).collect();
        // The 2nd is before the first record; the 4th was disrupted.
        let expected =
            [(day(3), DayMark::Present), (day(4), DayMark::Disrupted), (day(5), DayMark::Absent), (day(6), DayMark::NotRecorded)];
        assert_eq!(days, expected);
        assert!(with_session_days(Vec::new(), &sessions).is_empty(), "without a record there is no strip");
    }
}
