-- title = "Ranks that do not hold"
-- about = "The ranks of a school are not 1, 2, 3 … without gaps, a pupil stands on two lists, or more pupils are on the list than the capacity allows."
-- grain = "one row a school and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "The ranks of a school are not 1, 2, 3 … without gaps, a pupil stands on two lists, or more pupils are on the list than the capacity allows."
-- when = "It matters always: the capacity line is drawn by rank."
-- mend = "Nothing in the extracts to mend; look at a rule or list of the project's own queries/ folder first."
with sum_list as (
    select
        as_of,
        school_id,
        count(*) as pupils,
        count(distinct rank) as ranks,
        min(rank) as first_rank,
        max(rank) as last_rank,
        sum(case when on_list then 1 else 0 end) as on_list
    from caseload.list
    group by as_of, school_id
),
find_doubles as (
    select as_of, min(school_id) as school_id, count(*) as pupils
    from caseload.list
    group by as_of, pupil_key
    having count(*) > 1
)
select
    l.as_of,
    l.school_id,
    l.pupils,
    l.first_rank,
    l.last_rank,
    l.on_list,
    s.caseload_per_school as capacity
from sum_list l
inner join run.policy_school s on s.school_id = l.school_id
where l.ranks <> l.pupils
   or l.first_rank <> 1
   or l.last_rank <> l.pupils
   or l.on_list <> least(l.pupils, s.caseload_per_school)
union all
select
    as_of,
    school_id,
    pupils,
    null as first_rank,
    null as last_rank,
    null as on_list,
    null as capacity
from find_doubles
