//! Every number of the policy that an owner may override for one place. Each is overridden at a school of its own, with a child
//! planted on the line that it draws, and changes what that school reads; the same child at a school without overrides reads
//! as before. Two nights for all of them, one without the overrides and one with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use chrono::NaiveDate;
use prane_base::config::Config;
use prane_rules::policy::Policy;
use prane_rules::query::Library;

use crate::support::made::{Register, calendar, weekdays_to};
use crate::support::{Project, Row, readable, rows};

const AS_OF: &str = "2026-02-27";
/// Session days of the town; the last 20 are its recent school weeks.
const DAYS: usize = 70;

/// A child, with days counted back from the last session day, which is 0.
#[derive(Clone, Copy)]
struct Child {
    /// What is planted, in words.
    what: &'static str,
    /// Days recorded, and days without a record after them.
    recorded: usize,
    silent: usize,
    excused: &'static [usize],
    unexcused: &'static [usize],
    late: &'static [usize],
    /// Subject, day, term, mark.
    marks: &'static [(&'static str, &'static str, u32, u32)],
    born: &'static str,
    grade: u32,
    /// First and last day at another school before.
    moves: &'static [(&'static str, &'static str)],
    /// Day, action, outcome.
    contacts: &'static [(usize, &'static str, &'static str)],
    /// Day and status of sessions at a centre.
    sessions: &'static [(usize, &'static str)],
    /// Further children of the school.
    with: &'static [Child],
    /// What the policy says of the school on both nights, so that no other rule hides the number.
    policy: &'static str,
}

const CHILD: Child = Child {
    what: "nothing",
    recorded: 40,
    silent: 0,
    excused: &[],
    unexcused: &[],
    late: &[],
    marks: &[],
    born: "2014-05-04",
    grade: 6,
    moves: &[],
    contacts: &[],
    sessions: &[],
    with: &[],
    policy: "",
};

const CHRONIC: Child = Child { what: "4 of 40 days, 2 of them recent", excused: &[6, 14, 27, 33], ..CHILD };
const NEAR: Child = Child { what: "4 of 39 days", recorded: 39, ..CHRONIC };
const RECOVERED: Child = Child { what: "4 of 40 days, 1 of them recent", excused: &[6, 27, 33, 38], ..CHILD };
const SEVERE: Child = Child { what: "4 of 20 days", recorded: 20, excused: &[3, 8, 13, 18], ..CHILD };
const SILENT: Child = Child { what: "last record on the seventh last day", silent: 6, excused: &[12, 20, 33, 39], ..CHILD };
const LATE_RECORDS: Child = Child { what: "last record two days ago", silent: 2, excused: &[8, 16, 29, 35], ..CHILD };
const EXTENDED: Child = Child { what: "ten days away at the end", recorded: 19, excused: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ..CHILD };
const FIVE_DAYS: Child = Child { what: "five days without excuse", recorded: 19, unexcused: &[0, 1, 2, 3, 4], ..CHILD };
const THREE_DAYS: Child = Child { what: "three days without excuse", recorded: 19, unexcused: &[0, 1, 2], ..CHILD };
const FEW_RECORDS: Child = Child { what: "ten days recorded", recorded: 10, ..THREE_DAYS };
const RISING: Child = Child { what: "4 recent days after none in 25", recorded: 45, excused: &[15, 16, 17, 18], ..CHILD };
const WORSE: Child =
    Child { what: "a day a week in the last four of eight weeks", recorded: DAYS, excused: &[2, 7, 12, 17, 60, 65], ..CHILD };
