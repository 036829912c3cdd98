//! What the templates say things with: `say("id")`, `tell("id").with("arg", …)`, and the filters `code|word("kind")`, `|date`,
//! `|month`, `|percent`, `|points`, `|number`, `|level_word`, `|exact`, `|last_part` and `|css`.

use std::fmt;

use askama::{Error, FastWritable, Template, Values};
use fluent_bundle::{FluentArgs, FluentValue};

use crate::error::Error;
use crate::words::Words;

/// A page that speaks.
pub trait Voice: Template {
    fn words(&self) -> &Words;

    /// A message without arguments. A test looks that the templates ask for none that is not there.
    fn say<'a>(&'a self, id: &'a str) -> &'a str {
        self.words().get(id).unwrap_or(id)
    }

    /// A message with arguments.
    fn tell<'a>(&'a self, id: &'a str) -> Telling<'a> {
        Telling { words: self.words(), id, args: FluentArgs::new() }
    }

    /// The whole page.
    fn page(&self, template: &str, room: usize) -> Result<String, Error> {
        let mut html = String::with_capacity(room);
        self.render_into_with_values(&mut html, self.words()).map_err(|error| fault(template, error))?;
        Ok(html)
    }
}

/// A message, while its arguments are gathered.
pub struct Telling<'a> {
    words: &'a Words,
    id: &'a str,
    args: FluentArgs<'a>,
}

impl Telling<'_> {
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.args.set(name, value.argument());
        self
    }
}

impl FastWritable for Telling<'_> {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        let text = self.words.say_with(self.id, &self.args).map_err(Error::custom)?;
        Ok(to.write_str(&text)?)
    }
}

impl fmt::Display for Telling<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.words.say_with(self.id, &self.args).map_err(|_| fmt::Error)?)
    }
}

/// A value of a page as an argument of a message: numbers stay numbers, for plurals.
pub trait Argument {
    fn argument(&self) -> FluentValue<'static>;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn argument(&self) -> FluentValue<'static> {
        T::argument(self)
    }
}

impl Argument for str {
    fn argument(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Argument for String {
    fn argument(&self) -> FluentValue<'static> {
        self.as_str().argument()
    }
}

impl Argument for std::borrow::Cow<'_, str> {
    fn argument(&self) -> FluentValue<'static> {
        self.as_ref().argument()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Argument for $number {
            fn argument(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        })*
    };
}
numbers!(u8, u32, i64, usize, f64);

/// Never what a value holds: values hold names.
fn fault(template: &str, error: Error) -> Error {
    let told = if let Error::Custom(cause) = error { cause.downcast::<Error>().ok() } else { None };
    told.map_or_else(|| Error::Template { template: template.to_owned(), cause: "cannot be written".to_owned() }, |fault| *fault)
}

/// The words of the page that is being written, where its filters find them.
impl Values for Words {
    fn get_value<'a>(&'a self, _: &str) -> Option<&'a dyn std::any::Any> {
        Some(self)
    }
}

#[expect(clippy::inline_always, clippy::unused_self, clippy::unnecessary_wraps, reason = "what `filter_fn` makes of a function")]
pub mod filters {
    use std::borrow::{Borrow, Cow};

    use askama::filters::Safe;
    use askama::{Result, Values, filter_fn};
    use chrono::NaiveDate;

    use crate::words::Words;

    fn words(values: &dyn Values) -> Result<&Words> {
        askama::get_value(values, "words")
    }

    #[filter_fn]
    pub fn word<'a, T: AsRef<str> + ?Sized>(code: &'a T, values: &'a dyn Values, kind: &'a str) -> Result<Cow<'a, str>> {
        Ok(words(values)?.word(kind, code.as_ref()))
    }

    #[filter_fn]
    pub fn level_word<T: Borrow<u8>>(level: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.level(*level.borrow()))
    }

    #[filter_fn]
    pub fn date<T: Borrow<NaiveDate>>(day: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.date(*day.borrow()))
    }

    #[filter_fn]
    pub fn month<T: Borrow<NaiveDate>>(day: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.month_of(*day.borrow()))
    }

    #[filter_fn]
    pub fn percent<T: Borrow<f64>>(rate: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.percent(*rate.borrow()))
    }

    #[filter_fn]
    pub fn points<T: Borrow<f64>>(change: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.points(*change.borrow()))
    }

    #[filter_fn]
    pub fn number<T: Borrow<f64>>(value: &T, values: &dyn Values) -> Result<String> {
        Ok(words(values)?.number(*value.borrow()))
    }

    /// A number for the page's script: every digit, a point in every language.
    #[filter_fn]
    pub fn exact<T: Borrow<f64>>(value: &T, _: &dyn Values) -> Result<String> {
        let mut text = value.borrow().to_string();
        if !text.contains('.') {
            text.push_str(".0");
        }
        Ok(text)
    }

    #[filter_fn]
    pub fn last_part<T: AsRef<str>>(path: &T, _: &dyn Values) -> Result<String> {
        let path = path.as_ref();
        Ok(path.rsplit('/').next().unwrap_or(path).to_owned())
    }

    #[filter_fn]
    pub fn css<T: AsRef<str>>(text: T, _: &dyn Values) -> Result<Safe<String>> {
        Ok(Safe(super::css(text.as_ref())))
    }
}

/// Text that stays text between the quotes of a style sheet: everything but plain letters and digits goes by its number.
fn css(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || matches!(letter, ' ' | '.' | ',' | ':' | ';' | '-' | '·' | '(' | ')') {
            safe.push(letter);
        } else {
            safe.push_str(&format!("\\{:x} ", u32::from(letter)));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_the_quotes_of_a_style_sheet() {
        assert_eq!(css("Ë\"}</style>\\"), "Ë\\22 \\7d \\3c \\2f style\\3e \\5c ");
    }
}
