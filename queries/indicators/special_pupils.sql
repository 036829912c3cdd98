-- title = "Pupils recorded at two schools"
-- about = "In a month in which two schools recorded the pupil, or in which one of its schools keeps a register of absences: their days are looked at one by one, because on one day a pupil counts once."
-- grain = "one row a pupil, month and as_of"
-- key = ["as_of", "pupil", "month"]
-- owner = "pipeline"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
read_months as (
    select n.as_of, m.pupil, m.school_id, m.month
    from read_nights n
    inner join store.attendance_by_month m on m.school_year = n.school_year
),
find_recorded as (
    select m.as_of, m.pupil, m.month
    from indicators.several_schools c
    inner join read_months m on m.as_of = c.as_of and m.pupil = c.pupil
    group by m.as_of, m.pupil, m.month
    having min(m.school_id) <> max(m.school_id)
),
find_absences as (
    select n.as_of, n.school_year, e.pupil, e.school_id
    from sources.enrolments e
    inner join read_nights n on n.school_year = e.school_year
    inner join sources.registers r on r.school_id = e.school_id and r.school_year = e.school_year
    where r.register = 'absences'
    group by n.as_of, n.school_year, e.pupil, e.school_id
),
find_elsewhere as (
    select a.as_of, a.pupil
    from find_absences a
    inner join read_months m on m.as_of = a.as_of and m.pupil = a.pupil
    where m.school_id <> a.school_id
    group by a.as_of, a.pupil
),
find_moved as (
    select n.as_of, e.pupil
    from sources.enrolments e
    inner join read_nights n on n.school_year = e.school_year
    group by n.as_of, e.pupil
    having min(e.school_id) <> max(e.school_id)
),
find_months as (
    select distinct as_of, month
    from indicators.school_months
)
select as_of, pupil, month from find_recorded
union
select a.as_of, a.pupil, m.month
from find_absences a
inner join find_months m on m.as_of = a.as_of
left semi join find_moved v on v.as_of = a.as_of and v.pupil = a.pupil
union
select e.as_of, e.pupil, m.month
from find_elsewhere e
inner join find_months m on m.as_of = e.as_of
