-- title = "The lists of all schools, for analysts"
-- about = "Without pupils and without the order of a list, so that nothing in it can be joined to a name; of centres no more than the school itself may know."
-- grain = "one row a pupil with a level and as_of"
-- key = ["as_of", "school_id", "rank"]
-- owner = "school integration team"
-- order = ["school_id", "rank"]
-- unseen = ["rank"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- rank = "place of the pupil on the list of the school, 1 for the first"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- level = "level of support: 3 contact now, 2 plan support, 1 keep in view"
-- level_before = "level of support on the list before, from 1 to 3; empty where the pupil was not on it"
-- status = "how the pupil stands against the list before: new, worsening, continuing, improving, returned or in_care"
-- cause = "corrected where the level changed after records were corrected; else empty"
-- weeks_on_list = "ISO weeks before this one in which the pupil was on the list without a break, in weeks"
-- risk = "probability given by a model, from 0 to 1; empty where no model is in use"
-- flag_count = "flags of the pupil, number"
-- flags = "names of the pupil's flags, the one that weighs most first"
-- reasons = "reason of each flag in words, in the order of flags"
-- absence_rate = "days absent of the days recorded this school year, share from 0 to 1"
-- recent_absent = "days absent in the recent school weeks, in days"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- recent_absence_rate = "days absent of the days recorded in the recent school weeks, share from 0 to 1; empty without a record"
-- before_absence_rate = "days absent of the days recorded before the recent school weeks, share from 0 to 1; empty without a record"
-- absence_streak = "recorded days at the end of the pupil's record that were all absent, in days"
-- absence_trend = "change of the weekly absence rate per school week over the trend weeks, as a share of days; empty with too few weeks"
-- mark_change = "mean of marks less that of the term before, in points of the scale of marks"
-- failing_subjects = "subjects with a mean below the pass mark in the latest term with marks, number"
-- known_to_centre = "whether a centre knows the pupil, true or false; empty where the school is told nothing of centres"
-- services = "services of centres in which the pupil is enrolled on as_of, by code; empty where the school may not know them"
-- next_step = "step that a person is asked to think about, by its code in policy.toml"
-- escalation = "why the step is more than the flag asks for: unexcused_days or unanswered_contacts; empty where it is not"
-- suggested_service = "service that fits the flag that weighs most, by code"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- unanswered_contacts = "contacts in a row of this school year that found nobody, number"
-- last_contact = "day of the latest contact, date"
-- last_action = "what was done in the latest contact, by code"
-- last_outcome = "what came of the latest contact, by code"
-- review_date = "day agreed for a review, date"
-- review_due = "whether the day agreed for a review has come, true or false"
-- confidence = "how sure the level is: clear, borderline (it hangs on one flag near its threshold) or thin (few days recorded)"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false"
-- data_through = "last day with a record at the school, date; empty where it has none"
select
    l.as_of,
    l.school_id,
    l.rank,
    l.grade_level,
    l.level,
    l.level_before,
    l.status,
    l.cause,
    l.weeks_on_list,
    l.risk,
    l.flag_count,
    l.flags,
    l.reasons,
    l.absence_rate,
    l.recent_absent,
    l.recent_recorded,
    l.recent_absence_rate,
    l.before_absence_rate,
    l.absence_streak,
    l.absence_trend,
    l.mark_change,
    l.failing_subjects,
    l.known_to_centre,
    l.services,
    l.next_step,
    l.escalation,
    l.suggested_service,
    l.unexcused_streak,
    l.unanswered_contacts,
    l.last_contact,
    l.last_action,
    l.last_outcome,
    l.review_date,
    l.review_due,
    l.confidence,
    l.on_list,
    l.data_through
from pages.list l
