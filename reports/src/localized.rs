//! Functions and filters of the templates: `say("id")`, `message("id").with("arg", …)`, `code|word("kind")`, `|date`, `|month`,
//! `|percent`, `|points`, `|number`, `|level_word`, `|exact`, `|last_part` and `|css`.

use std::fmt;

use askama::{FastWritable, Template, Values};
use fluent_bundle::{FluentArgs, FluentValue};

use crate::error::Error;
use crate::words::Words;

/// A page in one language.
pub trait Localized: Template {
    fn words(&self) -> &Words;

    /// A message without arguments, or the id where it is missing; a test checks that the templates use no missing id.
    fn say<'a>(&'a self, id: &'a str) -> &'a str {
        self.words().get(id).unwrap_or(id)
    }

    /// A message with arguments.
    fn message<'a>(&'a self, id: &'a str) -> Message<'a> {
        Message { words: self.words(), id, args: FluentArgs::new() }
    }

    /// Renders the page.
    fn page(&self, template: &str, capacity: usize) -> Result<String, Error> {
        let mut html = String::with_capacity(capacity);
        self.render_into_with_values(&mut html, self.words()).map_err(|error| page_error(template, error))?;
        Ok(html)
    }
}

/// A message with its arguments so far.
pub struct Message<'a> {
    words: &'a Words,
    id: &'a str,
    args: FluentArgs<'a>,
}

impl Message<'_> {
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.args.set(name, value.argument());
        self
    }
}

impl FastWritable for Message<'_> {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        let text = self.words.say_with(self.id, &self.args).map_err(askama::Error::custom)?;
        Ok(to.write_str(&text)?)
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.words.say_with(self.id, &self.args).map_err(|_| fmt::Error)?)
    }
}

/// An argument of a message. Numbers stay numbers, because plural forms depend on them.
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

/// An error without values of the page, because they may be names.
fn page_error(template: &str, error: askama::Error) -> Error {
    let cause = if let askama::Error::Custom(cause) = error { cause.downcast::<Error>().ok() } else { None };
    cause.map_or_else(|| Error::Template { template: template.to_owned(), cause: "cannot be rendered".to_owned() }, |cause| *cause)
}

/// Passes the words of the page to its filters.
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

    /// A number for the script of the page: all digits, with a decimal point in every language.
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

/// Escapes a text for a quoted string in a style sheet.
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
