//! What is asked of a published page: its rows and cards as a reader meets them, and what would keep a reader out. Every
//! error is told with the place where it is, an empty list is a page without one.

use std::path::Path;
use std::process::Command;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;

/// A row of the list as it stands on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub rank: u64,
    pub level: String,
    pub class: String,
    pub status: String,
    pub name: String,
    /// The text of each cell, by its column.
    pub cells: Vec<String>,
    pub shown: bool,
}

/// Rows in the order of the screen.
pub fn rows(page: &Browser) -> Vec<Row> {
    let found = page.script(
        "return [...document.querySelectorAll('table[data-list] tbody tr')].map(row => ({
            ...row.dataset, name: row.querySelector('.who')?.textContent.trim(),
            cells: [...row.cells].map(cell => cell.textContent.trim()), shown: row.checkVisibility() }))",
        &[],
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let row = |row: &Value| Row {
        rank: text(&row["rank"]).parse().unwrap_or_else(|_| panic!("a row without a rank: {row}")),
        level: text(&row["level"]),
        class: text(&row["class"]),
        status: text(&row["status"]),
        name: text(&row["name"]),
        cells: row["cells"].as_array().into_iter().flatten().map(text).collect(),
        shown: row["shown"] == true,
    };
    found.as_array().into_iter().flatten().map(row).collect()
}

/// Ranks in the order of the screen, of the rows that are shown.
pub fn ranks(page: &Browser) -> Vec<u64> {
    rows(page).into_iter().filter(|row| row.shown).map(|row| row.rank).collect()
}

/// Letters as somebody types them who has no ë and no ç.
pub fn folded(text: &str) -> String {
    text.to_lowercase().replace('ë', "e").replace('ç', "c")
}

impl Row {
    /// Whether all of these words stand somewhere in the row.
    pub fn says(&self, words: &str) -> bool {
        let text = folded(&self.cells.join(" "));
        words.split_whitespace().all(|word| text.contains(word))
    }

    /// What a filter asks of it.
    pub fn of(&self, filter: &str) -> &str {
        match filter {
            "class" => &self.class,
            "level" => &self.level,
            _ => &self.status,
        }
    }
}

/// Ranks of the cards that are shown, in the order of the screen.
pub fn cards(page: &Browser) -> Vec<u64> {
    let found = page.script(
        "return [...document.querySelectorAll('article[data-card]')].filter(card => card.checkVisibility()).map(card => Number(card.dataset.rank))",
        &[],
    );
    found.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

/// The first number that the live region tells.
pub fn shown_count(page: &Browser) -> Option<u64> {
    let text = page.text("return document.querySelector('[data-count][role=status]').innerText", &[]);
    text.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok())
}

/// Everything a page says: its text, and what is spoken or shown on pointing.
pub fn said(page: &Browser) -> String {
    page.text(
        "const spoken = [...document.querySelectorAll('[title], [aria-label], [placeholder], [alt]')].filter(e => e.checkVisibility())
            .flatMap(e => ['title', 'aria-label', 'placeholder', 'alt'].map(name => e.getAttribute(name) ?? ''));
         const drawn = [...document.querySelectorAll('svg title, svg desc, svg text')].map(e => e.textContent);
         const typed = [...document.querySelectorAll('input')].map(e => e.value);
         return [document.title, document.body.innerText, ...spoken, ...drawn, ...typed].join('\\n')",
        &[],
    )
}

/// What stands out of the screen to the right.
pub fn overflow(page: &Browser) -> Vec<String> {
    page.texts(
        "const width = innerWidth;
         if (document.scrollingElement.scrollWidth <= width) return [];
         const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 0.5);
         return [`${document.scrollingElement.scrollWidth} px on ${width}`].concat(out.slice(0, 8).map(e =>
            `<${e.localName} class='${e.getAttribute('class') ?? ''}'> to ${Math.round(e.getBoundingClientRect().right)}: ${e.textContent.trim().slice(0, 40)}`))",
        &[],
    )
}

/// Targets that a finger misses: under 24 by 24 px, unless they stand within a sentence (WCAG 2.5.8).
pub fn small_targets(page: &Browser) -> Vec<String> {
    page.texts(
        "const within = e => getComputedStyle(e).display === 'inline'
            && e.parentElement.textContent.trim().length > e.textContent.trim().length;
         return [...document.querySelectorAll('a[href], button, input, select, summary')]
            .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.matches('.skip') && !within(e))
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width < 23.99 || box.height < 23.99)
            .map(([e, box]) => `<${e.localName}> ${box.width.toFixed(1)} by ${box.height.toFixed(1)}: ${e.textContent.trim().slice(0, 40)}`)",
        &[],
    )
}

