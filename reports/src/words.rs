//! Translations from `words/sq.ftl` and `words/en.ftl` (Fluent), with plurals, dates and decimal signs.
//!
//! [`Words::of`] translates codes (`status`, `next_step`, …) and [`Words::reason`] makes a sentence of a flag. A code or rule without a
//! translation is shown unchanged, so that a project's own rule never stops a night.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::LazyLock;

use az::UnwrappedAs;
use chrono::{Datelike, NaiveDate};
use fluent_bundle::{FluentArgs, FluentBundle, FluentError, FluentResource, FluentValue};
use hashbrown::HashMap;
use intl_memoizer::IntlLangMemoizer;
use unic_langid::LanguageIdentifier;

use crate::error::Error;
use crate::list::Language;

/// A flag with the numbers that its sentence may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reason<'a> {
    pub flag: &'a str,
    /// In the unit of the rule: a rate 0-1, days, subjects, marks, years.
    pub value: f64,
    pub threshold: f64,
    pub since: Option<NaiveDate>,
    /// Days absent and days recorded in the recent weeks; without recorded days they are not mentioned.
    pub recent_absent: f64,
    pub recent_recorded: u32,
    /// Absence rate before the recent weeks, 0-1.
    pub before_rate: Option<f64>,
}

/// The translations of one language: parsed once per process, and shared by all threads without a lock.
#[derive(Clone, Copy)]
pub struct Words {
    language: Language,
    parsed: &'static Parsed,
}

/// A parsed file of translations.
struct Parsed {
    messages: FluentResource,
    /// Messages without arguments, formatted in advance, because a page uses thousands of them. The id is split at its first `-`, so
    /// that a code is translated without building an id.
    formatted: HashMap<(&'static str, &'static str), &'static str>,
}

type Bundle = FluentBundle<&'static FluentResource>;

static SQ: LazyLock<Result<Parsed, Error>> = LazyLock::new(|| Parsed::new(Language::Sq));
static EN: LazyLock<Result<Parsed, Error>> = LazyLock::new(|| Parsed::new(Language::En));

thread_local! {
    /// A bundle caches plural rules and is not `Sync`, so each thread has its own.
    static BUNDLES: [OnceCell<Bundle>; 2] = const { [const { OnceCell::new() }; 2] };
}

impl Parsed {
    fn new(language: Language) -> Result<Self, Error> {
        let source = source(language);
        let messages = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| Error::Words {
            id: language.tag().to_owned(),
            cause: errors.first().map_or_else(|| "does not parse".to_owned(), ToString::to_string),
        })?;
        let bundle = bundle(language, &messages)?;
        // Leaked once per process.
        let formatted = ids(source).filter_map(|id| Some((parts(id), &*format(&bundle, id, None).ok()?.leak()))).collect();
        Ok(Self { messages, formatted })
    }
}

/// A Fluent bundle with the messages of a language.
fn bundle(language: Language, messages: &FluentResource) -> Result<FluentBundle<&FluentResource>, Error> {
    let locale: LanguageIdentifier =
        language.tag().parse().map_err(|_| Error::Words { id: language.tag().to_owned(), cause: "not a language tag".to_owned() })?;
    let mut bundle = FluentBundle::new(vec![locale]);
    // Without isolation marks for bidirectional text, which would end up in workbooks and tables.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::Sq => with_comma,
        Language::En => with_point,
    }));
    bundle.add_resource(messages).map_err(|errors| Error::Words {
        id: language.tag().to_owned(),
        cause: errors.first().map_or_else(|| "twice the same id".to_owned(), ToString::to_string),
    })?;
    Ok(bundle)
}

/// The parts of an id before and after its first `-`; without one, the first part is empty.
fn parts(id: &str) -> (&str, &str) {
    id.split_once('-').unwrap_or(("", id))
}

