//! Charts as inline SVG, laid out by plotters and drawn with [`crate::ink`].
//!
//! Each chart has a title and a text alternative; lines differ in dash and shape, bars in lightness, so
//! that neither colour blindness nor a black-and-white printer loses anything.

use std::convert::Infallible;
use std::fmt::{Display, Write as _};

use fluent_bundle::FluentArgs;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::fault::Fault;
use crate::ink::{Ink, Sheet, escape};
use crate::list::{Card, GradeAbsence, LevelWeek};
use crate::overview::WeekRate;
use crate::words::Words;

pub type Area<'a> = DrawingArea<Sheet<'a>, Shift>;
pub type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;

/// One point of a line: position on the axis, rate 0-1.
type Point = (f64, f64);

/// Weekly absence of one pupil against the own usual rate and the school's.
/// `None` when no week has a record.
pub fn weeks(card: &Card, words: &Words) -> Result<Option<String>, Fault> {
    let own: Vec<Option<f64>> = card.weeks.iter().map(|week| (week.recorded > 0).then(|| week.absent / f64::from(week.recorded))).collect();
    let known: Vec<f64> = own.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (card.weeks.first(), known.last()) else {
        return Ok(None);
    };
    let mut args = spread(words, &known, *last);
    args.set("first", words.date(first.week));
    args.set("compared", if card.usual_rate.is_some() { "yes" } else { "no" });
    args.set("usual", card.usual_rate.map(|rate| words.percent(rate)).unwrap_or_default());
    let text = words.say_with("chart-week-text", &args)?;
    let school: Vec<Option<f64>> = card.weeks.iter().map(|week| week.school_rate).collect();
    let top = ceiling(known.iter().copied().chain(school.iter().flatten().copied()).chain(card.usual_rate));
    let labels: Vec<String> = card.weeks.iter().map(|week| words.short_date(week.week)).collect();
    svg((360, 128), &words.say("chart-week-title"), &text, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(6)
            .margin_right(14)
            .x_label_area_size(16)
            .y_label_area_size(34)
            .build_cartesian_2d(-0.4..last_place(labels.len()) + 0.4, 0.0..top)?;
        axes(&mut chart, &labels, top, words)?;
        for run in runs(&school) {
            chart.draw_series(LineSeries::new(run, Ink::School.color()))?;
        }
        if let Some(usual) = card.usual_rate {
            let across = [(-0.4, usual), (last_place(labels.len()) + 0.4, usual)];
            chart.draw_series(LineSeries::new(across, Ink::Usual.color()))?;
        }
        for run in runs(&own) {
            chart.draw_series(LineSeries::new(run, Ink::Own.color()))?;
        }
        chart.draw_series(runs(&own).concat().into_iter().map(|point| Circle::new(point, 3, Ink::Own.color().filled())))?;
        Ok(())
    })
    .map(Some)
}

/// Pupils a level over the weeks, stacked. `None` without weeks.
pub fn levels(history: &[LevelWeek], words: &Words) -> Result<Option<String>, Fault> {
    let Some(last) = history.last() else {
        return Ok(None);
    };
    let mut args = FluentArgs::new();
    args.set("three", last.level_3);
    args.set("two", last.level_2);
    args.set("one", last.level_1);
    let text = words.say_with("chart-levels-text", &args)?;
    let labels: Vec<String> = history.iter().map(|week| words.short_date(week.as_of)).collect();
    let most = history.iter().map(|week| week.level_3 + week.level_2 + week.level_1).max().unwrap_or(0).max(4);
    let stacks: [(Ink, Vec<(f64, f64)>); 3] = [
        (Ink::Level3, history.iter().map(|week| (0.0, f64::from(week.level_3))).collect()),
        (Ink::Level2, history.iter().map(|week| (f64::from(week.level_3), f64::from(week.level_3 + week.level_2))).collect()),
        (
            Ink::Level1,
            history
                .iter()
                .map(|week| (f64::from(week.level_3 + week.level_2), f64::from(week.level_3 + week.level_2 + week.level_1)))
                .collect(),
        ),
    ];
    svg((360, 150), &words.say("chart-levels"), &text, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(6)
            .x_label_area_size(16)
            .y_label_area_size(28)
            .build_cartesian_2d(-0.6..last_place(labels.len()) + 0.6, 0.0..f64::from(most) * 1.05)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(5)
            .y_labels(4)
            .x_label_formatter(&|at| label_at(&labels, *at))
            .y_label_formatter(&|count| {
                if count.fract() == 0.0 { format!("{count:.0}") } else { String::new() }
            })
            .bold_line_style(Ink::Grid.color())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Grid.color())
            .label_style(("sans-serif", 11).into_font().color(&Ink::Text.color()))
            .draw()?;
        for (ink, bars) in &stacks {
            chart.draw_series(
                bars.iter()
                    .enumerate()
                    .filter(|(_, (low, high))| high > low)
                    .map(|(at, (low, high))| Rectangle::new([(place(at) - 0.36, *low), (place(at) + 0.36, *high)], ink.color().filled())),
            )?;
        }
        Ok(())
    })
    .map(Some)
}

