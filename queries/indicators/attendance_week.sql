-- title = "A pupil's week"
-- about = "Recorded days of a pupil and ISO week up to as_of, numbered by the school week of the school that recorded them. 720720 parts make a day. Disrupted days and days off the calendar are not in it."
-- grain = "one row a pupil, school, ISO week and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_school_weeks as (
    select as_of, school_id, week, week_number, is_recent, in_trend
    from indicators.school_weeks
),
-- weeks that are taken as they are stored
find_plain as (
    select n.as_of, n.school_year, w.school_id, w.week, w.week_number, w.is_recent, w.in_trend
    from run.as_of n
    inner join read_school_weeks w on w.as_of = n.as_of
    left anti join indicators.special_weeks s on s.as_of = w.as_of and s.school_id = w.school_id and s.week = w.week
),
take_plain as (
    select f.as_of, w.pupil_key, w.school_id, w.week, f.week_number, f.is_recent, f.in_trend, w.period, w.days_recorded, w.parts_absent, w.parts_unexcused, w.parts_late, w.recorded_mask, w.away_mask, w.unexcused_mask
    -- the small side of a join stands first: it is the one kept in memory
    from find_plain f
    inner join store.attendance_by_week w on w.school_id = f.school_id and w.week = f.week and w.school_year = f.school_year
),
drop_special as (
    select t.*
    from indicators.special_pupils p
    right anti join take_plain t on t.as_of = p.as_of and t.pupil_key = p.pupil_key and t.period = p.period
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
        bit_or(case when parts_absent = 720720 then day_bit else 0 end) as away_mask,
        bit_or(case when parts_unexcused = 720720 then day_bit else 0 end) as unexcused_mask
    from (select *, cast(1 as int) << (cast(date as int) - cast(week as int)) as day_bit from indicators.attendance_day)
    group by as_of, pupil_key, school_id, week
)
select as_of, pupil_key, school_id, week, week_number, is_recent, in_trend, days_recorded, parts_absent, parts_unexcused, parts_late, recorded_mask, away_mask, unexcused_mask
from drop_special
union all
select d.as_of, d.pupil_key, d.school_id, d.week, w.week_number, w.is_recent, w.in_trend, d.days_recorded, d.parts_absent, d.parts_unexcused, d.parts_late, d.recorded_mask, d.away_mask, d.unexcused_mask
from read_school_weeks w
inner join sum_days d on d.as_of = w.as_of and d.school_id = w.school_id and d.week = w.week
