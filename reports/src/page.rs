//! Pages: templates and words, compiled once, shared by every thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::value::{Kwargs, Rest, Serde, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;
use crate::list::{Edition, Language, PlacePage};
use crate::overview::{Index, Overview};
use crate::review::ReviewPair;
use crate::view::ListView;
use crate::view_index::IndexView;
use crate::view_overview::OverviewView;
use crate::words::Words;
use crate::{review, table, workbook};

/// The one script of a page, inline. The page's policy names its hash: nothing else runs there.
const SCRIPT: &str = include_str!("../templates/list.js");

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("../templates/base.html")),
    ("style.css", include_str!("../templates/style.css")),
    ("print.css", include_str!("../templates/print.css")),
    ("parts.html", include_str!("../templates/parts.html")),
    ("card.html", include_str!("../templates/card.html")),
    ("sections.html", include_str!("../templates/sections.html")),
    ("list.html", include_str!("../templates/list.html")),
    ("overview.html", include_str!("../templates/overview.html")),
    ("index.html", include_str!("../templates/index.html")),
];

/// Makes every page, workbook and table, in both languages. Build one a run; share it by reference.
pub struct Renderer {
    sq: Tongue,
    en: Tongue,
}

/// Words and templates of one language.
struct Tongue {
    words: Arc<Words>,
    templates: Environment<'static>,
}

impl Renderer {
    /// Reads words and templates.
    ///
    /// # Errors
    /// [`Fault::Words`] or [`Fault::Template`] when one of them does not parse.
    pub fn new() -> Result<Self, Fault> {
        Ok(Self { sq: Tongue::new(Language::Sq)?, en: Tongue::new(Language::En)? })
    }

    /// The words of a language.
    #[must_use]
    pub fn words(&self, language: Language) -> &Words {
        &self.tongue(language).words
    }

    /// `list.html` of one school or centre: one self-contained page, with names.
    ///
    /// # Errors
    /// [`Fault::Template`], [`Fault::Words`] or [`Fault::Chart`]; all of them are mistakes of this crate.
    pub fn list_html(&self, page: &PlacePage, edition: &Edition) -> Result<String, Fault> {
        let tongue = self.tongue(edition.language);
        tongue.render("list.html", &ListView::new(page, edition, &tongue.words)?)
    }

