//! Charts of a school: levels by week, absence by grade level.

use az::UnwrappedAs;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::chart::{Size, svg};
use crate::error::Error;
use crate::ink::Ink;
use crate::list::{GradeAbsence, LevelWeek};
use crate::words::Words;

/// Stacked bars of the pupils at each level by week. `None` without weeks.
pub fn levels(history: &[LevelWeek], words: &Words) -> Result<Option<String>, Error> {
    let Some(last) = history.last() else {
        return Ok(None);
    };
    let counts = [("three", last.level_3.into()), ("two", last.level_2.into()), ("one", last.level_1.into())];
    let text = words.sentence("chart-levels-text", counts)?;
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
    svg(Size(360, 150), words.get("chart-levels"), &text, |root| {
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
            .label_style(("sans-serif", 10).into_font().color(&Ink::Text.color()))
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

/// Bars of the absence rate by grade level. `None` without grades.
pub fn grades(grades: &[GradeAbsence], words: &Words) -> Result<Option<String>, Error> {
    let Some(highest) = grades.iter().max_by(|a, b| a.absence_rate.total_cmp(&b.absence_rate)) else {
        return Ok(None);
    };
    let highest_rate = words.percent(highest.absence_rate);
    let text = words.sentence("chart-grades-text", [("grade", highest.grade_level.into()), ("rate", highest_rate.into())])?;
    let top = grades.iter().map(|grade| grade.absence_rate).fold(0.1, f64::max) * 1.02;
    svg(Size(360, 150), words.get("chart-grades"), &text, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(6)
            .margin_top(16)
            .x_label_area_size(16)
            .build_cartesian_2d(-0.6..last_place(grades.len()) + 0.6, 0.0..top)?;
        chart.draw_series(grades.iter().enumerate().map(|(at, grade)| {
            Rectangle::new([(place(at) - 0.36, 0.0), (place(at) + 0.36, grade.absence_rate)], Ink::Bar.color().filled())
        }))?;
        let ink = Ink::Text.color();
        let style = TextStyle::from(("sans-serif", 10).into_font()).color(&ink);
        let above = style.pos(Pos::new(HPos::Center, VPos::Bottom));
        let below = style.pos(Pos::new(HPos::Center, VPos::Top));
        for (at, grade) in grades.iter().enumerate() {
            // Whole percents, because twelve bars leave no space for decimals.
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

/// The label at an integer position; empty between two of them.
fn label_at(labels: &[String], at: f64) -> String {
    let nearest = at.round();
    if (at - nearest).abs() > 0.01 || nearest < 0.0 {
        return String::new();
    }
    labels.iter().enumerate().find(|(index, _)| (place(*index) - nearest).abs() < 0.5).map(|(_, label)| label.clone()).unwrap_or_default()
}

fn place(index: usize) -> f64 {
    f64::from(index.unwrapped_as::<u32>())
}

fn last_place(count: usize) -> f64 {
    place(count.saturating_sub(1))
}
