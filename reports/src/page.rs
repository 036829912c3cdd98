//! [`Renderer`] makes all pages, workbooks and tables.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::list::{Edition, Language, PlacePage};
use crate::localized::Localized as _;
use crate::overview::{Index, Overview};
use crate::review::ReviewPair;
use crate::view::ListView;
use crate::view_index::IndexView;
use crate::view_overview::OverviewView;
use crate::words::Words;
use crate::{review, table, workbook};

/// Initial capacity in bytes for a page, and for each card of a list, so that most pages need no reallocation.
const PAGE_CAPACITY: usize = 64 * 1024;
const CARD_CAPACITY: usize = 12 * 1024;

/// The only script of a page, inline. The Content-Security-Policy of the page allows its hash only.
pub const SCRIPT: &str = include_str!("../templates/list.js");

static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(SCRIPT)));

/// The hash of [`SCRIPT`] in base64, for the Content-Security-Policy.
pub fn script_hash() -> &'static str {
    &SCRIPT_HASH
}

/// Renders every page, workbook and table in both languages. It is cheap to create and can be shared by reference.
pub struct Renderer {
    sq: Words,
    en: Words,
}

impl Renderer {
    /// Loads the translations; they are parsed once per process.
    ///
    /// # Errors
    /// [`Error::Words`] when a file of translations does not parse.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { sq: Words::new(Language::Sq)?, en: Words::new(Language::En)? })
    }

    /// The translations of a language.
    #[must_use]
    pub const fn words(&self, language: Language) -> &Words {
        match language {
            Language::Sq => &self.sq,
            Language::En => &self.en,
        }
    }

    /// `list.html` of one school or centre: a self-contained page with names.
    ///
    /// # Errors
    /// [`Error::Template`], [`Error::Words`] or [`Error::Chart`]; all of them are mistakes of this crate.
    pub fn list_html(&self, page: &PlacePage, edition: &Edition) -> Result<String, Error> {
        ListView::new(page, edition, self.words(edition.language))?.page("list.html", PAGE_CAPACITY + page.cards.len() * CARD_CAPACITY)
    }

    /// `list.xlsx`: the same rows, with columns for contacts that come back through the inbox.
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
        OverviewView::new(overview, edition, self.words(edition.language))?.page("overview.html", PAGE_CAPACITY)
    }

    /// `index.html`: links to every folder of a night.
    ///
    /// # Errors
    /// As [`Renderer::list_html`].
    pub fn index_html(&self, index: &Index, edition: &Edition) -> Result<String, Error> {
        IndexView::new(index, edition, self.words(edition.language)).page("index.html", PAGE_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Templates and code that use messages.
    const USERS: [(&str, &str); 24] = [
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

    /// The ids in a text after any of these calls.
    fn ids_after<'a>(source: &'a str, calls: &'a [&str]) -> impl Iterator<Item = &'a str> {
        calls.iter().flat_map(|call| source.split(call).skip(1)).filter_map(|part| part.split('"').next())
    }

    #[test]
    fn messages_of_templates_and_code_exist() {
        for language in [Language::Sq, Language::En] {
            let known: Vec<&str> = crate::words::ids(crate::words::source(language)).collect();
            for (name, source) in USERS {
                for id in ids_after(source, &["say(\"", "say_with(\"", "say_count(\"", "message(\"", "sentence(\""]) {
                    assert!(known.contains(&id), "{name} uses {id}, which has no translation in {}", language.tag());
                }
            }
        }
    }

    #[test]
    fn kinds_of_codes_in_templates_exist() {
        for (name, source) in USERS {
            for kind in ids_after(source, &["|word(\""]) {
                let of_kind = |id: &str| id.split_once('-').is_some_and(|(of, _)| of == kind);
                assert!(crate::words::ids(crate::words::source(Language::Sq)).any(of_kind), "{name} uses the kind {kind}");
            }
        }
    }

    #[test]
    fn messages_without_arguments_need_none() {
        for language in [Language::Sq, Language::En] {
            let words = Words::new(language).unwrap();
            for (name, source) in USERS.into_iter().filter(|(_, source)| source.contains("{{ say(")) {
                for id in ids_after(source, &["say(\""]) {
                    assert!(words.get(id).is_some(), "{name} uses {id} without the arguments that it needs in {}", language.tag());
                }
            }
        }
    }
}
