//! A drawing backend for plotters that writes small SVG: class names instead of colours, whole
//! coordinates, neighbouring strokes joined into one path.
//!
//! plotters' own SVG backend writes fixed colours, which neither dark mode nor a black-and-white printer
//! can change, and no dashes. Here every colour is an [`Ink`], and the style sheet says what an ink looks like.

use std::convert::Infallible;
use std::fmt;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// What a stroke or shape stands for. The names are the classes in `templates/style.css`.
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
    /// The colour that carries this ink through plotters.
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

/// Where the strokes go.
pub struct Sheet<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// Ink and kind of the path that is still open.
    open: Option<(u8, bool)>,
}

impl<'a> Sheet<'a> {
    pub const fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self { out, size, open: None }
    }

    /// Opens a path of this ink, or goes on with the one that is open. Filled shapes and lines are apart.
    fn path(&mut self, color: BackendColor, fill: bool) -> bool {
        if color.alpha == 0.0 {
            return false;
        }
        let ink = color.rgb.0;
        if self.open != Some((ink, fill)) {
            self.close();
            self.out.push_str("<path class=\"");
            self.out.push_str(ALL.iter().find(|one| **one as u8 == ink).map_or("t", |ink| ink.class()));
            self.out.push_str(if fill { " f\" d=\"" } else { "\" d=\"" });
            self.open = Some((ink, fill));
        }
        true
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("\"/>");
        }
    }

    /// A command of a path and its numbers, with a space between two of them.
    fn put<const N: usize>(&mut self, command: &str, numbers: [i32; N]) {
        self.out.push_str(command);
        for (at, number) in numbers.into_iter().enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            self.number(number);
        }
    }

    /// A page has tens of thousands of these: digit by digit takes a fraction of what a formatter takes.
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
            self.put("M", [x, y]);
            self.out.push_str("h1v1h-1z");
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, (x0, y0): BackendCoord, (x1, y1): BackendCoord, style: &S) -> Drawn {
        if self.path(style.color(), false) {
            self.put("M", [x0, y0]);
            match (x0 == x1, y0 == y1) {
                // A dot: the round end of a line without length.
                (true, true) => self.out.push_str("h0"),
                (false, true) => self.put("H", [x1]),
                (true, false) => self.put("V", [y1]),
                _ => self.put("L", [x1, y1]),
            }
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, (x0, y0): BackendCoord, (x1, y1): BackendCoord, style: &S, fill: bool) -> Drawn {
        if self.path(style.color(), fill) {
            let (across, down) = (x1 - x0, y1 - y0);
            self.put("M", [x0, y0]);
            self.put("h", [across]);
            self.put("v", [down]);
            self.put("h", [-across]);
            self.out.push('z');
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let mut points = path.into_iter();
        let Some((x, y)) = points.next() else {
            return Ok(());
        };
        if self.path(style.color(), false) {
            self.put("M", [x, y]);
            // After the first L, further pairs are lines too.
            let mut letter = "L";
            for (x, y) in points {
                self.put(letter, [x, y]);
                letter = " ";
            }
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        let mut points = vert.into_iter();
        let Some((x, y)) = points.next() else {
            return Ok(());
        };
        if self.path(style.color(), true) {
            self.put("M", [x, y]);
            for (x, y) in points {
                self.put("L", [x, y]);
            }
            self.out.push('z');
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if self.path(style.color(), fill) {
            let radius = radius.cast_signed();
            // Once around, all but a hundredth of a unit at the top, which closing it fills: half as long as two halves.
            self.put("M", [x, y - radius]);
            self.put("a", [radius, radius]);
            self.out.push_str(" 0 1 0 .01 0z");
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
        // A baseline offset in whole units: half an x-height or a cap height of the 10-unit text.
        let y = y + match style.anchor().v_pos {
            VPos::Top => 9,
            VPos::Center => 4,
            VPos::Bottom => -2,
        };
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
        // The reader's own font draws the text, so a rough width does.
        Ok((u32::try_from(text.chars().count()).unwrap_or(0) * 6, 11))
    }
}

/// How the templates escape ([`escape`]).
#[derive(Clone, Copy)]
pub struct Markup;

impl askama::filters::Escaper for Markup {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        escape(&mut out, text)
    }
}

/// Writes text that is safe inside HTML and SVG, in attributes too when they are quoted with `"`.
///
/// # Errors
/// When `out` refuses to be written to; a `String` never does.
pub fn escape(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | b'"')) {
        let (quiet, loud) = rest.split_at(at);
        out.write_str(quiet)?;
        out.write_str(match loud.as_bytes().first() {
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'&') => "&amp;",
            _ => "&quot;",
        })?;
        // All four are one byte long.
        rest = loud.get(1..).unwrap_or_default();
    }
    out.write_str(rest)
}