impl Words {
    /// The translations of a language, parsed on first use.
    ///
    /// # Errors
    /// [`Error::Words`] when the file does not parse.
    pub fn new(language: Language) -> Result<Self, Error> {
        let parsed = match language {
            Language::Sq => &*SQ,
            Language::En => &*EN,
        };
        Ok(Self { language, parsed: parsed.as_ref().map_err(Clone::clone)? })
    }

    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A message without arguments; `None` where it is missing.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.parsed.formatted.get(&parts(id)).copied()
    }

    /// Every message without arguments, by id.
    #[cfg(feature = "pdf")]
    pub(crate) fn all(&self) -> std::collections::BTreeMap<&'static str, &'static str> {
        ids(source(self.language)).filter_map(|id| Some((id, *self.parsed.formatted.get(&parts(id))?))).collect()
    }

    /// A message without arguments; the id itself where it is missing.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.get(id).unwrap_or(id).to_owned()
    }

    /// A message with arguments.
    ///
    /// # Errors
    /// [`Error::Words`] when there is no such message or an argument is missing.
    pub fn say_with(&self, id: &str, args: &FluentArgs<'_>) -> Result<String, Error> {
        self.with_bundle(|bundle| format(bundle, id, Some(args)))
    }

    /// As [`Words::say_with`], with the arguments as an array.
    ///
    /// # Errors
    /// As [`Words::say_with`].
    pub fn sentence<const N: usize>(&self, id: &str, args: [(&'static str, FluentValue<'_>); N]) -> Result<String, Error> {
        self.say_with(id, &FluentArgs::from_iter(args))
    }

    /// Translates a code of some kind (`status`, `cause`, `service`, `step`, `confidence`, `action`, `outcome`, `subject`, `flag`). An
    /// unknown code is returned with spaces for underscores.
    #[must_use]
    pub fn of(&self, kind: &str, code: &str) -> String {
        self.word(kind, code).into_owned()
    }

    /// As [`Words::of`]; empty for an empty code.
    pub(crate) fn of_any(&self, kind: &str, code: &str) -> String {
        if code.is_empty() { String::new() } else { self.of(kind, code) }
    }

    /// Translates services, separated by commas.
    pub(crate) fn services(&self, codes: &[String]) -> String {
        codes.iter().map(|service| self.of("service", service)).collect::<Vec<_>>().join(", ")
    }

    /// As [`Words::of`], without an allocation where there is a translation.
    pub(crate) fn word<'a>(&'a self, kind: &'a str, code: &'a str) -> Cow<'a, str> {
        match self.parsed.formatted.get(&(kind, code)) {
            Some(word) => Cow::Borrowed(word),
            None => code.replace('_', " ").into(),
        }
    }

    /// The name of a level: 3, 2, 1.
    #[must_use]
    pub fn level(&self, level: u8) -> String {
        self.of("level", &level.to_string())
    }

    /// The sentence that says why a flag was raised.
    #[must_use]
    pub fn reason(&self, reason: &Reason<'_>) -> String {
        let own = format!("reason-{}", reason.flag);
        let id = if self.has(&own) { own.as_str() } else { "reason-other" };
        let recorded = f64::from(reason.recent_recorded);
        let mut args = FluentArgs::new();
        args.set("flag", self.of("flag", reason.flag));
        args.set("n", FluentValue::from(one_decimal(reason.value.abs())));
        args.set("value", self.number(reason.value));
        args.set("line", self.number(reason.threshold));
        args.set("rate", self.percent(reason.value));
        args.set("rate-line", self.percent(reason.threshold));
        args.set("points", self.number(reason.value * 100.0));
        args.set("dated", yes(reason.since.is_some()));
        args.set("since", reason.since.map(|date| self.date(date)).unwrap_or_default());
        args.set("recent", yes(reason.recent_recorded > 0));
        args.set("absent", FluentValue::from(one_decimal(reason.recent_absent)));
        args.set("present", FluentValue::from(one_decimal((recorded - reason.recent_absent).max(0.0))));
        args.set("recorded", FluentValue::from(reason.recent_recorded));
        args.set("compared", yes(reason.before_rate.is_some() && reason.recent_recorded > 0));
        args.set("usual", FluentValue::from((reason.before_rate.unwrap_or(0.0) * recorded).round()));
        self.say_with(id, &args).unwrap_or_else(|_| reason.flag.replace('_', " "))
    }

    /// `12.3.2021` in Albanian, `12 Mar 2021` in English.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        match self.language {
            Language::Sq => format!("{}.{}.{}", date.day(), date.month(), date.year()),
            Language::En => format!("{} {}", self.short_date(date), date.year()),
        }
    }

    /// Day and month, for axes.
    #[must_use]
    pub fn short_date(&self, date: NaiveDate) -> String {
        match self.language {
            Language::Sq => format!("{}.{}.", date.day(), date.month()),
            Language::En => format!("{} {}", date.day(), self.month(date.month()).get(..3).unwrap_or_default()),
        }
    }

    /// `mars 2021`, `March 2021`.
    #[must_use]
    pub fn month_of(&self, date: NaiveDate) -> String {
        format!("{} {}", self.month(date.month()), date.year())
    }

    /// A rate 0-1 as `12.5%`, with at most one decimal.
    #[must_use]
    pub fn percent(&self, rate: f64) -> String {
        format!("{}%", self.number(rate * 100.0))
    }

    /// A change of a rate in percentage points, with its sign: `+1.2`, `−4.3`.
    #[must_use]
    pub fn points(&self, change: f64) -> String {
        let points = one_decimal(change * 100.0);
        let sign = if points > 0.0 {
            "+"
        } else if points < 0.0 {
            "−"
        } else {
            ""
        };
        format!("{sign}{}", self.number(points.abs()))
    }

    /// At most one decimal, with the decimal sign of the language.
    #[must_use]
    pub fn number(&self, value: f64) -> String {
        let text = one_decimal(value).to_string();
        match self.language {
            Language::Sq => text.replace('.', ","),
            Language::En => text,
        }
    }

    /// The first three letters of a month, for axes.
    #[must_use]
    pub fn short_month(&self, month: u32) -> String {
        self.month(month).chars().take(3).collect()
    }

    /// The short name of a weekday, from 1 (Monday) to 7 (Sunday).
    #[must_use]
    pub fn weekday(&self, weekday: u8) -> &str {
        const IDS: [&str; 7] = ["weekday-1", "weekday-2", "weekday-3", "weekday-4", "weekday-5", "weekday-6", "weekday-7"];
        IDS.get(usize::from(weekday).saturating_sub(1)).and_then(|id| self.get(id)).unwrap_or_default()
    }

    /// A message with one number.
    ///
    /// # Errors
    /// As [`Words::say_with`].
    pub fn say_count(&self, id: &str, name: &'static str, count: u32) -> Result<String, Error> {
        self.sentence(id, [(name, count.into())])
    }

    fn month(&self, month: u32) -> &str {
        const IDS: [&str; 12] = [
            "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10", "month-11",
            "month-12",
        ];
        let index = month.unwrapped_as::<usize>() - 1;
        self.get(IDS[index]).unwrap_or_default()
    }

    /// Whether there is a message of this id, with or without arguments.
    fn has(&self, id: &str) -> bool {
        self.with_bundle(|bundle| Ok(bundle.has_message(id))).unwrap_or_default()
    }

    fn with_bundle<T>(&self, format: impl FnOnce(&Bundle) -> Result<T, Error>) -> Result<T, Error> {
        BUNDLES.with(|[sq, en]| {
            let own = match self.language {
                Language::Sq => sq,
                Language::En => en,
            };
            if let Some(bundle) = own.get() {
                return format(bundle);
            }
            let new = bundle(self.language, &self.parsed.messages)?;
            format(own.get_or_init(|| new))
        })
    }
}

