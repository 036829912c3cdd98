//! A list goes out as a workbook, is filled in by another program, and changes the list of the week after.
//!
//! `round_trip/*.xlsx` were filled in by `round_trip/fill.py` (openpyxl), and one of them saved again by `LibreOffice`; CI
//! fills in a fresh one as well.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use prane_base::key::hex;
use prane_vault::Vault;

use crate::support::{Project, Row, root, rows};

const BEFORE: &str = "2026-02-20";
const NOW: &str = "2026-02-27";

fn filled(name: &str) -> PathBuf {
    // CI sets it to a folder in which another program has just filled in the list of tonight.
    std::env::var_os("PRANE_FILLED").map_or_else(|| root().join("tests/round_trip"), PathBuf::from).join(name)
}

/// The list of the week before is out.
fn published() -> Project {
    let project = Project::empty().with_samples();
    project.night(&["--as-of", BEFORE]).code(0);
    project
}

fn hand_in(project: &Project, filled: &Path, name: &str) {
    project.put(&format!("inbox/{name}"), std::fs::read(filled).unwrap());
}

/// The manifest tells of it, and the front page names the file in the reader's language.
fn has_note(project: &Project, what: &str) {
    let manifest = project.manifest();
    let inputs = manifest["inputs"].as_array().unwrap();
    let file = inputs.iter().find(|input| input["told"].to_string().contains(what));
    let file = file.unwrap_or_else(|| panic!("no file tells {what}: {manifest}"))["file"].as_str().unwrap();
    let index = String::from_utf8(project.published(NOW)["index.html"].clone()).unwrap();
    let notes = index.split_once("<h2>Shënime të këtij përpunimi</h2>").unwrap_or_else(|| panic!("no notes on the front page")).1;
    assert!(notes.contains(file), "the front page does not name {file}");
}

/// Tonight's list.
fn list(project: &Project) -> Vec<Row> {
    project.sql_with("select * from caseload.list", &["--as-of", NOW])
}

/// `column` of a pupil on a list.
#[track_caller]
fn column_of(project: &Project, list: &[Row], pupil: &str, column: &str) -> String {
    let key = project.key_of(pupil);
    list.iter().find(|row| row["pupil_key"] == key).unwrap_or_else(|| panic!("{pupil} is not on the list"))[column].clone()
}

fn is_as_outputs_say(project: &Project) {
    let list = list(project);
    let of = |pupil: &str, column: &str| column_of(project, &list, pupil, column);
    // A call that reached the family: in care, though the level is as it was.
    assert_eq!(of("P0000002", "status"), "in_care");
    assert_eq!(of("P0000002", "last_contact"), "2026-02-23");
    // Nobody was found, twice: not in care, and the ladder asks for a visit.
    assert_eq!(of("P0000023", "status"), "continuing");
    assert_eq!(of("P0000023", "unanswered_contacts"), "2");
    assert_eq!(of("P0000023", "next_step"), "home_visit");
    // The day agreed has come: back by itself.
    assert_eq!(of("P0000008", "review_due"), "true");
    assert_eq!(of("P0000008", "status"), "continuing");
    // "Other" is a note, not an action.
    assert_eq!(of("P0000047", "status"), "continuing");
    assert_eq!(of("P0000047", "last_action"), "other");
    // A day typed as text, and words in other capitals.
    assert_eq!(of("P0000033", "last_contact"), "2026-02-24");
    assert_eq!(of("P0000033", "last_action"), "home_visit");
    assert_eq!(of("P0000033", "status"), "in_care");
    // A line without a name beside it is refused alone, with its row.
    assert_eq!(of("P0000040", "last_contact"), "");
    let rejects = project.rejects();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert_eq!((rejects[0]["column"].as_str(), rejects[0]["reason"].as_str()), ("by", "by is empty"));
    let html = String::from_utf8(project.published(NOW)["schools/S0001/list.html"].clone()).unwrap();
    assert!(html.contains("Ana Provë"), "who made the contact is told to the school");
}

