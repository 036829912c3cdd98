-- title = "Whom a centre could invite"
-- about = "Pupils with a level of the schools of the centre's municipality who are at no centre, as many as its team can see. A centre sees whom it could invite and why, not what became of contacts at school."
-- grain = "one row a centre, pupil and as_of"
-- key = ["as_of", "centre_id", "pupil_key"]
-- owner = "centre coordinators"
-- order = ["centre_id", "rank"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- rank = "place of the pupil among those of the municipality whom a centre could invite, 1 for the first"
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
-- known_to_centre = "whether a participant of a centre was found to be the pupil, true or false"
-- services = "services of centres in which the pupil is enrolled on as_of, by code"
-- next_step = "step that a person is asked to think about, by its code in policy.toml"
-- escalation = "unexcused_days where the step is more than the flag asks for; else empty"
-- suggested_service = "service that fits the flag that weighs most, by code"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- unanswered_contacts = "0: a centre is told nothing of contacts at school, number"
-- last_contact = "empty: a centre is told nothing of contacts at school, date"
-- contact_by = "empty: a centre is told nothing of contacts at school"
-- last_action = "empty: a centre is told nothing of contacts at school"
-- last_outcome = "empty: a centre is told nothing of contacts at school"
-- review_date = "empty: a centre is told nothing of contacts at school, date"
-- review_due = "false: a centre is told nothing of contacts at school"
-- confidence = "how sure the level is: clear, borderline (it hangs on one flag near its threshold) or thin (few days recorded)"
-- on_list = "true for every pupil shown"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- attendance_hash = "digest of the attendance that the list rested on, to see corrections"
-- marks_hash = "digest of the marks that the list rested on, to see corrections"
-- centre_id = "code of the centre"
with read_list as (
    select *
    from caseload.list
),
read_schools as (
    select as_of, school_id, coalesce(municipality, '') as municipality
    from caseload.school_summary
),
find_free as (
    select l.*, s.municipality
    from read_list l
    left anti join pages.centre_pupils c on c.as_of = l.as_of and c.pupil_key = l.pupil_key
    inner join read_schools s on s.as_of = l.as_of and s.school_id = l.school_id
),
rank_pupils as (
    -- centres of the same municipality have the same candidates
    select
        *,
        row_number() over (
            partition by as_of, municipality
            order by level desc, risk desc nulls last, flag_count desc, recent_absence_rate desc nulls last, pupil_key
        ) as place
    from find_free
)
select
    r.* exclude (municipality, place) replace (
        cast(r.place as int) as rank,
        true as on_list,
        case when r.escalation = 'unanswered_contacts' then null else r.escalation end as escalation,
        cast(0 as int) as unanswered_contacts,
        cast(null as date) as last_contact,
        cast(null as varchar) as contact_by,
        cast(null as varchar) as last_action,
        cast(null as varchar) as last_outcome,
        cast(null as date) as review_date,
        false as review_due
    ),
    c.centre_id
from rank_pupils r
inner join sources.centres c on coalesce(c.municipality, '') = r.municipality
inner join run.policy_centre p on p.centre_id = c.centre_id
where r.place <= p.caseload_per_centre
