//! The days of one pupil in one line, to be read at a glance and in black and white.

use chrono::Datelike;
use fluent_bundle::FluentArgs;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::chart::{Area, Drawn, svg};
use crate::fault::Fault;
use crate::ink::Ink;
use crate::list::{CardDay, DayMark};
use crate::words::Words;

/// The days of one pupil as a strip: full box absent, empty box excused, half box late or part, tick present,
/// dot not recorded. `None` without days.
pub fn days(days: &[CardDay], words: &Words) -> Result<Option<String>, Fault> {
    // More than 60 days would be too small to tell apart on a phone; the oldest go.
    let days = days.get(days.len().saturating_sub(60)..).unwrap_or(days);
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(None);
    };
    let count = |mark: DayMark| days.iter().filter(|day| day.mark == mark).count();
    let mut args = FluentArgs::new();
    args.set("days", days.len());
    args.set("first", words.date(first.date));
    args.set("last", words.date(last.date));
    args.set("absent", count(DayMark::Absent));
    args.set("excused", count(DayMark::Excused));
    args.set("late", count(DayMark::Late));
    args.set("missing", count(DayMark::NotRecorded));
    let text = words.say_with("chart-strip-text", &args)?;
    let places = places_by_week(days);
    let units = places.last().map_or(1, |last| last + 2);
    let step = (352 / units).min(22);
    let width = u32::try_from(units * step + 8).unwrap_or(360).max(180);
    let labels = [(0, words.short_date(first.date)), (days.len() - 1, words.short_date(last.date))];
    svg((width, 34), &words.say("card-days"), &text, |root| {
        // One pass a kind: neighbours of one ink then join into one path.
        for mark in [DayMark::Present, DayMark::NotRecorded, DayMark::Absent, DayMark::Excused, DayMark::Late, DayMark::Part] {
            for (day, place) in days.iter().zip(&places).filter(|(day, _)| day.mark == mark) {
                draw_day(root, 4 + place * step, step, day.mark)?;
            }
        }
        let ink = Ink::Text.color();
        let style = TextStyle::from(("sans-serif", 11).into_font()).color(&ink);
        root.draw_text(&labels[0].1, &style, (4, 22))?;
        if days.len() > 8 {
            let style = style.pos(Pos::new(HPos::Right, VPos::Top));
            root.draw_text(&labels[1].1, &style, (4 + places.last().copied().unwrap_or(0) * step + step, 22))?;
        }
        Ok(())
    })
    .map(Some)
}

fn draw_day(root: &Area<'_>, x: i32, step: i32, mark: DayMark) -> Drawn {
    let right = x + (step - 2).max(3);
    match mark {
        DayMark::Present => root.draw(&Rectangle::new([(x, 14), (right, 17)], Ink::Present.color().filled())),
        DayMark::NotRecorded | DayMark::Disrupted => {
            let middle = i32::midpoint(x, right);
            root.draw(&Rectangle::new([(middle - 1, 9), (middle + 1, 11)], Ink::Missing.color().filled()))
        }
        DayMark::Absent => root.draw(&Rectangle::new([(x, 3), (right, 17)], Ink::Absent.color().filled())),
        DayMark::Excused => root.draw(&Rectangle::new([(x + 1, 4), (right - 1, 16)], Ink::Excused.color())),
        DayMark::Late | DayMark::Part => root.draw(&Polygon::new([(x, 17), (right, 17), (right, 6)], Ink::Late.color().filled())),
    }
}

/// Places of the days on a strip, with a gap between weeks.
fn places_by_week(days: &[CardDay]) -> Vec<i32> {
    let mut at = 0;
    let mut places = Vec::with_capacity(days.len());
    for (index, day) in days.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).and_then(|before| days.get(before)) {
            at += if before.date.iso_week() == day.date.iso_week() { 1 } else { 2 };
        }
        places.push(at);
    }
    places
}
