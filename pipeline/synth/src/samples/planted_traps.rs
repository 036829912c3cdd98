//! The planted children of the traps: transfers, closings, corrections, odd names and odd registers.

use super::super::days::day;
use super::children::Seat;
use super::planted::{add, comes, feb, last, regrade, stays};
use super::town::{BRIDGE, HILL, LAKE, Town, as_of, calendar, days_so_far};

pub(super) fn plant(town: &mut Town) {
    transfers(town);
    weeks(town);
    leaving(town);
    registers(town);
    people(town);
    ties(town);
}

fn transfers(town: &mut Town) {
    let days = calendar(HILL, 2024);
    let (start, moved) = (days[days.len() - 178], days[days.len() - 96]);
    let seats = vec![
        Seat::from(LAKE, 6, start).until(moved.pred_opt().unwrap_or(moved), "transferred"),
        Seat::from(HILL, 6, moved),
        Seat::whole(HILL, 2025, 7),
    ];
    add(
        town,
        seats,
        "transfer: 45 of 82 days away at S0001, then 7 of 96 at S0003, in 2024-2025: with as_of 2025-06-20 that is \
         52 of 178 = 29.2 % (severe_absence, chronic_absence), not 7.3 %; this year nothing",
        "",
        |c| {
            let days = c.days();
            let (before, after): (Vec<_>, Vec<_>) = days[..178].iter().copied().partition(|d| *d < moved);
            let away: Vec<_> = before.iter().step_by(2).chain([&before[1], &before[21], &before[41], &before[61]]).copied().collect();
            c.put_all(&away, "absent");
            let away: Vec<_> = after.iter().skip(5).step_by(14).copied().collect();
            c.put_all(&away, "excused");
        },
    );
    let at_lake = last(LAKE, 60);
    let at_hill = last(LAKE, 100);
    let seats =
        vec![Seat::from(HILL, 7, at_hill).until(at_lake.pred_opt().unwrap_or(at_lake), "transferred"), Seat::from(LAKE, 7, at_lake)];
    add(
        town,
        seats,
        "transfer this year: 20 of 40 days away at S0003, 3 of 60 at S0001: 23 of 100 = 23 %, not 5 %",
        "severe_absence, chronic_absence",
        |c| {
            let days = c.days_this_year();
            let away: Vec<_> = days[..40].iter().step_by(2).chain([&days[50], &days[65], &days[90]]).copied().collect();
            c.put_all(&away, "excused");
        },
    );
    let seats = vec![Seat::whole(HILL, 2025, 6), Seat::from(LAKE, 6, feb(16))];
    add(
        town,
        seats,
        "at two schools on the same days: S0003 never closed the enrolment and writes absent, S0001 writes present: present wins, \
         and the enrolment that started last names the school",
        "",
        |c| {
            for (date, school) in c.register.keys().copied().collect::<Vec<_>>() {
                if school == HILL && date >= feb(16) {
                    c.register.insert((date, school), "absent");
                }
            }
        },
    );
}

fn weeks(town: &mut Town) {
    add(
        town,
        stays(HILL, 6),
        "closing inside the window: S0003 had no school on 2-13 February, so its four school weeks reach back to 19 January, \
         where four days were missed; 28 calendar days would see none",
        "rising_absence",
        |c| c.put_all(&[day(2026, 1, 20), day(2026, 1, 22), day(2026, 1, 26), day(2026, 1, 30)], "excused"),
    );
    add(
        town,
        stays(LAKE, 3),
        "winter break inside the window: with as_of 2026-01-16 the four school weeks reach back to 9 December, and four days \
         missed then are recent (rising_absence); by 2026-02-27 they are past",
        "",
        |c| c.put_all(&[day(2025, 12, 9), day(2025, 12, 11), day(2025, 12, 16), day(2025, 12, 18)], "excused"),
    );
    add(
        town,
        stays(HILL, 7),
        "disrupted day: 9 of 95 days away (9.5 %) and away on the day of snow, which counts in nobody's figures; \
         with it, it would be 10 of 96 and chronic",
        "",
        |c| {
            let snow = super::town::snow_day();
            c.register.remove(&(snow, HILL));
            c.spread(9);
            c.register.insert((snow, HILL), "absent");
        },
    );
    add(
        town,
        stays(HILL, 5),
        "records off the calendar: marked absent on the ten days of February on which S0003 was closed; they count nowhere",
        "",
        |c| {
            for date in days_so_far(LAKE).into_iter().filter(|d| *d >= feb(2) && *d <= feb(13)) {
                c.register.insert((date, HILL), "absent");
            }
        },
    );
}

