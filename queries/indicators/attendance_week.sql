-- title = "A pupil's week"
-- about = "Recorded days of a pupil and ISO week up to as_of, numbered by the school week of the school that recorded them. Masks hold a bit a day, Monday 1. Disrupted days and days off the calendar are not in it."
-- grain = "one row a pupil, school, ISO week and as_of"
-- key = ["as_of", "pupil", "school_id", "week"]
-- owner = "school integration team"
-- keep = "never"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- week = "Monday of the ISO week, date"
-- week_number = "school week counted backwards, 1 for the week of the school's latest session day; empty where the school had no session day in that week"
-- is_recent = "whether the week is one of the recent school weeks (windows.recent_weeks), true or false"
-- in_trend = "whether the week is one of the school weeks that the trend is fitted over (windows.trend_weeks), true or false"
-- days_recorded = "days recorded in the week, in days"
-- parts_absent = "days absent in the week, in parts of a day (days_of_parts turns them into days)"
-- parts_unexcused = "days absent without excuse in the week, in parts of a day (days_of_parts turns them into days)"
-- parts_late = "days late in the week, in parts of a day (days_of_parts turns them into days)"
-- recorded_mask = "days recorded, a bit a day, bit 0 for Monday"
-- away_mask = "days away for the whole day, excused or not, a bit a day, bit 0 for Monday"
-- unexcused_mask = "days away without excuse for the whole day, a bit a day, bit 0 for Monday"
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