const HIDDEN: Child = Child {
    what: "2 of 15 days present, and a mark",
    recorded: 15,
    excused: &[1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14],
    marks: &[("matematike", "2026-02-20", 2, 8)],
    ..CHILD
};
const NEVER: Child = Child {
    what: "ten days, all away",
    recorded: 10,
    excused: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    // ten days away are an extended absence too, and that comes first
    policy: "extended_absence.days = 50",
    ..CHILD
};
const FALLING: Child = Child {
    what: "marks a point and a half lower",
    marks: &[("matematike", "2025-12-15", 1, 8), ("matematike", "2026-02-10", 2, 6), ("matematike", "2026-02-12", 2, 7)],
    ..CHILD
};
const TWO_FAILING: Child = Child {
    what: "two subjects below the pass mark",
    marks: &[("histori", "2026-02-10", 2, 4), ("gjeografi", "2026-02-10", 2, 4)],
    ..CHILD
};
const CORE_FAILING: Child = Child { what: "a core subject below the pass mark", marks: &[("matematike", "2026-02-10", 2, 4)], ..CHILD };
const PASSING: Child = Child {
    what: "a core subject at the pass mark, another subject below",
    marks: &[("matematike", "2026-02-10", 2, 5), ("histori", "2026-02-10", 2, 4)],
    ..CHILD
};
const CHRONIC_FAILING: Child = Child { what: "two flags of level 2", marks: CORE_FAILING.marks, ..CHRONIC };
const THREE_DAYS_FAILING: Child =
    Child { what: "three days without excuse, and a failing subject", marks: CORE_FAILING.marks, ..THREE_DAYS };
const OVER_AGE: Child = Child { what: "two years above the age of grade 6", born: "2012-05-04", ..CHILD };
const OVER_AGE_7: Child = Child { what: "two years above the age of grade 7", born: "2011-05-04", grade: 7, ..CHILD };
const MOVED: Child = Child { what: "two schools before", moves: &[("2025-09-01", "2025-10-01"), ("2025-10-06", "2025-11-07")], ..CHILD };
const LEFT_CENTRE: Child = Child {
    what: "1 of 5 sessions attended",
    sessions: &[(1, "absent"), (4, "absent"), (8, "absent"), (12, "excused"), (16, "present")],
    ..CHILD
};
const OFTEN_LATE: Child =
    Child { what: "late on five days, which only a rule of the project's own asks for", late: &[3, 8, 13, 18, 23], ..CHILD };
const NOT_REACHED: Child =
    Child { what: "nobody reached twice", contacts: &[(5, "phone_call", "not_reached"), (3, "phone_call", "not_reached")], ..OVER_AGE };
const NOTE: Child = Child { what: "a note and no action", contacts: &[(2, "other", "reached")], ..OVER_AGE };
const AWAY_ONCE: Child = Child { what: "a classmate", recorded: 20, excused: &[10], ..CHILD };
const EVENT: Child = Child {
    what: "one of five always away, and all of them on one day",
    recorded: 20,
    excused: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    with: &[AWAY_ONCE, AWAY_ONCE, AWAY_ONCE, AWAY_ONCE],
    ..CHILD
};
const HALF_KNOWN: Child = Child { what: "one of two recorded", with: &[Child { recorded: 0, ..CHILD }], ..CHILD };

/// A child over age whose family was called.
const fn called(what: &'static str, contacts: &'static [(usize, &'static str, &'static str)]) -> Child {
    Child { what, contacts, ..OVER_AGE }
}

const REACHED: Child = called("called: reached", &[(2, "phone_call", "reached")]);
const PLAN: Child = called("called: plan agreed", &[(2, "phone_call", "plan_agreed")]);
const RETURNED: Child = called("called: returned", &[(2, "phone_call", "returned_to_school")]);
const REFERRED: Child = called("called: referred", &[(2, "phone_call", "referred")]);
const NO_SUPPORT: Child = called("called: no support needed", &[(2, "phone_call", "no_support_needed")]);
const MOVED_AWAY: Child = called("called: moved away", &[(0, "phone_call", "moved_away")]);