/// What axe finds against WCAG 2.2 AA and its own good practice.
pub fn barriers(page: &Browser) -> Vec<String> {
    let axe = std::env::var("PRANE_AXE").expect("PRANE_AXE names no axe.min.js: .ci/run fetches it");
    let source = std::fs::read_to_string(&axe).unwrap_or_else(|e| panic!("{axe}: {e}"));
    page.script(&source, &[]);
    let found = page.script_later(
        "const done = arguments[arguments.length - 1];
         const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
         axe.run(document, { runOnly: { type: 'tag', values: tags }, preload: false, resultTypes: ['violations'] })
            .then(({ violations, passes }) => done({ ran: passes.length,
                faults: violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')} (${n.any.concat(n.all, n.none).map(c => c.message).join('; ')})`)) }))
            .catch(error => done({ ran: 0, faults: [String(error)] }))",
        &[],
    );
    // A page on which no rule could be tried is not one without errors.
    assert!(found["ran"].as_u64().unwrap_or_default() > 5, "axe tried nothing: {found}");
    found["faults"].as_array().into_iter().flatten().map(|fault| fault.as_str().unwrap_or_default().to_string()).collect()
}

/// One place where the focus was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Its number among all that the keyboard should reach, in the order of the page.
    pub at: usize,
    /// What it is: `skip`, `tool`, `sort`, `row` or `other`.
    pub kind: String,
    /// What it says.
    pub text: String,
    /// Whether a reader sees that it has the focus.
    pub seen: bool,
}

const REACHABLE: &str = "const reachable = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }));";

/// How many places the keyboard should reach.
pub fn reachable(page: &Browser) -> usize {
    usize::try_from(page.script(&format!("{REACHABLE} return reachable.length"), &[]).as_u64().unwrap()).unwrap()
}

/// Presses Tab from the top until the page is left, or until as many times as there can be stops.
pub fn tab_through(page: &Browser) -> Vec<Stop> {
    page.script("document.activeElement.blur(); scrollTo(0, 0)", &[]);
    let most = reachable(page) + 5;
    let mut stops = Vec::new();
    for _ in 0..most {
        page.press(Key::Tab);
        let found = page.script(
            &format!(
                "{REACHABLE} const e = document.activeElement;
                 if (!e || e === document.body || e === document.documentElement) return null;
                 const style = getComputedStyle(e), box = e.getBoundingClientRect();
                 const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
                 const inside = box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
                 const kind = e.matches('.skip') ? 'skip' : e.matches('table[data-list] th button[data-sort]') ? 'sort'
                    : e.closest('[data-tools]') ? 'tool' : e.closest('table[data-list] tbody') ? 'row' : 'other';
                 return {{ at: reachable.indexOf(e), kind, text: (e.innerText || e.name || e.localName).trim().slice(0, 40), seen: ring && inside }}"
            ),
            &[],
        );
        // Past the last one the focus leaves the page, and the next Tab begins again.
        let Some(at) = found["at"].as_i64() else { break };
        let text = |name: &str| found[name].as_str().unwrap_or_default().to_string();
        stops.push(Stop {
            at: usize::try_from(at).unwrap_or(usize::MAX),
            kind: text("kind"),
            text: text("text"),
            seen: found["seen"] == true,
        });
    }
    stops
}

/// A printed page: its paper in points, its text in one line.
#[derive(Debug)]
pub struct Sheet {
    pub width: f64,
    pub height: f64,
    pub text: String,
}

impl Sheet {
    /// Whether somebody is named on it.
    pub fn names(&self, name: &str) -> bool {
        format!(" {} ", unbroken(&self.text).replace([',', ':', ';'], " ")).contains(&format!(" {} ", unbroken(name)))
    }

    /// Whether there is more on it than on every sheet, such as its foot, and the number of the page.
    pub fn says_something_of_its_own(&self, all: &[Self]) -> bool {
        let everywhere = |word: &str| all.len() > 1 && all.iter().all(|sheet| sheet.text.split(' ').any(|other| other == word));
        self.text.split(' ').filter(|word| word.chars().any(char::is_alphabetic) && !everywhere(word)).count() > 2
    }
}

/// The sheets of a PDF, as Poppler reads them.
pub fn sheets(pdf: &[u8]) -> Vec<Sheet> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("printed.pdf");
    std::fs::write(&file, pdf).unwrap();
    let sizes = poppler("pdfinfo", &["-f", "1", "-l", "-1"], &file, &[]);
    let sizes = sizes.lines().filter(|line| line.starts_with("Page ") && line.contains("size:"));
    let texts = poppler("pdftotext", &["-enc", "UTF-8"], &file, &["-"]);
    // Each page ends with a form feed.
    let texts = texts.strip_suffix('\u{c}').unwrap_or(&texts).split('\u{c}');
    let sheets: Vec<Sheet> = sizes
        .zip(texts)
        .map(|(size, text)| {
            let mut numbers = size.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).skip(1);
            Sheet { width: numbers.next().unwrap(), height: numbers.next().unwrap(), text: one_line(text) }
        })
        .collect();
    assert!(!sheets.is_empty(), "nothing was printed");
    sheets
}

