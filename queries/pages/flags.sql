-- title = "The flags of listed pupils, as a page tells them"
-- about = "What each flag weighs. Of a flag that the school may not know more of than that a centre is concerned, only that is told: at_centre, without numbers."
-- grain = "one row a listed pupil, flag and as_of"
-- key = ["as_of", "pupil_key", "rule"]
-- owner = "school integration team"
-- order = ["pupil_key", "level desc", "recovered", "rule"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- rule = "name of the flag, for ordering; not for showing to a school"
-- flag = "name of the flag, or at_centre where the school may know only that a centre is concerned"
-- value = "what was measured, in the unit of the flag; empty for at_centre"
-- threshold = "line that the value crossed, in the unit of the flag; empty for at_centre"
-- since_date = "day since which it has been so, date; empty for at_centre"
-- level = "level of support at which the flag counts, from 1 to 3"
-- recovered = "whether the flag weighs less because hardly a day of the recent weeks was missed, true or false"
with read_list as (
    select as_of, pupil_key
    from caseload.list
),
read_flags as (
    select as_of, pupil_key, flag, value, threshold, since_date, level, recovered, withheld
    from caseload.weighed_flags
)
select
    f.as_of,
    f.pupil_key,
    f.flag as rule,
    case when f.withheld then 'at_centre' else f.flag end as flag,
    case when f.withheld then null else f.value end as value,
    case when f.withheld then null else f.threshold end as threshold,
    case when f.withheld then null else f.since_date end as since_date,
    f.level,
    f.recovered
from read_list l
right semi join read_flags f on l.as_of = f.as_of and l.pupil_key = f.pupil_key
