-- title = "Trend of absence"
-- about = "Least-squares slope of the weekly absence rate over the trend weeks that have a record, in rate per week."
-- grain = "one row a pupil with a record in the trend weeks and as_of"
-- owner = "school integration team"
-- keep = "once"
with sum_trend_weeks as (
    select as_of, pupil_key, cast(week_number as double) as week_number, sum(cast(parts_absent as bigint)) / (sum(days_recorded) * 720720.0) as absence_rate
    from indicators.attendance_week
    where in_trend
    group by as_of, pupil_key, week_number
)
select as_of, pupil_key, count(*) as weeks, regr_slope(absence_rate, -week_number) as slope
from sum_trend_weeks
group by as_of, pupil_key
