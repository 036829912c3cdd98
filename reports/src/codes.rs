//! The codes that have translations in `words/*.ftl`. Other codes are shown unchanged.

/// Statuses of a pupil on the list.
pub const STATUSES: [&str; 7] = ["new", "worsening", "continuing", "improving", "returned", "in_care", "last_known"];
/// Why a pupil is off the list.
pub const CAUSES: [&str; 6] = ["resolved", "transferred", "left", "turned_16", "corrected", "not_assessable"];
/// Why a pupil is not assessable.
pub const NOT_ASSESSABLE_CAUSES: [&str; 3] = ["school_silent", "no_record", "thin_record"];
/// Why a cell of a filled-in list was rejected or changed.
pub const RECEIPTS: [&str; 7] = ["missing", "unknown_pupil", "other_place", "day_to_come", "not_a_day", "kept_with_note", "unreadable"];
/// Services of the centres.
pub const SERVICES: [&str; 7] = [
    "after_school_class",
    "psychosocial_counselling",
    "career_counselling",
    "peer_support",
    "youth_initiative",
    "school_integration",
    "other",
];
/// Next steps that a list may propose.
pub const NEXT_STEPS: [&str; 12] = [
    "call_family",
    "home_visit",
    "talk_with_pupil",
    "meet_teachers",
    "plan_support",
    "refer_to_centre",
    "ask_centre",
    "check_register",
    "confirm_enrolment",
    "follow_up",
    "keep_in_view",
    "refer_to_child_protection",
];
/// Reasons for an escalation beyond the next step of the flags.
pub const ESCALATIONS: [&str; 2] = ["unexcused_days", "unanswered_contacts"];
/// Causes of a change on the list.
pub const MOVERS: [&str; 8] = ["attendance", "marks", "centre", "transfer", "enrolment", "records", "correction", "contact"];
/// Degrees of confidence in the records.
pub const CONFIDENCES: [&str; 3] = ["clear", "borderline", "thin"];
/// Actions in the dropdown of the workbook.
pub const ACTIONS: [&str; 8] =
    ["phone_call", "message", "talk_with_pupil", "meeting_family", "home_visit", "meeting_teachers", "referral", "other"];
/// Outcomes in the dropdown of the workbook.
pub const OUTCOMES: [&str; 8] =
    ["reached", "not_reached", "plan_agreed", "returned_to_school", "referred", "no_support_needed", "moved_away", "other"];
/// Flags with a reason of their own.
pub const FLAGS: [&str; 14] = [
    "at_centre",
    "extended_absence",
    "severe_absence",
    "long_absence",
    "chronic_absence",
    "rising_absence",
    "worsening_trend",
    "hidden_dropout",
    "never_arrived",
    "falling_marks",
    "failing_subjects",
    "over_age",
    "many_moves",
    "left_centre",
];
