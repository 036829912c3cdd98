//! What the workbook of a place must hold for the person who fills it in, and for the program that reads it back.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::wildcard_imports
)]

#[allow(dead_code)]
mod fixtures;

use std::io::{Cursor, Read};

use calamine::{Data, DataType, Range, Reader, Xlsx};
use fixtures::{centre, day, edition, school};
use prane_reports::*;

const BOTH: [Language; 2] = [Language::Sq, Language::En];
/// Rows below the list for second contacts.
const SPARE: usize = 20;

/// A workbook, as a program opens it and as it is written.
struct Book {
    make: Renderer,
    language: Language,
    page: PlacePage,
    bytes: Vec<u8>,
    list: Range<Data>,
}

impl Book {
    fn of(language: Language, page: impl Fn(&Words) -> PlacePage) -> Self {
        let make = Renderer::new().unwrap();
        let page = page(make.words(language));
        let bytes = make.list_xlsx(&page, &edition(language)).unwrap();
        let mut sheets: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
        let list = sheets.worksheet_range(&make.words(language).say("sheet-list")).unwrap();
        Self { make, language, page, bytes, list }
    }

    fn words(&self) -> &Words {
        self.make.words(self.language)
    }

    fn sheets(&self) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(self.bytes.clone())).unwrap()
    }

    /// kind, shown, canonical of the hidden sheet.
    fn metadata(&self) -> Vec<[String; 3]> {
        let sheet = self.sheets().worksheet_range("prane").unwrap();
        sheet.rows().map(|row| [0, 1, 2].map(|at| row[at].to_string())).collect()
    }

    fn part(&self, name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(self.bytes.clone())).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn list_xml(&self) -> String {
        self.part("xl/worksheets/sheet1.xml")
    }

    /// Position of a column, from 0.
    fn at(&self, id: &str) -> usize {
        let word = self.words().say(id);
        self.list.rows().next().unwrap().iter().position(|head| head.get_string() == Some(&word)).unwrap()
    }

    fn letter(&self, id: &str) -> String {
        letter(self.at(id))
    }

    /// Whether the cells of a style may be changed on a protected sheet.
    fn is_open(&self, style: &str) -> bool {
        let styles = self.part("xl/styles.xml");
        let (_, formats) = styles.split_once("<cellXfs").unwrap();
        let format = formats.split("<xf ").nth(style.parse::<usize>().unwrap() + 1).unwrap();
        format.contains("locked=\"0\"")
    }

    /// The style of a column as a whole.
    fn column_style(&self, column: usize) -> String {
        let xml = self.list_xml();
        let number = column + 1;
        let entry = pieces(&xml, "<col ").into_iter().find(|col| {
            let [min, max] = ["min", "max"].map(|name| attribute(col, name).unwrap().parse::<usize>().unwrap());
            (min..=max).contains(&number)
        });
        attribute(&entry.unwrap(), "style").unwrap()
    }

    /// The style of one cell, `M2`, if it has one of its own.
    fn cell_style(&self, cell: &str) -> Option<String> {
        let xml = self.list_xml();
        let entry = pieces(&xml, &format!("<c r=\"{cell}\"")).into_iter().next()?;
        attribute(&entry, "s")
    }
}

fn letter(at: usize) -> String {
    let one = |at: usize| char::from(b'A' + at as u8);
    if at < 26 { one(at).to_string() } else { format!("{}{}", one(at / 26 - 1), one(at % 26)) }
}

