-- title = "Who is enrolled, and where"
-- about = "Pupils with an enrolment that has begun and not ended before as_of. With several open enrolments the one that started last names the school. An enrolment closed on as_of itself still counts that day."
-- grain = "one row a pupil and as_of"
-- owner = "school integration team"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
find_open as (
    select
        n.as_of,
        n.school_year,
        e.pupil,
        e.pupil_key,
        e.school_id,
        e.grade_level,
        e.class,
        row_number() over (partition by n.as_of, e.pupil order by e.start_date desc, e.school_id desc) as latest
    from sources.enrolments e
    inner join read_nights n on e.start_date <= n.as_of and (e.end_date is null or e.end_date >= n.as_of)
)
select as_of, pupil, pupil_key, school_id, school_year, grade_level, class
from find_open
where latest = 1