#[test]
fn a_list_filled_in_by_openpyxl_under_another_name_changes_the_next_list() {
    let project = published();
    hand_in(&project, &filled("openpyxl.xlsx"), "Kopje e listës (2).xlsx");
    project.night(&["--as-of", NOW]).code(0);
    is_as_outputs_say(&project);
    // "In care" is news, and a contact is what moved it.
    let news = project.row_of("caseload.changes", "P0000002", &["--as-of", NOW]).unwrap();
    assert_eq!((news["status"].as_str(), news["because"].contains("contact")), ("in_care", true));
    let account = project.account("Kopje e listës (2).xlsx");
    assert_eq!((account["table"].as_str(), account["read"].as_u64(), account["rejected"].as_u64()), (Some("contacts"), Some(7), Some(1)));
    // The file again, and nothing changes.
    let before = project.published(NOW);
    project.night(&["--as-of", NOW]).code(0);
    let html = "schools/S0001/list.csv";
    assert_eq!(before[html], project.published(NOW)[html]);
}

#[test]
fn a_list_saved_by_libreoffice_comes_back_just_so() {
    let project = published();
    hand_in(&project, &filled("libreoffice.xlsx"), "lista.xlsx");
    project.night(&["--as-of", NOW]).code(0);
    is_as_outputs_say(&project);
}

#[test]
fn two_copies_that_disagree_are_both_kept_and_told() {
    let project = published();
    hand_in(&project, &filled("openpyxl.xlsx"), "a.xlsx");
    hand_in(&project, &filled("colleague.xlsx"), "b.xlsx");
    project.night(&["--as-of", NOW]).code(0);
    has_note(&project, "a.xlsx and b.xlsx: 1 row of one day, person and action differ; both are kept, and b.xlsx, saved later, counts");
    assert_eq!(column_of(&project, &list(&project), "P0000002", "last_outcome"), "plan_agreed");
    let account = project.account("a.xlsx");
    // Nothing that somebody wrote is lost for what a colleague wrote; the other lines of the copies are equal.
    assert_eq!(account["conflicts"].as_u64(), Some(0), "{account}");
}

#[test]
fn a_copy_that_comes_later_corrects_what_was_stored_and_is_told() {
    let project = published();
    hand_in(&project, &filled("openpyxl.xlsx"), "a.xlsx");
    project.night(&["--as-of", NOW]).code(0);
    hand_in(&project, &filled("colleague.xlsx"), "b.xlsx");
    project.night(&["--as-of", NOW]).code(0);
    has_note(&project, "b.xlsx: 1 row with other values than stored before; both are kept, and the one saved later counts");
}

#[test]
fn a_list_handed_in_as_it_went_out_is_no_contact_and_no_fault() {
    let project = published();
    let as_it_was = project.published(BEFORE)["schools/S0001/list.xlsx"].clone();
    project.put("inbox/attendance of this week.xlsx", as_it_was);
    let contacts = project.one("select count(*) from sources.contacts");
    project.night(&["--as-of", NOW]).code(0);
    has_note(&project, "attendance of this week.xlsx: a list that came back with nothing filled in");
    assert_eq!(project.one("select count(*) from sources.contacts"), contacts);
}

/// A list as it went out, with a line below for each of these pupils: a call on `NOW` that reached the family.
fn with_lines_below(list: &[u8], pupils: &[&str]) -> Vec<u8> {
    with_cells_below(list, &pupils.iter().map(|pupil| vec![("Numri i nxënësit", *pupil)]).collect::<Vec<_>>())
}

