-- title = "School weeks, numbered backwards"
-- about = "An ISO week in which the school had at least one session day up to as_of. Week 1 holds its latest session day; holidays drop out by themselves."
-- grain = "one row a school, ISO week and as_of"
-- key = ["as_of", "school_id", "week"]
-- owner = "school integration team"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- week = "Monday of the ISO week, date"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
-- week_number = "school week counted backwards, 1 for the week of the school's latest session day; empty where the school had no session day in that week"
-- is_recent = "whether the week is one of the recent school weeks (windows.recent_weeks), true or false"
-- in_trend = "whether the week is one of the school weeks that the trend is fitted over (windows.trend_weeks), true or false"
with read_days as (
    select distinct as_of, school_id, week, month
    from indicators.calendar_days
),
number_weeks as (
    select as_of, school_id, week, month, row_number() over (partition by as_of, school_id order by week desc) as week_number
    from read_days
)
select
    n.as_of,
    n.school_id,
    n.week,
    n.month,
    cast(n.week_number as int) as week_number,
    n.week_number <= p.windows_recent_weeks as is_recent,
    n.week_number <= p.windows_trend_weeks as in_trend
from run.policy_school p
inner join number_weeks n on n.school_id = p.school_id
