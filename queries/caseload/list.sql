-- title = "The ranked list"
-- about = "Every pupil with a level of support, ranked within the school: what is new, why, what could come next, and who fits within the school's capacity (on_list). The list proposes; a person decides."
-- grain = "one row a pupil with a level and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Student Insights: reasons on the list, recent contacts set apart", "triage: total order, ties kept out", "City Year: focus lists of up to 20"]
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
-- known_to_centre = "whether a participant of a centre was found to be the pupil, true or false"
-- services = "services of centres in which the pupil is enrolled on as_of, by code"
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
with read_levels as (
    select as_of, pupil_key, school_id, level, flag_count, flags, reasons, reasons_told, hangs_on_one
    from caseload.levels
),
read_pupils as (
    select
        as_of, pupil_key, class, grade_level, absence_rate, recent_absent, recent_recorded, recent_absence_rate, before_absence_rate,
        days_recorded, absence_streak, absence_trend, mark_mean, mark_mean_prev, mark_change, failing_subjects, failing_core, centre_services, data_through
    from indicators.pupil
),
read_policy as (
    select school_id, caseload_per_school, caseload_recheck_days, confidence_thin_recent, confidence_thin_days
    from run.policy_school
),
read_last as (
    select as_of, pupil_key, level, weeks_on_list, attendance_hash
    from caseload.last_list
),
read_records as (
    select as_of, pupil_key, attendance_hash, attendance_hash_last_list
    from caseload.records_seen
),
read_nights as (
    select a.as_of, school_year_start(a.school_year, p.school_year_starts) as year_start
    from run.as_of a
    cross join run.policy p
),
read_participants as (
    select distinct pupil_key
    from sources.centre_participants
    where pupil_key is not null
),
read_contacts as (
    select as_of, pupil_key, last_contact, contact_by, last_action, last_outcome, review_date, last_reached
    from caseload.contacts_made
),
read_steps as (
    select as_of, pupil_key, next_step, escalation, suggested_service, unexcused_streak, unanswered_contacts
    from caseload.next_steps
),
find_earlier as (
    -- not on the last list, but on an earlier one of this school year
    select distinct l.as_of, l.pupil_key
    from read_levels l
    left anti join read_last p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_nights n on n.as_of = l.as_of
    inner join history.lists h on h.pupil_key = l.pupil_key
    where h.as_of < l.as_of
      and h.as_of >= n.year_start
),
join_facts as (
    select
        l.as_of,
        l.school_id,
        l.pupil_key,
        p.class,
        p.grade_level,
        l.level,
        b.level as level_before,
        coalesce(b.weeks_on_list, 0) as weeks_on_list,
        -- reserved for a model; the program fills it in where one is used
        cast(null as double) as risk,
        l.flag_count,
        l.flags,
        l.reasons,
        l.reasons_told,
        l.hangs_on_one,
        p.absence_rate,
        p.recent_absent,
        p.recent_recorded,
        p.recent_absence_rate,
        p.before_absence_rate,
        p.days_recorded,
        p.absence_streak,
        p.absence_trend,
        p.mark_change,
        p.failing_subjects,
        k.pupil_key is not null as known_to_centre,
        p.centre_services as services,
        c.last_contact,
        c.contact_by,
        c.last_action,
        c.last_outcome,
        c.review_date,
        coalesce(c.review_date <= l.as_of, false) as review_due,
        coalesce(cast(l.as_of as int) - cast(c.last_reached as int) <= s.caseload_recheck_days, false) as reached,
        t.next_step,
        t.escalation,
        t.suggested_service,
        t.unexcused_streak,
        t.unanswered_contacts,
        e.pupil_key is not null as listed_earlier,
        coalesce(b.attendance_hash <> r.attendance_hash_last_list, false) as records_changed,
        r.attendance_hash,
        concat_ws('.', round(p.mark_mean, 6), round(p.mark_mean_prev, 6), p.failing_subjects, p.failing_core) as marks_hash,
        p.data_through
    from read_levels l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_policy s on s.school_id = l.school_id
    left join read_last b on b.as_of = l.as_of and b.pupil_key = l.pupil_key
    left join read_records r on r.as_of = l.as_of and r.pupil_key = l.pupil_key
    left join read_participants k on k.pupil_key = l.pupil_key
    inner join read_steps t on t.as_of = l.as_of and t.pupil_key = l.pupil_key
    left join read_contacts c on c.as_of = l.as_of and c.pupil_key = l.pupil_key
    left join find_earlier e on e.as_of = l.as_of and e.pupil_key = l.pupil_key
),
rank_pupils as (
    -- a total order, so that ties at the capacity limit are always resolved in the same way
    select
        *,
        row_number() over (
            partition by as_of, school_id
            order by level desc, risk desc nulls last, flag_count desc, recent_absence_rate desc nulls last, pupil_key
        ) as rank
    from join_facts
)
select
    f.as_of,
    f.school_id,
    cast(f.rank as int) as rank,
    f.pupil_key,
    f.class,
    f.grade_level,
    f.level,
    f.level_before,
    case
        when f.level > f.level_before then 'worsening'
        -- this status ends after the recheck days of the policy, or on the agreed day
        when f.reached and not f.review_due then 'in_care'
        when f.level_before is null and f.listed_earlier then 'returned'
        when f.level_before is null then 'new'
        when f.level < f.level_before then 'improving'
        else 'continuing'
    end as status,
    case when f.records_changed and f.level <> f.level_before then 'corrected' end as cause,
    cast(f.weeks_on_list as int) as weeks_on_list,
    f.risk,
    f.flag_count,
    f.flags,
    f.reasons,
    f.reasons_told,
    f.absence_rate,
    f.recent_absent,
    f.recent_recorded,
    f.recent_absence_rate,
    f.before_absence_rate,
    f.absence_streak,
    f.absence_trend,
    f.mark_change,
    f.failing_subjects,
    f.known_to_centre,
    f.services,
    f.next_step,
    f.escalation,
    f.suggested_service,
    f.unexcused_streak,
    f.unanswered_contacts,
    f.last_contact,
    f.contact_by,
    f.last_action,
    f.last_outcome,
    f.review_date,
    f.review_due,
    case
        when f.recent_recorded < s.confidence_thin_recent or f.days_recorded < s.confidence_thin_days then 'thin'
        when f.hangs_on_one then 'borderline'
        else 'clear'
    end as confidence,
    f.rank <= s.caseload_per_school as on_list,
    f.data_through,
    f.attendance_hash,
    f.marks_hash
from rank_pupils f
inner join read_policy s on s.school_id = f.school_id
