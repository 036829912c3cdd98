-- title = "How well a school's records are kept"
-- about = "Last recorded day, whether any of the last session days has a record, and the share of enrolled pupil-days of the recent weeks that has one."
-- grain = "one row a school and as_of"
-- owner = "school integration team"
-- keep = "once"
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
    from run.policy p
    cross join number_days n
    group by n.as_of, n.school_id
),
-- days of a recent week that count, as a mask
mark_weeks as (
    select as_of, school_id, week, bit_or(cast(1 as int) << (cast(date as int) - cast(week as int))) as valid_mask
    from read_days
    where is_recent and not disrupted
    group by as_of, school_id, week
),
-- days of those weeks on which each pupil was enrolled; two rows for one enrolment count once
mark_enrolled as (
    select
        w.as_of,
        w.school_id,
        w.week,
        e.pupil_key,
        bit_or(
            w.valid_mask
            & (cast(127 as int) << greatest(0, least(7, cast(e.start_date as int) - cast(w.week as int))))
            & (cast(127 as int) >> greatest(0, least(7, cast(w.week as int) + 6 - coalesce(cast(e.end_date as int), cast(w.week as int) + 6))))
        ) as mask
    from mark_weeks w
    inner join sources.enrolments e on e.school_id = w.school_id
    where cast(e.start_date as int) <= cast(w.week as int) + 6
      and (e.end_date is null or cast(e.end_date as int) >= cast(w.week as int))
    group by w.as_of, w.school_id, w.week, e.pupil_key
),
read_recorded as (
    select n.as_of, w.school_id, w.pupil_key, w.week, w.recorded_mask
    from mark_weeks m
    inner join run.as_of n on n.as_of = m.as_of
    inner join store.attendance_by_week w on w.school_id = m.school_id and w.week = m.week and w.school_year = n.school_year
),
mark_implied as (
    select as_of, school_id, pupil_key, week, bit_or(day_bit) as implied_mask
    from indicators.implied_day
    group by as_of, school_id, pupil_key, week
),
mark_recorded as (
    select
        e.as_of,
        e.school_id,
        e.mask as expected,
        e.mask & (coalesce(r.recorded_mask, 0) | coalesce(i.implied_mask, 0)) as recorded
    from mark_enrolled e
    left join read_recorded r on r.as_of = e.as_of and r.school_id = e.school_id and r.pupil_key = e.pupil_key and r.week = e.week
    left join mark_implied i on i.as_of = e.as_of and i.school_id = e.school_id and i.pupil_key = e.pupil_key and i.week = e.week
),
-- x - x/2 - x/4 … counts the bits of x
count_days as (
    select
        as_of,
        school_id,
        sum(expected - expected / 2 - expected / 4 - expected / 8 - expected / 16 - expected / 32 - expected / 64) as expected,
        sum(recorded - recorded / 2 - recorded / 4 - recorded / 8 - recorded / 16 - recorded / 32 - recorded / 64) as recorded
    from mark_recorded
    group by as_of, school_id
)
select
    l.as_of,
    l.school_id,
    l.data_through,
    coalesce(l.heard_lately, false) as heard_lately,
    c.recorded / cast(nullif(c.expected, 0) as double) as school_coverage
from find_last l
left join count_days c on c.as_of = l.as_of and c.school_id = l.school_id
