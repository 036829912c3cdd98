-- title = "School weeks, numbered backwards"
-- about = "An ISO week in which the school had at least one session day up to as_of. Week 1 holds its latest session day; holidays drop out by themselves."
-- grain = "one row a school, ISO week and as_of"
-- owner = "school integration team"
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
