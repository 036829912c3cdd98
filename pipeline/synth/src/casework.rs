//! Writes a few identifications, referrals and contacts, as field staff would record them.

use std::io;
use std::path::Path;

use az::UnwrappedAs;

use super::centres::{Participant, participant_id};
use super::dice::{Dice, For, count};
use super::rows::{Table, pupil_id};
use super::world::{PLACES, World};
use super::year::{Kind, Year};
use super::{hard, people};

pub(super) const IDENTIFICATIONS: &str =
    "identification_id,date,municipality,source,participant_id,pupil_id,first_name,last_name,birth_date,concern";
pub(super) const REFERRALS: &str = "referral_id,date,pupil_id,participant_id,from,to_service,to_organisation,status,closed_date";
pub(super) const CONTACTS: &str = "pupil_id,date,by,action,outcome,review_date,note";

/// Writes the three tables; returns the number of rows. No row is later than the last day of the inbox.
pub(super) fn write(world: &World, year: &Year, participants: &[Participant], dir: &Path) -> io::Result<u64> {
    let inbox = dir.join("inbox");
    let mut contacts = Table::create(&inbox.join("contacts.csv"), CONTACTS, None)?;
    let mut found = Table::create(&inbox.join("identifications.csv"), IDENTIFICATIONS, None)?;
    let mut referrals = Table::create(&inbox.join("referrals.csv"), REFERRALS, None)?;
    let mut number = 0;
    for pupil in 0..count(world.pupils.len()) {
        let mut dice = Dice::new(world.seed, For::Casework, u64::from(pupil));
        let Some(plan) = year.plan(world, pupil).filter(|p| p.kind != Kind::Usual) else { continue };
        let day = |dice: &mut Dice| dice.below(count(year.cut)) as usize;
        if dice.chance(800) {
            let action = dice.pick(&["phone_call", "home_visit", "meeting_at_school"]);
            let outcome = dice.pick(&["reached", "not_reached", "plan_agreed"]);
            let day = day(&mut dice);
            let id = pupil_id(year.number_on(pupil, day.unwrapped_as()));
            contacts.row(&[&id, &year.days[day].to_string(), "liaison", action, outcome, "", ""])?;
        }
        if !world.hard && dice.chance(500) {
            number += 1;
            let person = world.person(pupil);
            let birth = people::birth(world, pupil, &person).to_string();
            let municipality = PLACES[world.schools[plan.school as usize].place].1;
            let source = dice.pick(&["field_activity", "school", "family"]);
            // Half of them are identified by name, without a number.
            let known = if dice.chance(5000) { pupil_id(pupil) } else { String::new() };
            let when = year.days[day(&mut dice)].to_string();
            let row = format!("I{number:06}");
            found.row(&[&row, &when, municipality, source, "", &known, person.first, person.last, &birth, "absence"])?;
        }
    }
    for child in participants {
        let mut dice = Dice::new(world.seed, For::Casework, 1 << 40 | u64::from(child.number));
        if dice.chance(400) {
            let date = year.days[dice.below(count(year.cut)) as usize].to_string();
            let participant = participant_id(child);
            let id = format!("R{:06}", child.number + 1);
            let service = dice.pick(&["psychosocial_counselling", "after_school_class", "school_integration"]);
            let status = dice.pick(&["open", "accepted", "declined"]);
            referrals.row(&[&id, &date, "", &participant, "field_activity", service, "", status, ""])?;
        }
    }
    if world.hard {
        hard::identify(world, year, participants, &mut found, &dir.join("truth"))?;
    }
    Ok(contacts.finish()? + found.finish()? + referrals.finish()?)
}
