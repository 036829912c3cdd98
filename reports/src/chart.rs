//! Charts as inline SVG, laid out with plotters and drawn with [`crate::ink`]: the common frame, and the weekly chart of one pupil.
//!
//! Each chart has a title and a text alternative. Lines differ in dashes and bars in lightness, so that charts are readable for
//! colour-blind readers and in black and white.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt::{Display, Write as _};

use fluent_bundle::FluentArgs;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::Error;
use crate::ink::{Edges, Ink, Sheet, escape};
use crate::list::Card;
use crate::words::Words;
use crate::year::{STEP, Year};

pub type Area<'a> = DrawingArea<Sheet<'a>, Shift>;
pub type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;

/// Width and height in units.
#[derive(Clone, Copy)]
pub struct Size(pub u32, pub u32);

/// The position of a label relative to its point.
#[derive(Clone, Copy)]
pub enum At {
    Left,
    Middle,
    Right,
}

/// Weekly absence of one pupil, as bars under the weeks of the strip, with the band of ordinary weeks, the usual rate and
/// the school's line. `None` when no week has a record.
pub fn weeks(card: &Card, year: Year, words: &Words) -> Result<Option<String>, Error> {
    let known: Vec<f64> = card.weeks.iter().filter(|week| week.recorded > 0).map(|week| week.absent / f64::from(week.recorded)).collect();
    let (Some(first), Some(last)) = (card.weeks.first(), known.last()) else {
        return Ok(None);
    };
    let mut args = spread(words, &known, *last);
    args.set("first", words.date(first.week));
    args.set("compared", if card.usual_rate.is_some() { "yes" } else { "no" });
    args.set("usual", card.usual_rate.map(|rate| words.percent(rate)).unwrap_or_default());
    let text = words.say_with("chart-week-text", &args)?;
    let school = card.weeks.iter().filter_map(|week| week.school_rate);
    let band = card.usual_band.map(|(_, high)| high);
    let scale = Scale::new(known.iter().copied().chain(school).chain(card.usual_rate).chain(band), 62, 54);
    svg(Size(year.width(), 78), words.get("chart-week-title"), &text, |root| {
        let (left, right) = year.span();
        if let Some((low, high)) = card.usual_band {
            let edges = (scale.y(low), scale.y(high).min(scale.y(low) - 1));
            root.draw(&Rectangle::new([(left, edges.1), (right, edges.0)], Ink::Band.color().filled()))?;
        }
        scale.draw(root, left, right, words)?;
        for week in &card.weeks {
            let Some(column) = year.column(week.week) else { continue };
            let x = Year::x(column);
            if week.recorded == 0 {
                root.draw(&PathElement::new([(x + 3, scale.foot - 3), (x + 7, scale.foot - 3)], Ink::Missing.color()))?;
            } else {
                // A week without absence has a bar of one unit, to distinguish it from a week without records.
                let top = scale.y(week.absent / f64::from(week.recorded)).min(scale.foot - 1);
                root.draw(&Rectangle::new([(x + 2, top), (x + STEP - 3, scale.foot)], Ink::Own.color().filled()))?;
            }
        }
        if let Some(usual) = card.usual_rate {
            root.draw(&PathElement::new([(left, scale.y(usual)), (right, scale.y(usual))], Ink::Usual.color()))?;
        }
        let points: Vec<Option<(i32, i32)>> =
            card.weeks.iter().map(|week| Some((Year::x(year.column(week.week)?) + STEP / 2, scale.y(week.school_rate?)))).collect();
        for run in points.split(Option::is_none).filter(|run| run.len() > 1) {
            root.draw(&PathElement::new(run.iter().flatten().copied().collect::<Vec<_>>(), Ink::School.color()))?;
        }
        year.months(root, 75, words)
    })
    .map(Some)
}

/// A vertical axis of rates from 0 to one of a few fixed maxima, so that charts are comparable.
#[derive(Clone, Copy)]
pub struct Scale {
    top: f64,
    pub foot: i32,
    height: f64,
}