/// What is looked for in the files of the place, without the override and with it.
#[derive(Clone, Copy)]
enum Look {
    /// A cell of the first line of the school's list.csv; empty where nobody is on it.
    Cell(&'static str, &'static str, &'static str),
    /// The same of a centre in the school's region: a centre has no override but its region's.
    Centre(&'static str, &'static str, &'static str),
    /// A piece of list.html that only the override brings.
    Page(&'static str),
    /// Shapes of this class in list.html, which the override moves.
    Shape(&'static str),
}

use Look::{Cell, Centre, Page, Shape};

/// Number, its other value, what is planted, what is looked for.
#[rustfmt::skip]
const OVERRIDES: &[(&str, &str, Child, Look)] = &[
    ("windows.recent_weeks", "2", CHRONIC, Cell("recent_recorded", "20", "10")),
    ("windows.trend_weeks", "4", WORSE, Cell("level", "1", "")),
    ("windows.trend_min_weeks", "9", WORSE, Cell("level", "1", "")),
    ("windows.moves_days", "30", MOVED, Cell("level", "1", "")),
    ("shift.prior_absent", "3", RISING, Cell("level", "2", "")),
    ("shift.prior_recorded", "2", RISING, Cell("level", "2", "")),
    ("shift.min_recent", "21", RISING, Cell("level", "2", "")),
    ("shift.min_before", "26", RISING, Cell("level", "2", "")),
    ("shift.band_sd", "1.0", RISING, Shape("bd f")),
    ("assessable.recent_recorded", "11", FEW_RECORDS, Cell("level", "1", "")),
    ("assessable.days_recorded", "11", FEW_RECORDS, Cell("level", "1", "")),
    ("assessable.unknown_permille", "499", HALF_KNOWN, Page("<strong>?</strong>")),
    ("assessable.silent_session_days", "7", SILENT, Cell("level", "", "1")),
    ("disrupted.over_permille", "1000", EVENT, Cell("absence_streak", "19", "20")),
    ("disrupted.times_median", "5", EVENT, Cell("absence_streak", "19", "20")),
    ("disrupted.min_pupils", "6", EVENT, Cell("absence_streak", "19", "20")),
    ("marks.pass", "6", PASSING, Cell("flags", "", "failing_subjects")),
    ("marks.core_subjects", "[\"histori\"]", PASSING, Cell("flags", "", "failing_subjects")),
    ("grades.age_before", "6", OVER_AGE, Cell("flags", "over_age", "")),
    ("extended_absence.days", "11", EXTENDED, Cell("flags", "extended_absence", "")),
    ("extended_absence.level", "2", EXTENDED, Cell("level", "3", "2")),
    ("severe_absence.permille", "201", SEVERE, Cell("level", "3", "2")),
    ("severe_absence.min_days", "21", SEVERE, Cell("level", "3", "2")),
    ("severe_absence.level", "1", SEVERE, Cell("level", "3", "2")),
    ("long_absence.days", "6", FIVE_DAYS, Cell("level", "2", "1")),
    ("long_absence.level", "3", FIVE_DAYS, Cell("level", "2", "3")),
    ("long_absence.early_days", "4", THREE_DAYS, Cell("level", "1", "")),
    ("long_absence.early_level", "2", THREE_DAYS, Cell("level", "1", "2")),
    ("chronic_absence.permille", "101", CHRONIC, Cell("flags", "chronic_absence", "")),
    ("chronic_absence.min_days", "41", CHRONIC, Cell("flags", "chronic_absence", "")),
    ("chronic_absence.level", "3", CHRONIC, Cell("level", "2", "3")),
    ("rising_absence.z", "4", RISING, Cell("flags", "rising_absence", "")),
    ("rising_absence.min_absent", "5", RISING, Cell("flags", "rising_absence", "")),
    ("rising_absence.level", "1", RISING, Cell("level", "2", "1")),
    ("worsening_trend.permille_a_week", "39", WORSE, Cell("flags", "worsening_trend", "")),
    ("worsening_trend.min_absent", "5", WORSE, Cell("flags", "worsening_trend", "")),
    ("worsening_trend.level", "2", WORSE, Cell("level", "1", "2")),
    ("hidden_dropout.min_recorded", "16", HIDDEN, Cell("flags", "hidden_dropout", "")),
    ("hidden_dropout.present_permille", "133", HIDDEN, Cell("flags", "hidden_dropout", "")),
    ("hidden_dropout.min_marks", "2", HIDDEN, Cell("flags", "hidden_dropout", "")),
    ("hidden_dropout.level", "1", HIDDEN, Cell("level", "3", "1")),
    ("never_arrived.min_days", "11", NEVER, Cell("flags", "never_arrived", "")),
    ("never_arrived.level", "1", NEVER, Cell("level", "3", "1")),
    ("falling_marks.change", "-2.0", FALLING, Cell("flags", "falling_marks", "")),
    ("falling_marks.level", "2", FALLING, Cell("level", "1", "2")),
    ("failing_subjects.subjects", "3", TWO_FAILING, Cell("flags", "failing_subjects", "")),
    ("failing_subjects.core", "2", CORE_FAILING, Cell("flags", "failing_subjects", "")),
    ("failing_subjects.level", "1", CORE_FAILING, Cell("level", "2", "1")),
    ("over_age.years", "3", OVER_AGE, Cell("flags", "over_age", "")),
    ("over_age.level", "2", OVER_AGE, Cell("level", "1", "2")),
    ("many_moves.moves", "3", MOVED, Cell("flags", "many_moves", "")),
    ("many_moves.level", "2", MOVED, Cell("level", "1", "2")),
    ("left_centre.min_sessions", "6", LEFT_CENTRE, Cell("level", "1", "")),
    ("left_centre.attended_permille", "200", LEFT_CENTRE, Cell("level", "1", "")),
    ("left_centre.level", "2", LEFT_CENTRE, Cell("level", "1", "2")),
    ("ladder.flags_to_raise", "1", CHRONIC, Cell("level", "2", "3")),
    ("ladder.top_level", "2", CHRONIC_FAILING, Cell("level", "3", "2")),
    ("recovery.flags", "[\"severe_absence\"]", RECOVERED, Cell("level", "1", "2")),
    ("recovery.max_absent", "0", RECOVERED, Cell("level", "1", "2")),
    ("recovery.min_recorded", "21", RECOVERED, Cell("level", "1", "2")),
    ("recovery.levels_less", "0", RECOVERED, Cell("level", "1", "2")),
    ("recovery.next_step", "\"call_family\"", RECOVERED, Cell("next_step", "keep_in_view", "call_family")),
    ("confidence.thin_recent", "21", CHRONIC, Cell("confidence", "borderline", "thin")),
    ("confidence.thin_days", "41", CHRONIC, Cell("confidence", "borderline", "thin")),
    ("confidence.near_permille", "10", NEAR, Cell("confidence", "borderline", "clear")),
    ("next_step.extended_absence", "\"call_family\"", EXTENDED, Cell("next_step", "home_visit", "call_family")),
    ("next_step.severe_absence", "\"call_family\"", SEVERE, Cell("next_step", "home_visit", "call_family")),
    ("next_step.long_absence", "\"home_visit\"", THREE_DAYS, Cell("next_step", "call_family", "home_visit")),
    ("next_step.chronic_absence", "\"call_family\"", CHRONIC, Cell("next_step", "plan_support", "call_family")),
    ("next_step.rising_absence", "\"home_visit\"", RISING, Cell("next_step", "call_family", "home_visit")),
    ("next_step.worsening_trend", "\"call_family\"", WORSE, Cell("next_step", "talk_with_pupil", "call_family")),
    ("next_step.hidden_dropout", "\"call_family\"", HIDDEN, Cell("next_step", "check_register", "call_family")),
    ("next_step.never_arrived", "\"call_family\"", NEVER, Cell("next_step", "confirm_enrolment", "call_family")),
    ("next_step.falling_marks", "\"call_family\"", FALLING, Cell("next_step", "talk_with_pupil", "call_family")),
    ("next_step.failing_subjects", "\"call_family\"", CORE_FAILING, Cell("next_step", "meet_teachers", "call_family")),
    ("next_step.over_age", "\"call_family\"", OVER_AGE, Cell("next_step", "meet_teachers", "call_family")),
    ("next_step.many_moves", "\"home_visit\"", MOVED, Cell("next_step", "call_family", "home_visit")),
    ("next_step.left_centre", "\"call_family\"", LEFT_CENTRE, Cell("next_step", "ask_centre", "call_family")),
    ("next_step.other", "\"call_family\"", OFTEN_LATE, Cell("next_step", "talk_with_pupil", "call_family")),
    ("after_outcome.reached", "\"home_visit\"", REACHED, Cell("next_step", "plan_support", "home_visit")),
    ("after_outcome.plan_agreed", "\"home_visit\"", PLAN, Cell("next_step", "follow_up", "home_visit")),
    ("after_outcome.returned_to_school", "\"home_visit\"", RETURNED, Cell("next_step", "keep_in_view", "home_visit")),
    ("after_outcome.referred", "\"home_visit\"", REFERRED, Cell("next_step", "ask_centre", "home_visit")),
    ("after_outcome.no_support_needed", "\"home_visit\"", NO_SUPPORT, Cell("next_step", "keep_in_view", "home_visit")),
    ("after_outcome.moved_away", "\"home_visit\"", MOVED_AWAY, Cell("next_step", "confirm_enrolment", "home_visit")),
    ("after_outcome.until_seen", "[\"reached\"]", REACHED, Cell("next_step", "plan_support", "meet_teachers")),
    ("contacts.no_action", "[\"message\"]", NOTE, Cell("status", "new", "in_care")),
    ("contacts.unanswered", "[\"other\"]", NOT_REACHED, Cell("unanswered_contacts", "2", "0")),
    ("escalation.call_days", "4", THREE_DAYS_FAILING, Cell("next_step", "call_family", "meet_teachers")),
    ("escalation.visit_days", "6", FIVE_DAYS, Cell("next_step", "home_visit", "call_family")),
    ("escalation.protection_days", "5", FIVE_DAYS, Cell("next_step", "home_visit", "refer_to_child_protection")),
    ("escalation.visit_unanswered", "3", NOT_REACHED, Cell("next_step", "home_visit", "meet_teachers")),
    ("escalation.protection_unanswered", "2", NOT_REACHED, Cell("next_step", "home_visit", "refer_to_child_protection")),
    ("suggested_service.career_from_grade", "6", OVER_AGE, Cell("suggested_service", "after_school_class", "career_counselling")),
    ("suggested_service.career_to_grade", "6", OVER_AGE_7, Cell("suggested_service", "career_counselling", "after_school_class")),
    ("suggested_service.career_otherwise", "\"other\"", OVER_AGE, Cell("suggested_service", "after_school_class", "other")),
    ("suggested_service.extended_absence", "\"other\"", EXTENDED, Cell("suggested_service", "school_integration", "other")),
    ("suggested_service.severe_absence", "\"other\"", SEVERE, Cell("suggested_service", "school_integration", "other")),
    ("suggested_service.long_absence", "\"other\"", FIVE_DAYS, Cell("suggested_service", "psychosocial_counselling", "other")),
    ("suggested_service.chronic_absence", "\"other\"", CHRONIC, Cell("suggested_service", "psychosocial_counselling", "other")),
    ("suggested_service.rising_absence", "\"other\"", RISING, Cell("suggested_service", "psychosocial_counselling", "other")),
    ("suggested_service.worsening_trend", "\"other\"", WORSE, Cell("suggested_service", "peer_support", "other")),
    ("suggested_service.hidden_dropout", "\"other\"", HIDDEN, Cell("suggested_service", "school_integration", "other")),
    ("suggested_service.never_arrived", "\"other\"", NEVER, Cell("suggested_service", "school_integration", "other")),
    ("suggested_service.falling_marks", "\"other\"", FALLING, Cell("suggested_service", "after_school_class", "other")),
    ("suggested_service.failing_subjects", "\"other\"", CORE_FAILING, Cell("suggested_service", "after_school_class", "other")),
    ("suggested_service.over_age", "\"other\"", OVER_AGE, Cell("suggested_service", "after_school_class", "other")),
    ("suggested_service.many_moves", "\"other\"", MOVED, Cell("suggested_service", "peer_support", "other")),
    ("suggested_service.left_centre", "\"other\"", LEFT_CENTRE, Cell("suggested_service", "after_school_class", "other")),
    ("suggested_service.other", "\"other\"", OFTEN_LATE, Cell("suggested_service", "psychosocial_counselling", "other")),
    ("caseload.per_school", "0", CHRONIC, Cell("on_list", "true", "false")),
    ("caseload.per_centre", "0", LEFT_CENTRE, Centre("on_list", "true", "false")),
    ("caseload.recheck_days", "1", REACHED, Cell("status", "in_care", "new")),
    ("caseload.show_centre_to_schools", "\"no\"", LEFT_CENTRE, Cell("level", "1", "")),
    ("contract.stale_after_days", "1", LATE_RECORDS, Page("<p class=\"warn\">")),
];

/// A rule of the project's own, which has no line under `next_step`.
const OWN_RULE: &str = "-- title = \"Often late\"
-- about = \"Late on five days.\"
-- grain = \"one row a pupil\"
-- level = 1
select as_of, pupil_key, days_late as value, 5.0 as threshold, cast(null as date) as since_date from indicators.pupil where days_late >= 5
";

/// The numbers that an `[[override]]` may give, as the program takes them.
fn may_be_overridden() -> BTreeSet<String> {
    let library = Library::load(Path::new("no such folder")).unwrap();
    let numbers = Policy::load(&library, &Config::default()).unwrap().numbers;
    let mut may = BTreeSet::new();
    for (name, value) in numbers {
        let is_taken = |place: &str| {
            let own_policy = format!("[[override]]\n{place}\n{name} = {value}\n");
            Policy::load(&Library { own_policy, ..library.clone() }, &Config::default()).is_ok()
        };
        if is_taken("school = \"S1\"") || is_taken("region = \"R\"") {
            may.insert(name);
        }
    }
    may
}

#[test]
fn every_number_that_may_be_overridden_has_its_line() {
    let lines: Vec<String> = OVERRIDES.iter().map(|(number, ..)| number.replacen('.', "_", 1)).collect();
    assert_eq!(lines.iter().cloned().collect::<BTreeSet<_>>(), may_be_overridden());
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len(), "a number has two lines");
}

/// School of the number at a place of the table.
fn school_of(at: usize) -> String {
    format!("S{at:03}")
}

/// Schools without an override, one for each that is planted.
fn neighbours() -> BTreeMap<String, Child> {
    let planted: BTreeMap<&str, Child> = OVERRIDES.iter().map(|(.., child, _)| (child.what, *child)).collect();
    planted.into_values().enumerate().map(|(at, child)| (format!("N{at:03}"), child)).collect()
}

/// Extracts of a town, a school a child.
struct Town {
    days: Vec<NaiveDate>,
    register: Register,
    files: BTreeMap<&'static str, String>,
}

impl Town {
    fn new() -> Self {
        let days = weekdays_to(AS_OF, DAYS);
        let heads = [
            ("schools", "school_id,school_name,region,municipality\nOTHER,OTHER,OTHER,OTHER\n"),
            ("pupils", "pupil_id,first_name,last_name,birth_date,sex\n"),
            ("enrolments", "pupil_id,school_id,school_year,grade_level,class,start_date,end_date,exit_reason\n"),
            ("marks", "pupil_id,school_id,subject,date,term,mark\n"),
            ("contacts", "pupil_id,date,by,action,outcome\n"),
            ("centres", "centre_id,centre_name,region,municipality,services,capacity\n"),
            ("centre_participants", "centre_id,participant_id,first_name,last_name,birth_date\n"),
            ("centre_enrolments", "centre_id,participant_id,service,start_date,end_date\n"),
            ("centre_attendance", "centre_id,participant_id,service,date,status\n"),
            ("link_decisions", "centre_id,participant_id,pupil_id,decision,by,date\n"),
        ];
        let files = heads.map(|(name, head)| (name, head.to_string())).into();
        Self { days, register: Register::default(), files }
    }

    fn line(&mut self, file: &str, line: std::fmt::Arguments<'_>) {
        writeln!(self.files.get_mut(file).unwrap(), "{line}").unwrap();
    }

    fn day(&self, back: usize) -> NaiveDate {
        self.days[DAYS - 1 - back]
    }

    /// A school of its own region with a child and whoever is planted with it.
    fn school(&mut self, school: &str, child: &Child) {
        self.line("schools", format_args!("{school},{school},{school},{school}"));
        for (at, child) in std::iter::once(child).chain(child.with).enumerate() {
            self.child(school, &format!("{school}-{at}"), child);
        }
    }

    fn child(&mut self, school: &str, id: &str, child: &Child) {
        self.line("pupils", format_args!("{id},Emri{id},Mbiemri{id},{},F", child.born));
        for (start, end) in child.moves {
            self.line("enrolments", format_args!("{id},OTHER,2025-2026,{},6A,{start},{end},transferred", child.grade));
        }
        let start = if child.moves.is_empty() { "2025-09-01" } else { "2025-11-10" };
        self.line("enrolments", format_args!("{id},{school},2025-2026,{},6A,{start},,", child.grade));
        for back in child.silent..child.silent + child.recorded {
            let status = match back {
                _ if child.excused.contains(&back) => "excused",
                _ if child.unexcused.contains(&back) => "absent",
                _ if child.late.contains(&back) => "late",
                _ => "present",
            };
            self.register = std::mem::take(&mut self.register).row(id, school, self.day(back), status);
        }
        for (subject, date, term, mark) in child.marks {
            self.line("marks", format_args!("{id},{school},{subject},{date},{term},{mark}"));
        }
        for (back, action, outcome) in child.contacts {
            let day = self.day(*back);
            self.line("contacts", format_args!("{id},{day},Ana,{action},{outcome}"));
        }
        if !child.sessions.is_empty() {
            self.line("centres", format_args!("C-{school},C-{school},{school},{school},after_school_class,20"));
            self.line("centre_participants", format_args!("C-{school},K1,Emri{id},Mbiemri{id},{}", child.born));
            self.line("centre_enrolments", format_args!("C-{school},K1,after_school_class,2025-10-01,"));
            self.line("link_decisions", format_args!("C-{school},K1,{id},same,Ana,2026-02-01"));
        }
        for (back, status) in child.sessions {
            let day = self.day(*back);
            self.line("centre_attendance", format_args!("C-{school},K1,after_school_class,{day},{status}"));
        }
    }
}

/// What a night published, without the name of its run.
struct Night(BTreeMap<String, String>);

impl Night {
    /// A first night of the town, with the overrides or without them.
    fn new(town: &Town, overridden: bool) -> Self {
        let project = Project::empty();
        for (name, text) in &town.files {
            project.put(&format!("inbox/{name}.csv"), text);
        }
        project.put("inbox/attendance.csv", &town.register.0).put("inbox/calendar.csv", calendar("*", &town.days));
        let mut policy = String::new();
        for (at, (number, value, child, look)) in OVERRIDES.iter().enumerate() {
            let whom = if matches!(look, Centre(..)) { "region" } else { "school" };
            let number = if overridden { format!("{number} = {value}\n") } else { String::new() };
            writeln!(policy, "[[override]]\n{whom} = \"{}\"\n{}\n{number}", school_of(at), child.policy).unwrap();
        }
        project.put("queries/policy.toml", policy).put("queries/flags/often_late.sql", OWN_RULE).run();
        let run = project.manifest()["run_id"].as_str().unwrap().to_string();
        let files = project.published(AS_OF).into_iter();
        Self(files.map(|(name, bytes)| (name.clone(), readable(&name, &bytes).replace(&run, "RUN"))).collect())
    }

    /// The files of a school, and of the centre of its region.
    fn files(&self, school: &str) -> BTreeMap<&String, &String> {
        let folders = [format!("schools/{school}/"), format!("centres/C-{school}/")];
        let files: BTreeMap<_, _> = self.0.iter().filter(|(name, _)| folders.iter().any(|folder| name.starts_with(folder))).collect();
        assert!(files.len() >= 3, "{school} has no list, workbook and table");
        files
    }

    fn cell(&self, folder: &str, column: &str) -> String {
        let list: Vec<Row> = rows(self.0[&format!("{folder}/list.csv")].as_bytes());
        list.first().map(|row| row[column].clone()).unwrap_or_default()
    }

    fn page(&self, school: &str) -> &str {
        &self.0[&format!("schools/{school}/list.html")]
    }

    /// What is drawn in a class.
    fn shapes(&self, school: &str, class: &str) -> Vec<&str> {
        let piece = format!("class=\"{class}\"");
        self.page(school).split(&piece).skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect()
    }
}

/// What is not as the table says of a number, if anything.
fn fault(school: &str, look: Look, plain: &Night, own: &Night) -> Option<String> {
    let cells = |folder: String, column: &str, wanted: [&str; 2]| {
        let found = [plain, own].map(|night| night.cell(&folder, column));
        (found != wanted).then(|| format!("{column} is {found:?}, wanted {wanted:?}"))
    };
    match look {
        Cell(column, before, after) => cells(format!("schools/{school}"), column, [before, after]),
        Centre(column, before, after) => cells(format!("centres/C-{school}"), column, [before, after]),
        Page(piece) => {
            let found = [plain, own].map(|night| night.page(school).contains(piece));
            (found != [false, true]).then(|| format!("{piece} stands there: {found:?}"))
        }
        Shape(class) => {
            let found = [plain, own].map(|night| night.shapes(school, class));
            (found[0].len() != found[1].len() || found[0] == found[1]).then(|| format!("shapes are {found:?}"))
        }
    }
}

#[test]
fn each_number_reaches_the_place_it_is_overridden_for_and_no_other() {
    let mut town = Town::new();
    for (at, (.., child, _)) in OVERRIDES.iter().enumerate() {
        town.school(&school_of(at), child);
    }
    for (school, child) in neighbours() {
        town.school(&school, &child);
    }
    let [plain, own] = [false, true].map(|overridden| Night::new(&town, overridden));
    let mut faults = Vec::new();
    for (at, (number, value, child, look)) in OVERRIDES.iter().enumerate() {
        if let Some(fault) = fault(&school_of(at), *look, &plain, &own) {
            faults.push(format!("{number} = {value} ({}): {fault}", child.what));
        }
    }
    for (school, child) in neighbours() {
        let (before, after) = (plain.files(&school), own.files(&school));
        for (name, text) in before.iter().filter(|(name, text)| after.get(*name) != Some(text)) {
            let at = after.get(name).map(|other| text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count());
            faults.push(format!("{name}, which no override is for ({}), differs at byte {at:?}", child.what));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
