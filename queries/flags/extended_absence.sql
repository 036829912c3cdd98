-- title = "Extended absence"
-- about = "Away on every one of the last recorded days for two school weeks or so, whether excused or not: contact is needed now."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["KIPP and Child First: ladders of contacts by days missed"]
-- level = "policy: extended_absence.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "recorded days at the end of the record that were all absent, in days"
-- threshold = "extended_absence.days, in days"
-- since_date = "first day of the absence that still runs, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, absence_streak, absent_since
    from indicators.pupil
),
read_policy as (
    select school_id, extended_absence_days, extended_absence_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.absence_streak as double) as value,
    cast(s.extended_absence_days as double) as threshold,
    p.absent_since as since_date,
    cast(s.extended_absence_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.absence_streak >= s.extended_absence_days
