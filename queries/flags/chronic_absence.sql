-- title = "Chronic absence"
-- about = "Absent on a tenth or more of the recorded days of this school year, across schools; exactly a tenth counts."
-- grain = "one row a pupil and as_of with the flag"
-- owner = "school integration team"
-- cites = ["CEDS, EWIMS: absent 10 % or more", "edu_wh: at least 20 days"]
-- level = "policy: chronic_absence.level"
-- rests_on = "attendance"
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
  -- whole parts of days: 19 absent of 190 must not be lost to rounding
  and share_at_least(p.parts_absent, p.parts_recorded, s.chronic_absence_permille)
