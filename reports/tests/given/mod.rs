//! An invented school and centre for the tests: every section filled, every status and day mark met.

use chrono::{Days, NaiveDate};
use prane_reports::*;

pub fn day(year: i32, month: u32, of: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, of).unwrap()
}

pub fn edition(language: Language) -> Edition {
    Edition {
        language,
        project: "Shkodër 2021".to_owned(),
        as_of: day(2021, 3, 12),
        run_id: "2021-03-12-a1b2c3".to_owned(),
        version: "0.1.0".to_owned(),
        min_cell: 10,
    }
}

/// A school with `listed` pupils on the list and five left off.
pub fn school(words: &Words, listed: u32) -> PlacePage {
    let rows: Vec<Row> = (1..=listed + 5).map(|rank| row(words, rank, rank <= listed)).collect();
    PlacePage {
        place: Place {
            kind: PlaceKind::School,
            id: "S0012".to_owned(),
            name: "Shkolla 9-vjeçare \"Ndre Mjeda\"".to_owned(),
            municipality: "Shkodër".to_owned(),
            region: "Qarku Shkodër".to_owned(),
        },
        data_through: Some(day(2021, 3, 12)),
        coverage: Some(0.964),
        stale_days: None,
        pupils: 412,
        capacity: listed,
        left_off: 7,
        pass_mark: Some(5.0),
        cards: rows.iter().filter(|row| row.on_list).map(card).collect(),
        not_assessable: NOT_ASSESSABLE_CAUSES
            .iter()
            .map(|cause| NotAssessable {
                pupil_key: format!("na-{cause}"),
                pupil_id: "N9".to_owned(),
                first_name: "Ilir".to_owned(),
                last_name: "Gjoka".to_owned(),
                class: "7b".to_owned(),
                cause: (*cause).to_owned(),
                last_recorded: (*cause != "no_record").then(|| day(2021, 2, 26)),
            })
            .collect(),
        changes: changes(),
        events: vec![Event { date: day(2021, 1, 18), absence_rate: 0.83 }],
        level_history: (0..14_u32)
            .map(|week| LevelWeek {
                as_of: day(2020, 12, 4) + Days::new(u64::from(week) * 7),
                level_3: 1 + week / 4,
                level_2: 4 + (week * 7) % 5,
                level_1: 6 + (week * 3) % 7,
            })
            .collect(),
        absence_by_grade: (1..=9_u8)
            .map(|grade| GradeAbsence { grade_level: grade, pupils: 40 + u32::from(grade), absence_rate: 0.03 + 0.013 * f64::from(grade) })
            .collect(),
        absence_by_class: ["5a", "5b", "6a", "7b", "9a"]
            .iter()
            .zip(0_u32..)
            .map(|(class, at)| ClassAbsence {
                class: (*class).to_owned(),
                by_weekday: (1..=5_u8)
                    .map(|weekday| WeekdayAbsence { weekday, recorded: 100, absent: 2 + (at * 3 + u32::from(weekday) * 5) % 17 })
                    .collect(),
            })
            .collect(),
        level_flow: [(0, 1, 4), (0, 2, 2), (1, 2, 3), (1, 1, 5), (2, 2, 6), (2, 3, 1), (3, 3, 2), (3, 2, 1), (2, 0, 2), (1, 0, 3)]
            .iter()
            .flat_map(|(from, to, pupils)| {
                [day(2021, 2, 26), day(2021, 3, 5), day(2021, 3, 12)].map(|as_of| LevelFlow {
                    as_of,
                    from: *from,
                    to: *to,
                    pupils: *pupils,
                })
            })
            .collect(),
        first_day: Some(day(2020, 9, 14)),
        offers: vec![
            Offer { service: "after_school_class".to_owned(), centre: "Qendra Nr. 5".to_owned(), room: Some(0), waiting: 4 },
            Offer { service: "peer_support".to_owned(), centre: "Qendra Nr. 5".to_owned(), room: None, waiting: 0 },
        ],
        rows,
        ..PlacePage::default()
    }
}

