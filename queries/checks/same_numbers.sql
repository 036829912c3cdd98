-- title = "Pupil numbers of two schools"
-- about = "Two schools of one school year whose pupil numbers stand at both at the same time, so many that they cannot be the same children: numbers that each school gives for itself."
-- grain = "one row a pair of schools and as_of; no rows when all is well"
-- key = ["as_of", "first_school_id", "last_school_id"]
-- owner = "pipeline"
-- cites = []
-- severity = "fail"
-- what = "Two schools use the same pupil numbers at the same time: each school counts for itself, and two children would be taken for one."
-- when = "It matters always: the days of one child hide those of another, and neither is listed."
-- mend = "Have both schools hand in the numbers of the school system, or put the school's code before its own numbers (S1-101), in every extract of both; run again. Where the same children truly go to both schools, raise same_numbers in queries/policy.toml."
-- steps = ["find_open", "count_shared"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- first_school_id = "code of the one school"
-- last_school_id = "code of the other school"
-- pupils_shared = "pupil numbers that stand at both schools at the same time, number"
-- pupils_of_the_smaller = "pupils of the smaller of the two schools, number"
with find_recorded as (
    select s.as_of, m.pupil, m.school_id, m.month, days_together(m.recorded_mask) as recorded_mask
    from indicators.several_schools s
    inner join run.as_of n on n.as_of = s.as_of
    inner join store.attendance_by_month m on m.pupil = s.pupil and m.school_year = n.school_year
    group by s.as_of, m.pupil, m.school_id, m.month
),
-- a child who changes school has records at two schools, but never on the same day
find_same_days as (
    select a.as_of, a.pupil, a.school_id as first_school_id, b.school_id as last_school_id
    from run.policy p
    cross join find_recorded a
    inner join find_recorded b on b.as_of = a.as_of and b.pupil = a.pupil and b.month = a.month
    where a.school_id < b.school_id
    group by a.as_of, a.pupil, a.school_id, b.school_id
    having sum(days_in(days_within(a.recorded_mask, b.recorded_mask))) >= min(p.same_numbers_days)
),
find_open as (
    select distinct n.as_of, e.pupil, e.school_id, e.start_date
    from run.as_of n
    inner join sources.enrolments e on e.school_year = n.school_year
    where e.start_date <= n.as_of
      and (e.end_date is null or e.end_date > n.as_of)
),
find_several as (
    select as_of, pupil
    from find_open
    group by as_of, pupil
    having min(school_id) <> max(school_id)
),
find_some as (
    select o.as_of, o.pupil, o.school_id, o.start_date
    from find_several s
    inner join find_open o on o.as_of = s.as_of and o.pupil = s.pupil
),
-- at a transfer whose old enrolment was not closed, the new one starts later
find_same_start as (
    select distinct a.as_of, a.pupil, a.school_id as first_school_id, b.school_id as last_school_id
    from run.policy p
    cross join find_some a
    inner join find_some b on b.as_of = a.as_of and b.pupil = a.pupil
    where a.school_id < b.school_id
      and abs(cast(a.start_date as int) - cast(b.start_date as int)) <= p.same_numbers_start_days
),
find_shared as (
    select as_of, pupil, first_school_id, last_school_id from find_same_days
    union
    select as_of, pupil, first_school_id, last_school_id from find_same_start
),
count_shared as (
    select c.as_of, c.first_school_id, c.last_school_id, count(*) as pupils_shared
    from run.policy p
    cross join find_shared c
    group by c.as_of, c.first_school_id, c.last_school_id
    having count(*) >= min(p.same_numbers_pupils)
),
name_schools as (
    select as_of, first_school_id as school_id from count_shared
    union
    select as_of, last_school_id as school_id from count_shared
),
find_pupils as (
    select s.as_of, s.school_id, m.pupil
    from name_schools s
    inner join run.as_of n on n.as_of = s.as_of
    inner join store.attendance_by_month m on m.school_id = s.school_id and m.school_year = n.school_year
    union
    select s.as_of, s.school_id, o.pupil
    from name_schools s
    inner join find_open o on o.as_of = s.as_of and o.school_id = s.school_id
),
count_pupils as (
    select as_of, school_id, count(*) as pupils
    from find_pupils
    group by as_of, school_id
)
select
    c.as_of,
    c.first_school_id,
    c.last_school_id,
    c.pupils_shared,
    least(a.pupils, b.pupils) as pupils_of_the_smaller
from run.policy p
cross join count_shared c
inner join count_pupils a on a.as_of = c.as_of and a.school_id = c.first_school_id
inner join count_pupils b on b.as_of = c.as_of and b.school_id = c.last_school_id
where share_at_least(c.pupils_shared, least(a.pupils, b.pupils), p.same_numbers_permille)
