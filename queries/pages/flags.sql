-- title = "The flags of listed pupils, as a page tells them"
-- about = "What each flag weighs. Of a flag that the school may not know more of than that a centre is concerned, only that is told: at_centre, without numbers."
-- grain = "one row a listed pupil, flag and as_of"
-- owner = "school integration team"
-- order = ["pupil_key", "level desc", "recovered", "rule"]
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
