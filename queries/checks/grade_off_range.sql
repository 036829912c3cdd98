-- title = "Grade levels off the range"
-- about = "An enrolment of this school year has a grade level outside the range of the policy."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "school_id", "pupil_key", "start_date", "grade_level"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "An enrolment of this school year has a grade level outside the range of the policy."
-- when = "It matters because over-age and the school tables would be wrong for these pupils."
-- mend = "Map the school's own grade words in prane.toml (codes.grade_level) or correct the enrolments extract."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- start_date = "first day of the enrolment, date"
-- grade_level = "grade level of the enrolment, outside grades.lowest and grades.highest"
select
    n.as_of,
    e.school_id,
    e.pupil_key,
    e.start_date,
    e.grade_level
from run.policy p
cross join run.as_of n
inner join sources.enrolments e on n.school_year = e.school_year
where e.grade_level < p.grades_lowest
   or e.grade_level > p.grades_highest
