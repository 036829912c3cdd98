//! The hidden sheet with metadata; [`super`] describes its layout.

use std::collections::BTreeSet;

use rust_xlsxwriter::Worksheet;

use super::contact_headers;
use crate::codes::{ACTIONS, OUTCOMES};
use crate::error::Error;
use crate::list::{Edition, PlacePage, full_name};
use crate::table::harmless;
use crate::words::Words;

pub(super) const SHEET: &str = "prane";

/// A row: kind, shown, canonical.
pub(super) type Line = (&'static str, String, String);

pub(super) fn lines(page: &PlacePage, edition: &Edition, words: &Words) -> Vec<Line> {
    let kind = page.place.kind.code();
    let place = harmless(&page.place.id);
    let meta = |what: &str, value: &str| ("meta", what.to_owned(), value.to_owned());
    let mut lines: Vec<Line> = vec![
        ("kind", "shown".to_owned(), "canonical".to_owned()),
        ("format", "contacts".to_owned(), "1".to_owned()),
        meta("table", "contacts"),
        meta("sheet", &words.say("sheet-list")),
        meta("header_row", "1"),
        meta("language", edition.language.tag()),
        meta("as_of", &edition.as_of.to_string()),
        meta("run_id", &harmless(&edition.run_id)),
        meta("place_kind", kind),
        meta("place_id", &place),
        meta(kind, &place),
    ];
    lines.extend(contact_headers(words).into_iter().map(|(shown, canonical)| ("column", shown, canonical.to_owned())));
    lines.extend(ACTIONS.iter().map(|code| ("action", words.of("action", code), (*code).to_owned())));
    lines.extend(OUTCOMES.iter().map(|code| ("outcome", words.of("outcome", code), (*code).to_owned())));
    lines.extend(pupils(page).map(|(name, id)| ("pupil", harmless(&name), harmless(id))));
    lines
}

/// Pupils that a contact may be about: those on the list in its order, then those who were not assessable.
fn pupils(page: &PlacePage) -> impl Iterator<Item = (String, &str)> {
    let rows = page.rows.iter().map(|row| (&row.first_name, &row.last_name, row.pupil_id.as_str()));
    let others = page.not_assessable.iter().map(|pupil| (&pupil.first_name, &pupil.last_name, pupil.pupil_id.as_str()));
    let mut seen = BTreeSet::new();
    rows.chain(others).filter(move |(_, _, id)| !id.is_empty() && seen.insert(*id)).map(|(first, last, id)| (full_name(first, last), id))
}

/// First and last row of a kind, counted from 1; rows of one kind are consecutive.
pub(super) fn rows_of(lines: &[Line], kind: &str) -> Option<(usize, usize)> {
    let first = lines.iter().position(|line| line.0 == kind)?;
    let last = lines.iter().rposition(|line| line.0 == kind)?;
    Some((first + 1, last + 1))
}

pub(super) fn write(sheet: &mut Worksheet, lines: &[Line]) -> Result<(), Error> {
    sheet.set_name(SHEET)?.set_hidden(true).protect();
    for (at, (kind, shown, canonical)) in (0_u32..).zip(lines) {
        sheet.write_string(at, 0, *kind)?.write_string(at, 1, shown)?.write_string(at, 2, canonical)?;
    }
    Ok(())
}
