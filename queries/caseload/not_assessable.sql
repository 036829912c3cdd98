-- title = "Not assessable, and why"
-- about = "Enrolled pupils about whom the records say too little: neither present nor absent. Shown beside the list, because missing records are a sign of their own."
-- grain = "one row a pupil without enough records and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["El Salvador (dssg): missing records predict", "edu_wh: days after the last submission are not days"]
-- order = ["school_id", "class", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- cause = "why the pupil cannot be assessed: school_silent, no_record or thin_record"
-- last_recorded = "last recorded day of the pupil where it is known, else that of the school, date"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- recent_recorded = "days recorded in the recent school weeks, in days"
with read_pupils as (
    select as_of, pupil_key, school_id, class, grade_level, days_recorded, recent_recorded, absence_streak, last_present, absent_since, data_through
    from indicators.pupil
    where not assessable
),
read_policy as (
    select school_id, assessable_silent_session_days
    from run.policy_school
),
number_days as (
    select
        as_of,
        school_id,
        date,
        row_number() over (partition by as_of, school_id order by date desc) as days_back
    from indicators.session_days
    where in_calendar
),
find_last_days as (
    -- a school without records since the first of its last session days is silent
    select d.as_of, d.school_id, min(d.date) as silent_before
    from number_days d
    inner join read_policy s on s.school_id = d.school_id
    where d.days_back <= s.assessable_silent_session_days
    group by d.as_of, d.school_id
)
select
    p.as_of,
    p.school_id,
    p.pupil_key,
    p.class,
    p.grade_level,
    case
        when d.silent_before is not null and (p.data_through is null or p.data_through < d.silent_before) then 'school_silent'
        when p.days_recorded is null or p.days_recorded = 0 then 'no_record'
        else 'thin_record'
    end as cause,
    -- exact if the last recorded day was a presence or the first day of an absence; otherwise the school's last day
    case
        when p.days_recorded is null or p.days_recorded = 0 then cast(null as date)
        when p.absence_streak = 0 then p.last_present
        when p.absence_streak = 1 then p.absent_since
        else p.data_through
    end as last_recorded,
    coalesce(p.days_recorded, 0) as days_recorded,
    coalesce(p.recent_recorded, 0) as recent_recorded
from read_pupils p
left join find_last_days d on d.as_of = p.as_of and d.school_id = p.school_id
