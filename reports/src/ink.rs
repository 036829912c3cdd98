//! A plotters backend that writes compact SVG: class names instead of colours, integer coordinates, and consecutive strokes of one class
//! in one path.
//!
//! The SVG backend of plotters writes fixed colours, which dark mode and black-and-white printing cannot change, and no dashes. Here each
//! colour is an [`Ink`], and the style sheet defines how an ink looks.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;

use az::UnwrappedAs;
use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// The meaning of a stroke or shape; each has a class in `templates/style.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Grid = 1,
    Text,
    Own,
    Usual,
    School,
    Level3,
    Level2,
    Level1,
    Bar,
    Absent,
    Excused,
    Late,
    Present,
    Missing,
    Disrupted,
    Band,
    Pass,
    Up,
    Down,
    Same,
}

const ALL: [Ink; 20] = [
    Ink::Grid,
    Ink::Text,
    Ink::Own,
    Ink::Usual,
    Ink::School,
    Ink::Level3,
    Ink::Level2,
    Ink::Level1,
    Ink::Bar,
    Ink::Absent,
    Ink::Excused,
    Ink::Late,
    Ink::Present,
    Ink::Missing,
    Ink::Disrupted,
    Ink::Band,
    Ink::Pass,
    Ink::Up,
    Ink::Down,
    Ink::Same,
];

impl Ink {
    /// The colour that encodes this ink for plotters.
    pub const fn color(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Grid => "g",
            Self::Text => "t",
            Self::Own => "o",
            Self::Usual => "u",
            Self::School => "s",
            Self::Level3 => "l3",
            Self::Level2 => "l2",
            Self::Level1 => "l1",
            Self::Bar => "b",
            Self::Absent => "da",
            Self::Excused => "de",
            Self::Late => "dl",
            Self::Present => "dp",
            Self::Missing => "dm",
            Self::Disrupted => "dx",
            Self::Band => "bd",
            Self::Pass => "ps",
            Self::Up => "up",
            Self::Down => "dn",
            Self::Same => "sm",
        }
    }
}

/// The largest font size of a chart in units; the style sheet uses it on narrow screens.
const LARGEST: u32 = 12;

/// Left, top, right and bottom edge in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges(pub i32, pub i32, pub i32, pub i32);

/// An upper limit of the width of a text in units, at the largest size and in any font that a reader may have.
fn max_width(text: &str) -> i32 {
    let hundredths: u32 = text
        .chars()
        .map(|letter| match letter {
            ' ' | '.' | ',' | ':' | ';' | '-' | 'i' | 'j' | 'l' | 'f' | 't' | 'r' | '\u{a0}' | '\u{202f}' => 43,
            '0'..='9' => 64,
            'm' | 'w' | 'M' | 'W' | '%' => 100,
            'A'..='Z' => 80,
            'a'..='z' | 'ë' | 'ç' => 64,
            _ => 100,
        })
        .sum();
    (hundredths * LARGEST).div_ceil(100).unwrapped_as::<i32>()
}

/// The backend: writes SVG elements into a string.
pub struct Sheet<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// The bounding box of the texts, where it is measured.
    reach: Option<&'a Cell<Edges>>,
    /// Ink of the open path, and whether it is filled.
    open: Option<(u8, bool)>,
    /// Current point of the open path. Relative coordinates are written, because they are shorter.
    pen: Option<BackendCoord>,
}

impl<'a> Sheet<'a> {
    pub const fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self { out, size, reach: None, open: None, pen: None }
    }

    /// Extends `reach` by every text that is drawn.
    pub const fn measured(self, reach: &'a Cell<Edges>) -> Self {
        Self { reach: Some(reach), ..self }
    }

    /// Opens a path, or continues the open one where ink and kind are the same. Returns false for a transparent colour.
    fn path(&mut self, color: BackendColor, fill: bool) -> bool {
        if color.alpha == 0.0 {
            return false;
        }
        let ink = color.rgb.0;
        if self.open != Some((ink, fill)) {
            self.close();
            self.out.push_str("<path class=\"");
            self.out.push_str(ALL.iter().find(|known| **known as u8 == ink).map_or("t", |ink| ink.class()));
            self.out.push_str(if fill { " f\" d=\"" } else { "\" d=\"" });
            self.open = Some((ink, fill));
            self.pen = None;
        }
        true
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("\"/>");
        }
    }

    /// Moves to a point without drawing.
    fn start(&mut self, (x, y): BackendCoord) {
        match self.pen {
            None => self.put("M", [x, y]),
            Some((from, down)) => self.put("m", [x - from, y - down]),
        }
        self.pen = Some((x, y));
    }

    /// Draws a polyline; returns its first point.
    fn through(&mut self, points: impl IntoIterator<Item = BackendCoord>) -> Option<BackendCoord> {
        let mut points = points.into_iter();
        let first = points.next()?;
        self.start(first);
        let (mut at, mut slanted) = (first, false);
        for to in points {
            let (across, down) = (to.0 - at.0, to.1 - at.1);
            match (across, down) {
                // A line of length 0 shows as a dot, because of its round ends.
                (_, 0) => self.put("h", [across]),
                (0, _) => self.put("v", [down]),
                // After `l`, further pairs of numbers are lines too.
                _ if slanted && across < 0 => self.put("", [across, down]),
                _ if slanted => self.put(" ", [across, down]),
                _ => self.put("l", [across, down]),
            }
            slanted = across != 0 && down != 0;
            at = to;
        }
        self.pen = Some(at);
        Some(first)
    }

    /// Closes a shape; the current point is its first one again.
    fn close_shape(&mut self, first: Option<BackendCoord>) {
        self.out.push('z');
        self.pen = first;
    }

    /// Writes a command and its numbers, separated by a space where there is no minus sign.
    fn put<const N: usize>(&mut self, command: &str, numbers: [i32; N]) {
        self.out.push_str(command);
        for (at, number) in numbers.into_iter().enumerate() {
            if at > 0 && number >= 0 {
                self.out.push(' ');
            }
            self.number(number);
        }
    }

    /// Writes a number without the formatter, which is much slower, because a page has tens of thousands of them.
    fn number(&mut self, number: i32) {
        if number < 0 {
            self.out.push('-');
        }
        self.digits(number.unsigned_abs());
    }

    fn digits(&mut self, number: u32) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.out.push(char::from_digit(number % 10, 10).unwrap_or_default());
    }
}