fn format(bundle: &FluentBundle<&FluentResource>, id: &str, args: Option<&FluentArgs<'_>>) -> Result<String, Error> {
    let words_error = |cause: &str| Error::Words { id: id.to_owned(), cause: cause.to_owned() };
    let message = bundle.get_message(id).ok_or_else(|| words_error("no such message"))?;
    let pattern = message.value().ok_or_else(|| words_error("has no text"))?;
    let mut errors: Vec<FluentError> = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors);
    if errors.is_empty() { Ok(text.into_owned()) } else { Err(words_error("an argument or a message it refers to is missing")) }
}

/// The file of translations of a language.
pub(crate) const fn source(language: Language) -> &'static str {
    match language {
        Language::Sq => include_str!("../words/sq.ftl"),
        Language::En => include_str!("../words/en.ftl"),
    }
}

/// The ids of the messages in a file of translations.
pub(crate) fn ids(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let (id, _) = line.split_once('=')?;
        let first = id.chars().next()?;
        first.is_ascii_alphabetic().then(|| id.trim_end())
    })
}

const fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

/// Rounded to one decimal; never negative zero.
fn one_decimal(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn with_comma(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(number.as_string().replace('.', ",")),
        _ => None,
    }
}

fn with_point(_: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{
        ACTIONS, CAUSES, CONFIDENCES, ESCALATIONS, FLAGS, MOVERS, NEXT_STEPS, NOT_ASSESSABLE_CAUSES, OUTCOMES, RECEIPTS, SERVICES, STATUSES,
    };

    fn both() -> [Words; 2] {
        [Language::Sq, Language::En].map(|language| Words::new(language).unwrap())
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let of = |language| ids(source(language)).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(of(Language::Sq), of(Language::En));
    }

    #[test]
    fn every_code_has_a_word() {
        let kinds: [(&str, &[&str]); 13] = [
            ("status", &STATUSES),
            ("status", &["off"]),
            ("cause", &CAUSES),
            ("receipt", &RECEIPTS),
            ("why", &NOT_ASSESSABLE_CAUSES),
            ("service", &SERVICES),
            ("service", &["all"]),
            ("step", &NEXT_STEPS),
            ("mover", &MOVERS),
            ("confidence", &CONFIDENCES),
            ("action", &ACTIONS),
            ("outcome", &OUTCOMES),
            ("level", &["1", "2", "3"]),
        ];
        for words in both() {
            for (kind, codes) in kinds {
                for code in codes {
                    assert!(words.get(&format!("{kind}-{code}")).is_some(), "{kind}-{code} has no word in {}", words.language().tag());
                }
            }
            for escalation in ESCALATIONS {
                assert!(words.has(&format!("escalation-{escalation}")), "escalation-{escalation}");
            }
            for flag in FLAGS {
                assert!(words.has(&format!("reason-{flag}")), "reason-{flag}");
                assert!(words.get(&format!("flag-{flag}")).is_some(), "flag-{flag}");
            }
        }
    }

    #[test]
    fn reasons_carry_their_numbers() {
        let [sq, en] = both();
        let rising = Reason {
            flag: "rising_absence",
            value: 3.4,
            threshold: 3.0,
            recent_absent: 7.0,
            recent_recorded: 18,
            before_rate: Some(0.05),
            ..Reason::default()
        };
        assert_eq!(sq.reason(&rising), "Mungoi 7 nga 18 ditët e fundit; zakonisht 1 nga 18.");
        assert_eq!(en.reason(&rising), "Missed 7 of the last 18 days; usually 1 of 18.");
        let severe =
            Reason { flag: "severe_absence", value: 0.245, threshold: 0.2, recent_absent: 2.5, recent_recorded: 18, ..Reason::default() };
        assert_eq!(sq.reason(&severe), "Ka munguar 24,5% të ditëve këtë vit shkollor (kufiri është 20%); 2,5 nga 18 ditët e fundit.");
        assert_eq!(en.reason(&severe), "Missed 24.5% of days this school year (the line is 20%); 2.5 of the last 18 days.");
        let own = Reason { flag: "our_rule", value: 4.0, threshold: 3.0, ..Reason::default() };
        assert_eq!(en.reason(&own), "our rule: 4 (the line is 3).");
        for words in both() {
            for flag in FLAGS {
                for since in [None, NaiveDate::from_ymd_opt(2021, 3, 2)] {
                    let text = words.reason(&Reason { flag, value: 2.0, threshold: 1.0, since, ..Reason::default() });
                    assert!(text.ends_with('.') && !text.contains("  ") && !text.contains('{'), "{flag}: {text}");
                }
            }
        }
    }
}