    /// `list.xlsx`: the same rows, with columns to fill that come back as `contacts`.
    ///
    /// # Errors
    /// [`Fault::Workbook`].
    pub fn list_xlsx(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Fault> {
        workbook::list_xlsx(page, edition, self.words(edition.language))
    }

    /// The workbook in which a person decides about records that may be of one child; it comes back as `link_decisions`.
    ///
    /// # Errors
    /// [`Fault::Workbook`].
    pub fn review_xlsx(&self, pairs: &[ReviewPair], edition: &Edition) -> Result<Vec<u8>, Fault> {
        review::workbook(pairs, edition, self.words(edition.language))
    }

    /// `list.csv`: the same rows with canonical headers ([`crate::LIST_COLUMNS`]), with names.
    ///
    /// # Errors
    /// [`Fault::Table`].
    pub fn list_csv(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Fault> {
        table::list_csv(page, edition)
    }

    /// `overview/index.html`: aggregates without names.
    ///
    /// # Errors
    /// As [`Renderer::list_html`].
    pub fn overview_html(&self, overview: &Overview, edition: &Edition) -> Result<String, Fault> {
        let tongue = self.tongue(edition.language);
        tongue.render("overview.html", &OverviewView::new(overview, edition, &tongue.words)?)
    }

    /// `index.html`: the way to every folder of a night.
    ///
    /// # Errors
    /// As [`Renderer::list_html`].
    pub fn index_html(&self, index: &Index, edition: &Edition) -> Result<String, Fault> {
        self.tongue(edition.language).render("index.html", &IndexView::new(index, edition))
    }

    const fn tongue(&self, language: Language) -> &Tongue {
        match language {
            Language::Sq => &self.sq,
            Language::En => &self.en,
        }
    }
}

impl Tongue {
    fn new(language: Language) -> Result<Self, Fault> {
        let words = Arc::new(Words::new(language)?);
        let mut templates = Environment::new();
        // A misspelt field is a mistake of the template, not an empty cell on a list.
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_formatter(|out, state, value| match value.as_str() {
            // Text goes out with < > & " made safe, and addresses stay readable. Attributes are always quoted with ".
            Some(text) if !value.is_safe() => crate::ink::escape(out, text).map_err(Error::from),
            _ => minijinja::escape_formatter(out, state, value),
        });
        teach(&mut templates, &words);
        templates.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
        templates.add_global("script_hash", STANDARD.encode(Sha256::digest(SCRIPT)));
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(|error| fault(name, &error))?;
        }
        Ok(Self { words, templates })
    }

    fn render<T: Serialize>(&self, name: &str, view: &T) -> Result<String, Fault> {
        let template = self.templates.get_template(name).map_err(|error| fault(name, &error))?;
        template.render(Serde(view)).map_err(|error| fault(name, &error))
    }
}

fn fault(template: &str, error: &Error) -> Fault {
    // Kind and line only: a detail may quote a value, and values hold names.
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    let name = error.name().unwrap_or(template).to_owned();
    Fault::Template { template: name, cause: format!("{}{line}", error.kind()) }
}

/// Functions and filters of the templates: `say("id", arg=…)`, `code|word("kind")`, `|date`, `|month`,
/// `|percent`, `|points`, `|number`, `|short` (a percentage without decimals), `|css` (text inside a style sheet's quotes).
fn teach(templates: &mut Environment<'static>, words: &Arc<Words>) {
    let ready: BTreeMap<String, Value> = crate::words::ids(crate::words::source(words.language()))
        .filter_map(|id| Some((id.to_owned(), Value::from(words.get(id)?))))
        .collect();
    let with = Arc::clone(words);
    templates.add_function("say", move |id: &str, _: Rest<Value>, args: Kwargs| -> Result<Value, Error> {
        if let Some(text) = ready.get(id) {
            return Ok(text.clone());
        }
        let mut fluent = FluentArgs::new();
        for name in args.args() {
            let value: Value = args.get(name)?;
            fluent.set(name.to_owned(), argument(&value));
        }
        with.say_with(id, &fluent).map(Value::from).map_err(|_| Error::new(ErrorKind::UnknownFunction, "no such words"))
    });
    let with = Arc::clone(words);
    templates.add_filter("word", move |code: &Value, kind: &str| with.of(kind, &code.to_string()));
    let with = Arc::clone(words);
    templates.add_filter("date", move |iso: &str| day_of(iso).map(|date| with.date(date)));
    let with = Arc::clone(words);
    templates.add_filter("month", move |iso: &str| day_of(iso).map(|date| with.month_of(date)));
    let with = Arc::clone(words);
    templates.add_filter("percent", move |rate: f64| with.percent(rate));
    let with = Arc::clone(words);
    templates.add_filter("points", move |rate: f64| with.points(rate));
    let with = Arc::clone(words);
    templates.add_filter("number", move |value: f64| with.number(value));
    let with = Arc::clone(words);
    templates.add_filter("short", move |rate: f64| with.percent((rate * 100.0).round() / 100.0));
    templates.add_filter("css", |text: &str| Value::from_safe_string(css(text)));
    templates.add_filter("last_part", |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned());
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

/// A template's value as an argument of a message: numbers stay numbers, for plurals.
fn argument(value: &Value) -> FluentValue<'static> {
    if value.kind() == ValueKind::Number
        && let Ok(number) = f64::try_from(value.clone())
    {
        return FluentValue::from(number);
    }
    FluentValue::from(value.to_string())
}

fn day_of(iso: &str) -> Result<NaiveDate, Error> {
    iso.parse().map_err(|_| Error::new(ErrorKind::InvalidOperation, "not a date"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_the_quotes_of_a_style_sheet() {
        assert_eq!(css("Ë\"}</style>\\"), "Ë\\22 \\7d \\3c \\2f style\\3e \\5c ");
    }

    #[test]
    fn templates_and_code_say_only_words_that_exist() {
        let code = [
            ("chart.rs", include_str!("chart.rs")),
            ("flow.rs", include_str!("flow.rs")),
            ("strip.rs", include_str!("strip.rs")),
            ("trend.rs", include_str!("trend.rs")),
            ("school_chart.rs", include_str!("school_chart.rs")),
            ("view.rs", include_str!("view.rs")),
            ("view_overview.rs", include_str!("view_overview.rs")),
            ("workbook/mod.rs", include_str!("workbook/mod.rs")),
            ("workbook/entry.rs", include_str!("workbook/entry.rs")),
            ("workbook/help.rs", include_str!("workbook/help.rs")),
            ("workbook/machine.rs", include_str!("workbook/machine.rs")),
            ("workbook/sheet.rs", include_str!("workbook/sheet.rs")),
            ("pdf/paper.rs", include_str!("pdf/paper.rs")),
            ("list.typ", include_str!("../templates/list.typ")),
        ];
        for language in [Language::Sq, Language::En] {
            let known: Vec<&str> = crate::words::ids(crate::words::source(language)).collect();
            for (name, source) in TEMPLATES.into_iter().chain(code) {
                let said = ["say(\"", "say_with(\"", "sentence(words, \""].into_iter().flat_map(|call| source.split(call).skip(1));
                for id in said.filter_map(|part| part.split('"').next()) {
                    assert!(known.contains(&id), "{name} says {id}, which {} has no words for", language.tag());
                }
            }
        }
    }
}