impl DrawingBackend for Sheet<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        if self.path(color, true) {
            let first = self.through([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]);
            self.close_shape(first);
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, (x0, y0): BackendCoord, (x1, y1): BackendCoord, style: &S, fill: bool) -> Drawn {
        if self.path(style.color(), fill) {
            let first = self.through([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
            self.close_shape(first);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let mut points = path.into_iter().peekable();
        if points.peek().is_some() && self.path(style.color(), false) {
            self.through(points);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        let mut points = vert.into_iter().peekable();
        if points.peek().is_some() && self.path(style.color(), true) {
            let first = self.through(points);
            self.close_shape(first);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if self.path(style.color(), fill) {
            let radius = radius.cast_signed();
            let top = (x, y - radius);
            // One arc that ends 0.01 units beside its start; closing the path completes the circle. Two arcs would be longer.
            self.start(top);
            self.put("a", [radius, radius]);
            self.out.push_str(" 0 1 0 .01 0");
            self.close_shape(Some(top));
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        self.close();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " class=\"m\"",
            HPos::Right => " class=\"e\"",
        };
        // The offset of the baseline in whole units, for text of 10 units.
        let y = y + match style.anchor().v_pos {
            VPos::Top => 9,
            VPos::Center => 4,
            VPos::Bottom => -2,
        };
        if let Some(reach) = self.reach {
            let (width, Edges(left, top, right, foot)) = (max_width(text), reach.get());
            let from = match style.anchor().h_pos {
                HPos::Left => x,
                HPos::Center => x - width / 2 - 1,
                HPos::Right => x - width,
            };
            // Above the baseline an accented capital, below it a descender.
            reach.set(Edges(left.min(from), top.min(y - 11), right.max(from + width + 1), foot.max(y + 3)));
        }
        self.put("<text x=\"", [x]);
        self.put("\" y=\"", [y]);
        self.out.push('"');
        self.out.push_str(anchor);
        self.out.push('>');
        let _ = escape(self.out, text);
        self.out.push_str("</text>");
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, _: &S) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        // An estimate, because the font of the reader is unknown.
        Ok((text.chars().count().unwrapped_as::<u32>() * 6, 11))
    }
}

/// The escaper of the templates ([`escape`]).
#[derive(Clone, Copy)]
pub struct Markup;

impl askama::filters::Escaper for Markup {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        escape(&mut out, text)
    }
}

/// Escapes a text for HTML and SVG, and for attributes quoted with `"`.
///
/// # Errors
/// When writing to `out` fails; a `String` never fails.
pub fn escape(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"')) {
        let (plain, special) = rest.split_at(at);
        out.write_str(plain)?;
        out.write_str(match special.as_bytes().first() {
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'&') => "&amp;",
            _ => "&quot;",
        })?;
        // All four are one byte long.
        rest = special.get(1..).unwrap_or_default();
    }
    out.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_relative() {
        let mut out = String::new();
        let mut sheet = Sheet::new(&mut out, (50, 50));
        let ink = Ink::Present.color();
        // A dot, a dot beside it, and a line that goes level, slants twice and falls.
        sheet.draw_path([(5, 5), (5, 5)], &ink).unwrap();
        sheet.draw_line((16, 5), (16, 5), &ink).unwrap();
        sheet.draw_path([(2, 9), (4, 9), (5, 8), (4, 10), (4, 12)], &ink).unwrap();
        sheet.present().unwrap();
        assert_eq!(out, "<path class=\"dp\" d=\"M5 5h0m11 0h0m-14 4h2l1-1-1 2v2\"/>");
    }

    #[test]
    fn a_closed_shape_ends_at_its_first_point() {
        let mut out = String::new();
        let mut sheet = Sheet::new(&mut out, (50, 50));
        let ink = Ink::Own.color();
        sheet.draw_rect((1, 1), (9, 4), &ink, true).unwrap();
        sheet.fill_polygon([(12, 9), (20, 9), (20, 1)], &ink).unwrap();
        sheet.draw_circle((30, 10), 4, &ink, true).unwrap();
        sheet.draw_pixel((1, 1), BackendColor { alpha: 0.0, rgb: (3, 0, 0) }).unwrap();
        sheet.present().unwrap();
        assert_eq!(out, "<path class=\"o f\" d=\"M1 1h8v3h-8zm11 8h8v-8zm18-3a4 4 0 1 0 .01 0z\"/>");
    }
}
