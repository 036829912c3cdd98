-- title = "A pupil's week"
-- about = "Recorded days of a pupil and ISO week up to as_of, numbered by the school week of the school that recorded them. 720720 parts make a day. Disrupted days and days off the calendar are not in it."
-- grain = "one row a pupil, school, ISO week and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
read_weeks as (
    select n.as_of, w.pupil_key, w.school_id, w.week, w.period, w.days_recorded, w.parts_absent, w.parts_unexcused, w.parts_late, w.recorded_mask, w.away_mask, w.unexcused_mask
    -- the small side of a join stands first: it is the one kept in memory
    from read_nights n
    inner join store.attendance_by_week w on w.school_year = n.school_year
    where w.week <= n.as_of
),
take_stored as (
    select o.*
    from indicators.special_pupils p
    right anti join (
        select w.*
        from indicators.special_weeks s
        right anti join read_weeks w on w.as_of = s.as_of and w.school_id = s.school_id and w.week = s.week
    ) o on o.as_of = p.as_of and o.pupil_key = p.pupil_key and o.period = p.period
),
sum_days as (
    select
        as_of,
        pupil_key,
        school_id,
        week,
        cast(count(*) as int) as days_recorded,
        cast(sum(parts_absent) as int) as parts_absent,
        cast(sum(parts_unexcused) as int) as parts_unexcused,
        cast(sum(parts_late) as int) as parts_late,
        bit_or(day_bit) as recorded_mask,
        bit_or(case when away then day_bit else 0 end) as away_mask,
        bit_or(case when away_unexcused then day_bit else 0 end) as unexcused_mask
    from indicators.attendance_day
    group by as_of, pupil_key, school_id, week
),
join_weeks as (
    select as_of, pupil_key, school_id, week, days_recorded, parts_absent, parts_unexcused, parts_late, recorded_mask, away_mask, unexcused_mask from take_stored
    union all
    select as_of, pupil_key, school_id, week, days_recorded, parts_absent, parts_unexcused, parts_late, recorded_mask, away_mask, unexcused_mask from sum_days
)
select
    j.as_of,
    j.pupil_key,
    j.school_id,
    j.week,
    w.week_number,
    w.is_recent,
    w.in_trend,
    j.days_recorded,
    j.parts_absent,
    j.parts_unexcused,
    j.parts_late,
    j.recorded_mask,
    j.away_mask,
    j.unexcused_mask
from indicators.school_weeks w
inner join join_weeks j on j.as_of = w.as_of and j.school_id = w.school_id and j.week = w.week
