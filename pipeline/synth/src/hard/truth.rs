//! Writes the true links of a hard world, for measuring the linkage; those of identifications are written together with them.

use std::io;
use std::path::Path;

use super::super::centres::{Participant, push_ids};
use super::super::dice::count;
use super::super::rows::{Table, push_pupil};
use super::super::world::World;
use super::super::year::Year;
use super::people::elder;

const PARTICIPANTS: &str = "centre_id,participant_id,pupil_id";
const SAME_PUPIL: &str = "pupil_id,other_pupil_id";
const TWINS: &str = "pupil_id,twin_pupil_id";
pub(super) const IDENTIFICATIONS: &str = "identification_id,pupil_id";

/// Writes `participants.csv`, `same_pupil.csv` and `twins.csv` of a hard world into `truth/`.
pub(crate) fn write_truth(world: &World, year: &Year, participants: &[Participant], truth: &Path) -> io::Result<()> {
    let mut table = Table::create(&truth.join("participants.csv"), PARTICIPANTS, None)?;
    for participant in participants {
        push_ids(&mut table.text, participant);
        if let Some(pupil) = participant.pupil {
            push_pupil(&mut table.text, pupil);
        }
        table.end_row()?;
    }
    table.finish()?;

    let mut table = Table::create(&truth.join("same_pupil.csv"), SAME_PUPIL, None)?;
    for (pupil, second) in &year.second {
        pair(&mut table, *pupil, second.number)?;
    }
    table.finish()?;

    let mut table = Table::create(&truth.join("twins.csv"), TWINS, None)?;
    for pupil in 0..count(world.pupils.len()) {
        if let Some(elder) = elder(world, pupil) {
            pair(&mut table, elder, pupil)?;
        }
    }
    table.finish().map(drop)
}

fn pair(table: &mut Table, pupil: u32, other: u32) -> io::Result<()> {
    push_pupil(&mut table.text, pupil);
    table.text.push(b',');
    push_pupil(&mut table.text, other);
    table.end_row()
}
