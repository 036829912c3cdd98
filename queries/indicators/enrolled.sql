-- title = "Who is enrolled, and where"
-- about = "Pupils with an enrolment that has begun and not ended before as_of. With several open enrolments the one that started last names the school. An enrolment closed on as_of itself still counts that day."
-- grain = "one row a pupil and as_of"
-- key = ["as_of", "pupil"]
-- owner = "school integration team"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- school_year = "school year, such as 2021-2022"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- class = "class within the school, such as a letter"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
find_open as (
    select n.as_of, n.school_year, e.pupil, e.pupil_key, e.school_id, e.grade_level, e.class, e.start_date
    from sources.enrolments e
    inner join read_nights n on e.start_date <= n.as_of and (e.end_date is null or e.end_date >= n.as_of)
),
-- only pupils with several enrolments, who are few, are ranked
find_several as (
    select as_of, pupil
    from find_open
    group by as_of, pupil
    having count(*) > 1
),
order_several as (
    select o.*, row_number() over (partition by o.as_of, o.pupil order by o.start_date desc, o.school_id desc) as latest
    from find_several s
    inner join find_open o on o.as_of = s.as_of and o.pupil = s.pupil
)
select o.as_of, o.pupil, o.pupil_key, o.school_id, o.school_year, o.grade_level, o.class
from find_several s
right anti join find_open o on o.as_of = s.as_of and o.pupil = s.pupil
union all
select as_of, pupil, pupil_key, school_id, school_year, grade_level, class
from order_several
where latest = 1
