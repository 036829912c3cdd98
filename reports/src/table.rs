//! `list.csv`, and escaping of cells that a spreadsheet would take for a formula.

use chrono::NaiveDate;

use crate::error::Error;
use crate::list::{Edition, PlacePage};

/// Columns of `list.csv`, in order. Codes and rates are not translated. `rank` and `pupil_id` identify a row; there is no key of the
/// store, because the table has names.
pub const LIST_COLUMNS: [&str; 41] = [
    "as_of",
    "run_id",
    "place_kind",
    "place_id",
    "rank",
    "on_list",
    "pupil_id",
    "first_name",
    "last_name",
    "school",
    "class",
    "grade_level",
    "level",
    "status",
    "weeks_on_list",
    "risk",
    "flags",
    "reasons",
    "absence_rate",
    "recent_absent",
    "recent_recorded",
    "before_absence_rate",
    "absence_streak",
    "absence_trend",
    "mark_change",
    "failing_subjects",
    "known_to_centre",
    "services",
    "next_step",
    "escalation",
    "unexcused_streak",
    "unanswered_contacts",
    "suggested_service",
    "last_contact",
    "contact_by",
    "last_action",
    "last_outcome",
    "review_date",
    "review_due",
    "confidence",
    "data_through",
];

/// Escapes a text so that no spreadsheet takes it for a formula, even one that splits cells at semicolons or tabs: each part that
/// begins with `= + - @`, a tab or a line end, after any `'`, gets a `'` in front. [`plain`] is the inverse.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive([';', '\t']) {
        if opens_formula(part.trim_start_matches('\'')) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

/// The inverse of [`harmless`].
#[must_use]
pub fn plain(cell: &str) -> String {
    let bare = |part: &str| match part.strip_prefix('\'') {
        Some(rest) if opens_formula(rest.trim_start_matches('\'')) => rest.to_owned(),
        _ => part.to_owned(),
    };
    cell.split_inclusive([';', '\t']).map(bare).collect()
}

fn opens_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A name for display, without control characters and invisible direction marks, which would make a page show another name than it
/// has. Tabs and line ends become spaces.
#[must_use]
pub fn legible(name: &str) -> String {
    let shown = name.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    shown.collect::<String>().trim().to_owned()
}

/// The rows of a page as CSV: UTF-8, comma, one header line, lists joined by `; `.
pub fn list_csv(page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(LIST_COLUMNS)?;
    let as_of = edition.as_of.to_string();
    let kind = page.place.kind.code();
    for row in &page.rows {
        let flags: Vec<&str> = row.flags.iter().map(|flag| flag.flag.as_str()).collect();
        let record: [String; LIST_COLUMNS.len()] = [
            as_of.clone(),
            harmless(&edition.run_id),
            kind.to_owned(),
            harmless(&page.place.id),
            row.rank.to_string(),
            row.on_list.to_string(),
            harmless(&row.pupil_id),
            harmless(&row.first_name),
            harmless(&row.last_name),
            harmless(&row.school),
            harmless(&row.class),
            row.grade_level.to_string(),
            row.level.to_string(),
            harmless(&row.status),
            row.weeks_on_list.to_string(),
            rate(row.risk),
            harmless(&flags.join("; ")),
            harmless(&row.reasons.join(" ")),
            rate(row.absence_rate),
            row.recent_absent.to_string(),
            row.recent_recorded.to_string(),
            rate(row.before_rate),
            row.absence_streak.to_string(),
            rate(row.absence_trend),
            rate(row.mark_change),
            row.failing_subjects.map(|count| count.to_string()).unwrap_or_default(),
            row.known_to_centre.map(|known| known.to_string()).unwrap_or_default(),
            harmless(&row.services.join("; ")),
            harmless(&row.next_step),
            harmless(&row.escalation),
            row.unexcused_streak.to_string(),
            row.unanswered_contacts.to_string(),
            harmless(&row.suggested_service),
            date(row.last_contact),
            harmless(row.contact_by.as_deref().unwrap_or_default()),
            harmless(&row.last_action),
            harmless(&row.last_outcome),
            date(row.review_date),
            row.review_due.to_string(),
            harmless(&row.confidence),
            date(page.data_through),
        ];
        writer.write_record(&record)?;
    }
    writer.into_inner().map_err(|error| Error::Table { cause: error.error().to_string() })
}

/// A rate with at most four decimals.
fn rate(value: Option<f64>) -> String {
    value.map(|value| ((value * 10_000.0).round() / 10_000.0 + 0.0).to_string()).unwrap_or_default()
}

fn date(value: Option<NaiveDate>) -> String {
    value.map(|date| date.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_are_read() {
        assert_eq!(legible("Ar\u{202e}nat\u{202c}"), "Arnat");
        assert_eq!(legible("\u{2067}Besa\u{2069}\u{200f} \u{feff}Çela"), "Besa Çela");
        assert_eq!(legible("Ana\tMaria\r\n"), "Ana Maria");
        assert_eq!(legible("Zef\u{0}\u{1b}\u{9b}"), "Zef");
        assert_eq!(legible("Përparim D’Angelo-Ćurić"), "Përparim D’Angelo-Ćurić", "what is a name stays");
        for c in ('\u{0}'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain('\u{200b}'..='\u{200f}').chain('\u{202a}'..='\u{202e}') {
            assert_eq!(legible(&format!("A{c}b")).replace(' ', ""), "Ab", "{c:?}");
        }
    }

    #[test]
    fn formulas_are_made_harmless_and_come_back() {
        for text in
            ["=1+1", "+355", "-12", "@sum", "\tx", "'=1", "''=1", "Arta", "O'Neil", "'tis", "", "x;=1+1", "x\t@sum", "a;'-2;b", ";=1"]
        {
            let cell = harmless(text);
            assert!(!opens_formula(&cell), "{cell}");
            assert_eq!(plain(&cell), text);
        }
        assert_eq!(harmless("=1"), "'=1");
        assert_eq!(harmless("Arta"), "Arta");
        assert_eq!(harmless("x;=1+1"), "x;'=1+1", "where Excel parts cells at semicolons this is a cell of its own");
    }
}
