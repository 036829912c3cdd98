-- title = "Absence of grades"
-- about = "Share of the recorded days of this school year missed by the pupils of each grade."
-- grain = "one row a school, grade and as_of"
-- owner = "school integration team"
-- order = ["school_id", "grade_level"]
select
    as_of,
    school_id,
    grade_level,
    count(*) as pupils,
    share(sum(parts_absent), sum(parts_recorded)) as absence_rate
from indicators.pupil
where grade_level is not null
group by as_of, school_id, grade_level
