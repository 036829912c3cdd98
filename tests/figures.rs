//! The same words have the same numbers wherever they stand, and a number is not told more exactly than it is shown.

use std::sync::LazyLock;

use crate::support::made::{Register, calendar, day, enrolments, weekdays_to};
use crate::support::{Project, rows};

/// The samples with fewer places than pupils who need one.
static FEW_PLACES: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("figures").with_samples();
    let settings = std::fs::read_to_string(project.path("prane.toml")).unwrap();
    let few: String =
        settings.lines().map(|line| if line.starts_with("per_school") { "per_school = 5\n".into() } else { format!("{line}\n") }).collect();
    assert!(few.contains("per_school = 5\n"), "the samples say how many places there are");
    project.put("prane.toml", few);
    project.run();
    project
});

fn page(name: &str) -> String {
    String::from_utf8(FEW_PLACES.published("2026-02-27").remove(name).unwrap_or_else(|| panic!("no {name}"))).unwrap()
}

/// The number that follows a piece of a page, tags and all.
fn number_after(text: &str, piece: &str) -> u32 {
    let rest = text.split_once(piece).unwrap_or_else(|| panic!("the page never says {piece}")).1;
    let digits = rest.chars().skip_while(|c| *c == '>' || *c == ' ').take_while(char::is_ascii_digit).collect::<String>();
    digits.parse().unwrap_or_else(|_| panic!("no number after {piece}: {}", rest.chars().take(80).collect::<String>()))
}

#[test]
fn the_front_page_and_the_list_count_the_same_children_by_the_same_words() {
    let index = page("index.html");
    let row = index.split("<tr").find(|row| row.contains("schools/S0001/list.html")).expect("a line of the school");
    let list = page("schools/S0001/list.html");
    let tiles: Vec<&str> =
        list.split("<ul class=\"tiles\">").nth(1).unwrap().split("</ul>").next().unwrap().split("<strong>").skip(1).collect();
    let tile = |at: usize| tiles[at].chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().unwrap();
    let listed = rows(page("schools/S0001/list.csv").as_bytes());
    let mut placed = 0;
    for (at, (word, level)) in [("kontakt tani", "3"), ("plan mbështetjeje", "2"), ("në vëmendje", "1")].into_iter().enumerate() {
        let on_front = number_after(row, &format!("data-h=\"{word}\">"));
        let on_list = listed.iter().filter(|r| r["level"] == level && r["on_list"] == "true").count();
        assert_eq!((on_front, u32::try_from(on_list).unwrap()), (tile(at), tile(at)), "level {level}");
        placed += on_front;
    }
    let left_off = number_after(row, "data-h=\"Pa vend këtë javë\">");
    assert_eq!((placed, left_off), (5, tile(3)));
    assert!(left_off > 0, "more pupils than places");
}

