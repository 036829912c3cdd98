//! What must hold for every page, workbook and table, whatever is in it.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports)]

mod fixtures;

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, DataType, Reader, Xlsx};
use fixtures::{centre, edition, index, overview, school};
use prane_reports::*;
use sha2::{Digest as _, Sha256};

const BOTH: [Language; 2] = [Language::Sq, Language::En];

fn renderer() -> Renderer {
    Renderer::new().unwrap()
}

fn opened(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// A page stands alone: one script at most, which its policy names by its hash, and nothing from elsewhere.
fn assert_stands_alone(html: &str, scripts: usize) {
    assert_eq!(html.matches("<script").count(), scripts);
    assert!(!html.contains("http://") && !html.contains("https://"));
    let policy = html.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && policy.ends_with("base-uri 'none'; form-action 'none'"), "{policy}");
    let script = html.split("<script>").nth(1).map(|rest| rest.split("</script>").next().unwrap());
    match script {
        Some(script) => assert!(policy.contains(&format!("script-src 'sha256-{}';", STANDARD.encode(Sha256::digest(script))))),
        None => assert!(!policy.contains("script-src")),
    }
}

#[test]
fn one_renderer_serves_every_thread() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&renderer());
}

#[test]
fn full_pages_render_in_both_languages() {
    let make = renderer();
    for language in BOTH {
        let words = make.words(language);
        let stamp = edition(language);
        for page in [school(words, 20), centre(words)] {
            let html = make.list_html(&page, &stamp).unwrap();
            for must in [stamp.run_id.as_str(), &words.date(stamp.as_of), &words.say("proposes"), &format!("lang=\"{}\"", language.tag())] {
                assert!(html.contains(must), "{must} is missing");
            }
            assert_stands_alone(&html, 1);
            assert_eq!(html.matches("<article").count(), page.cards.len());
            assert_eq!(html.matches("<tr role=\"row\" data-rank").count(), page.cards.len());
        }
        let html = make.overview_html(&overview(), &stamp).unwrap();
        assert_stands_alone(&html, 1);
        assert_eq!(html.matches("<svg").count(), 1 + overview().municipality_trends.len());
        let html = make.index_html(&index(), &stamp).unwrap();
        assert_stands_alone(&html, 0);
        assert!(html.contains("schools/S0001/list.html"));
    }
}

#[test]
fn a_long_list_stays_light() {
    let make = renderer();
    let stamp = edition(Language::Sq);
    let html = make.list_html(&school(make.words(Language::Sq), 40), &stamp).unwrap();
    assert!(html.len() < 500_000, "{} bytes", html.len());
}

#[test]
fn a_row_says_what_to_do_what_was_done_and_where_there_is_room() {
    let make = renderer();
    let stamp = edition(Language::En);
    let mut page = school(make.words(Language::En), 1);
    page.rows[0] = Row {
        next_step: "home_visit".to_owned(),
        escalation: "unanswered_contacts".to_owned(),
        unanswered_contacts: 3,
        suggested_service: "after_school_class".to_owned(),
        last_contact: Some(stamp.as_of),
        contact_by: Some("the class teacher".to_owned()),
        last_action: "phone_call".to_owned(),
        last_outcome: "not_reached".to_owned(),
        review_date: Some(stamp.as_of),
        review_due: true,
        ..page.rows[0].clone()
    };
    let html = make.list_html(&page, &stamp).unwrap();
    let row = html.split("<tbody").nth(1).unwrap().split("</tr>").next().unwrap();
    for must in [
        "visit the family at home",
        "3 contacts without an answer",
        "Qendra Nr. 5: full, 4 waiting",
        "phone call: <strong>not reached</strong>",
        "(the class teacher)",
        "review due",
    ] {
        assert!(row.contains(must), "no {must}");
    }
    let known = |room, waiting| Offer { room, waiting, ..page.offers[0].clone() };
    for (offer, said) in [
        (known(Some(1), 0), ": 1 free place<"),
        (known(Some(3), 2), ": 3 free places, 2 waiting<"),
        (known(None, 2), ": free places not known, 2 waiting<"),
    ] {
        let page = PlacePage { offers: vec![offer], ..page.clone() };
        assert!(make.list_html(&page, &stamp).unwrap().contains(said), "no {said}");
    }
}

