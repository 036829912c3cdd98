-- title = "Counts of a night"
-- about = "What the manifest counts: pupils by flag, level and status, and sums over all schools."
-- grain = "one row a kind, name and as_of"
-- key = ["as_of", "kind", "name"]
-- owner = "school integration team"
-- order = ["kind", "name"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- kind = "what is counted by: flag, level, status or sum"
-- name = "flag, level or status; of a sum left_off, not_assessable, assessable or schools"
-- pupils = "pupils counted, number; schools with a record where the name is schools"
select as_of, 'flag' as kind, flag as name, count(*) as pupils
from run.raised_flags
group by as_of, flag
union all
select as_of, 'level' as kind, cast(level as varchar) as name, count(*) as pupils
from caseload.list
group by as_of, level
union all
select as_of, 'status' as kind, status as name, count(*) as pupils
from caseload.list
group by as_of, status
union all
select n.as_of, 'sum' as kind, 'left_off' as name, count(l.pupil_key) as pupils
from run.as_of n
left join caseload.list l on l.as_of = n.as_of and not l.on_list
group by n.as_of
union all
select n.as_of, 'sum' as kind, 'not_assessable' as name, count(u.pupil_key) as pupils
from run.as_of n
left join caseload.not_assessable u on u.as_of = n.as_of
group by n.as_of
union all
select n.as_of, 'sum' as kind, 'assessable' as name, count(i.pupil_key) as pupils
from run.as_of n
left join indicators.pupil i on i.as_of = n.as_of and i.assessable
group by n.as_of
union all
select n.as_of, 'sum' as kind, 'schools' as name, count(s.school_id) as pupils
from run.as_of n
left join caseload.school_summary s on s.as_of = n.as_of and s.data_through is not null
group by n.as_of
