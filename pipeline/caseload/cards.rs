//! Cards: the story of each pupil on a list, in weeks, marks and contacts. Days are left to the register of the school.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use prane_reports::{Card, CardWeek, Contact, PlacePage, SubjectMarks};

use super::columns::ask;
use crate::engine::Engine;
use crate::fault::Outcome;
use crate::telemetry::Progress;

/// One card a pupil on a list.
pub(super) async fn fill(
    engine: &mut Engine<'_>,
    schools: &mut BTreeMap<String, PlacePage>,
    staff: &BTreeMap<String, String>,
    day: &str,
    progress: &Progress,
) -> Outcome<()> {
    let rates = ask(engine, &format!("select school_id, week, sum(absence_rate * pupils_recorded) / sum(pupils_recorded) as rate from indicators.session_days where as_of = {day} and in_calendar and not disrupted and pupils_recorded > 0 group by school_id, week"), progress).await?;
    let mut school_rate: BTreeMap<(String, NaiveDate), f64> = BTreeMap::new();
    for line in rates.lines() {
        if let (Some(week), Some(rate)) = (line.day("week")?, line.number("rate")?) {
            school_rate.insert((line.text("school_id")?.into(), week), rate);
        }
    }
    let listed = format!("(select pupil_key from caseload.list where as_of = {day} and on_list)");
    let weeks = ask(engine, &format!("select w.pupil_key, w.school_id, w.week, w.days_recorded, w.parts_absent / 720720.0 as absent from {listed} l right semi join indicators.attendance_week w on l.pupil_key = w.pupil_key where w.as_of = {day} order by w.pupil_key, w.week, w.school_id"), progress).await?;
    let mut cards: BTreeMap<String, Card> = BTreeMap::new();
    for line in weeks.lines() {
        let Some(week) = line.day("week")? else { continue };
        let key = line.text("pupil_key")?;
        let card = cards.entry(key.into()).or_insert_with(|| Card { pupil_key: key.into(), ..Card::default() });
        let (recorded, absent) = (line.count("days_recorded")?, line.number("absent")?.unwrap_or(0.0));
        let school_rate = school_rate.get(&(line.text("school_id")?.to_string(), week)).copied();
        match card.weeks.last_mut().filter(|last| last.week == week) {
            // The week of a transfer is one week of the pupil's; the school with more of it is the one beside.
            Some(last) => {
                last.school_rate = if recorded > last.recorded { school_rate } else { last.school_rate };
                last.recorded += recorded;
                last.absent += absent;
            }
            None => card.weeks.push(CardWeek { week, recorded, absent, school_rate }),
        }
    }
    let marks = ask(engine, &format!("select m.pupil_key, m.subject, m.term, m.mark_mean from {listed} l right semi join indicators.marks_term m on l.pupil_key = m.pupil_key where m.as_of = {day} order by m.pupil_key, m.subject, m.term"), progress).await?;
    for line in marks.lines() {
        let key = line.text("pupil_key")?;
        let card = cards.entry(key.into()).or_insert_with(|| Card { pupil_key: key.into(), ..Card::default() });
        let subject = line.text("subject")?;
        if card.marks.last().is_none_or(|s| s.subject != subject) {
            card.marks.push(SubjectMarks { subject: subject.into(), by_term: Vec::new() });
        }
        if let (Some(last), Some(mean)) = (card.marks.last_mut(), line.number("mark_mean")?) {
            last.by_term.push((line.small("term")?, mean));
        }
    }
    let contacts = ask(engine, &format!("select c.pupil_key, c.date, c.by_key, c.action, c.outcome from {listed} l right semi join sources.contacts c on l.pupil_key = c.pupil_key where c.date <= {day} order by c.pupil_key, c.date desc, c.by_key, c.action"), progress).await?;
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
                page.cards.push(card);
            }
        }
    }
    Ok(())
}