/// A centre with participants who come, who stopped, and who are linked to no pupil.
pub fn centre(words: &Words) -> PlacePage {
    let mut page = school(words, 4);
    page.place = Place { kind: PlaceKind::Centre, id: "C01".to_owned(), name: "Qendra Komunitare Nr. 5".to_owned(), ..page.place };
    page.pupils = 38;
    page.absence_by_grade.clear();
    page.events.clear();
    page.participants = (0..9_u32)
        .map(|at| Participant {
            pupil_key: format!("k{at}"),
            participant_id: format!("P{at}"),
            first_name: ["Ardita", "Besnik", "Çlirim"][(at % 3) as usize].to_owned(),
            last_name: "Hoti".to_owned(),
            services: vec!["after_school_class".to_owned(), "peer_support".to_owned()],
            sessions_recent: 12,
            attended_recent: (at * 5) % 12,
            last_attended: (at != 4).then(|| day(2021, 2, 1 + at)),
            school: "Shkolla \"Skënderbeu\"".to_owned(),
            class: "6a".to_owned(),
            recent_absent: f64::from(at),
            recent_recorded: if at == 7 { 0 } else { 19 },
            before_rate: Some(0.05),
            level: (at % 4 != 0).then_some(2),
            stopped: at % 4 == 0,
        })
        .collect();
    page.referral_candidates =
        page.rows.iter().take(3).cloned().map(|row| Row { suggested_service: "peer_support".to_owned(), ..row }).collect();
    page
}

fn row(words: &Words, rank: u32, on_list: bool) -> Row {
    let at = rank as usize;
    let level = if rank <= 3 {
        3
    } else if rank <= 9 {
        2
    } else {
        1
    };
    let absent = f64::from(9 - rank % 7);
    let flags: Vec<Flag> = (0..=at % 3)
        .map(|more| Flag {
            flag: FLAGS[(at * 3 + more * 5) % FLAGS.len()].to_owned(),
            value: 0.2 + more as f64,
            threshold: 0.1,
            since_date: more.is_multiple_of(2).then(|| day(2021, 2, 22)),
            level,
        })
        .collect();
    let reasons = flags
        .iter()
        .map(|flag| {
            words.reason(&Reason {
                flag: &flag.flag,
                value: match flag.flag.as_str() {
                    "severe_absence" | "chronic_absence" => 0.213,
                    "worsening_trend" => 0.041,
                    "left_centre" => 0.17,
                    "falling_marks" => -1.6,
                    _ => 2.0 + f64::from(rank % 9),
                },
                threshold: 0.1,
                since: flag.since_date,
                recent_absent: absent,
                recent_recorded: 19,
                before_rate: Some(0.06),
            })
        })
        .collect();
    Row {
        rank,
        pupil_key: format!("{rank:032x}"),
        pupil_id: format!("N{:05}", rank * 37),
        first_name: ["Arta", "Bledar", "Drita-Marie", "Ëngjëll", "Fatmir"][at % 5].to_owned(),
        last_name: ["Krasniqi", "Hoxha", "Përnaska", "Marku-Gjonaj", "Lleshi"][(at / 2) % 5].to_owned(),
        class: format!("{}{}", 5 + rank % 5, ["a", "b"][at % 2]),
        grade_level: 5 + (rank % 5) as u8,
        school: "Shkolla \"Ndre Mjeda\"".to_owned(),
        level,
        status: STATUSES[at % STATUSES.len()].to_owned(),
        weeks_on_list: rank % 6,
        risk: None,
        flags,
        reasons,
        absence_rate: Some(0.08 + 0.01 * f64::from(rank % 12)),
        recent_absent: absent,
        recent_recorded: 19,
        before_rate: Some(0.06),
        absence_streak: rank % 5,
        absence_trend: Some(0.02),
        mark_change: Some(-0.4),
        failing_subjects: Some(rank % 3),
        known_to_centre: [Some(true), Some(false), None][at % 3],
        services: if rank.is_multiple_of(4) { vec!["psychosocial_counselling".to_owned()] } else { Vec::new() },
        next_step: NEXT_STEPS[at % NEXT_STEPS.len()].to_owned(),
        escalation: if rank % 4 == 1 { ESCALATIONS[(at / 4) % 2].to_owned() } else { String::new() },
        unexcused_streak: 3 + rank % 9,
        unanswered_contacts: if rank.is_multiple_of(6) { 2 } else { 0 },
        suggested_service: if rank.is_multiple_of(2) { "after_school_class".to_owned() } else { String::new() },
        last_contact: rank.is_multiple_of(3).then(|| day(2021, 3, 3)),
        contact_by: rank.is_multiple_of(3).then(|| "mësuesja kujdestare".to_owned()),
        last_action: if rank.is_multiple_of(3) { "phone_call".to_owned() } else { String::new() },
        last_outcome: match rank % 6 {
            3 => "plan_agreed".to_owned(),
            0 => "not_reached".to_owned(),
            _ => String::new(),
        },
        review_date: rank.is_multiple_of(3).then(|| day(2021, 3, if rank.is_multiple_of(9) { 10 } else { 24 })),
        review_due: rank.is_multiple_of(9),
        confidence: CONFIDENCES[at % 3].to_owned(),
        on_list,
    }
}

