-- title = "Absence of grades"
-- about = "Share of the recorded days of this school year missed by the pupils of each grade."
-- grain = "one row a school, grade and as_of"
-- key = ["as_of", "school_id", "grade_level"]
-- owner = "school integration team"
-- keep = "once"
-- order = ["school_id", "grade_level"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- pupils = "pupils enrolled in the grade level, number"
-- absence_rate = "days absent of the days recorded this school year by the pupils of the grade level, share from 0 to 1"
select
    as_of,
    school_id,
    grade_level,
    count(*) as pupils,
    share(sum(parts_absent), sum(parts_recorded)) as absence_rate
from indicators.pupil
where grade_level is not null
group by as_of, school_id, grade_level