fn leaving(town: &mut Town) {
    let ends = |date, reason| vec![Seat::whole(LAKE, 2024, 7), Seat::whole(LAKE, 2025, 8).until(date, reason)];
    add(
        town,
        ends(as_of(), "transferred"),
        "enrolment closed on as_of itself: still enrolled that day, so still listed (13 of 106 days away)",
        "chronic_absence",
        |c| c.spread(13),
    );
    add(
        town,
        ends(feb(26), "transferred"),
        "enrolment closed the day before as_of: no longer listed, though 13 of 105 days away",
        "",
        |c| c.spread(13),
    );
    let seats = vec![Seat::whole(LAKE, 2024, 8), Seat::whole(LAKE, 2025, 9).until(feb(13), "turned_16")];
    add(
        town,
        seats,
        "turned 16 on 13 February and left, which is lawful: listed with as_of 2026-02-13 (chronic_absence), then gone with cause turned_16",
        "",
        |c| {
            c.birth = day(2010, 2, 13);
            c.spread(14);
        },
    );
    let seats = vec![Seat::whole(BRIDGE, 2024, 3), Seat::whole(BRIDGE, 2025, 4).until(day(2025, 11, 14), "left_country")];
    add(town, seats, "left the country in November: in no list", "", |c| c.spread(12));
    add(town, comes(LAKE, 1, day(2026, 3, 2)), "starts on 2 March: not yet enrolled, in no list, not even as not assessable", "", |_| {});
    add(town, comes(LAKE, 2, feb(20)), "too new to judge: six days recorded, all absent: not assessable", "", |c| {
        c.put_last(6, "absent");
        c.marks.clear();
    });
}

fn registers(town: &mut Town) {
    add(
        town,
        stays(LAKE, 5),
        "absent and late in one day's lessons: on 12 February lesson 1 late, lessons 5 and 6 absent: days_absent 2/6, days_late 1/6",
        "",
        |c| {
            for (lesson, status) in [(1, "late"), (5, "absent"), (6, "absent")] {
                c.lessons.insert((feb(12), lesson), status);
            }
        },
    );
    add(
        town,
        comes(LAKE, 5, last(LAKE, 100)),
        "lessons add up exactly: on 30 of 100 days two of six lessons missed = 10 days = 10.0 %, although 30 times 1/3 drifts in floating point",
        "chronic_absence",
        |c| {
            let days = c.days_this_year();
            for date in days.iter().skip(2).step_by(3).take(30) {
                c.lessons.insert((*date, 5), "absent");
                c.lessons.insert((*date, 6), "absent");
            }
        },
    );
    add(town, stays(LAKE, 6), "not required on ten days (a contest): neither present nor absent, 96 days recorded", "", |c| {
        c.put_last(10, "not_required");
    });
    add(town, stays(LAKE, 6), "status left empty on eight days: not recorded, 98 days count", "", |c| {
        c.put_all(&[feb(2), feb(4), feb(6), feb(10), feb(12), feb(16), feb(18), feb(20)], "");
    });
    add(town, stays(LAKE, 3), "late on 15 days, away on none: no flag, days_late 15", "", |c| {
        let days: Vec<_> = c.days_this_year().into_iter().step_by(7).take(15).collect();
        c.put_all(&days, "late");
    });
    add(town, stays(LAKE, 2), "the last three days excused: no unexcused streak, no flag", "", |c| c.put_last(3, "excused"));
    add(
        town,
        stays(LAKE, 2),
        "two files disagree: absent on the last three days in one, present in the later one (attendance_S0001_2025-2026_b.csv), which wins",
        "",
        |c| c.put_last(3, "absent"),
    );
    add(
        town,
        stays(LAKE, 3),
        "a correction that comes later: the last three days unexcused; later/ turns them into excused, and the next list says so",
        "long_absence",
        |c| c.put_last(3, "absent"),
    );
}

fn people(town: &mut Town) {
    add(
        town,
        stays(LAKE, 5),
        "a name that starts with = and a contact that starts with +: harmless in CSV and XLSX (12 of 106 days away)",
        "chronic_absence",
        |c| {
            (c.first, c.last) = ("Çlirim".into(), "=1+2".into());
            c.guardian_contact = "+355 00 000 0000";
            c.spread(12);
        },
    );
    add(
        town,
        stays(LAKE, 6),
        "ë and ç, and no national id: the centre writes Pellumb Coku, same birth date: still the same child (12 of 106 days away)",
        "chronic_absence",
        |c| {
            (c.first, c.last, c.girl) = ("Pëllumb".into(), "Çoku".into(), false);
            c.national_id = None;
            c.spread(12);
        },
    );
    for grade in [3, 4] {
        add(
            town,
            stays(BRIDGE, grade),
            "two pupils of one name and birth date, and a centre participant who could be either: left for a person to decide",
            "",
            |c| {
                (c.first, c.last, c.girl) = ("Drita".into(), "Hoxha".into(), true);
                c.birth = day(2016, 9, 5);
                c.national_id = None;
            },
        );
    }
    add(town, stays(LAKE, 8), "in care: 12 of 106 days away, and somebody called on 20 February", "chronic_absence", |c| {
        c.spread(12);
    });
    add(town, stays(BRIDGE, 9), "flagged, in no centre: a referral candidate for C02 (failing two subjects)", "failing_subjects", |c| {
        regrade(c, Some("histori"), 2, 4);
        regrade(c, Some("gjeografi"), 2, 4);
    });
}

/// Alike in everything a list is ordered by but the key.
fn ties(town: &mut Town) {
    for grade in [3, 4, 5, 6, 7] {
        add(
            town,
            stays(LAKE, grade),
            "tied at the capacity line of S0001: five pupils over age and never away; two fit, three are left off and counted",
            "over_age",
            |c| c.birth = day(2025 - i32::from(grade) - 7, 5, 5),
        );
    }
}
