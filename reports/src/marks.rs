//! Mean marks of one pupil: one line per subject, with the marks by term and a small chart, and the pass mark as a vertical line
//! through all charts.

use std::collections::BTreeSet;

use plotters::prelude::*;

use crate::chart::{At, Size, inside, label};
use crate::error::Error;
use crate::ink::Ink;
use crate::list::SubjectMarks;
use crate::words::Words;

pub const WIDTH: u32 = 120;
pub const HEIGHT: u32 = 14;
/// Units at both ends: space for half of "10" in the largest text.
const SIDE: i32 = 10;

pub struct MarksView<'a> {
    pub terms: Vec<u8>,
    pub lines: Vec<Line<'a>>,
    /// The axis labels over the charts.
    pub head: String,
}

pub struct Line<'a> {
    pub subject: &'a str,
    /// One cell per term.
    pub cells: Vec<Option<Cell>>,
    pub slope: String,
}

pub struct Cell {
    pub mark: f64,
    /// Whether the mark is below the pass mark.
    pub low: bool,
}

/// The range of the axis: from one below the pass mark to ten, extended by marks outside of it.
struct Span {
    low: f64,
    high: f64,
    pass: Option<f64>,
}

impl<'a> MarksView<'a> {
    /// `None` without marks.
    pub fn new(marks: &'a [SubjectMarks], pass: Option<f64>, words: &Words) -> Result<Option<Self>, Error> {
        let terms: BTreeSet<u8> = marks.iter().flat_map(|subject| subject.by_term.iter().map(|(term, _)| *term)).collect();
        if terms.is_empty() {
            return Ok(None);
        }
        let all = || marks.iter().flat_map(|subject| subject.by_term.iter().map(|(_, mark)| *mark)).chain(pass.map(|pass| pass - 1.0));
        let span = Span { low: all().fold(f64::INFINITY, f64::min).floor(), high: all().fold(10.0, f64::max).ceil(), pass };
        let mut lines = Vec::with_capacity(marks.len());
        for subject in marks {
            let cells = terms
                .iter()
                .map(|term| {
                    let (_, mark) = subject.by_term.iter().find(|(of, _)| of == term)?;
                    Some(Cell { mark: *mark, low: pass.is_some_and(|pass| *mark < pass) })
                })
                .collect();
            lines.push(Line { subject: &subject.subject, cells, slope: span.slope(&subject.by_term)? });
        }
        Ok(Some(Self { terms: terms.into_iter().collect(), lines, head: span.head(words)? }))
    }
}

impl Span {
    #[expect(clippy::cast_possible_truncation, reason = "a mark within the scale, some hundred units at most")]
    fn x(&self, mark: f64) -> i32 {
        SIDE + ((mark - self.low) / (self.high - self.low).max(1.0) * f64::from(WIDTH.cast_signed() - 2 * SIDE)).round() as i32
    }

    fn head(&self, words: &Words) -> Result<String, Error> {
        inside(Size(WIDTH, HEIGHT), |root| {
            for mark in [Some(self.low), self.pass, Some(self.high)].into_iter().flatten() {
                label(root, &words.number(mark), (self.x(mark), 11), At::Middle)?;
            }
            Ok(())
        })
    }

    /// Earlier terms are rings, the latest is a full dot.
    fn slope(&self, by_term: &[(u8, f64)]) -> Result<String, Error> {
        let middle = HEIGHT.cast_signed() / 2;
        inside(Size(WIDTH, HEIGHT), |root| {
            root.draw(&PathElement::new([(SIDE, middle), (WIDTH.cast_signed() - SIDE, middle)], Ink::Grid.color()))?;
            if let Some(pass) = self.pass {
                root.draw(&PathElement::new([(self.x(pass), 0), (self.x(pass), HEIGHT.cast_signed())], Ink::Pass.color()))?;
            }
            let points: Vec<i32> = by_term.iter().map(|(_, mark)| self.x(*mark)).collect();
            if let (Some(first), Some(last)) = (points.first(), points.last()) {
                root.draw(&PathElement::new([(*first, middle), (*last, middle)], Ink::Own.color()))?;
                for point in points.iter().take(points.len() - 1) {
                    root.draw(&Circle::new((*point, middle), 3, Ink::Down.color().filled()))?;
                }
                root.draw(&Circle::new((*last, middle), 4, Ink::Own.color().filled()))?;
            }
            Ok(())
        })
    }
}
