//! What changed since the last list, in groups: who is new, who needs more, who comes along, who is off.

use crate::codes::CAUSES;
use crate::list::Change;
use crate::view::{Numbered, Numbers};

/// The groups in the order of reading; a status that is not here stands at the end, in a group of its own.
const GROUPS: [&str; 7] = ["new", "worsening", "improving", "returned", "in_care", "continuing", "off"];

pub struct Moves<'a> {
    pub group: &'a str,
    pub children: Vec<Numbered<'a, Change>>,
}

pub fn groups<'a>(changes: &'a [Change], numbers: &mut Numbers<'a>) -> Vec<Moves<'a>> {
    let mut groups: Vec<Moves<'a>> = GROUPS.into_iter().map(|group| Moves { group, children: Vec::new() }).collect();
    for it in changes {
        // Off the list is said by the status, or by its cause alone.
        let group = if CAUSES.contains(&it.status.as_str()) { "off" } else { it.status.as_str() };
        let child = Numbered { n: numbers.of(&it.pupil_key), it };
        match groups.iter_mut().find(|moves| moves.group == group) {
            Some(moves) => moves.children.push(child),
            None => groups.push(Moves { group, children: vec![child] }),
        }
    }
    groups.retain(|moves| !moves.children.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_stands_in_one_group() {
        let change = |status: &str| Change { status: status.to_owned(), ..Change::default() };
        let changes = ["off", "new", "left", "ours", "new"].map(change);
        let rows = Vec::new();
        let groups = groups(&changes, &mut Numbers::new(&rows));
        let told: Vec<(&str, usize)> = groups.iter().map(|moves| (moves.group, moves.children.len())).collect();
        assert_eq!(told, [("new", 2), ("off", 2), ("ours", 1)]);
    }
}
