-- title = "Severe absence"
-- about = "Absent on a fifth or more of the recorded days of this school year, across schools."
-- grain = "one row a pupil and as_of with the flag"
-- owner = "school integration team"
-- cites = ["Balfanz 2007: attendance of 80 % or less", "edu_wh: at least 20 days"]
-- level = "policy: severe_absence.level"
-- rests_on = "attendance"
-- covers = ["chronic_absence"]
with read_pupils as (
    select as_of, pupil_key, school_id, days_recorded, absence_rate, parts_absent, parts_recorded
    from indicators.pupil
),
read_policy as (
    select school_id, severe_absence_permille, severe_absence_min_days, severe_absence_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    p.absence_rate as value,
    s.severe_absence_permille / 1000.0 as threshold,
    cast(null as date) as since_date,
    cast(s.severe_absence_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.days_recorded >= s.severe_absence_min_days
  -- whole parts of days: exactly a fifth must not be lost to rounding
  and share_at_least(p.parts_absent, p.parts_recorded, s.severe_absence_permille)