#[test]
fn every_name_can_be_hidden() {
    let make = renderer();
    let stamp = edition(Language::Sq);
    let mut page = centre(make.words(Language::Sq));
    let named = |name: &mut String| *name = "Zzyx".to_owned();
    page.rows.iter_mut().chain(&mut page.referral_candidates).for_each(|it| named(&mut it.last_name));
    page.changes.iter_mut().for_each(|it| named(&mut it.last_name));
    page.not_assessable.iter_mut().for_each(|it| named(&mut it.last_name));
    page.participants.iter_mut().for_each(|it| named(&mut it.last_name));
    let html = make.list_html(&page, &stamp).unwrap();
    let hidable: usize =
        html.split("<span class=\"who\" data-n=\"").skip(1).filter(|part| part.split('<').next().unwrap().contains("Zzyx")).count();
    assert!(hidable > 20 && hidable == html.matches("Zzyx").count(), "a name stands outside of what the button hides");
}

#[test]
fn empty_pages_say_so() {
    let make = renderer();
    for language in BOTH {
        let words = make.words(language);
        let stamp = edition(language);
        for kind in [PlaceKind::School, PlaceKind::Centre] {
            let bare = PlacePage { place: Place { kind, ..Place::default() }, ..PlacePage::default() };
            assert!(make.list_html(&bare, &stamp).unwrap().contains(&words.say("list-no-data")));
            let quiet = PlacePage { data_through: Some(stamp.as_of), ..bare };
            let html = make.list_html(&quiet, &stamp).unwrap();
            for said in ["list-empty", "changes-empty", "not-assessable-empty", "flow-empty", "chart-empty"] {
                assert!(html.contains(&words.say(said)), "{said}");
            }
            let rest =
                if kind == PlaceKind::Centre { ["stopped-empty", "referrals-empty", "participants-empty"] } else { ["events-empty"; 3] };
            for said in rest {
                assert!(html.contains(&words.say(said)), "{said}");
            }
            opened(make.list_xlsx(&quiet, &stamp).unwrap());
            make.list_csv(&quiet, &stamp).unwrap();
        }
        assert!(make.overview_html(&Overview::default(), &stamp).unwrap().contains(&words.say("overview-empty")));
        assert!(make.index_html(&Index::default(), &stamp).unwrap().contains(&words.say("index-empty")));
    }
}