/// The same, with cells that differ from that call, by header.
fn with_cells_below(list: &[u8], lines: &[Vec<(&str, &str)>]) -> Vec<u8> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(list)).unwrap();
    let mut copy = rust_xlsxwriter::Workbook::new();
    for (at, (name, range)) in book.worksheets().into_iter().enumerate() {
        let sheet = copy.add_worksheet();
        sheet.set_name(&name).unwrap().set_hidden(name == "prane");
        let mut table: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        if at == 0 {
            let headers = table[0].clone();
            table.retain(|row| row.iter().any(|cell| !cell.is_empty()));
            let call = [("Data e kontaktit", NOW), ("Kontaktoi", "Ana Provë"), ("Veprimi", "telefonatë"), ("Rezultati", "u kontaktua")];
            for line in lines {
                let filled: Vec<_> = line.iter().chain(&call).collect();
                let cell =
                    |header: &String| filled.iter().find(|(of, _)| of == header).map_or_else(String::new, |(_, cell)| (*cell).into());
                table.push(headers.iter().map(cell).collect());
            }
        }
        for (row, cells) in (0_u32..).zip(&table) {
            for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    copy.save_to_buffer().unwrap()
}

/// Numbers of a column of a published table.
fn numbers(project: &Project, file: &str) -> BTreeSet<String> {
    rows(&project.published(BEFORE)[file]).into_iter().map(|row| row["pupil_id"].clone()).collect()
}

/// Fails unless a list that came back gave all its lines but the last, which is refused with the place that the list is of.
#[track_caller]
fn refuses_the_last(project: &Project, file: &str, stranger: &str, place: &str) {
    let account = project.account(file);
    assert_eq!((account["read"].as_u64(), account["rejected"].as_u64()), (Some(3), Some(1)), "{account}");
    let rejects = project.rejects();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    let reject = &rejects[0];
    assert_eq!((reject["file"].as_str(), reject["column"].as_str(), reject["value"].as_str()), (file, "pupil_id", stranger));
    assert!(reject["row"].parse::<u64>().unwrap() > 3 && reject["reason"].contains(&format!("this is the list of {place}, and the pupil")));
    let stored = project.sql(&format!("select pupil_key from sources.contacts where date = date '{NOW}'"));
    assert_eq!((stored.len(), stored.iter().any(|row| row["pupil_key"] == project.key_of(stranger))), (2, false));
    has_note(project, "1 of 3 rows filled in cannot be used");
}

#[test]
fn a_school_s_list_speaks_of_its_own_pupils_and_of_no_other_school_s() {
    let project = published();
    let seats = rows(&std::fs::read(project.path("inbox/enrolments_2025-2026.csv")).unwrap());
    let listed = numbers(&project, "schools/S0001/list.csv");
    let of = |school: &str, listed: &BTreeSet<String>| {
        let open = seats.iter().find(|row| row["school_id"] == school && row["end_date"].is_empty() && !listed.contains(&row["pupil_id"]));
        open.unwrap()["pupil_id"].clone()
    };
    let (own, stranger) = (of("S0001", &listed), of("S0002", &listed));
    let list = &project.published(BEFORE)["schools/S0001/list.xlsx"];
    project.put("inbox/lista.xlsx", with_lines_below(list, &[listed.first().unwrap(), &own, &stranger]));
    project.night(&["--as-of", NOW]);
    refuses_the_last(&project, "lista.xlsx", &stranger, "school S0001");
}

#[test]
fn a_centre_s_list_speaks_of_its_own_participants_and_of_no_other_child() {
    let project = published();
    let vault = Vault::open(&prane_base::project::Project::open(&project.path("")).unwrap(), false).unwrap();
    let here = project.sql("select pupil_key from sources.centre_participants where centre_id = 'C01' and pupil_key is not null");
    let here: BTreeSet<String> = here.into_iter().map(|row| row["pupil_key"].clone()).collect();
    let listed = numbers(&project, "centres/C01/list.csv");
    let pupils = rows(&std::fs::read(project.path("inbox/pupils.csv")).unwrap());
    let find = |is_linked: bool| {
        let fits = |id: &&String| !listed.contains(*id) && here.contains(&hex(vault.pupil_key(id).unwrap())) == is_linked;
        pupils.iter().map(|row| &row["pupil_id"]).find(fits).unwrap().clone()
    };
    let (own, stranger) = (find(true), find(false));
    let list = &project.published(BEFORE)["centres/C01/list.xlsx"];
    project.put("inbox/lista e qendres.xlsx", with_lines_below(list, &[listed.first().unwrap(), &own, &stranger]));
    project.night(&["--as-of", NOW]);
    refuses_the_last(&project, "lista e qendres.xlsx", &stranger, "centre C01");
}

/// The words of a published page, without its tags.
fn words_of(project: &Project, as_of: &str, page: &str) -> String {
    let page = String::from_utf8(project.published(as_of)[page].clone()).unwrap();
    let receipt = page.split_once("id=\"receipt\"").map_or("", |(_, rest)| rest.split("</section>").next().unwrap());
    let mut words = String::new();
    for piece in receipt.split('<') {
        words.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        words.push('\n');
    }
    words
}

#[test]
fn her_own_page_says_in_her_language_what_of_her_list_was_not_taken() {
    let project = published();
    let listed: Vec<String> = numbers(&project, "schools/S0001/list.csv").into_iter().collect();
    let stranger = numbers(&project, "schools/S0002/list.csv").into_iter().next().unwrap();
    let list = &project.published(BEFORE)["schools/S0001/list.xlsx"];
    let of = |pupil, more: Vec<(&'static str, &'static str)>| [vec![("Numri i nxënësit", pupil)], more].concat();
    project.put(
        "inbox/lista.xlsx",
        with_cells_below(
            list,
            &[
                of(&listed[0], vec![]),
                of(&listed[1], vec![("Data e kontaktit", "e marta")]),
                of(&listed[2], vec![("Rishikimi i ardhshëm më", "pas pushimeve")]),
                of("X-404", vec![]),
                of(&stranger, vec![]),
                of(&listed[3], vec![("Kontaktoi", "")]),
            ],
        ),
    );
    project.night(&["--as-of", NOW]);
    let page = words_of(&project, NOW, "schools/S0001/list.html");
    for wanted in [
        "u morën 2 rreshta",
        "e marta\n\nnuk është datë: rreshti nuk u mor",
        "pas pushimeve\n\nnuk është fjalë e listës ose datë: rreshti u mor",
        "X-404",
        "asnjë nxënës nuk ka këtë numër",
        &stranger,
        "ky nxënës nuk është i këtij vendi",
        "qeliza është bosh: rreshti nuk u mor",
        "Data e kontaktit",
    ] {
        assert!(page.contains(wanted), "{wanted} is not shown: {page}");
    }
    for other in ["schools/S0002/list.html", "centres/C01/list.html"] {
        assert_eq!(words_of(&project, NOW, other), "\n", "{other} is told of another place's list");
    }
    // It stands there on the nights after, until she sends another list.
    project.prane_at("2026-03-05T00:00:00Z", &["run", "--as-of", "2026-03-02"]).code(0);
    assert_eq!(words_of(&project, "2026-03-02", "schools/S0001/list.html"), page);
    project.put("inbox/lista e re.xlsx", with_cells_below(list, &[of(&listed[1], vec![])]));
    project.prane_at("2026-03-06T00:00:00Z", &["run", "--as-of", "2026-03-03"]).code(0);
    let after = words_of(&project, "2026-03-03", "schools/S0001/list.html");
    assert!(after.contains("u mor 1 rresht") && after.contains("Asgjë nuk mbeti jashtë") && !after.contains("X-404"), "{after}");
    // The page of the night before says what it said.
    project.prane_at("2026-03-05T00:00:00Z", &["report", "--as-of", "2026-03-02"]).code(0);
    assert_eq!(words_of(&project, "2026-03-02", "schools/S0001/list.html"), page);
}
