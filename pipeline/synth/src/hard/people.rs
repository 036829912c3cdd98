//! Who is who in a hard world: names as unequal as real ones, twins, pupils entered a second time at another school.

use std::collections::BTreeMap;

use az::UnwrappedAs;

use super::super::dice::{Dice, For, count};
use super::super::names;
use super::super::world::{self, Person, Pupil, World};
use super::super::year::Year;
use super::damage::misspelt;
use super::shares;

/// The number under which the new school entered a pupil who moved.
#[derive(Clone, Copy)]
pub(crate) struct Second {
    /// Day from which it is used, a position in the year's session days.
    pub(crate) from: u16,
    /// Beyond the numbers of all pupils.
    pub(crate) number: u32,
}

/// The elder twin of a younger twin, at the same school and in the same class; `None` for other pupils.
pub(crate) fn elder(world: &World, pupil: u32) -> Option<u32> {
    // Only the second of a pair of numbers can be the younger twin, so that no pupil has two twins.
    let elder = pupil.checked_sub(1).filter(|_| world.hard && pupil % 2 == 1)?;
    let class = |pupil: u32| world.pupils.get(pupil as usize).map(|Pupil { school, grade, section }| (school, grade, section));
    let are_classmates = class(pupil).is_some() && class(pupil) == class(elder);
    (are_classmates && Dice::new(world.seed, For::HardTwins, u64::from(elder)).chance(shares::TWINS)).then_some(elder)
}

/// A person of a hard world; a `which` beyond the numbers of pupils gives a child at no school.
pub(crate) fn person(world: &World, which: u32) -> Person {
    let mut person = world::person(world.seed, which);
    let mut dice = Dice::new(world.seed, For::HardPerson, u64::from(which));
    (person.first, person.last) = names::unequal(&mut dice, person.girl);
    // Drawn before the birthday becomes that of a twin: the id depends on the number and the own birthday, and so is unique.
    person.national_id = dice.chance(shares::HAS_NATIONAL_ID).then(|| world::national_id(which, person.birthday));
    if let Some(elder) = elder(world, which) {
        let twin = self::person(world, elder);
        (person.last, person.birthday, person.years_late) = (twin.last, twin.birthday, twin.years_late);
        while person.first == twin.first {
            person.first = names::unequal(&mut dice, person.girl).0;
        }
    }
    person
}

/// A child at no school of this world, often with the name of a pupil, and a grade level for its age. `which` counts such children.
pub(super) fn stranger(world: &World, which: u32, dice: &mut Dice) -> (Person, u8) {
    let mut person = person(world, count(world.pupils.len()) + which);
    if dice.chance(shares::NAMESAKE) && !world.pupils.is_empty() {
        let pupil = self::person(world, dice.below(count(world.pupils.len())));
        (person.girl, person.first, person.last) = (pupil.girl, pupil.first, pupil.last);
    }
    (person, dice.between(1, 12).unwrapped_as())
}

/// Pupils who get a second number in this year, which must be the last one: a pupil has at most two numbers.
pub(crate) fn second_numbers(world: &World, year: &Year) -> BTreeMap<u32, Second> {
    let mut found = BTreeMap::new();
    if !world.hard || year.index + 1 != world.years {
        return found;
    }
    let pupils = count(world.pupils.len());
    for pupil in 0..pupils {
        // A move after the last day of the inbox is not known yet.
        let moved = year.plan(world, pupil).and_then(|plan| plan.moved).filter(|(day, _)| usize::from(*day) < year.cut);
        let Some((from, _)) = moved else { continue };
        if Dice::new(world.seed, For::HardSecond, u64::from(pupil)).chance(shares::SECOND_NUMBER) {
            found.insert(pupil, Second { from, number: pupils + count(found.len()) });
        }
    }
    found
}

/// First and last name as the second school wrote them: one of the two with a slip.
pub(crate) fn second_spelling(world: &World, pupil: u32, person: &Person) -> (String, String) {
    let mut dice = Dice::new(world.seed, For::HardSecond, 1 << 40 | u64::from(pupil));
    if dice.chance(5000) {
        (misspelt(person.first, &mut dice), person.last.to_owned())
    } else {
        (person.first.to_owned(), misspelt(person.last, &mut dice))
    }
}
