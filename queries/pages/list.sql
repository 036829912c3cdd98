-- title = "The list as a school may read it"
-- about = "caseload.list for the page, list and workbook of a school: what caseload.show_centre_to_schools lets it know of centres, and the reasons without those that another one covers."
-- grain = "one row a pupil with a level and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- keep = "once"
-- order = ["school_id", "rank"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- rank = "place of the pupil on the list of the school, 1 for the first"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
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
-- reasons_told = "reasons in words without those that the reason of a stronger flag covers, in the order of flags"
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
-- contact_by = "who made the latest contact, as a pseudonym"
-- last_action = "what was done in the latest contact, by code"
-- last_outcome = "what came of the latest contact, by code"
-- review_date = "day agreed for a review, date"
-- review_due = "whether the day agreed for a review has come, true or false"
-- confidence = "how sure the level is: clear, borderline (it hangs on one flag near its threshold) or thin (few days recorded)"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- attendance_hash = "digest of the attendance that the list rested on, to see corrections"
-- marks_hash = "digest of the marks that the list rested on, to see corrections"
with read_policy as (
    select school_id, caseload_show_centre_to_schools as show_centre
    from run.policy_school
)
select
    l.* replace (
        case when p.show_centre in ('known', 'service') then l.known_to_centre end as known_to_centre,
        case when p.show_centre = 'service' then l.services end as services
    )
from caseload.list l
inner join read_policy p on p.school_id = l.school_id