#[test]
fn no_rate_of_an_aggregate_is_told_more_exactly_than_it_is_shown() {
    let overview = page("overview/index.html");
    let values: Vec<&str> = overview.split("data-v=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let fractions = values.iter().filter(|value| value.contains('.')).count();
    assert!(fractions > 3, "the page tells rates: {values:?}");
    let digits = |value: &str| value.split_once('.').map_or(0, |(_, after)| after.len());
    for value in values {
        assert!(digits(value) <= 3, "{value} tells more than is shown");
    }
    // Where nothing is few every rate is told, and each column has some.
    let open = FEW_PLACES.copy();
    let settings = std::fs::read_to_string(open.path("prane.toml")).unwrap();
    open.put("prane.toml", format!("{settings}\n[suppress]\nmin_cell = 1\n"));
    let question = [
        ("groups", "absence_rate"),
        ("reach", "attended_rate"),
        ("municipality_weeks", "absence_rate"),
        ("change", "absence_rate_before"),
        ("change", "absence_rate_after"),
    ]
    .map(|(view, column)| {
        let exact = format!("abs({column} * 1000 - round({column} * 1000)) > 0.000001");
        format!(
            "select '{view}.{column}' as rate, count({column}) > 0 as told, count(case when {exact} then 1 end) as exact from programme.{view}"
        )
    });
    let rates = open.sql(&question.join(" union all "));
    assert_eq!(rates.len(), question.len());
    for row in rates {
        assert_eq!((row["told"].as_str(), row["exact"].as_str()), ("true", "0"), "{row:?}");
    }
}

#[test]
fn a_school_that_falls_silent_keeps_its_last_list_and_is_not_told_that_nobody_needs_it() {
    let all = weekdays_to("2026-02-27", 75);
    let (early, late) = all.split_at(60);
    let away = |at: usize| if at >= 50 { "absent" } else { "present" };
    let project = Project::empty();
    let seats: Vec<(String, String)> =
        ["S1", "S2"].iter().flat_map(|school| (1..=5).map(move |n| (format!("{school}-P{n}"), (*school).to_string()))).collect();
    let seats: Vec<_> = seats.iter().map(|(pupil, school)| (pupil.as_str(), school.as_str(), "2025-09-01", "", "")).collect();
    project
        .put("inbox/calendar.csv", calendar("*", &all))
        .put("inbox/enrolments.csv", enrolments(&seats))
        .put("inbox/attendance_S1.csv", Register::default().class("S1", 4, early).days("S1-P5", "S1", early, away).0)
        .put("inbox/attendance_S2.csv", Register::default().class("S2", 5, early).0);
    let first = early.last().unwrap().to_string();
    project.prane_at(&format!("{first}T20:00:00Z"), &["run", "--quiet"]).code(0);
    let page = |day: &str, name: &str| String::from_utf8(project.published(day).remove(name).unwrap()).unwrap();
    let before = rows(page(&first, "schools/S1/list.csv").as_bytes());
    assert_eq!((before.len(), before[0]["pupil_id"].as_str(), before[0]["level"].as_str()), (1, "S1-P5", "3"));

    project.put("inbox/attendance_S2_more.csv", Register::default().class("S2", 5, late).0);
    project.run();
    let silent = page("2026-02-27", "schools/S1/list.html");
    assert!(!silent.contains("Askush nuk ka nevojë"), "silence is told as if nobody needed support");
    assert!(silent.contains("siç dihej së fundi") && silent.contains("<strong>1</strong>"), "the last list and its tile");
    let date = day(&first).format("%-d.%-m.%Y").to_string();
    assert!(silent.contains(&format!("lista e datës {date}")), "its day");
    let after = rows(page("2026-02-27", "schools/S1/list.csv").as_bytes());
    assert_eq!((after.len(), after[0]["pupil_id"].as_str(), after[0]["status"].as_str()), (1, "S1-P5", "last_known"));
    let workbook = crate::support::sheets(&project.published("2026-02-27")["schools/S1/list.xlsx"]);
    assert!(workbook.contains("S1-P5") && workbook.contains("siç dihej së fundi"), "{workbook}");
    // The other school, where enough could be assessed, may be told that nobody needs to be on its list.
    assert!(page("2026-02-27", "schools/S2/list.html").contains("Askush nuk ka nevojë"));
}

#[test]
fn what_an_owner_overrides_for_one_place_reaches_its_page_and_no_other() {
    let project = Project::shared("overrides").with_samples();
    project.run();
    let plain = project.published("2026-02-27");
    project.put(
        "queries/policy.toml",
        // The pass mark changes how many are flagged, and a night that differs so much from the last one would be stopped.
        "[volume]\nchange_permille = 100000\n\n[[override]]\nschool = \"S0001\"\nmarks.pass = 9\ncaseload.per_school = 3\ncontract.stale_after_days = 1\n\n[[override]]\nregion = \"Shkodër\"\ncaseload.per_centre = 1\n",
    );
    project.prane(&["run", "--as-of", "2026-03-03"]).code(0);
    let own = project.published("2026-03-03");
    let text = |files: &std::collections::BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8(files[name].clone()).unwrap();
    let failing = |page: &str| page.matches("<span class=\"low\">").count();
    let placed = |files: &std::collections::BTreeMap<String, Vec<u8>>, name: &str| {
        rows(&files[name]).iter().filter(|row| row["on_list"] == "true").count()
    };
    let (before, after) = (text(&plain, "schools/S0001/list.html"), text(&own, "schools/S0001/list.html"));
    // Fewer cards, and all the same more marks lie under a pass mark of nine.
    assert!(failing(&after) > failing(&before), "marks under the pass mark: {} and {}", failing(&before), failing(&after));
    assert!(placed(&plain, "schools/S0001/list.csv") > 3);
    assert_eq!(placed(&own, "schools/S0001/list.csv"), 3);
    let warned = |page: &str| page.contains("<p class=\"warn\">");
    assert!(!warned(&before) && warned(&after), "records of Friday are stale on Tuesday where they may be a day old");
    assert_eq!((placed(&plain, "centres/C01/list.csv"), placed(&own, "centres/C01/list.csv")), (2, 1));

    // Neighbours are as they were but for the day.
    for name in ["schools/S0002/list.html", "schools/S0003/list.html"] {
        let (before, after) = (text(&plain, name), text(&own, name));
        assert_eq!((failing(&before), warned(&before)), (failing(&after), warned(&after)), "{name}");
    }
    assert_eq!(placed(&plain, "schools/S0002/list.csv"), placed(&own, "schools/S0002/list.csv"));
    // The measure follows the pass mark too: the rule about failing subjects finds more of the school's pupils, and only of its.
    let failing_pupils = |files: &std::collections::BTreeMap<String, Vec<u8>>, school: &str| {
        rows(&files["analysts/lists.csv"])
            .iter()
            .filter(|row| row["school_id"] == school && row["flags"].contains("failing_subjects"))
            .count()
    };
    assert!(failing_pupils(&own, "S0001") > failing_pupils(&plain, "S0001"), "the pass mark of nine reaches the rule");
    assert_eq!(failing_pupils(&own, "S0002"), failing_pupils(&plain, "S0002"));
}

#[test]
fn no_view_has_two_rows_of_one_key() {
    let library = prane_rules::query::Library::load(std::path::Path::new("no such folder")).unwrap();
    let twice = library.queries.values().map(|q| {
        let key = q.header.key.join(", ");
        format!("select '{}' as view, count(*) as keys from (select 1 from {} group by {key} having count(*) > 1)", q.id, q.id)
    });
    let question = format!("select view from ({}) where keys > 0 order by view", twice.collect::<Vec<_>>().join(" union all "));
    let found = FEW_PLACES.sql(&question);
    assert!(found.is_empty(), "keys of {found:?} name several rows");
}
