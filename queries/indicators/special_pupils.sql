-- title = "Pupils recorded at two schools"
-- about = "In a month in which two schools recorded the pupil, or in which one of its schools keeps a register of absences: their days are looked at one by one, because on one day a pupil counts once."
-- grain = "one row a pupil, month and as_of"
-- owner = "pipeline"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
read_weeks as (
    select n.as_of, w.pupil_key, w.school_id, w.period
    from read_nights n
    inner join store.attendance_by_week w on w.school_year = n.school_year
),
find_recorded as (
    select w.as_of, w.pupil_key, w.period
    from indicators.several_schools c
    inner join read_weeks w on w.as_of = c.as_of and w.pupil_key = c.pupil_key
    group by w.as_of, w.pupil_key, w.period
    having min(w.school_id) <> max(w.school_id)
),
find_absences as (
    select n.as_of, n.school_year, e.pupil_key, e.school_id
    from sources.enrolments e
    inner join read_nights n on n.school_year = e.school_year
    inner join sources.registers r on r.school_id = e.school_id and r.school_year = e.school_year
    where r.register = 'absences'
    group by n.as_of, n.school_year, e.pupil_key, e.school_id
),
find_elsewhere as (
    select a.as_of, a.pupil_key
    from find_absences a
    inner join read_weeks w on w.as_of = a.as_of and w.pupil_key = a.pupil_key
    where w.school_id <> a.school_id
    group by a.as_of, a.pupil_key
),
find_moved as (
    select n.as_of, e.pupil_key
    from sources.enrolments e
    inner join read_nights n on n.school_year = e.school_year
    group by n.as_of, e.pupil_key
    having min(e.school_id) <> max(e.school_id)
),
find_periods as (
    select distinct n.as_of, d.period
    from store.school_day d
    inner join read_nights n on n.school_year = d.school_year
)
select as_of, pupil_key, period from find_recorded
union
select a.as_of, a.pupil_key, p.period
from find_absences a
inner join find_periods p on p.as_of = a.as_of
left semi join find_moved m on m.as_of = a.as_of and m.pupil_key = a.pupil_key
union
select e.as_of, e.pupil_key, p.period
from find_elsewhere e
inner join find_periods p on p.as_of = e.as_of
