-- title = "Trend of absence"
-- about = "Least-squares slope of the weekly absence rate over the trend weeks that have a record, in rate per week."
-- grain = "one row a pupil with a record in the trend weeks and as_of"
-- owner = "school integration team"
-- keep = "once"
with weigh_weeks as (
    -- weeks of one number at two schools are one week of the pupil's
    select as_of, pupil, weekly_trend(week_number, days_recorded, parts_absent) as trend
    from indicators.attendance_week
    where in_trend
    group by as_of, pupil
)
select as_of, pupil, trend['weeks'] as weeks, trend['slope'] as slope
from weigh_weeks
