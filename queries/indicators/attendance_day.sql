-- title = "Days that count, where days must be looked at"
-- about = "The days of special weeks and of pupils recorded at two schools, up to as_of, without disrupted days and days off the calendar. On a day recorded at two schools the pupil counts once, at the school where less was missed: present wins."
-- grain = "one row a pupil, day and as_of"
-- owner = "school integration team"
-- keep = "once"
with read_special_weeks as (
    select n.as_of, n.school_year, s.school_id, s.week
    from run.as_of n
    inner join indicators.special_weeks s on s.as_of = n.as_of
),
read_special_pupils as (
    select n.as_of, n.school_year, p.pupil_key, p.period
    from run.as_of n
    inner join indicators.special_pupils p on p.as_of = n.as_of
),
-- the small side of a join stands first: it is the one kept in memory
find_weeks as (
    select s.as_of, w.pupil_key, w.school_id, w.week, w.period, w.recorded_mask - w.partial_mask as whole_mask, w.away_mask, w.unexcused_mask, w.late_mask
    from read_special_weeks s
    inner join store.attendance_by_week w on w.school_id = s.school_id and w.week = s.week and w.school_year = s.school_year
    union all
    select o.*
    from read_special_weeks s
    right anti join (
        select p.as_of, w.pupil_key, w.school_id, w.week, w.period, w.recorded_mask - w.partial_mask as whole_mask, w.away_mask, w.unexcused_mask, w.late_mask
        from read_special_pupils p
        inner join store.attendance_by_week w on w.pupil_key = p.pupil_key and w.period = p.period and w.school_year = p.school_year
    ) o on o.as_of = s.as_of and o.school_id = s.school_id and o.week = s.week
),
spread_weeks as (
    select
        w.as_of, w.pupil_key, w.school_id, cast(cast(w.week as int) + d.day as date) as date, w.week, w.period,
        case when w.away_mask & d.day_bit > 0 then 720720 else 0 end as parts_absent,
        case when w.unexcused_mask & d.day_bit > 0 then 720720 else 0 end as parts_unexcused,
        case when w.late_mask & d.day_bit > 0 then 720720 else 0 end as parts_late
    from (values (0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64)) as d (day, day_bit)
    cross join find_weeks w
    where w.whole_mask & d.day_bit > 0
),
-- days of which some lessons were missed stand by themselves
read_partial as (
    select pupil_key, school_id, date, cast(cast(date as int) - (cast(date as int) + 3) % 7 as date) as week, school_year, period, parts_absent, parts_unexcused, parts_late
    from store.partial_day
),
find_partial as (
    select s.as_of, d.pupil_key, d.school_id, d.date, d.week, d.period, d.parts_absent, d.parts_unexcused, d.parts_late
    from read_special_weeks s
    inner join read_partial d on d.school_id = s.school_id and d.week = s.week and d.school_year = s.school_year
    union all
    select o.*
    from read_special_weeks s
    right anti join (
        select p.as_of, d.pupil_key, d.school_id, d.date, d.week, d.period, d.parts_absent, d.parts_unexcused, d.parts_late
        from read_special_pupils p
        inner join read_partial d on d.pupil_key = p.pupil_key and d.period = p.period and d.school_year = p.school_year
    ) o on o.as_of = s.as_of and o.school_id = s.school_id and o.week = s.week
),
join_days as (
    select as_of, pupil_key, school_id, date, week, period, parts_absent, parts_unexcused, parts_late from spread_weeks
    union all
    select as_of, pupil_key, school_id, date, week, period, parts_absent, parts_unexcused, parts_late from find_partial
    union all
    select as_of, pupil_key, school_id, date, week, substr(cast(week as varchar), 1, 7), 0, 0, 0 from indicators.implied_day
),
drop_days as (
    select j.*
    from indicators.session_days s
    right semi join join_days j on j.as_of = s.as_of and j.school_id = s.school_id and j.date = s.date and s.in_calendar and not s.disrupted
    where j.date <= j.as_of
),
-- only pupils met at two schools can have a day twice
choose_school as (
    select *, row_number() over (partition by as_of, pupil_key, date order by parts_absent, parts_unexcused, parts_late, school_id) as choice
    from (
        select d.*
        from indicators.special_pupils p
        right semi join drop_days d on d.as_of = p.as_of and d.pupil_key = p.pupil_key and d.period = p.period
    )
)
select d.as_of, d.pupil_key, d.school_id, d.date, d.week, d.parts_absent, d.parts_unexcused, d.parts_late
from indicators.special_pupils p
right anti join drop_days d on d.as_of = p.as_of and d.pupil_key = p.pupil_key and d.period = p.period
union all
select as_of, pupil_key, school_id, date, week, parts_absent, parts_unexcused, parts_late
from choose_school
where choice = 1