/// What stands behind each opening of an element, up to its `>`.
fn pieces(xml: &str, open: &str) -> Vec<String> {
    xml.split(open).skip(1).map(|rest| format!(" {}", rest.split('>').next().unwrap())).collect()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// Each value that an attribute has anywhere.
fn attributes(xml: &str, name: &str) -> Vec<String> {
    xml.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn twenty(words: &Words) -> PlacePage {
    school(words, 20)
}

#[test]
fn the_list_says_what_the_night_found() {
    for language in BOTH {
        let book = Book::of(language, twenty);
        let (list, words) = (&book.list, book.words());
        for (row, cells) in book.page.rows.iter().zip(list.rows().skip(1)) {
            let text = |id: &str| cells[book.at(id)].get_string().unwrap_or_default().to_owned();
            let number = |id: &str| cells[book.at(id)].as_f64();
            let date = |id: &str| match &cells[book.at(id)] {
                Data::DateTime(date) => Some(day(1899, 12, 30) + chrono::Days::new(date.as_f64() as u64)),
                cell => {
                    assert!(cell.is_empty(), "{id} is a date");
                    None
                }
            };
            assert_eq!(number("rank"), Some(f64::from(row.rank)));
            assert_eq!(text("name"), format!("{} {}", row.first_name, row.last_name));
            assert_eq!(number("level"), Some(f64::from(row.level)));
            assert_eq!(text("status"), words.of("status", &row.status));
            assert_eq!(text("reasons"), row.reasons.join(" "));
            assert_eq!(date("last-contact"), row.last_contact);
            assert_eq!(text("contact-by"), row.contact_by.clone().unwrap_or_default());
            assert_eq!(date("review-date"), row.review_date);
            assert_eq!(text("sheet-due") == words.say("yes"), row.review_due);
            assert_eq!(text("pupil-id"), row.pupil_id);
            assert_eq!(number("rate-year"), row.absence_rate);
            assert_eq!(number("mark-change"), row.mark_change);
            for id in ["sheet-contact-date", "sheet-by", "sheet-action", "sheet-outcome", "sheet-review-date", "sheet-note"] {
                assert!(cells[book.at(id)].is_empty(), "{id} is for the reader");
            }
        }
    }
}

#[test]
fn the_next_step_says_why_and_the_last_contact_what_came_of_it() {
    let book = Book::of(Language::En, |words| {
        let mut page = school(words, 3);
        page.rows[0] = Row {
            next_step: "home_visit".to_owned(),
            escalation: "unexcused_days".to_owned(),
            unexcused_streak: 5,
            unanswered_contacts: 9,
            suggested_service: String::new(),
            last_action: "phone_call".to_owned(),
            last_outcome: "not_reached".to_owned(),
            ..page.rows[0].clone()
        };
        page.rows[1] = Row {
            next_step: "refer_to_centre".to_owned(),
            escalation: "unanswered_contacts".to_owned(),
            unanswered_contacts: 1,
            suggested_service: "peer_support".to_owned(),
            last_action: "a letter".to_owned(),
            last_outcome: String::new(),
            ..page.rows[1].clone()
        };
        page.rows[2] = Row { next_step: "home_visit".to_owned(), escalation: "of_our_own".to_owned(), ..page.rows[2].clone() };
        page
    });
    let list = &book.list;
    let text = |row: u32, id: &str| list.get_value((row, book.at(id) as u32)).unwrap().to_string();
    assert_eq!(text(1, "next-step"), "visit the family at home\n(5 days in a row without excuse)");
    assert_eq!(text(1, "sheet-last-what"), "phone call: not reached");
    assert_eq!(text(2, "next-step"), "refer to a centre\n(1 contact without an answer)\nsuggested: peer support");
    assert_eq!(text(2, "sheet-last-what"), "a letter");
    assert!(text(3, "next-step").contains("(of our own)"), "words that are missing stop nothing");
}

#[test]
fn what_must_not_change_is_locked_and_what_is_filled_in_is_not() {
    for book in [Book::of(Language::Sq, twenty), Book::of(Language::En, centre)] {
        let xml = book.list_xml();
        let lock = pieces(&xml, "<sheetProtection").remove(0);
        assert_eq!(attribute(&lock, "sheet").as_deref(), Some("1"));
        assert!(!lock.contains("password") && !lock.contains("hashValue"), "whoever must change it can");
        for free in ["autoFilter", "sort", "formatColumns", "formatRows", "insertColumns", "insertRows"] {
            assert_eq!(attribute(&lock, free).as_deref(), Some("0"), "{free} stays free");
        }
        let (fill, shown) =
            (["sheet-contact-date", "sheet-by", "sheet-action", "sheet-outcome", "sheet-review-date", "sheet-note"], ["name"]);
        assert!(fill.iter().all(|id| book.is_open(&book.column_style(book.at(id)))));
        assert!(!shown.iter().chain(&["reasons", "weeks", "grade-level"]).any(|id| book.is_open(&book.column_style(book.at(id)))));
        for at in 0..book.list.width() {
            assert!(!book.is_open(&book.cell_style(&format!("{}1", letter(at))).unwrap()), "a header says what its column is");
        }
        let (id, last) = (book.letter("pupil-id"), book.page.rows.len() + 1);
        assert!((2..=last).all(|row| !book.is_open(&book.cell_style(&format!("{id}{row}")).unwrap())), "a number of the list stays");
        assert!(book.cell_style(&format!("{id}{}", last + 1)).is_none() && book.is_open(&book.column_style(book.at("pupil-id"))));
        assert!(book.is_open(&book.column_style(book.list.width())), "there is room for columns of one's own");
    }
}

#[test]
fn cells_to_fill_offer_choices_and_refuse_what_is_no_date() {
    for language in BOTH {
        let book = Book::of(language, twenty);
        let xml = book.list_xml();
        let rules: Vec<String> = xml.split("<dataValidation ").skip(1).map(|rule| format!(" {rule}")).collect();
        assert_eq!(attribute(&pieces(&xml, "<dataValidations")[0], "count").as_deref(), Some("7"));
        let bottom = book.page.rows.len() + 1 + SPARE;
        let rule = |id: &str, first: usize| {
            let range = format!("{0}{first}:{0}{bottom}", book.letter(id));
            rules.iter().find(|rule| attribute(rule, "sqref").as_deref() == Some(&range)).unwrap_or_else(|| panic!("{id}: {range}"))
        };
        for (id, name) in [("sheet-action", "prane_action"), ("sheet-outcome", "prane_outcome")] {
            assert!(rule(id, 2).contains(&format!("<formula1>{name}</formula1>")) && rule(id, 2).contains("errorStyle=\"warning\""));
        }
        // Serial numbers of 11 March 2020 and 13 March 2022: a year before and after the list of 12 March 2021.
        for id in ["sheet-contact-date", "sheet-review-date"] {
            assert!(rule(id, 2).contains("type=\"date\"") && rule(id, 2).contains("<formula1>43901</formula1><formula2>44633</formula2>"));
        }
        assert!(rule("pupil-id", book.page.rows.len() + 2).contains("<formula1>prane_pupil</formula1>"));
        for id in ["sheet-by", "sheet-note"] {
            assert!(attribute(rule(id, 2), "prompt").is_some_and(|prompt| !prompt.is_empty()), "{id} says what it wants");
        }
    }
}

#[test]
fn a_name_chosen_below_the_list_is_found_by_its_number() {
    let book = Book::of(Language::En, twenty);
    let xml = book.list_xml();
    let cells: Vec<&str> = xml.split("<c ").filter(|cell| cell.contains("<f>")).collect();
    assert_eq!(cells.len(), SPARE, "no other cell is a formula");
    assert!(cells.iter().all(|cell| cell.contains("t=\"str\"") && cell.contains("<v></v>")), "and each has its result by it");
    let list = &book.list;
    let spare: Vec<_> = list.rows().skip(book.page.rows.len() + 1).collect();
    assert_eq!(spare.len(), SPARE);
    assert!(spare.into_iter().flatten().all(|cell| cell.to_string().is_empty()), "an untouched line is no record");
}

#[test]
fn marks_stand_on_the_cells_they_speak_of() {
    let book = Book::of(Language::Sq, twenty);
    let xml = book.list_xml();
    let marks: Vec<(String, &str)> = xml
        .split("<conditionalFormatting")
        .skip(1)
        .map(|rest| (attribute(rest.split('>').next().unwrap(), "sqref").unwrap(), rest.split("</conditionalFormatting>").next().unwrap()))
        .collect();
    let (last, bottom) = (book.page.rows.len() + 1, book.page.rows.len() + 1 + SPARE);
    let of = |range: &str| marks.iter().find(|(on, _)| on == range).map_or("", |(_, rules)| *rules);
    let column = |id: &str, to: usize| format!("{0}2:{0}{to}", book.letter(id));
    assert_eq!(of(&column("level", last)).matches("<cfRule").count(), 2, "one for 3, one for 2");
    assert!(!of(&format!("{}2:{}{last}", book.letter("review-date"), book.letter("sheet-due"))).is_empty());
    for id in ["name", "pupil-id", "sheet-contact-date", "sheet-by", "sheet-action", "sheet-outcome", "sheet-review-date", "sheet-note"] {
        assert_eq!(of(&column(id, bottom)).matches("<cfRule").count(), 1, "{id}");
    }
    assert!(of(&column("sheet-note", bottom)).contains("\"tjetër\""), "other wants a note, in the words of the list");
}

#[test]
fn it_prints_on_a4_with_its_headers_and_says_whose_it_is() {
    for book in [Book::of(Language::En, twenty), Book::of(Language::Sq, centre)] {
        let (xml, parts) = (book.list_xml(), book.part("xl/workbook.xml"));
        let page = pieces(&xml, "<pageSetup").remove(0);
        assert!(page.contains("paperSize=\"9\"") && page.contains("landscape") && page.contains("fitToHeight=\"0\""));
        assert!(xml.contains("<pageSetUpPr fitToPage=\"1\"/>") && xml.contains("showGridLines=\"0\""));
        let pane = pieces(&xml, "<pane").remove(0);
        assert_eq!((attribute(&pane, "topLeftCell").as_deref(), attribute(&pane, "state").as_deref()), (Some("C2"), Some("frozen")));
        assert_eq!(
            attribute(&pieces(&xml, "<autoFilter")[0], "ref").unwrap(),
            format!("A1:{}{}", letter(book.list.width() - 1), book.page.rows.len() + 1)
        );
        assert!(parts.contains("_xlnm.Print_Titles") && parts.contains("$1:$1</definedName>"));
        assert!(parts.contains("_xlnm.Print_Area") && parts.contains(&format!("${}$", book.letter("sheet-note"))));
        let stamp = edition(book.language);
        for said in [book.words().say("proposes"), stamp.run_id.clone(), book.words().date(stamp.as_of), "&amp;P".to_owned()] {
            let ends = xml.split("<headerFooter>").nth(1).unwrap();
            assert!(ends.contains(&said), "{said} is missing");
        }
    }
}

#[test]
fn the_hidden_sheet_says_what_it_is_and_what_each_word_means() {
    for language in BOTH {
        let book = Book::of(language, twenty);
        let (metadata, words, stamp) = (book.metadata(), book.words(), edition(language));
        assert_eq!(metadata[0], ["kind", "shown", "canonical"]);
        assert_eq!(metadata[1], ["format", "contacts", "1"]);
        let meta = |what: &str| metadata.iter().find(|line| line[0] == "meta" && line[1] == what).map(|line| line[2].clone()).unwrap();
        assert_eq!(meta("sheet"), book.sheets().sheet_names()[0]);
        assert_eq!(meta("language"), language.tag());
        assert_eq!((meta("as_of"), meta("run_id")), (stamp.as_of.to_string(), stamp.run_id));
        assert_eq!((meta("place_kind"), meta("place_id"), meta("school")), ("school".into(), "S0012".into(), "S0012".into()));
        let kind = |kind: &str| metadata.iter().filter(|line| line[0] == kind).map(|line| line[2].as_str()).collect::<Vec<_>>();
        assert_eq!((kind("action"), kind("outcome")), (ACTIONS.to_vec(), OUTCOMES.to_vec()));
        assert!(metadata.iter().filter(|line| line[0] == "action").all(|line| line[1] == words.of("action", &line[2])));
        let known: Vec<&str> = book.page.rows.iter().map(|row| row.pupil_id.as_str()).chain(["N9"]).collect();
        assert_eq!(kind("pupil"), known, "each pupil once, those not assessable too");
        let parts = book.part("xl/workbook.xml");
        assert!(parts.contains("name=\"prane\"") && parts.contains("state=\"hidden\""));
        for (name, of, column) in [("prane_action", "action", 'B'), ("prane_pupil", "pupil", 'C'), ("prane_name", "pupil", 'B')] {
            let first = metadata.iter().position(|line| line[0] == of).unwrap() + 1;
            let last = first + kind(of).len() - 1;
            assert!(parts.contains(&format!("name=\"{name}\">prane!${column}${first}:${column}${last}<")), "{name}");
        }
    }
}

#[test]
fn a_centre_says_which_school_a_school_says_it_once() {
    let (one, other) = (Book::of(Language::En, centre), Book::of(Language::En, twenty));
    assert_eq!(one.list.get_value((1, one.at("school") as u32)).unwrap().to_string(), one.page.rows[0].school);
    let word = other.words().say("school");
    assert!(!other.list.rows().next().unwrap().iter().any(|head| head.get_string() == Some(&word)));
    assert!(one.metadata().contains(&["meta".to_owned(), "place_kind".to_owned(), "centre".to_owned()]));
}

#[test]
fn nothing_from_the_data_becomes_a_formula_or_breaks_a_header() {
    let book = Book::of(Language::Sq, |words| {
        let mut page = school(words, 3);
        page.place.name = format!("=A1 &Co {}", "x".repeat(400));
        page.place.id = "@S1".to_owned();
        page.rows[0].pupil_id = "=1+1".to_owned();
        page.rows[0].first_name = "+355".to_owned();
        page.rows[0].last_action = "=cmd".to_owned();
        page.rows[0].next_step = "-step".to_owned();
        page.rows[1].pupil_id = "00123".to_owned();
        page
    });
    let mut sheets = book.sheets();
    for name in sheets.sheet_names() {
        for (_, _, cell) in sheets.worksheet_range(&name).unwrap().cells() {
            assert!(!cell.get_string().is_some_and(|text| text.starts_with(['=', '+', '-', '@'])), "{cell}");
        }
    }
    let list = &book.list;
    assert_eq!(plain(list.get_value((1, book.at("pupil-id") as u32)).unwrap().get_string().unwrap()), "=1+1");
    assert_eq!(list.get_value((2, book.at("pupil-id") as u32)).unwrap().get_string(), Some("00123"), "noughts stay");
    let xml = book.list_xml();
    let header = xml.split("<oddHeader>").nth(1).unwrap().split("</oddHeader>").next().unwrap();
    assert!(header.contains("&amp;&amp;Co") && header.len() < 300, "{header}");
}

#[test]
fn a_quiet_week_and_a_silent_school_have_a_workbook_too() {
    for language in BOTH {
        let nobody = Book::of(language, |_| PlacePage { data_through: Some(day(2021, 3, 12)), ..PlacePage::default() });
        assert_eq!(nobody.list.rows().next().unwrap().len(), Book::of(language, twenty).list.width());
        assert!(!nobody.list_xml().contains("prane_pupil</formula1>") && !nobody.part("xl/workbook.xml").contains("prane_pupil"));
        let silent = Book::of(language, |words| PlacePage { rows: Vec::new(), ..school(words, 3) });
        assert!(silent.list_xml().contains("prane_pupil</formula1>"), "there are pupils whom somebody may ask after");
    }
}

#[test]
fn the_instructions_speak_of_every_column_to_fill() {
    for language in BOTH {
        let book = Book::of(language, twenty);
        let help = book.sheets().worksheet_range(&book.words().say("sheet-help")).unwrap();
        let text: Vec<String> = help.cells().map(|(_, _, cell)| cell.to_string()).collect();
        for (header, canonical) in contact_headers(book.words()) {
            assert!(text.contains(&header), "{canonical}");
        }
        assert!(text.iter().any(|line| line.contains(&book.words().say("proposes"))));
        let bare = |text: &str| ["help-", "tip-", "mark-", "bad-", "sheet-"].iter().any(|id| text.starts_with(id));
        assert!(!text.iter().any(|line| bare(line)), "every id has words");
        let xml = book.list_xml();
        let said = ["prompt", "promptTitle", "error", "errorTitle"].map(|name| attributes(&xml, name)).concat();
        assert!(said.len() > 20 && !said.iter().any(|line| bare(line)));
    }
}