impl Scale {
    pub fn new(rates: impl Iterator<Item = f64>, foot: i32, height: i32) -> Self {
        let highest = rates.fold(0.0, f64::max);
        let top = [0.1, 0.2, 0.4, 0.6, 0.8, 1.0].into_iter().find(|top| highest <= *top).unwrap_or(1.0);
        Self { top, foot, height: f64::from(height) }
    }

    /// The y coordinate of a rate.
    #[expect(clippy::cast_possible_truncation, reason = "a rate within the axis, some hundred units at most")]
    pub fn y(&self, rate: f64) -> i32 {
        self.foot - (rate / self.top * self.height).round().clamp(0.0, self.height) as i32
    }

    /// Draws lines and labels at the foot, the middle and the top.
    pub fn draw(&self, root: &Area<'_>, left: i32, right: i32, words: &Words) -> Drawn {
        for part in [0.0, 0.5, 1.0] {
            let y = self.y(self.top * part);
            root.draw(&PathElement::new([(left, y), (right, y)], Ink::Grid.color()))?;
        }
        for part in [0.5, 1.0] {
            label(root, &words.percent(self.top * part), (left - 3, self.y(self.top * part) + 4), At::Right)?;
        }
        Ok(())
    }
}

/// Draws a short text; the point is on its baseline.
pub fn label(root: &Area<'_>, text: &str, (x, y): (i32, i32), at: At) -> Drawn {
    let ink = Ink::Text.color();
    let side = match at {
        At::Left => HPos::Left,
        At::Middle => HPos::Center,
        At::Right => HPos::Right,
    };
    let style = TextStyle::from((FontFamily::SansSerif, 10).into_font()).color(&ink).pos(Pos::new(side, VPos::Bottom));
    // The backend draws the baseline two units above the bottom of a text.
    root.draw_text(text, &style, (x, y + 2))
}

/// The arguments of the text alternative for a line of rates.
pub fn spread<'a>(words: &Words, rates: &[f64], last: f64) -> FluentArgs<'a> {
    let mut args = FluentArgs::new();
    args.set("weeks", rates.len());
    args.set("low", words.percent(rates.iter().copied().fold(f64::INFINITY, f64::min)));
    args.set("high", words.percent(rates.iter().copied().fold(0.0, f64::max)));
    args.set("last", words.percent(last));
    args
}

/// An SVG with title and text alternative. It is extended to contain all labels, because a cut number would be a wrong one.
pub fn svg(size: Size, title: Option<&str>, text: &str, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String, Error> {
    let reach = Cell::new(Edges(0, 0, size.0.cast_signed(), size.1.cast_signed()));
    let mut drawing = String::with_capacity(4 * 1024);
    draw_into(Sheet::new(&mut drawing, (size.0, size.1)).measured(&reach), draw)?;
    let Edges(left, top, right, foot) = reach.get();
    let mut out = String::with_capacity(drawing.len() + 512);
    let _ = write!(out, "<svg viewBox=\"{left} {top} {} {}\" role=\"img\"><title>", right - left, foot - top);
    let _ = escape(&mut out, title.unwrap_or_default());
    out.push_str("</title><desc>");
    let _ = escape(&mut out, text);
    out.push_str("</desc>");
    out.push_str(&drawing);
    out.push_str("</svg>");
    Ok(out)
}

/// The content of an SVG without the frame.
pub fn inside(size: Size, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String, Error> {
    let mut out = String::with_capacity(256);
    draw_into(Sheet::new(&mut out, (size.0, size.1)), draw)?;
    Ok(out)
}

fn draw_into(sheet: Sheet<'_>, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<(), Error> {
    let root = sheet.into_drawing_area();
    draw(&root).map_err(chart_error)?;
    root.present().map_err(chart_error)
}

fn chart_error(error: impl Display) -> Error {
    Error::Chart { cause: error.to_string() }
}
