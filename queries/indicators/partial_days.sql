-- title = "Days of which some lessons were missed"
-- about = "The days of indicators.attendance_masks that are partial, with the parts of them that were missed."
-- grain = "one row a pupil, day with parts and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_days as (
    select
        n.as_of,
        n.school_year,
        d.school_id,
        d.date,
        d.week
    from run.as_of n
    inner join indicators.session_days d on d.as_of = n.as_of
    where d.in_calendar and not d.disrupted
),
read_absences as (
    select distinct as_of, school_id
    from indicators.school_months
    where by_day
),
read_recent as (
    select as_of, school_id, week, week_number, is_recent, in_trend
    from indicators.school_weeks
),
find_days as (
    select d.as_of, d.school_year, d.school_id, d.date, d.week
    from read_absences a
    right anti join read_days d on d.as_of = a.as_of and d.school_id = a.school_id
),
take_plain as (
    select d.as_of, p.pupil, p.pupil_key, p.school_id, p.date, d.week, p.month, p.parts_absent, p.parts_unexcused, p.parts_late
    from find_days d
    inner join store.partial_day p on p.school_id = d.school_id and p.date = d.date and p.school_year = d.school_year
),
join_days as (
    select t.as_of, t.pupil, t.pupil_key, t.school_id, t.date, t.week, t.parts_absent, t.parts_unexcused, t.parts_late
    from indicators.special_pupils p
    right anti join take_plain t on t.as_of = p.as_of and t.pupil = p.pupil and t.month = p.month
    union all
    select as_of, pupil, pupil_key, school_id, date, monday(date) as week, parts_absent, parts_unexcused, parts_late
    from indicators.attendance_day
    where is_partial
)
select j.as_of, j.pupil, j.pupil_key, j.school_id, j.date, j.week, w.week_number, w.is_recent, w.in_trend, j.parts_absent, j.parts_unexcused, j.parts_late
from read_recent w
inner join join_days j on j.as_of = w.as_of and j.school_id = w.school_id and j.week = w.week