fn card(row: &Row) -> Card {
    let rank = row.rank;
    let monday = day(2020, 11, 30);
    Card {
        pupil_key: row.pupil_key.clone(),
        // From the autumn on, with holidays over the turn of the year and one day on which nobody could come.
        days: (0..130_u32)
            .map(|at| (at, day(2020, 9, 14) + Days::new(u64::from(at / 5 * 7 + at % 5))))
            .filter(|(_, date)| !(day(2020, 12, 24)..day(2021, 1, 11)).contains(date))
            .map(|(at, date)| CardDay {
                date,
                mark: match (at * 7 + rank * 3) % 13 {
                    _ if date == day(2021, 1, 18) => DayMark::Disrupted,
                    0 | 3 if at > 60 => DayMark::Absent,
                    1 if at > 100 => DayMark::Absent,
                    5 if at % 3 == 0 => DayMark::Excused,
                    7 if at % 2 == 0 => DayMark::Late,
                    9 if at % 4 == 0 => DayMark::NotRecorded,
                    11 if at > 90 => DayMark::Part,
                    _ => DayMark::Present,
                },
            })
            .collect(),
        weeks: (0..14_u32)
            .map(|at| CardWeek {
                week: monday + Days::new(u64::from(at) * 7),
                recorded: if at == 5 { 0 } else { 5 },
                absent: f64::from((at * rank + at / 3) % 4) * f64::from(at) / 12.0,
                school_rate: Some(0.05 + 0.01 * f64::from(at % 5)),
            })
            .collect(),
        usual_rate: Some(0.06),
        usual_band: Some((0.0, 0.22)),
        marks: ["gjuhe_shqipe", "matematike", "histori"]
            .iter()
            .enumerate()
            .map(|(at, subject)| SubjectMarks {
                subject: (*subject).to_owned(),
                by_term: vec![(1, 7.2 - at as f64), (2, 6.0 - 0.8 * at as f64)],
            })
            .collect(),
        contacts: if rank.is_multiple_of(3) {
            vec![Contact {
                date: day(2021, 3, 3),
                by: "mësuesja kujdestare".to_owned(),
                action: "phone_call".to_owned(),
                outcome: "plan_agreed".to_owned(),
            }]
        } else {
            Vec::new()
        },
    }
}

fn changes() -> Vec<Change> {
    let change = |status: &str, before: Option<u8>, now: Option<u8>, cause: Option<&str>| Change {
        pupil_key: "k".to_owned(),
        pupil_id: "N1".to_owned(),
        first_name: "Mira".to_owned(),
        last_name: "Dedaj".to_owned(),
        class: "8a".to_owned(),
        status: status.to_owned(),
        level_before: before,
        level_now: now,
        cause: cause.map(str::to_owned),
        because: MOVERS.iter().take(1 + usize::from(before.is_some())).map(|mover| (*mover).to_owned()).collect(),
    };
    vec![
        change("new", None, Some(2), None),
        change("worsening", Some(1), Some(3), None),
        change("improving", Some(3), Some(2), None),
        change("off", Some(2), None, Some("resolved")),
        change("off", Some(1), None, Some("transferred")),
        change("improving", Some(2), Some(1), Some("corrected")),
    ]
}

