-- title = "What each flag weighs"
-- about = "The flags of every pupil who can be assessed, each with the level it counts at. A flag of the year's rate cannot be undone by coming to school: while hardly a day of the recent weeks was missed, it weighs less. A flag that rests on a centre is none where the school is told nothing of centres, and is only said to be of the centre (withheld) where it may know no more than that a child is known there."
-- grain = "one row a pupil, flag and as_of"
-- key = ["as_of", "pupil_key", "flag"]
-- owner = "school integration team"
-- cites = ["cases: recovery"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- flag = "name of the flag"
-- value = "what was measured, in the unit of the flag"
-- threshold = "line that the value crossed, in the unit of the flag"
-- since_date = "day since which it has been so, date; empty where the flag names none"
-- level = "level of support at which the flag counts, from 1 to 3"
-- recovered = "whether the flag weighs less because hardly a day of the recent weeks was missed, true or false"
-- withheld = "whether the school may know only that a centre is concerned, true or false"
with read_flags as (
    select as_of, pupil_key, flag, value, threshold, since_date, level
    from run.raised_flags
),
read_pupils as (
    select as_of, pupil_key, school_id, recent_absent, recent_recorded
    from indicators.pupil
    -- pupils without enough records are left out here and listed in caseload.not_assessable
    where assessable
),
read_policy as (
    select school_id, caseload_show_centre_to_schools as show_centre, recovery_flags, recovery_max_absent, recovery_min_recorded, recovery_levels_less
    from run.policy_school
),
read_rules as (
    select flag, rests_on
    from run.flag_rules
),
find_recovered as (
    select
        f.as_of,
        f.pupil_key,
        p.school_id,
        f.flag,
        f.value,
        f.threshold,
        f.since_date,
        f.level,
        s.recovery_levels_less as levels_less,
        coalesce(r.rests_on = 'centre' and s.show_centre <> 'service', false) as withheld,
        coalesce(
            array_has(s.recovery_flags, f.flag)
                and p.recent_recorded >= s.recovery_min_recorded
                and p.recent_absent <= s.recovery_max_absent,
            false
        ) as recovered
    from read_flags f
    inner join read_pupils p on p.as_of = f.as_of and p.pupil_key = f.pupil_key
    inner join read_policy s on s.school_id = p.school_id
    left join read_rules r on r.flag = f.flag
    where coalesce(not (r.rests_on = 'centre' and s.show_centre = 'no'), true)
)
select
    as_of,
    pupil_key,
    school_id,
    flag,
    value,
    threshold,
    since_date,
    cast(case when recovered then greatest(least(level, 1), level - levels_less) else level end as int) as level,
    recovered,
    withheld
from find_recovered
