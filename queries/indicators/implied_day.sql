-- title = "Presence that a register of absences implies"
-- about = "Where a school records only absences and lateness, a pupil enrolled on a session day without any row was present, but only up to the last day for which that school handed anything in."
-- grain = "one row a pupil, school, day and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_nights as (
    select as_of, school_year, school_year_start(school_year, p.school_year_starts) as year_start
    from run.as_of
    cross join run.policy p
),
read_registers as (
    select n.as_of, n.school_year, n.year_start, r.school_id
    from sources.registers r
    inner join read_nights n on n.school_year = r.school_year
    where r.register = 'absences'
),
read_rows as (
    select r.as_of, a.pupil_key, a.school_id, a.date
    from read_registers r
    inner join sources.attendance a on a.school_id = r.school_id and a.school_year = r.school_year
    where a.date <= r.as_of
),
find_last as (
    select as_of, school_id, max(date) as last_date
    from read_rows
    group by as_of, school_id
),
find_expected as (
    select distinct d.as_of, e.pupil, e.pupil_key, d.school_id, d.date, d.month
    from find_last l
    inner join indicators.calendar_days d on d.as_of = l.as_of and d.school_id = l.school_id and d.date <= l.last_date
    inner join sources.enrolments e on e.school_id = d.school_id and e.start_date <= d.date and (e.end_date is null or e.end_date >= d.date)
)
select
    x.as_of,
    x.pupil,
    x.pupil_key,
    x.school_id,
    x.date,
    x.month
from find_expected x
left anti join read_rows r on r.as_of = x.as_of and r.pupil_key = x.pupil_key and r.school_id = x.school_id and r.date = x.date
