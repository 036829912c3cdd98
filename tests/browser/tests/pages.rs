//! Published pages in a real browser: what a reader sees, hears, presses, prints, and what the page asks of the network.
//!
//! Chromium, its driver and Poppler are not on every machine: `.ci/run` brings them and runs these.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use fantoccini::key::Key;
use prane_browser_tests::browser::Browser;
use prane_browser_tests::page::{
    self, Row, barriers, cards, folded, headings, offers, overflow, ranks, reachable, rows, said, sheets, shown_count, small_targets,
    tab_through, unbroken,
};
use prane_browser_tests::project::{Project, root, sample_rows};
use serde_json::json;
use url::Url;

const AS_OF: &str = "2026-02-27";
const BEFORE: &str = "2026-02-20";
const SEARCH: &str = "input[data-search]";
const HIDE: &str = "button[data-hide-names]";
const CLEAR: &str = "button[data-clear]";
const FILTERS: [&str; 3] = ["class", "level", "status"];
const COLUMNS: [&str; 6] = ["rank", "name", "class", "level", "last-contact", "review"];
/// A hand-held screen, and the width at which WCAG asks that nothing be scrolled sideways.
const NARROW: [u32; 2] = [360, 320];
const WIDE: u32 = 1280;

/// The sample's pages in both languages.
struct Published {
    albanian: Project,
    english: Project,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    // A week before, so that there is something to have changed since.
    let [albanian, english] = ["sq", "en"].map(|language| Project::published(language, &[BEFORE, AS_OF]));
    Published { albanian, english }
});

fn file(project: &Project, name: &str) -> PathBuf {
    project.path(&format!("published/{AS_OF}/{name}"))
}

/// Lists with tools on them: a school's, a centre's, a school's in English.
fn lists() -> Vec<PathBuf> {
    let Published { albanian, english } = &*PUBLISHED;
    vec![file(albanian, "schools/S0001/list.html"), file(albanian, "centres/C01/list.html"), file(english, "schools/S0001/list.html")]
}

/// Every kind of page in both languages.
fn pages() -> Vec<PathBuf> {
    let kinds = ["schools/S0001/list.html", "centres/C01/list.html", "overview/index.html", "index.html"];
    [&PUBLISHED.albanian, &PUBLISHED.english].iter().flat_map(|project| kinds.map(|name| file(project, name))).collect()
}

/// The end of a path, which tells the page.
fn named(path: &Path) -> String {
    let parts: Vec<_> = path.iter().rev().take(3).map(|part| part.to_string_lossy()).collect();
    let language = if path.starts_with(PUBLISHED.english.path("published")) { "en" } else { "sq" };
    format!("{language} {}", parts.into_iter().rev().collect::<Vec<_>>().join("/"))
}

