-- title = "How well a school's records are kept"
-- about = "Last recorded day, whether any of the last session days has a record, and the share of enrolled pupil-days of the recent weeks that has one."
-- grain = "one row a school and as_of"
-- owner = "school integration team"
with read_days as (
    select d.as_of, d.school_id, d.date, d.week, d.disrupted, d.pupils_recorded, w.is_recent
    from indicators.session_days d
    inner join indicators.school_weeks w on w.as_of = d.as_of and w.school_id = d.school_id and w.week = d.week
    where d.in_calendar
),
number_days as (
    select as_of, school_id, date, pupils_recorded, row_number() over (partition by as_of, school_id order by date desc) as day_number
    from read_days
),
find_last as (
    select n.as_of, n.school_id,
        max(n.date) filter (where n.pupils_recorded > 0) as data_through,
        bool_or(n.pupils_recorded > 0 and n.day_number <= p.assessable_silent_session_days) as heard_lately
    from number_days n
    cross join run.policy p
    group by n.as_of, n.school_id
),
find_recent as (
    select as_of, school_id, date, pupils_recorded
    from read_days
    where is_recent and not disrupted
),
count_expected as (
    select r.as_of, r.school_id, count(distinct concat(e.pupil_key, cast(cast(r.date as int) as varchar))) as expected
    from find_recent r
    inner join sources.enrolments e on e.school_id = r.school_id and e.start_date <= r.date and (e.end_date is null or e.end_date >= r.date)
    group by r.as_of, r.school_id
),
count_recorded as (
    select as_of, school_id, sum(pupils_recorded) as recorded
    from find_recent
    group by as_of, school_id
)
select
    l.as_of,
    l.school_id,
    l.data_through,
    coalesce(l.heard_lately, false) as heard_lately,
    least(c.recorded / cast(x.expected as double), 1.0) as school_coverage
from find_last l
left join count_recorded c on c.as_of = l.as_of and c.school_id = l.school_id
left join count_expected x on x.as_of = l.as_of and x.school_id = l.school_id
