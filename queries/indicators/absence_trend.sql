-- title = "Trend of absence"
-- about = "Least-squares slope of the weekly absence rate over the trend weeks that have a record, in rate per week."
-- grain = "one row a pupil with a record in the trend weeks and as_of"
-- key = ["as_of", "pupil"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- weeks = "trend weeks in which the pupil was recorded, in weeks"
-- slope = "change of the weekly absence rate per school week, as a share of days; empty with a single week"
with read_weeks as (
    select as_of, pupil, week_number, days_recorded, parts_absent
    from indicators.attendance_week
    where in_trend
),
read_several as (
    select as_of, pupil
    from indicators.several_schools
),
-- weeks of one number at two schools are one week of the pupil's
add_schools as (
    select w.as_of, w.pupil, w.week_number, sum(w.days_recorded) as days_recorded, sum(cast(w.parts_absent as bigint)) as parts_absent
    from read_several s
    inner join read_weeks w on w.as_of = s.as_of and w.pupil = s.pupil
    group by w.as_of, w.pupil, w.week_number
),
join_weeks as (
    select w.as_of, w.pupil, w.week_number, cast(w.days_recorded as bigint) as days_recorded, cast(w.parts_absent as bigint) as parts_absent
    from read_several s
    right anti join read_weeks w on w.as_of = s.as_of and w.pupil = s.pupil
    union all
    select as_of, pupil, week_number, days_recorded, parts_absent
    from add_schools
),
-- the sums of least squares, weeks counted forwards
sum_weeks as (
    select
        as_of,
        pupil,
        count(*) as weeks,
        sum(-week_number) as x,
        sum(week_number * week_number) as x_squared,
        sum(parts_absent / (days_recorded * 720720.0)) as y,
        sum(-week_number * (parts_absent / (days_recorded * 720720.0))) as xy
    from join_weeks
    group by as_of, pupil
)
select
    as_of,
    pupil,
    weeks,
    (weeks * xy - x * y) / nullif(weeks * x_squared - x * x, 0) as slope
from sum_weeks