fn poppler(program: &str, before: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(before).arg(file).args(after).output();
    let output = output.unwrap_or_else(|e| panic!("{program} cannot be started ({e}): install poppler-utils, or let .ci/run do so"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).to_string()
}

/// A text as it is where it was not broken into lines: without hyphens, for what stood at the end of a line is lost.
pub fn unbroken(text: &str) -> String {
    one_line(text).replace("- ", "").replace('-', "")
}

/// A text without its line breaks.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The heading of every card, in the order of the page.
pub fn headings(page: &Browser) -> Vec<String> {
    let found = page.texts(
        "return [...document.querySelectorAll('article[data-card]')].map(card => card.querySelector('h2, h3, h4').textContent)",
        &[],
    );
    found.iter().map(|heading| one_line(heading)).collect()
}

/// Every value a filter offers, but for the one that lets everybody through.
pub fn offers(page: &Browser, filter: &str) -> Vec<String> {
    page.texts(
        "return [...document.querySelectorAll(`select[data-filter=${arguments[0]}] option`)].map(o => o.value).filter(Boolean)",
        &[json!(filter)],
    )
}

/// What the heading of a column tells of the order, where no other column tells anything.
pub fn direction(page: &Browser, column: &str) -> String {
    page.text(
        "const sorted = [...document.querySelectorAll('table[data-list] th[aria-sort]')].filter(th => th.ariaSort !== 'none');
         return sorted.map(th => th.querySelector('button').dataset.sort === arguments[0] ? th.ariaSort : `${th.textContent} as well`).join()",
        &[json!(column)],
    )
}

/// Neighbours that stand the wrong way round, given what the heading tells. Who has no value stands at one end.
pub fn out_of_order(page: &Browser, column: &str) -> Vec<String> {
    page.texts(
        "const name = arguments[0], th = document.querySelector(`table[data-list] th button[data-sort=${name}]`).closest('th');
         const turn = th.ariaSort === 'descending' ? -1 : 1;
         const compare = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: 'base' }).compare;
         const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
         const day = text => { const [, d, m, y] = text.match(/(\\d+)[. ]+(\\d+|[A-Z][a-z]{2})[. ]+(\\d{4})/) ?? [];
            return d ? `${y} ${String(months.indexOf(m.toLowerCase()) + 1 || m).padStart(2, '0')} ${d.padStart(2, '0')}` : '' };
         const value = row => ['rank', 'level', 'class'].includes(name) ? row.dataset[name]
            : name === 'name' ? row.querySelector('.who').textContent.trim() : day(row.cells[th.cellIndex].textContent);
         const values = [...document.querySelectorAll('table[data-list] tbody tr')].map(value);
         const known = values.filter(Boolean), gaps = values.length - known.length;
         const apart = gaps && values.slice(0, gaps).some(Boolean) && values.slice(known.length).some(Boolean);
         return known.slice(1).flatMap((next, at) => turn * compare(known[at], next) > 0 ? [`${known[at]} before ${next}`] : [])
            .concat(apart ? ['those without a value stand in the midst'] : [])",
        &[json!(column)],
    )
}

/// Whether this element has the focus.
pub fn has_focus(page: &Browser, css: &str) -> bool {
    page.script("return document.activeElement.matches(arguments[0])", &[json!(css)]) == true
}

/// How bright the ground of a page is, from 0 to 1.
pub fn brightness(page: &Browser) -> f64 {
    page.script(
        "const ground = [document.body, document.documentElement].map(e => getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number))
            .find(([r, g, b, a = 1]) => a > 0) ?? [255, 255, 255];
         return (0.2126 * ground[0] + 0.7152 * ground[1] + 0.0722 * ground[2]) / 255",
        &[],
    )
    .as_f64()
    .unwrap()
}
