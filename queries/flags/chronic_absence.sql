-- title = "Chronic absence"
-- about = "Absent on a tenth or more of the recorded days of this school year, across schools; exactly a tenth counts."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["CEDS, EWIMS: absent 10 % or more", "edu_wh: at least 20 days"]
-- level = "policy: chronic_absence.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "days absent of the days recorded this school year, share from 0 to 1"
-- threshold = "chronic_absence.permille, as a share from 0 to 1"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, days_recorded, absence_rate, parts_absent, parts_recorded
    from indicators.pupil
),
read_policy as (
    select school_id, chronic_absence_permille, chronic_absence_min_days, chronic_absence_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    p.absence_rate as value,
    s.chronic_absence_permille / 1000.0 as threshold,
    cast(null as date) as since_date,
    cast(s.chronic_absence_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.days_recorded >= s.chronic_absence_min_days
  -- compared as integer parts of days, so that 19 absent of 190 are not lost to rounding
  and share_at_least(p.parts_absent, p.parts_recorded, s.chronic_absence_permille)
