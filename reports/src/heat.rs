//! A table of absence by class and weekday, with shaded cells.

use std::collections::BTreeSet;

use crate::list::{ClassAbsence, WeekdayAbsence};
use crate::words::Words;

/// Cells with fewer recorded pupil-days stay blank, because one child would determine the rate.
const MIN_PUPIL_DAYS: u32 = 20;
/// Lower limits of the shades.
const SHADES: [f64; 4] = [0.05, 0.1, 0.15, 0.25];

pub struct HeatView<'a> {
    pub weekdays: Vec<&'a str>,
    pub rows: Vec<Row<'a>>,
    /// Whether any cell is blank.
    pub blanks: bool,
}

pub struct Row<'a> {
    pub class: &'a str,
    /// One cell per weekday, then one for the whole week.
    pub cells: Vec<Option<Cell>>,
}

pub struct Cell {
    pub rate: f64,
    pub shade: usize,
}

/// `None` without classes.
pub fn view<'a>(classes: &'a [ClassAbsence], words: &'a Words) -> Option<HeatView<'a>> {
    let weekdays: BTreeSet<u8> = classes.iter().flat_map(|class| class.by_weekday.iter().map(|day| day.weekday)).collect();
    if weekdays.is_empty() {
        return None;
    }
    let rows: Vec<Row<'_>> = classes
        .iter()
        .map(|class| {
            let of = |weekday: &u8| class.by_weekday.iter().find(|day| day.weekday == *weekday).and_then(cell);
            let whole = class.by_weekday.iter().fold(WeekdayAbsence::default(), |sum, day| WeekdayAbsence {
                recorded: sum.recorded + day.recorded,
                absent: sum.absent + day.absent,
                ..sum
            });
            Row { class: &class.class, cells: weekdays.iter().map(of).chain([cell(&whole)]).collect() }
        })
        .collect();
    let blanks = rows.iter().any(|row| row.cells.iter().any(Option::is_none));
    Some(HeatView { weekdays: weekdays.iter().map(|weekday| words.weekday(*weekday)).collect(), rows, blanks })
}

fn cell(day: &WeekdayAbsence) -> Option<Cell> {
    (day.recorded >= MIN_PUPIL_DAYS).then(|| {
        let rate = f64::from(day.absent) / f64::from(day.recorded);
        // Rounded to whole percents, because fractions are noise in a class.
        Cell { rate: (rate * 100.0).round() / 100.0, shade: SHADES.iter().filter(|from| rate >= **from).count() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_days_stay_blank() {
        let day = |recorded, absent| WeekdayAbsence { weekday: 1, recorded, absent };
        assert!(cell(&day(19, 9)).is_none());
        assert_eq!(cell(&day(40, 6)).map(|cell| cell.shade), Some(3));
    }
}
