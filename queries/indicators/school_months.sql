-- title = "School days of a month that count"
-- about = "Days of a month as bits, its first Monday 1: those that count in pupils' figures (on the calendar, not disrupted, up to as_of), those of the recent weeks, and the numbers of the trend weeks among its five weeks (week_numbers). A week belongs to the month of its Monday. Where a school keeps a register of absences (by_day), days are looked at one by one."
-- grain = "one row a school, month with a day that counts and as_of"
-- owner = "school integration team"
with read_days as (
    select as_of, school_id, date, week
    from indicators.session_days
    where in_calendar and not disrupted
),
read_weeks as (
    select as_of, school_id, week, week_number, month, is_recent, in_trend
    from indicators.school_weeks
),
read_registers as (
    select distinct n.as_of, r.school_id
    from run.as_of n
    inner join sources.registers r on r.school_year = n.school_year
    where r.register = 'absences'
),
place_days as (
    select
        d.as_of,
        d.school_id,
        w.month,
        w.week,
        w.week_number,
        d.date,
        w.is_recent,
        w.in_trend
    from read_weeks w
    inner join read_days d on d.as_of = w.as_of and d.school_id = w.school_id and d.week = w.week
)
select
    d.as_of,
    d.school_id,
    d.month,
    days_together(mask_of(d.date, d.month)) as valid_mask,
    days_together(mask_of(case when d.is_recent then d.date end, d.month)) as recent_mask,
    numbers_by_week(d.month, d.week, d.week_number) filter (where d.in_trend) as week_numbers,
    bool_or(r.school_id is not null) as by_day
from read_registers r
right join place_days d on d.as_of = r.as_of and d.school_id = r.school_id
group by d.as_of, d.school_id, d.month
