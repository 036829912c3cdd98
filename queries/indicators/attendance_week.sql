-- title = "A pupil's week"
-- about = "Recorded days of a pupil and ISO week up to as_of, numbered by the school week of the school that recorded them. Masks hold a bit a day, Monday 1. Disrupted days and days off the calendar are not in it."
-- grain = "one row a pupil, school, ISO week and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_months as (
    select as_of, pupil, pupil_key, school_id, month, recorded_mask, away_mask, unexcused_mask, late_mask, partial_mask
    from indicators.attendance_masks
),
read_weeks as (
    select as_of, school_id, week, week_number, is_recent, in_trend, month
    from indicators.school_weeks
),
number_weeks as (
    select
        m.as_of,
        m.pupil,
        m.pupil_key,
        m.school_id,
        w.week,
        w.week_number,
        w.is_recent,
        w.in_trend,
        days_of_week(m.recorded_mask, m.month, w.week) as recorded_mask,
        days_of_week(m.away_mask, m.month, w.week) as away_mask,
        days_of_week(m.unexcused_mask, m.month, w.week) as unexcused_mask,
        days_of_week(m.late_mask, m.month, w.week) as late_mask,
        days_of_week(m.partial_mask, m.month, w.week) as partial_mask
    from read_weeks w
    inner join read_months m on m.as_of = w.as_of and m.school_id = w.school_id and m.month = w.month
    where days_in(days_of_week(m.recorded_mask, m.month, w.week)) > 0
),
sum_partial as (
    select
        as_of,
        pupil,
        pupil_key,
        school_id,
        week,
        sum(parts_absent) as parts_absent,
        sum(parts_unexcused) as parts_unexcused,
        sum(parts_late) as parts_late
    from indicators.partial_days
    group by as_of, pupil, pupil_key, school_id, week
)
select
    n.as_of,
    n.pupil,
    n.pupil_key,
    n.school_id,
    n.week,
    n.week_number,
    n.is_recent,
    n.in_trend,
    days_in(n.recorded_mask) as days_recorded,
    cast(parts_of_days(days_in(days_without(n.away_mask, n.partial_mask))) + coalesce(p.parts_absent, 0) as int) as parts_absent,
    cast(parts_of_days(days_in(days_without(n.unexcused_mask, n.partial_mask))) + coalesce(p.parts_unexcused, 0) as int) as parts_unexcused,
    cast(parts_of_days(days_in(days_without(n.late_mask, n.partial_mask))) + coalesce(p.parts_late, 0) as int) as parts_late,
    cast(n.recorded_mask as int) as recorded_mask,
    cast(n.away_mask as int) as away_mask,
    cast(n.unexcused_mask as int) as unexcused_mask
from sum_partial p
right join number_weeks n on n.as_of = p.as_of and n.pupil = p.pupil and n.school_id = p.school_id and n.week = p.week
