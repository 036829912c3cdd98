//! Absence over the year for coordinators: a chart of all schools, and small charts by municipality at the same scale, with the line
//! of all schools behind.

use az::UnwrappedAs;
use chrono::NaiveDate;
use plotters::prelude::*;

use crate::chart::{Area, Drawn, Scale, Size, spread, svg};
use crate::error::Error;
use crate::ink::Ink;
use crate::overview::{MunicipalityTrend, WeekRate};
use crate::words::Words;
use crate::year::{LEFT, STEP, Year};

/// The small chart of one municipality.
pub struct Multiple<'a> {
    pub name: &'a str,
    pub last: f64,
    pub chart: String,
}

/// Absence of all schools over the year. `None` without weeks.
pub fn all(weeks: &[WeekRate], words: &Words) -> Result<Option<String>, Error> {
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else {
        return Ok(None);
    };
    let year = Year::new(first.week, last.week);
    let scale = Scale::new(weeks.iter().map(|week| week.absence_rate), 112, 104);
    svg(Size(year.width(), 128), words.get("trend"), &text(weeks, words)?, |root| {
        let (left, right) = year.span();
        scale.draw(root, left, right, words)?;
        let points = points(weeks, |week| Some(Year::x(year.column(week)?) + STEP / 2), &scale);
        root.draw(&PathElement::new(points.clone(), Ink::Own.color()))?;
        for point in points {
            root.draw(&Circle::new(point, 2, Ink::Own.color().filled()))?;
        }
        year.months(root, 125, words)
    })
    .map(Some)
}

/// One small chart per municipality, in the given order.
pub fn multiples<'a>(trends: &'a [MunicipalityTrend], overall: &[WeekRate], words: &Words) -> Result<Vec<Multiple<'a>>, Error> {
    let rates = trends.iter().flat_map(|trend| &trend.weeks).chain(overall).map(|week| week.absence_rate);
    let scale = Scale::new(rates, 60, 52);
    let ends = || trends.iter().flat_map(|trend| &trend.weeks).chain(overall).map(|week| week.week);
    let (Some(first), Some(last)) = (ends().min(), ends().max()) else {
        return Ok(Vec::new());
    };
    let days = (last - first).num_days().max(7);
    let place = |week: NaiveDate| Some(((week - first).num_days() * 158 / days).unwrapped_as::<i32>() + LEFT);
    let mut all = Vec::with_capacity(trends.len());
    for trend in trends {
        let Some(latest) = trend.weeks.last() else { continue };
        let chart = svg(Size(202, 66), Some(&trend.municipality), &text(&trend.weeks, words)?, |root: &Area<'_>| -> Drawn {
            scale.draw(root, LEFT, LEFT + 160, words)?;
            root.draw(&PathElement::new(points(overall, place, &scale), Ink::School.color()))?;
            root.draw(&PathElement::new(points(&trend.weeks, place, &scale), Ink::Own.color()))
        })?;
        all.push(Multiple { name: &trend.municipality, last: latest.absence_rate, chart });
    }
    Ok(all)
}

fn points(weeks: &[WeekRate], place: impl Fn(NaiveDate) -> Option<i32>, scale: &Scale) -> Vec<(i32, i32)> {
    weeks.iter().filter_map(|week| Some((place(week.week)?, scale.y(week.absence_rate)))).collect()
}

fn text(weeks: &[WeekRate], words: &Words) -> Result<String, Error> {
    let rates: Vec<f64> = weeks.iter().map(|week| week.absence_rate).collect();
    words.say_with("chart-trend-text", &spread(words, &rates, rates.last().copied().unwrap_or_default()))
}
