//! Pupils by level before and after, for pairs of consecutive lists: a chart of the last pair, and numbers for earlier ones.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fluent_bundle::FluentArgs;
use plotters::prelude::*;

use crate::chart::{At, Size, label, svg};
use crate::error::Error;
use crate::ink::Ink;
use crate::list::LevelFlow;
use crate::words::Words;

/// Pairs of lists shown as numbers.
const MOST_PAIRS: usize = 6;
/// Most urgent on top; 0 is without a level.
const LEVELS: [u8; 4] = [3, 2, 1, 0];
const LEFT: i32 = 116;
const RIGHT: i32 = 264;
const HEIGHT: i32 = 132;
const GAP: i32 = 10;

pub struct FlowView {
    pub chart: String,
    /// Newest first.
    pub pairs: Vec<Pair>,
}

/// One pair of lists in numbers of pupils.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pair {
    pub as_of: NaiveDate,
    pub came: u32,
    pub up: u32,
    pub same: u32,
    pub down: u32,
    pub left: u32,
}

/// `None` without a pair of lists.
pub fn view(flows: &[LevelFlow], words: &Words) -> Result<Option<FlowView>, Error> {
    let mut by_list: BTreeMap<NaiveDate, Vec<LevelFlow>> = BTreeMap::new();
    for flow in flows.iter().filter(|flow| flow.pupils > 0 && (flow.from, flow.to) != (0, 0)) {
        by_list.entry(flow.as_of).or_default().push(*flow);
    }
    let Some((_, last)) = by_list.last_key_value() else {
        return Ok(None);
    };
    let pairs: Vec<Pair> = by_list.iter().rev().take(MOST_PAIRS).map(|(as_of, flows)| Pair::new(*as_of, flows)).collect();
    Ok(Some(FlowView { chart: chart(last, &pairs, words)?, pairs }))
}

impl Pair {
    fn new(as_of: NaiveDate, flows: &[LevelFlow]) -> Self {
        let mut pair = Self { as_of, ..Self::default() };
        for flow in flows {
            let count = match (flow.from, flow.to) {
                (0, _) => &mut pair.came,
                (_, 0) => &mut pair.left,
                (from, to) if to > from => &mut pair.up,
                (from, to) if to < from => &mut pair.down,
                _ => &mut pair.same,
            };
            *count += flow.pupils;
        }
        pair
    }
}

/// Boxes of one side, top to bottom: level, pupils, top, foot.
fn boxes(flows: &[LevelFlow], of: impl Fn(&LevelFlow) -> u8, scale: f64) -> Vec<(u8, u32, i32, i32)> {
    let mut y = 2;
    let mut all = Vec::new();
    for level in LEVELS {
        let pupils: u32 = flows.iter().filter(|flow| of(flow) == level).map(|flow| flow.pupils).sum();
        if pupils > 0 {
            let foot = y + thickness(pupils, scale);
            all.push((level, pupils, y, foot));
            y = foot + GAP;
        }
    }
    all
}

#[expect(clippy::cast_possible_truncation, reason = "within the height of the chart")]
fn thickness(pupils: u32, scale: f64) -> i32 {
    (f64::from(pupils) * scale).round().max(1.0) as i32
}

fn chart(flows: &[LevelFlow], pairs: &[Pair], words: &Words) -> Result<String, Error> {
    let total: u32 = flows.iter().map(|flow| flow.pupils).sum();
    let scale = f64::from(HEIGHT - 3 * GAP - 4) / f64::from(total.max(1));
    let (before, now) = (boxes(flows, |flow| flow.from, scale), boxes(flows, |flow| flow.to, scale));
    let mut args = FluentArgs::new();
    if let Some(last) = pairs.first() {
        for (name, count) in [("came", last.came), ("up", last.up), ("same", last.same), ("down", last.down), ("left", last.left)] {
            args.set(name, count);
        }
    }
    let text = words.say_with("chart-flow-text", &args)?;
    svg(Size(380, HEIGHT.cast_unsigned()), words.get("chart-flow"), &text, |root| {
        let top = |boxes: &[(u8, u32, i32, i32)], level: u8| boxes.iter().find(|of| of.0 == level).map_or(0, |of| of.2);
        let mut starts: BTreeMap<u8, i32> = LEVELS.into_iter().map(|level| (level, top(&before, level))).collect();
        let mut ends: BTreeMap<u8, i32> = LEVELS.into_iter().map(|level| (level, top(&now, level))).collect();
        let mut bands = Vec::new();
        for from in LEVELS {
            for to in LEVELS {
                let pupils: u32 = flows.iter().filter(|flow| (flow.from, flow.to) == (from, to)).map(|flow| flow.pupils).sum();
                if let (1.., Some(start), Some(end)) = (pupils, starts.get_mut(&from), ends.get_mut(&to)) {
                    let thick = thickness(pupils, scale);
                    bands.push((from.cmp(&to), *start, *end, thick));
                    *start += thick;
                    *end += thick;
                }
            }
        }
        // Drawn from back to front: unchanged levels, less urgent ones, more urgent ones.
        for (order, ink) in
            [(std::cmp::Ordering::Equal, Ink::Same), (std::cmp::Ordering::Greater, Ink::Down), (std::cmp::Ordering::Less, Ink::Up)]
        {
            for (_, start, end, thick) in bands.iter().filter(|band| band.0 == order) {
                let corners = [(LEFT + 8, *start), (RIGHT - 8, *end), (RIGHT - 8, end + thick), (LEFT + 8, start + thick)];
                root.draw(&Polygon::new(corners, ink.color().filled()))?;
            }
        }
        for (boxes, left, at, x) in [(&before, LEFT, At::Right, LEFT - 5), (&now, RIGHT - 6, At::Left, RIGHT + 5)] {
            for (level, pupils, top, foot) in boxes {
                root.draw(&Rectangle::new([(left, *top), (left + 6, *foot)], Ink::Own.color().filled()))?;
                let name = if *level == 0 { words.level(0) } else { format!("{level} {}", words.level(*level)) };
                label(root, &format!("{name}: {pupils}"), (x, i32::midpoint(*top, *foot) + 4), at)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_who_left_and_who_moved() {
        let flow = |from, to, pupils| LevelFlow { from, to, pupils, ..LevelFlow::default() };
        let pair = Pair::new(NaiveDate::default(), &[flow(0, 2, 4), flow(1, 3, 2), flow(2, 2, 5), flow(3, 1, 1), flow(1, 0, 3)]);
        assert_eq!((pair.came, pair.up, pair.same, pair.down, pair.left), (4, 2, 5, 1, 3));
    }
}
