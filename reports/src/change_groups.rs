//! Groups the changes since the last list by status: new, worsening, improving, off the list and others.

use crate::codes::CAUSES;
use crate::list::Change;
use crate::view::{Numbered, Numbers};

/// The groups in their order on the page. A status that is not here gets a group of its own at the end.
const GROUPS: [&str; 7] = ["new", "worsening", "improving", "returned", "in_care", "continuing", "off"];

pub struct ChangeGroup<'a> {
    pub group: &'a str,
    pub children: Vec<Numbered<'a, Change>>,
}

pub fn groups<'a>(changes: &'a [Change], numbers: &mut Numbers<'a>) -> Vec<ChangeGroup<'a>> {
    let mut groups: Vec<ChangeGroup<'a>> = GROUPS.into_iter().map(|group| ChangeGroup { group, children: Vec::new() }).collect();
    for it in changes {
        // A pupil is off the list by the status `off` or by a cause.
        let group = if CAUSES.contains(&it.status.as_str()) { "off" } else { it.status.as_str() };
        let child = Numbered { n: numbers.of(&it.pupil_key), it };
        match groups.iter_mut().find(|other| other.group == group) {
            Some(other) => other.children.push(child),
            None => groups.push(ChangeGroup { group, children: vec![child] }),
        }
    }
    groups.retain(|group| !group.children.is_empty());
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
        let found: Vec<(&str, usize)> = groups.iter().map(|group| (group.group, group.children.len())).collect();
        assert_eq!(found, [("new", 2), ("off", 2), ("ours", 1)]);
    }
}
