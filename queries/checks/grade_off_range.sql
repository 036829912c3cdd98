-- title = "Grade levels off the range"
-- about = "An enrolment of this school year has a grade level outside the range of the policy."
-- grain = "one row a finding and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "An enrolment of this school year has a grade level outside the range of the policy."
-- when = "It matters because over-age and the school tables would be wrong for these pupils."
-- mend = "Map the school's own grade words in prane.toml (codes.grade_level) or correct the enrolments extract."
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