/// Absence rate a grade level, as bars with the number of pupils under them. `None` without grades.
pub fn grades(grades: &[GradeAbsence], words: &Words) -> Result<Option<String>, Fault> {
    let Some(highest) = grades.iter().max_by(|a, b| a.absence_rate.total_cmp(&b.absence_rate)) else {
        return Ok(None);
    };
    let mut args = FluentArgs::new();
    args.set("grade", highest.grade_level);
    args.set("rate", words.percent(highest.absence_rate));
    let text = words.say_with("chart-grades-text", &args)?;
    let top = ceiling(grades.iter().map(|grade| grade.absence_rate));
    svg((360, 150), &words.say("chart-grades"), &text, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(6)
            .margin_top(16)
            .x_label_area_size(16)
            .build_cartesian_2d(-0.6..last_place(grades.len()) + 0.6, 0.0..top)?;
        chart.draw_series(grades.iter().enumerate().map(|(at, grade)| {
            Rectangle::new([(place(at) - 0.36, 0.0), (place(at) + 0.36, grade.absence_rate)], Ink::Bar.color().filled())
        }))?;
        let ink = Ink::Text.color();
        let style = TextStyle::from(("sans-serif", 11).into_font()).color(&ink);
        let above = style.pos(Pos::new(HPos::Center, VPos::Bottom));
        let below = style.pos(Pos::new(HPos::Center, VPos::Top));
        for (at, grade) in grades.iter().enumerate() {
            // Twelve bars leave no room for decimals.
            let whole = (grade.absence_rate * 100.0).round() / 100.0;
            let (x, y) = chart.backend_coord(&(place(at), grade.absence_rate));
            root.draw_text(&words.percent(whole), &above, (x, y - 2))?;
            let (x, y) = chart.backend_coord(&(place(at), 0.0));
            root.draw_text(&grade.grade_level.to_string(), &below, (x, y + 3))?;
        }
        Ok(())
    })
    .map(Some)
}

/// Absence of all schools over the year. `None` without weeks.
pub fn trend(weeks: &[WeekRate], words: &Words) -> Result<Option<String>, Fault> {
    let rates: Vec<f64> = weeks.iter().map(|week| week.absence_rate).collect();
    let Some(last) = rates.last() else {
        return Ok(None);
    };
    let text = words.say_with("chart-trend-text", &spread(words, &rates, *last))?;
    let labels: Vec<String> = weeks.iter().map(|week| words.short_date(week.week)).collect();
    let top = ceiling(rates.iter().copied());
    svg((480, 150), &words.say("trend"), &text, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(6)
            .margin_right(14)
            .x_label_area_size(16)
            .y_label_area_size(34)
            .build_cartesian_2d(-0.4..last_place(labels.len()) + 0.4, 0.0..top)?;
        axes(&mut chart, &labels, top, words)?;
        let points: Vec<Point> = rates.iter().enumerate().map(|(at, rate)| (place(at), *rate)).collect();
        chart.draw_series(LineSeries::new(points.clone(), Ink::Own.color()))?;
        chart.draw_series(points.into_iter().map(|point| Circle::new(point, 3, Ink::Own.color().filled())))?;
        Ok(())
    })
    .map(Some)
}

type Chart<'a, 'b> =
    ChartContext<'a, Sheet<'b>, Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>>;

/// Weeks along the foot, percent up the side.
fn axes(chart: &mut Chart<'_, '_>, labels: &[String], top: f64, words: &Words) -> Drawn {
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(6)
        .y_labels(if top > 0.7 { 3 } else { 4 })
        .x_label_formatter(&|at| label_at(labels, *at))
        .y_label_formatter(&|rate| words.percent(*rate))
        .bold_line_style(Ink::Grid.color())
        .light_line_style(TRANSPARENT)
        .axis_style(Ink::Grid.color())
        .label_style(("sans-serif", 11).into_font().color(&Ink::Text.color()))
        .draw()
}

/// The label of a whole place; between two there is none.
fn label_at(labels: &[String], at: f64) -> String {
    let nearest = at.round();
    if (at - nearest).abs() > 0.01 || nearest < 0.0 {
        return String::new();
    }
    labels.iter().enumerate().find(|(index, _)| (place(*index) - nearest).abs() < 0.5).map(|(_, label)| label.clone()).unwrap_or_default()
}

/// Stretches of a line without a gap in the records.
fn runs(rates: &[Option<f64>]) -> Vec<Vec<Point>> {
    let placed: Vec<Option<Point>> = rates.iter().enumerate().map(|(at, rate)| rate.map(|rate| (place(at), rate))).collect();
    placed.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>()).filter(|run| !run.is_empty()).collect()
}

fn place(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(u32::MAX))
}

fn last_place(count: usize) -> f64 {
    place(count.saturating_sub(1))
}

/// The top of a rate axis: the same few heights everywhere, so that charts compare.
fn ceiling(rates: impl Iterator<Item = f64>) -> f64 {
    let highest = rates.fold(0.0, f64::max);
    [0.1, 0.2, 0.4, 0.6, 1.0].into_iter().find(|top| highest <= *top).unwrap_or(1.0) * 1.02
}

fn spread<'a>(words: &Words, rates: &[f64], last: f64) -> FluentArgs<'a> {
    let mut args = FluentArgs::new();
    args.set("weeks", rates.len());
    args.set("low", words.percent(rates.iter().copied().fold(f64::INFINITY, f64::min)));
    args.set("high", words.percent(rates.iter().copied().fold(0.0, f64::max)));
    args.set("last", words.percent(last));
    args
}

/// Frames a drawing: size, role, title and text alternative.
pub fn svg(size: (u32, u32), title: &str, text: &str, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String, Fault> {
    let mut out = String::with_capacity(3 * 1024);
    let _ = write!(out, "<svg viewBox=\"0 0 {} {}\" role=\"img\"><title>", size.0, size.1);
    let _ = escape(&mut out, title);
    out.push_str("</title><desc>");
    let _ = escape(&mut out, text);
    out.push_str("</desc>");
    {
        let root = Sheet::new(&mut out, size).into_drawing_area();
        draw(&root).map_err(fault)?;
        root.present().map_err(fault)?;
    }
    out.push_str("</svg>");
    Ok(out)
}

fn fault(error: impl Display) -> Fault {
    Fault::Chart { cause: error.to_string() }
}
