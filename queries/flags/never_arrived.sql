-- title = "Enrolled, never seen"
-- about = "Enrolled and recorded this school year, but not present on a single day."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Gujarat: no day present in the last weeks"]
-- level = "policy: never_arrived.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "days recorded this school year, none of them present, in days"
-- threshold = "never_arrived.min_days, in days"
-- since_date = "first day of the absence that still runs, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, days_recorded, parts_absent, parts_recorded, absent_since
    from indicators.pupil
),
read_policy as (
    select school_id, never_arrived_min_days, never_arrived_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.days_recorded as double) as value,
    cast(s.never_arrived_min_days as double) as threshold,
    p.absent_since as since_date,
    cast(s.never_arrived_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.days_recorded >= s.never_arrived_min_days
  and p.parts_absent >= p.parts_recorded
