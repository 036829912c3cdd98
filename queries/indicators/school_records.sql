-- title = "How well a school's records are kept"
-- about = "Last recorded day, whether any of the last session days has a record, and the share of enrolled pupil-days of the recent weeks that has one."
-- grain = "one row a school and as_of"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- heard_lately = "whether any of the last session days (assessable.silent_session_days) has a record, true or false"
-- school_coverage = "pupil-days of the recent school weeks that have a record, of those of enrolled pupils, share from 0 to 1"
with read_days as (
    select as_of, school_id, date, pupils_recorded
    from indicators.session_days
    where in_calendar
),
number_days as (
    select as_of, school_id, date, pupils_recorded, row_number() over (partition by as_of, school_id order by date desc) as day_number
    from read_days
),
find_last as (
    select n.as_of, n.school_id,
        max(n.date) filter (where n.pupils_recorded > 0) as data_through,
        bool_or(n.pupils_recorded > 0 and n.day_number <= p.assessable_silent_session_days) as heard_lately
    from run.policy_school p
    inner join number_days n on n.school_id = p.school_id
    group by n.as_of, n.school_id
),
-- session days of the recent weeks that count, as masks by month
read_months as (
    select as_of, school_id, month, recent_mask
    from indicators.school_months
    where days_in(recent_mask) > 0
),
-- the days of those weeks on which each pupil was enrolled; duplicate rows of an enrolment count once
mark_enrolled as (
    select
        m.as_of,
        m.school_id,
        m.month,
        e.pupil,
        days_together(days_between(m.recent_mask, m.month, e.start_date, e.end_date)) as mask
    from read_months m
    inner join sources.enrolments e on e.school_id = m.school_id
    where e.start_date is not null
      and days_in(days_between(m.recent_mask, m.month, e.start_date, e.end_date)) > 0
    group by m.as_of, m.school_id, m.month, e.pupil
),
mark_recorded as (
    select n.as_of, r.school_id, r.pupil, r.month, r.recorded_mask
    from read_months m
    inner join run.as_of n on n.as_of = m.as_of
    inner join store.attendance_by_month r on r.school_id = m.school_id and r.month = m.month and r.school_year = n.school_year
    union all
    select as_of, school_id, pupil, month, mask_of(date, month) as recorded_mask
    from indicators.implied_day
),
join_recorded as (
    select as_of, school_id, pupil, month, days_together(recorded_mask) as recorded_mask
    from mark_recorded
    group by as_of, school_id, pupil, month
),
count_days as (
    select e.as_of, e.school_id, sum(days_in(e.mask)) as expected, sum(coalesce(days_in(days_within(e.mask, r.recorded_mask)), 0)) as recorded
    from mark_enrolled e
    left join join_recorded r on r.as_of = e.as_of and r.school_id = e.school_id and r.pupil = e.pupil and r.month = e.month
    group by e.as_of, e.school_id
)
select
    l.as_of,
    l.school_id,
    l.data_through,
    coalesce(l.heard_lately, false) as heard_lately,
    share(c.recorded, c.expected) as school_coverage
from find_last l
left join count_days c on c.as_of = l.as_of and c.school_id = l.school_id