/// Fails with everything that is wrong with any of the pages, not with the first of them alone.
#[track_caller]
fn nothing_wrong(found: Vec<String>) {
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

/// Asks until the page has come to it, for a moment.
#[track_caller]
fn comes_to<T: PartialEq + Debug>(what: &str, wanted: T, ask: impl Fn() -> T) {
    let mut found = ask();
    for _ in 0..40 {
        if found == wanted {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
        found = ask();
    }
    assert_eq!(found, wanted, "{what}");
}

fn column(name: &str) -> String {
    format!("table[data-list] th button[data-sort={name}]")
}

fn filter(name: &str) -> String {
    format!("select[data-filter={name}]")
}

/// Works everything that can be worked on a page.
fn use_everything(page: &Browser) {
    if rows(page).is_empty() {
        return;
    }
    for name in COLUMNS {
        page.click(&column(name)).press(Key::Enter);
    }
    page.enter(SEARCH, "e");
    for name in FILTERS {
        for value in offers(page, name) {
            page.choose(&filter(name), &value);
        }
    }
    page.click(CLEAR).click(HIDE).click(HIDE).click("tbody a[href^='#']");
}

#[test]
fn nothing_is_complained_of_and_nothing_is_fetched() {
    let page = Browser::start();
    let mut wrong = Vec::new();
    for path in pages() {
        page.open(&path);
        use_everything(&page);
        wrong.extend(page.complaints().into_iter().map(|said| format!("{}: {said}", named(&path))));
        let itself = Url::from_file_path(&path).unwrap().to_string();
        assert_eq!(page.requests(), [itself], "{}: the page and nothing else was to be read", named(&path));
    }
    nothing_wrong(wrong);
}

#[test]
fn every_column_sorts_up_and_down_by_mouse_and_by_key() {
    let page = Browser::start();
    for path in lists() {
        page.open(&path);
        let first = rows(&page);
        for name in COLUMNS {
            for way in ["mouse", "Enter", "Space"] {
                let mut directions = Vec::new();
                for _ in 0..2 {
                    match way {
                        "mouse" => page.click(&column(name)),
                        "Enter" => page.focus(&column(name)).press(Key::Enter),
                        _ => page.focus(&column(name)).press(Key::Space),
                    };
                    directions.push(page::direction(&page, name));
                    let out_of_order = page::out_of_order(&page, name);
                    assert!(out_of_order.is_empty(), "{}, {name} by {way}, {directions:?}: {out_of_order:#?}", named(&path));
                    assert!(page::has_focus(&page, &column(name)), "{}, {name} by {way}: the focus went elsewhere", named(&path));
                    assert_eq!(cards(&page), ranks(&page), "{}, {name} by {way}: cards stand as their rows do", named(&path));
                    assert_eq!(by_rank(rows(&page)), first, "{}, {name} by {way}: other rows", named(&path));
                }
                // By rank is where a page begins: the first press may well turn it.
                let wanted =
                    if directions[0] == "descending" && name == "rank" { ["descending", "ascending"] } else { ["ascending", "descending"] };
                assert_eq!(directions, wanted, "{}, {name} by {way}", named(&path));
            }
        }
        page.click(&column("rank"));
        if page::direction(&page, "rank") == "descending" {
            page.click(&column("rank"));
        }
        assert_eq!(rows(&page), first, "{}: sorting by rank is the order of the list", named(&path));
    }
}

fn by_rank(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| row.rank);
    rows
}

/// Fails unless these rows are shown, their cards, and their number is told.
#[track_caller]
fn leaves(page: &Browser, what: &str, wanted: Vec<u64>) {
    comes_to(&format!("{what}: rows"), wanted.clone(), || ranks(page));
    comes_to(&format!("{what}: cards"), wanted.clone(), || cards(page));
    comes_to(&format!("{what}: the number shown"), Some(wanted.len() as u64), || shown_count(page));
}

fn ranks_of(rows: &[Row], wanted: impl Fn(&Row) -> bool) -> Vec<u64> {
    rows.iter().filter(|row| wanted(row)).map(|row| row.rank).collect()
}

#[test]
fn a_filter_leaves_what_it_names() {
    let page = Browser::start();
    for path in lists() {
        page.open(&path);
        let all = rows(&page);
        leaves(&page, "at first", ranks_of(&all, |_| true));
        for name in FILTERS {
            let values = offers(&page, name);
            let there: BTreeSet<&str> = all.iter().map(|row| row.of(name)).collect();
            assert!(there.iter().all(|value| values.iter().any(|offered| offered == value)), "{}: {name} offers {values:?}", named(&path));
            for value in values {
                page.choose(&filter(name), &value);
                leaves(&page, &format!("{}, {name} {value}", named(&path)), ranks_of(&all, |row| row.of(name) == value));
            }
            page.choose(&filter(name), "");
        }
        // Filters narrow each other.
        let last = all.last().unwrap();
        page.choose(&filter("class"), &last.class).choose(&filter("level"), &last.level);
        leaves(&page, "class and level", ranks_of(&all, |row| row.class == last.class && row.level == last.level));
        page.click(CLEAR);
        leaves(&page, &format!("{}, cleared", named(&path)), ranks_of(&all, |_| true));
        for name in FILTERS {
            assert_eq!(page.property(&filter(name), "value"), "", "{name} was not cleared");
        }
    }
}

#[test]
fn a_child_is_found_by_name_with_or_without_its_accents() {
    let page = Browser::start();
    for path in lists() {
        page.open(&path);
        let all = rows(&page);
        let accented = all.iter().find(|row| row.name.contains(['ë', 'Ë'])).expect("a planted name with ë");
        let plain = all.iter().find(|row| row.name.is_ascii()).expect("a planted name without accents");
        let shouted = accented.name.to_uppercase();
        let some: String = plain.name.chars().skip(1).take(3).collect();
        for typed in [&accented.name, &folded(&accented.name), &shouted, &plain.name, &some, "e", "nobody of this name"] {
            page.enter(SEARCH, typed);
            // A search may look at more of a row than the name, never at less.
            let wanted = ranks_of(&all, |row| folded(&row.name).contains(&folded(typed)));
            comes_to(&format!("{}, {typed:?}: all of that name", named(&path)), true, || {
                let shown = ranks(&page);
                wanted.iter().all(|rank| shown.contains(rank)) && rows(&page).iter().all(|row| !row.shown || row.says(&folded(typed)))
            });
            leaves(&page, &format!("{}, {typed:?}", named(&path)), ranks(&page));
            let exact = typed.contains(' ');
            assert!(!exact || ranks(&page) == wanted, "{}, {typed:?}: {:?} where {wanted:?} have that name", named(&path), ranks(&page));
        }
        page.click(CLEAR);
        leaves(&page, &format!("{}, cleared", named(&path)), ranks_of(&all, |_| true));
        assert_eq!(page.property(SEARCH, "value"), "", "the search was not cleared");
    }
}

/// First and last name of everybody the samples know.
fn everybody() -> BTreeSet<(String, String)> {
    let files = ["pupils.csv", "centre_participants.csv", "identifications.csv"];
    let rows = files.iter().flat_map(|name| sample_rows(name));
    rows.map(|row| (row["first_name"].trim().to_string(), row["last_name"].trim().to_string()))
        .filter(|(first, _)| !first.is_empty())
        .collect()
}

/// Who is named in a text: by first name and last name.
fn named_in(text: &str) -> BTreeSet<String> {
    let text = unbroken(text);
    let named = |(first, last): &(String, String)| text.contains(&unbroken(&format!("{first} {last}")));
    everybody().into_iter().filter(named).map(|(first, last)| unbroken(&format!("{first} {last}"))).collect()
}

/// Words of a text that are somebody's first or last name, and nothing that a page says anyway.
fn names_in(text: &str) -> BTreeSet<String> {
    let common = ["reports/words/sq.ftl", "reports/words/en.ftl", "data-samples/inbox/schools.csv", "data-samples/inbox/centres.csv"];
    let common = common.map(|name| fs::read_to_string(root().join(name)).unwrap()).join("\n");
    let words = |text: &str| text.split(|c: char| !c.is_alphabetic()).map(String::from).collect::<BTreeSet<_>>();
    let names: BTreeSet<String> = everybody().into_iter().flat_map(|(first, last)| [first, last]).collect();
    words(text).intersection(&names).filter(|name| !words(&common).contains(*name)).cloned().collect()
}

#[test]
fn hidden_names_are_neither_on_the_page_nor_on_paper() {
    let page = Browser::start();
    let paper = |page: &Browser| sheets(&page.pdf()).into_iter().map(|sheet| sheet.text).collect::<Vec<_>>().join("\n");
    for path in lists() {
        page.open(&path);
        let before = said(&page);
        let known = named_in(&before);
        let listed = rows(&page).into_iter().map(|row| unbroken(&row.name)).collect::<BTreeSet<_>>();
        assert!(known.is_superset(&listed), "{}: {listed:?} are listed, {known:?} are known", named(&path));
        assert!(named_in(&paper(&page)).is_superset(&known), "{}: not everybody is on paper", named(&path));
        // A name that was looked for is a name on the screen too.
        page.enter(SEARCH, &rows(&page)[0].name);
        page.click(HIDE);
        comes_to("aria-pressed", "true".to_string(), || page.property(HIDE, "ariaPressed"));
        assert_eq!(page.property(SEARCH, "value"), "", "{}: a name stands in the search", named(&path));
        comes_to(&format!("{}: named on the page", named(&path)), BTreeSet::new(), || names_in(&said(&page)));
        assert_eq!(names_in(&paper(&page)), BTreeSet::new(), "{}: named on paper", named(&path));
        page.click(HIDE);
        comes_to("aria-pressed", "false".to_string(), || page.property(HIDE, "ariaPressed"));
        comes_to(&format!("{}: back again", named(&path)), known, || named_in(&said(&page)));
    }
}

#[test]
fn a_keyboard_reaches_everything_in_order_and_is_seen_to() {
    let page = Browser::start();
    page.screen(WIDE);
    for path in pages() {
        page.open(&path);
        let stops = tab_through(&page);
        let unseen: Vec<_> = stops.iter().filter(|stop| !stop.seen).collect();
        assert!(unseen.is_empty(), "{}: the focus is not seen at {unseen:#?}", named(&path));
        let order: Vec<usize> = stops.iter().map(|stop| stop.at).collect();
        let wanted: Vec<usize> = (0..reachable(&page)).collect();
        assert_eq!(order, wanted, "{}: not each once, in the order of the page, and out again: {stops:#?}", named(&path));
        if rows(&page).is_empty() {
            continue;
        }
        assert_eq!(stops[0].kind, "skip", "{}: {stops:#?}", named(&path));
        let at = |kind: &str| stops.iter().enumerate().filter(|(_, stop)| stop.kind == kind).map(|(at, _)| at).collect::<Vec<_>>();
        let (tools, sorts, names) = (at("tool"), at("sort"), at("row"));
        assert!(tools.len() >= 6 && sorts.len() == COLUMNS.len() && !names.is_empty(), "{}: {stops:#?}", named(&path));
        assert!(tools.last() < sorts.first() && sorts.last() < names.first(), "{}: {stops:#?}", named(&path));
    }
}

#[test]
fn without_scripts_everything_is_there() {
    let (page, bare) = (Browser::start(), Browser::start());
    bare.without_scripts();
    for path in lists() {
        page.open(&path);
        bare.open(&path);
        assert_eq!(rows(&bare), rows(&page), "{}: rows", named(&path));
        assert!(rows(&bare).iter().all(|row| row.shown), "{}: a row is hidden", named(&path));
        assert_eq!(cards(&bare), ranks(&bare), "{}: cards", named(&path));
        let shown = |page: &Browser| page.script("return document.querySelector('[data-tools]').checkVisibility()", &[]);
        // The one proves that scripts ran where they may, the other that they did not.
        assert_eq!((shown(&page), shown(&bare)), (json!(true), json!(false)), "{}: tools", named(&path));
    }
}

#[test]
fn on_paper_the_list_comes_first_and_then_each_child_on_a_page_of_its_own() {
    let page = Browser::start();
    for path in lists() {
        let sheets = sheets(&page.open(&path).pdf());
        for (at, sheet) in sheets.iter().enumerate() {
            let a4 = (sheet.width - 595.3).abs() < 1.5 && (sheet.height - 841.9).abs() < 1.5;
            assert!(a4, "{}: page {} is {} by {} pt, not A4", named(&path), at + 1, sheet.width, sheet.height);
            assert!(sheet.says_something_of_its_own(&sheets), "{}: page {} is blank: {:?}", named(&path), at + 1, sheet.text);
        }
        let (all, headings) = (rows(&page), headings(&page));
        assert_eq!(headings.len(), all.len(), "{}: a card a row", named(&path));
        // Who of the list is named on each page: on a card's page the child whose card it is, and nobody else.
        let names: Vec<BTreeSet<&str>> =
            sheets.iter().map(|sheet| all.iter().map(|row| row.name.as_str()).filter(|name| sheet.names(name)).collect()).collect();
        let is_card = |at: usize, child: usize| {
            let alone = names.get(at).is_some_and(|on| on.iter().eq([&all[child].name.as_str()]));
            alone && unbroken(&sheets[at].text).contains(&unbroken(&headings[child]))
        };
        // A child on two pages, two children on one or a blank page between them: all leave no such run of pages.
        let from = (1..sheets.len()).find(|from| (0..all.len()).all(|child| is_card(from + child, child)));
        let Some(from) = from else { panic!("{}: no page for each of {headings:#?}, but\n{names:#?}", named(&path)) };
        // Word by word: a narrow column breaks a name, and the words of other cells come between.
        let before: BTreeSet<&str> = sheets[..from].iter().flat_map(|sheet| sheet.text.split(' ')).collect();
        for row in &all {
            let missing: Vec<&str> = row.name.split_whitespace().filter(|word| !before.contains(word)).collect();
            assert!(missing.is_empty(), "{}: {missing:?} of number {} is not on the list before the cards", named(&path), row.rank);
        }
    }
}

#[test]
fn a_narrow_screen_holds_every_page() {
    let page = Browser::start();
    let mut wrong = Vec::new();
    for width in NARROW {
        page.screen(width);
        for path in pages() {
            page.open(&path);
            wrong.extend(overflow(&page).into_iter().map(|fault| format!("{}: {fault}", named(&path))));
        }
    }
    nothing_wrong(wrong);
}

#[test]
fn a_finger_finds_every_target() {
    let page = Browser::start();
    let mut wrong = Vec::new();
    for width in [NARROW[0], WIDE] {
        page.screen(width);
        for path in pages() {
            page.open(&path);
            wrong.extend(small_targets(&page).into_iter().map(|fault| format!("{} at {width}: {fault}", named(&path))));
        }
    }
    nothing_wrong(wrong);
}

#[test]
fn nobody_is_kept_out_by_light_or_dark_wide_or_narrow() {
    let page = Browser::start();
    let mut wrong = Vec::new();
    for scheme in ["light", "dark"] {
        for width in [WIDE, NARROW[0]] {
            page.prefers(scheme).screen(width);
            for path in pages() {
                page.open(&path);
                wrong.extend(barriers(&page).into_iter().map(|fault| format!("{}, {scheme} at {width}: {fault}", named(&path))));
            }
        }
    }
    nothing_wrong(wrong);
}

#[test]
fn dark_is_dark_and_light_is_light() {
    let page = Browser::start();
    for path in pages() {
        let dark = page::brightness(page.prefers("dark").open(&path));
        let light = page::brightness(page.prefers("light").open(&path));
        assert!(dark < 0.2 && light > 0.9, "{}: {dark} where dark is wanted, {light} where light is", named(&path));
    }
}

#[test]
fn a_fault_that_is_planted_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let page = Browser::start();
    let whole = fs::read_to_string(&lists()[0]).unwrap();
    let with = |fault: &str| {
        let path = folder.path().join("broken.html");
        fs::write(&path, whole.replace("</body>", &format!("{fault}</body>"))).unwrap();
        page.screen(NARROW[0]).open(&path);
    };
    // A policy may stop it on its way, which is complained of.
    let outward = || page.complaints().len() + page.requests().len() - 1;
    with("");
    assert_eq!(outward(), 0);
    for fault in [
        "<img alt='' src='https://pages.invalid/seen.png'>",
        "<link rel=stylesheet href=other.css>",
        "<script>console.error('no')</script>",
    ] {
        with(fault);
        assert!(outward() > 0, "{fault}");
    }
    with("<hr width=2000>");
    assert!(!overflow(&page).is_empty());
    with("");
    page.script(
        "document.querySelector('[data-clear]').style.cssText = 'min-width: 0; min-height: 0; padding: 0; width: 20px; height: 20px'",
        &[],
    );
    assert!(!small_targets(&page).is_empty());
    with("<button type=button></button>");
    assert!(barriers(&page).iter().any(|fault| fault.starts_with("button-name")));
    with("<a href='#list' tabindex=3>first</a>");
    assert_ne!(tab_through(&page).first().map(|stop| stop.kind.clone()).as_deref(), Some("skip"));
}
