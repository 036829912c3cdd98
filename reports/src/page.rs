//! Pages: templates compiled in, words read once, shared by every thread.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::list::{Edition, Language, PlacePage};
use crate::overview::{Index, Overview};
use crate::review::ReviewPair;
use crate::view::ListView;
use crate::view_index::IndexView;
use crate::view_overview::OverviewView;
use crate::voice::Voice as _;
use crate::words::Words;
use crate::{review, table, workbook};

/// Room made for a page before it is written, in bytes, and for each card of a list: most pages then never move.
const ROOM: usize = 64 * 1024;
const ROOM_A_CARD: usize = 12 * 1024;

/// The one script of a page, inline. The page's policy names its hash: nothing else runs there.
pub const SCRIPT: &str = include_str!("../templates/list.js");

static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(SCRIPT)));

/// The hash of [`SCRIPT`], as a policy writes it.
pub fn script_hash() -> &'static str {
    &SCRIPT_HASH
}

/// Makes every page, workbook and table, in both languages. Costs next to nothing to make; can be shared by reference.
pub struct Renderer {
    sq: Words,
    en: Words,
}

impl Renderer {
    /// Reads the words, the first time a program asks.
    ///
    /// # Errors
    /// [`Error::Words`] when a words file does not parse.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { sq: Words::new(Language::Sq)?, en: Words::new(Language::En)? })
    }

    /// The words of a language.
    #[must_use]
    pub const fn words(&self, language: Language) -> &Words {
        match language {
            Language::Sq => &self.sq,
            Language::En => &self.en,
        }
    }

    /// `list.html` of one school or centre: one self-contained page, with names.
    ///
    /// # Errors
    /// [`Error::Template`], [`Error::Words`] or [`Error::Chart`]; all of them are mistakes of this crate.
    pub fn list_html(&self, page: &PlacePage, edition: &Edition) -> Result<String, Error> {
        ListView::new(page, edition, self.words(edition.language))?.page("list.html", ROOM + page.cards.len() * ROOM_A_CARD)
    }

    /// `list.xlsx`: the same rows, with columns to fill that come back as `contacts`.
    ///
    /// # Errors
    /// [`Error::Workbook`].
    pub fn list_xlsx(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Error> {
        workbook::list_xlsx(page, edition, self.words(edition.language))
    }

    /// The workbook in which a person decides about records that may be of one child; it comes back as `link_decisions`.
    ///
    /// # Errors
    /// [`Error::Workbook`].
    pub fn review_xlsx(&self, pairs: &[ReviewPair], edition: &Edition) -> Result<Vec<u8>, Error> {
        review::workbook(pairs, edition, self.words(edition.language))
    }

    /// `list.csv`: the same rows with canonical headers ([`crate::LIST_COLUMNS`]), with names.
    ///
    /// # Errors
    /// [`Error::Table`].
    pub fn list_csv(&self, page: &PlacePage, edition: &Edition) -> Result<Vec<u8>, Error> {
        table::list_csv(page, edition)
    }

    /// `overview/index.html`: aggregates without names.
    ///
    /// # Errors
    /// As [`Renderer::list_html`].
    pub fn overview_html(&self, overview: &Overview, edition: &Edition) -> Result<String, Error> {
        OverviewView::new(overview, edition, self.words(edition.language))?.page("overview.html", ROOM)
    }

    /// `index.html`: the way to every folder of a night.
    ///
    /// # Errors
    /// As [`Renderer::list_html`].
    pub fn index_html(&self, index: &Index, edition: &Edition) -> Result<String, Error> {
        IndexView::new(index, edition, self.words(edition.language)).page("index.html", ROOM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What says words: templates and code.
    const SPEAKERS: [(&str, &str); 24] = [
        ("base.html", include_str!("../templates/base.html")),
        ("parts.html", include_str!("../templates/parts.html")),
        ("card.html", include_str!("../templates/card.html")),
        ("sections.html", include_str!("../templates/sections.html")),
        ("list.html", include_str!("../templates/list.html")),
        ("overview.html", include_str!("../templates/overview.html")),
        ("index.html", include_str!("../templates/index.html")),
        ("list.typ", include_str!("../templates/list.typ")),
        ("chart.rs", include_str!("chart.rs")),
        ("flow.rs", include_str!("flow.rs")),
        ("offers.rs", include_str!("offers.rs")),
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
        ("pdf/child.rs", include_str!("pdf/child.rs")),
        ("pdf/drawing.rs", include_str!("pdf/drawing.rs")),
        ("pdf/paper.rs", include_str!("pdf/paper.rs")),
    ];

    /// Ids in a text after any of these calls.
    fn said<'a>(source: &'a str, calls: &'a [&str]) -> impl Iterator<Item = &'a str> {
        calls.iter().flat_map(|call| source.split(call).skip(1)).filter_map(|part| part.split('"').next())
    }

    #[test]
    fn templates_and_code_say_only_words_that_exist() {
        for language in [Language::Sq, Language::En] {
            let known: Vec<&str> = crate::words::ids(crate::words::source(language)).collect();
            for (name, source) in SPEAKERS {
                for id in said(source, &["say(\"", "say_with(\"", "say_count(\"", "tell(\"", "sentence(\""]) {
                    assert!(known.contains(&id), "{name} says {id}, which {} has no words for", language.tag());
                }
            }
        }
    }

    #[test]
    fn templates_ask_for_words_of_kinds_that_exist() {
        for (name, source) in SPEAKERS {
            for kind in said(source, &["|word(\""]) {
                let of_kind = |id: &str| id.split_once('-').is_some_and(|(of, _)| of == kind);
                assert!(crate::words::ids(crate::words::source(Language::Sq)).any(of_kind), "{name} asks for words of {kind}");
            }
        }
    }

    #[test]
    fn templates_say_plainly_only_what_needs_no_argument() {
        for language in [Language::Sq, Language::En] {
            let words = Words::new(language).unwrap();
            for (name, source) in SPEAKERS.into_iter().filter(|(_, source)| source.contains("{{ say(")) {
                for id in said(source, &["say(\""]) {
                    assert!(words.get(id).is_some(), "{name} says {id} without what it needs in {}", language.tag());
                }
            }
        }
    }
}