#[test]
fn a_name_is_never_markup_and_never_a_formula() {
    let make = renderer();
    let stamp = edition(Language::Sq);
    let mut page = school(make.words(Language::Sq), 3);
    let evil = "<script>alert(1)</script>";
    page.rows[0].first_name = evil.to_owned();
    page.rows[0].reasons = vec![evil.to_owned()];
    page.rows[1].first_name = "=HYPERLINK(1)".to_owned();
    page.rows[1].contact_by = Some("@cmd".to_owned());
    page.place.name = evil.to_owned();
    page.cards[0].contacts = vec![Contact { by: evil.to_owned(), action: evil.to_owned(), ..Contact::default() }];
    page.changes[0].last_name = evil.to_owned();
    page.not_assessable[0].last_name = evil.to_owned();
    // Values that stand in attributes, in charts and in the style sheet's footer too.
    let sly = "\" onmouseover=\"alert(1)";
    page.rows[0].class = sly.to_owned();
    page.rows[0].status = sly.to_owned();
    page.rows[2].escalation = evil.to_owned();
    page.rows[2].contact_by = Some(evil.to_owned());
    page.absence_by_class[0].class = evil.to_owned();
    page.offers[0].centre = evil.to_owned();
    page.cards[0].marks[0].subject = evil.to_owned();
    page.changes[1].status = evil.to_owned();
    page.changes[1].because = vec![evil.to_owned()];
    let html = make.list_html(&page, &stamp).unwrap();
    assert_stands_alone(&html, 1);
    assert!(!html.contains("\" onmouseover=\""));
    let sheet = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert!(sheet.contains("\\3c script\\3e alert(1)") && sheet.trim_end().ends_with("}}"), "the footer closes the style sheet");

    let evil_trend = Overview {
        municipality_trends: vec![MunicipalityTrend { municipality: evil.to_owned(), weeks: overview().trend }],
        ..Overview::default()
    };
    assert_stands_alone(&make.overview_html(&evil_trend, &stamp).unwrap(), 1);

    let csv = String::from_utf8(make.list_csv(&page, &stamp).unwrap()).unwrap();
    assert!(csv.contains(",'=HYPERLINK(1),") && csv.contains(",'@cmd,"));

    let mut book = opened(make.list_xlsx(&page, &stamp).unwrap());
    for name in book.sheet_names() {
        for cell in book.worksheet_range(&name).unwrap().cells() {
            if let Data::String(text) = cell.2 {
                assert!(!text.starts_with(['=', '+', '-', '@']), "{text}");
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (renderer(), renderer());
    let stamp = edition(Language::Sq);
    let page = school(one.words(Language::Sq), 20);
    assert_eq!(one.list_html(&page, &stamp).unwrap(), two.list_html(&page, &stamp).unwrap());
    assert!(one.list_xlsx(&page, &stamp).unwrap() == two.list_xlsx(&page, &stamp).unwrap());
    assert!(one.list_csv(&page, &stamp).unwrap() == two.list_csv(&page, &stamp).unwrap());
}

#[test]
fn the_workbook_can_be_read_back() {
    let make = renderer();
    for language in BOTH {
        let words = make.words(language);
        let page = school(words, 20);
        let mut book = opened(make.list_xlsx(&page, &edition(language)).unwrap());
        let list = book.worksheet_range(&words.say("sheet-list")).unwrap();
        let heads: Vec<String> = list.rows().next().unwrap().iter().map(ToString::to_string).collect();
        let mut unlike = heads.clone();
        unlike.sort();
        unlike.dedup();
        assert_eq!(unlike.len(), heads.len(), "every header is its own");
        for (head, canonical) in contact_headers(words) {
            assert!(heads.contains(&head), "{canonical} has no column");
        }
        let at = |id: &str| heads.iter().position(|head| *head == words.say(id)).unwrap();
        let third = list.rows().nth(3).unwrap();
        assert_eq!(third[at("pupil-id")].get_string(), Some(page.rows[2].pupil_id.as_str()));
        assert!(third[at("last-contact")].is_datetime(), "dates are dates");
        assert!(third[at("rate-year")].is_float(), "numbers are numbers");

        let hidden = book.worksheet_range("prane").unwrap();
        let canon: Vec<String> = hidden.rows().filter(|row| row[0].get_string() == Some("column")).map(|row| row[2].to_string()).collect();
        assert_eq!(canon, CONTACT_COLUMNS.map(|(canonical, _)| canonical));
    }
}

#[test]
fn the_table_has_a_line_a_row_and_canonical_headers() {
    let make = renderer();
    let page = school(make.words(Language::Sq), 20);
    let bytes = make.list_csv(&page, &edition(Language::Sq)).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers().unwrap(), &LIST_COLUMNS[..]);
    assert_eq!(reader.records().map(Result::unwrap).count(), page.rows.len());
}

#[test]
fn small_cells_stay_hidden_in_the_overview() {
    let make = renderer();
    let mut overview = overview();
    overview.by_sex = vec![Group { name: "F".to_owned(), pupils: Some(7), absence_rate: Some(0.777), ..Group::default() }];
    let html = make.overview_html(&overview, &edition(Language::En)).unwrap();
    assert!(!html.contains(">7</td>") && !html.contains("77.7%"));
}

#[test]
fn a_rate_near_an_end_is_told_by_its_bound_in_both_languages() {
    let make = renderer();
    let mut overview = overview();
    let group = |name: &str, pupils| Group { name: name.to_owned(), pupils: Some(pupils), ..Group::default() };
    overview.by_region = vec![
        Group { absence_below: Some(0.05), ..group("Below", 40) },
        Group { absence_above: Some(0.95), ..group("Above", 40) },
        Group { absence_above: Some(0.915), ..group("Half", 40) },
        Group { absence_below: Some(0.025), ..group("Few", 7) },
    ];
    for (language, half, note) in
        [(Language::En, "&gt; 91.5%</td>", "fewer than 10 children"), (Language::Sq, "&gt; 91,5%</td>", "më pak se 10 fëmijë")]
    {
        let html = make.overview_html(&overview, &edition(language)).unwrap();
        for cell in [">&lt; 5%</td>", ">&gt; 95%</td>", half, note] {
            assert!(html.contains(cell), "no {cell}");
        }
        assert!(!html.contains("2.5%</td>") && !html.contains("2,5%</td>"), "of few pupils not even the bound is told");
    }
}

#[test]
fn beside_an_encrypted_list_the_index_tells_no_count() {
    let make = renderer();
    let mut index = index();
    for entry in &mut index.entries {
        entry.sealed = entry.id == "S0003";
        entry.level_3 = if entry.sealed { 4321 } else { 1234 };
    }
    let html = make.index_html(&index, &edition(Language::En)).unwrap();
    assert!(html.contains(">1234</td>") && !html.contains("4321"));
}

/// No record is no record of nothing: a school that stopped handing in is not told that nobody needs support.
#[test]
fn an_empty_list_says_nothing_where_too_little_is_known() {
    for language in BOTH {
        let words = Words::new(language).unwrap();
        let mut page = school(&words, 0);
        page.rows.clear();
        let said = |page: &PlacePage| renderer().list_html(page, &edition(language)).unwrap();
        let nobody = words.say("list-empty");
        assert!(said(&page).contains(&nobody), "enough pupils could be assessed");
        let unknown = |html: &str| !html.contains(&nobody) && html.contains("<strong>?</strong>") && html.contains("class=\"warn\"");
        page.too_little_known = true;
        assert!(unknown(&said(&page)), "too little is recorded");
    }
}
