-- title = "Older than the class"
-- about = "Clearly older than usual for the grade level."
-- grain = "one row a pupil and as_of with the flag"
-- owner = "school integration team"
-- cites = ["El Salvador (dssg): over-age"]
-- level = "policy: over_age.level"
-- rests_on = "enrolment"
with read_pupils as (
    select as_of, pupil_key, school_id, over_age
    from indicators.pupil
),
read_policy as (
    select school_id, over_age_years, over_age_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.over_age as double) as value,
    cast(s.over_age_years as double) as threshold,
    cast(null as date) as since_date,
    cast(s.over_age_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.over_age >= s.over_age_years
