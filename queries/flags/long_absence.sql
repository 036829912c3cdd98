-- title = "Unexcused days in a row"
-- about = "Away without an excuse on the last recorded days; early and urgent have a level each."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Somali EWS: alert at 3 days in a row, critical at 5"]
-- level = "policy: long_absence.level, long_absence.early_level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "recorded days at the end of the record that were all absent without excuse, in days"
-- threshold = "long_absence.days where it is reached, else long_absence.early_days, in days"
-- since_date = "first day of the absence without excuse that still runs, date"
-- level = "level of support that the flag asks for: long_absence.level or long_absence.early_level, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, unexcused_streak, unexcused_since
    from indicators.pupil
),
read_policy as (
    select school_id, long_absence_days, long_absence_level, long_absence_early_days, long_absence_early_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.unexcused_streak as double) as value,
    cast(case when p.unexcused_streak >= s.long_absence_days then s.long_absence_days else s.long_absence_early_days end as double) as threshold,
    p.unexcused_since as since_date,
    cast(case when p.unexcused_streak >= s.long_absence_days then s.long_absence_level else s.long_absence_early_level end as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.unexcused_streak >= least(s.long_absence_days, s.long_absence_early_days)
