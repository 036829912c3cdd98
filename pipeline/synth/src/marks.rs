//! Writes the marks of a term, 4-10, about three per subject. Pupils who are absent still get some marks, as in hidden dropout.

use std::io;
use std::path::Path;

use az::UnwrappedAs;

use super::days::term;
use super::dice::{Dice, For, count};
use super::rows::{Progress, Table, iso, push_digits, push_pupil, push_school};
use super::world::World;
use super::year::{Kind, Plan, Year};

pub(super) const MARKS: &str = "pupil_id,school_id,subject,date,term,mark";

const LOWER: [&str; 8] = ["gjuhe_shqipe", "matematike", "anglisht", "dituri_natyre", "qytetari", "art", "muzike", "edukim_fizik"];
const UPPER: [&str; 10] =
    ["gjuhe_shqipe", "matematike", "anglisht", "biologji", "fizike", "kimi", "histori", "gjeografi", "qytetari", "edukim_fizik"];

/// The subjects of a grade level.
pub(super) fn subjects(grade: u8) -> &'static [&'static str] {
    if grade <= 5 { &LOWER } else { &UPPER }
}

/// Writes the file of one term; returns the number of rows.
pub(super) fn write(world: &World, year: &Year, wanted: u32, path: &Path, progress: &Progress) -> io::Result<u64> {
    let days: Vec<usize> = (0..year.cut).filter(|d| term(year.days[*d]) == wanted).collect();
    let mut table = Table::create(path, MARKS, Some(progress))?;
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        for pupil in 0..count(world.pupils.len()) {
            if let Some(plan) = year.plan(world, pupil) {
                one_pupil(world, year, pupil, &plan, wanted, (*first, *last), &mut table)?;
            }
        }
    }
    table.finish()
}

fn one_pupil(world: &World, year: &Year, pupil: u32, plan: &Plan, term: u32, days: (usize, usize), table: &mut Table) -> io::Result<()> {
    let stays_until = match plan.kind {
        Kind::NeverArrived => 0,
        Kind::Vanishing => plan.turn,
        _ => plan.to,
    };
    let first = days.0.max(usize::from(plan.from));
    let end = (days.1 + 1).min(usize::from(stays_until));
    if first >= end {
        return Ok(());
    }
    let key = u64::from(pupil) << 8 | (year.index as u64) << 4;
    let mut person = Dice::new(world.seed, For::Marks, key);
    // In tenths of a mark.
    let usual = if person.chance(400) { person.between(40, 58) } else { person.between(60, 95) };
    let slips = if plan.kind == Kind::Usual { 0 } else { 6 * term };
    // One in a hundred drops by two marks from the second or the third term on.
    let falls = if person.chance(100) && term >= person.between(2, 3) { 22 } else { 0 };
    let ability = usual - (slips + falls);

    let mut dice = Dice::new(world.seed, For::Marks, key | u64::from(term));
    for subject in subjects(year.grade(world, pupil)) {
        let level = ability + dice.below(17);
        let mut when: Vec<usize> =
            (0..if dice.chance(6500) { 3 } else { 2 }).map(|_| first + dice.below(count(end - first)) as usize).collect();
        when.sort_unstable();
        // Two marks in one subject on one day would be two rows of one key.
        when.dedup();
        for at in when {
            let mark = ((level + dice.below(21)).saturating_sub(13) / 10).clamp(4, 10);
            let day = at.unwrapped_as::<u16>();
            let school = plan.school_on(day);
            if year.schools[school as usize].closed == Some(day) {
                continue;
            }
            push_pupil(&mut table.text, year.number_on(pupil, day));
            table.text.push(b',');
            push_school(&mut table.text, school);
            table.text.push(b',');
            table.text.extend_from_slice(subject.as_bytes());
            table.text.push(b',');
            table.text.extend_from_slice(&iso(year.days[at]));
            table.text.push(b',');
            push_digits(&mut table.text, term, 1);
            table.text.push(b',');
            push_digits(&mut table.text, mark, 1);
            table.end_row()?;
        }
    }
    Ok(())
}
