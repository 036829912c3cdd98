-- title = "Older than the class"
-- about = "Clearly older than usual for the grade level."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["El Salvador (dssg): over-age"]
-- level = "policy: over_age.level"
-- rests_on = "enrolment"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "years above the usual age of the grade level, in completed years"
-- threshold = "over_age.years, in years"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
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
