-- title = "Severe absence"
-- about = "Absent on a fifth or more of the recorded days of this school year, across schools."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Balfanz 2007: attendance of 80 % or less", "edu_wh: at least 20 days"]
-- level = "policy: severe_absence.level"
-- rests_on = "attendance"
-- covers = ["chronic_absence"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "days absent of the days recorded this school year, share from 0 to 1"
-- threshold = "severe_absence.permille, as a share from 0 to 1"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
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
  -- compared as integer parts of days, so that exactly one fifth is not lost to rounding
  and share_at_least(p.parts_absent, p.parts_recorded, s.severe_absence_permille)
