//! The planted children: one for each rule and each trap. `what` is read by people in the README, `flags` by tests.
//! Days are chosen so that a child trips its own rule and as little else as arithmetic allows.

use chrono::NaiveDate;

use super::super::days::day;
use super::super::dice::{Dice, For};
use super::super::marks::subjects;
use super::super::names;
use super::children::{Child, Proof, Seat};
use super::town::{BRIDGE, HILL, LAKE, SPRING, Town, YEARS, days_so_far};

pub(super) fn plant(town: &mut Town) {
    absence(town);
    slopes(town);
    nearly_gone(town);
    marks(town);
    standing(town);
    super::planted_traps::plant(town);
}

/// Enrolled at one school last year and this.
pub(super) fn stays(school: usize, grade: u8) -> Vec<Seat> {
    let mut seats = Vec::new();
    if grade > 1 {
        seats.push(Seat::whole(school, 2024, grade - 1));
    }
    seats.push(Seat::whole(school, 2025, grade));
    seats
}

/// New this school year, from a date on.
pub(super) fn comes(school: usize, grade: u8, start: NaiveDate) -> Vec<Seat> {
    vec![Seat::from(school, grade, start)]
}

/// 2026-02-`n`.
pub(super) fn feb(n: u32) -> NaiveDate {
    day(2026, 2, n)
}

/// First day of the last `n` session days of a school.
pub(super) fn last(school: usize, n: usize) -> NaiveDate {
    let days = days_so_far(school);
    days.get(days.len().saturating_sub(n)).copied().unwrap_or_default()
}

pub(super) fn add(town: &mut Town, seats: Vec<Seat>, what: &'static str, flags: &'static str, change: impl FnOnce(&mut Child)) {
    let number = town.next_number();
    let mut dice = Dice::new(11, For::Sample, u64::from(number));
    let girl = dice.chance(5000);
    let grade = seats.last().map_or(1, |s| s.grade);
    let birth = day(2025 - i32::from(grade) - 6, 9, 2) + chrono::Days::new(u64::from(dice.below(365)));
    let mut child = Child::new(number, names::name(&mut dice, girl), girl, birth);
    for seat in seats {
        child.sit(seat);
    }
    for year in YEARS {
        let grade = child.seats.iter().filter(|s| s.year == year).map(|s| s.grade).next_back();
        for subject in grade.map(subjects).unwrap_or_default() {
            for term in 1..=3 {
                child.mark(year, subject, term, &[8, 8]);
            }
        }
    }
    child.proof = Some(Proof { what, flags });
    change(&mut child);
    town.children.push(child);
}

/// Sets both marks of a subject this year.
pub(super) fn regrade(child: &mut Child, subject: Option<&str>, term: u32, mark: u32) {
    for one in &mut child.marks {
        if one.date >= day(2025, 9, 1) && one.term == term && subject.is_none_or(|s| s == one.subject) {
            one.value = mark;
        }
    }
}

fn absence(town: &mut Town) {
    add(
        town,
        comes(LAKE, 7, feb(3)),
        "extended absence: the last 10 recorded days all excused; only 19 days recorded, so no rate counts yet",
        "extended_absence",
        |c| c.put_last(10, "excused"),
    );
    add(
        town,
        stays(LAKE, 8),
        "severe absence: every fourth day away all year, so no recent change",
        "severe_absence, chronic_absence",
        |c| c.spread(26),
    );
    add(
        town,
        comes(LAKE, 6, feb(3)),
        "long absence, level 2: the last 5 recorded days unexcused; too few days for a rate or a shift",
        "long_absence",
        |c| c.put_last(5, "absent"),
    );
    add(town, stays(BRIDGE, 6), "long absence, level 1: the last 3 days unexcused, in a register of absences only", "long_absence", |c| {
        c.put_last(3, "absent");
    });
    add(
        town,
        comes(LAKE, 6, last(LAKE, 100)),
        "exactly 10.0 %: 10 of 100 days away is chronic absence (1 - 90/100 in floating point would miss it)",
        "chronic_absence",
        |c| c.spread(10),
    );
    add(town, comes(LAKE, 6, last(LAKE, 101)), "just under: 10 of 101 days away is not chronic absence", "", |c| c.spread(10));
    add(town, stays(BRIDGE, 7), "chronic absence: 13 of 106 days in a register of absences only", "chronic_absence", |c| {
        c.spread(13);
    });
}

fn slopes(town: &mut Town) {
    add(
        town,
        stays(LAKE, 9),
        "rising absence: never away before, four single days in school weeks 3 and 4; no trend, as weeks 1 and 2 are whole",
        "rising_absence",
        |c| c.put_all(&[feb(3), feb(5), feb(10), feb(12)], "excused"),
    );
    add(
        town,
        stays(LAKE, 7),
        "worsening trend: four days away in autumn, then two in week 4 and two in week 1; too usual for rising absence",
        "worsening_trend",
        |c| {
            c.put_all(&[day(2025, 9, 25), day(2025, 10, 7), day(2025, 10, 16), day(2025, 11, 4)], "excused");
            c.put_all(&[feb(3), feb(5), feb(23), feb(25)], "excused");
        },
    );
}