pub fn overview() -> Overview {
    let group = |name: &str, pupils: u32| Group {
        name: name.to_owned(),
        pupils: Some(pupils),
        assessable: Some(pupils - pupils / 20),
        level_3: Some(pupils / 60),
        level_2: Some(pupils / 18),
        level_1: (pupils > 600).then_some(pupils / 12),
        absence_rate: Some(0.061),
        ..Group::default()
    };
    Overview {
        schools: (1..=12_u32)
            .map(|at| SchoolSummary {
                school_id: format!("S{at:04}"),
                municipality: "Shkodër".to_owned(),
                region: "Qarku Shkodër".to_owned(),
                group: Group {
                    name: format!("Shkolla {at}"),
                    pupils: Some(60 * at),
                    assessable: Some(58 * at),
                    level_3: Some(2 * at),
                    level_2: Some(5 * at),
                    level_1: Some(9 * at),
                    absence_rate: Some(0.04 + 0.003 * f64::from(at)),
                    ..Group::default()
                },
                data_through: (at != 4).then(|| day(2021, 3, 12)),
                stale: at == 7,
            })
            .collect(),
        by_region: vec![group("Shkodër", 2400), group("Kukës", 900), group("Dibër", 1100)],
        by_municipality: vec![group("Shkodër", 1900), group("Malësi e Madhe", 500)],
        by_grade: (1..=9_u32).map(|grade| group(&grade.to_string(), 200 + 13 * grade)).collect(),
        by_sex: vec![group("F", 1200), group("M", 1150), group("", 12)],
        trend: (0..22_u32)
            .map(|at| WeekRate {
                week: day(2020, 9, 14) + Days::new(u64::from(at) * 7),
                absence_rate: 0.04 + 0.004 * f64::from(at % 6),
                schools: 12,
                pupils: 4400,
            })
            .collect(),
        municipality_trends: ["Malësi e Madhe", "Pukë", "Shkodër", "Vau i Dejës"]
            .iter()
            .zip(0_u32..)
            .map(|(municipality, of)| MunicipalityTrend {
                municipality: (*municipality).to_owned(),
                weeks: (0..22_u32)
                    .map(|at| WeekRate {
                        week: day(2020, 9, 14) + Days::new(u64::from(at) * 7),
                        absence_rate: 0.03 + 0.006 * f64::from((at + of * 2) % (4 + of)),
                        schools: 3,
                        pupils: 900,
                    })
                    .collect(),
            })
            .collect(),
        programme: ["after_school_class", "peer_support", "all"]
            .iter()
            .map(|service| Programme {
                service: (*service).to_owned(),
                pupils: Some(45),
                less_absent: Some(28),
                absence_before: Some(0.182),
                absence_after: Some(0.143),
                school_before: Some(0.06),
                school_after: Some(0.064),
                change_beside_school: Some(-0.043),
                ..Programme::default()
            })
            .collect(),
        reach: SERVICES
            .iter()
            .map(|service| Reach {
                centre: "Qendra Nr. 5".to_owned(),
                municipality: "Shkodër".to_owned(),
                service: (*service).to_owned(),
                month: day(2021, 3, 1),
                participants: Some(38),
                attending: Some(27),
                attended_rate: Some(0.71),
                ..Reach::default()
            })
            .collect(),
    }
}

pub fn index() -> Index {
    let entry = |kind, at: u32, folder: &str, id: String| IndexEntry {
        kind,
        name: format!("Vendi {at}"),
        municipality: "Shkodër".to_owned(),
        region: "Shkodër".to_owned(),
        files: ["list.html", "list.xlsx", "list.csv"].iter().map(|file| format!("{folder}/{id}/{file}")).collect(),
        id,
        level_3: at,
        level_2: 4,
        level_1: 6,
        on_list: 10 + at,
        left_off: 3,
        not_assessable: 2,
        data_through: Some(day(2021, 3, 12)),
        stale: at == 2,
        not_known: at == 4,
        sealed: at == 3,
    };
    Index {
        entries: (1..=4)
            .map(|at| entry(PlaceKind::School, at, "schools", format!("S{at:04}")))
            .chain((1..=2).map(|at| entry(PlaceKind::Centre, at, "centres", format!("C{at:02}"))))
            .collect(),
        files: vec!["overview/index.html".to_owned(), "lists.csv".to_owned(), "run.json".to_owned()],
        notes: vec![Note::NoExtract { table: "calendar".to_owned() }, Note::RowsRejected { file: "a.csv".to_owned(), rows: 2 }],
    }
}