fn nearly_gone(town: &mut Town) {
    add(town, comes(LAKE, 8, feb(3)), "hidden dropout: present on 3 of 19 days, and still given marks", "hidden_dropout", |c| {
        c.put_last(19, "absent");
        let days = c.days();
        c.put_all(&[days[2], days[9], days[18]], "present");
    });
    add(
        town,
        stays(HILL, 8),
        "hidden dropout as it grows: since November one day in ten, marks all the same; every rule of absence sees it",
        "extended_absence, severe_absence, chronic_absence, long_absence, rising_absence, hidden_dropout",
        |c| {
            let days = c.days_this_year();
            for (at, date) in days.iter().enumerate().skip(35) {
                c.put(*date, if at % 10 == 0 && at < 80 { "present" } else { "absent" });
            }
        },
    );
    add(
        town,
        comes(LAKE, 1, last(LAKE, 12)),
        "never arrived: 12 days recorded, none present (all excused, so no unexcused streak)",
        "never_arrived, extended_absence",
        |c| {
            c.put_last(12, "excused");
            c.marks.clear();
        },
    );
    add(
        town,
        comes(BRIDGE, 1, day(2025, 9, 15)),
        "never arrived since September, in a register of absences only",
        "never_arrived, extended_absence, severe_absence, chronic_absence, long_absence",
        |c| {
            c.put_last(200, "absent");
            c.marks.clear();
        },
    );
}

fn marks(town: &mut Town) {
    add(town, stays(LAKE, 7), "falling marks: mean 9 in term 1, 7 in term 2; one day away", "falling_marks", |c| {
        regrade(c, None, 1, 9);
        regrade(c, None, 2, 7);
        c.put(feb(11), "excused");
    });
    add(
        town,
        stays(LAKE, 8),
        "failing subjects: physics and chemistry at 4 in the current term; mean 8 to 7.2, so no fall",
        "failing_subjects",
        |c| {
            regrade(c, Some("fizike"), 2, 4);
            regrade(c, Some("kimi"), 2, 4);
        },
    );
    add(
        town,
        stays(BRIDGE, 5),
        "failing a core subject: mathematics 4 and 5, mean 4.5, below the pass mark of 5",
        "failing_subjects",
        |c| {
            regrade(c, Some("matematike"), 2, 4);
            if let Some(mark) = c.marks.iter_mut().rfind(|m| m.subject == "matematike" && m.term == 2 && m.date > day(2026, 1, 1)) {
                mark.value = 5;
            }
        },
    );
    add(town, stays(BRIDGE, 5), "a mean of exactly 5 in mathematics passes", "", |c| {
        regrade(c, Some("matematike"), 2, 5);
    });
}

fn standing(town: &mut Town) {
    add(town, stays(LAKE, 4), "over age: turned 11 before 1 September, in grade 4; one day away", "over_age", |c| {
        c.birth = day(2014, 8, 30);
        c.put(feb(19), "excused");
    });
    add(town, stays(BRIDGE, 4), "not over age: born on 2 September, so a year younger on 1 September", "", |c| {
        c.birth = day(2014, 9, 2);
    });
    let seats = vec![
        Seat::from(HILL, 6, day(2025, 9, 15)).until(day(2025, 10, 29), "transferred"),
        Seat::from(BRIDGE, 6, day(2025, 11, 3)).until(day(2025, 12, 19), "transferred"),
        Seat::from(LAKE, 6, day(2026, 1, 5)),
    ];
    add(town, seats, "many moves: three schools since September; one day away", "many_moves", |c| c.put(feb(18), "excused"));
    add(
        town,
        stays(LAKE, 4),
        "left the centre: in the after-school class of C01, came to 1 of its 8 sessions of the last four weeks; one day away from school",
        "left_centre",
        |c| c.put(feb(17), "excused"),
    );
    add(
        town,
        stays(BRIDGE, 8),
        "left the centre: school integration at C02, linked by name and birth date, came to none of 8 sessions",
        "left_centre",
        |_| {},
    );
    add(
        town,
        stays(LAKE, 9),
        "two flags of level 2 make level 3: chronic absence and a failing core subject",
        "chronic_absence, failing_subjects",
        |c| {
            c.spread(12);
            regrade(c, Some("gjuhe_shqipe"), 2, 4);
        },
    );
    add(town, stays(BRIDGE, 9), "two flags of level 1 make level 2: over age and falling marks", "over_age, falling_marks", |c| {
        c.birth = day(2009, 3, 3);
        regrade(c, None, 1, 9);
        regrade(c, None, 2, 7);
    });
    let severe_but_silent = "at the silent school: away half of the autumn, but nothing is known of the last two weeks: not assessable";
    add(town, stays(SPRING, 4), severe_but_silent, "", |c| c.spread(40));
}
