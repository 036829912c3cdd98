-- title = "Ranks that do not hold"
-- about = "The ranks of a school are not 1, 2, 3 … without gaps, a pupil stands on two lists, or more pupils are on the list than the capacity allows."
-- grain = "one row a school whose ranks do not hold, or a pupil on several lists, and as_of; no rows when all is well"
-- key = ["as_of", "school_id", "pupil_key"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "The ranks of a school are not 1, 2, 3 … without gaps, a pupil stands on two lists, or more pupils are on the list than the capacity allows."
-- when = "It matters always: the capacity line is drawn by rank."
-- mend = "Nothing in the extracts to mend; look at a rule or list of the project's own queries/ folder first."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- pupils = "pupils on the list of the school, number; for a pupil on several lists, the lists"
-- first_rank = "lowest rank of the list, number; 1 is right"
-- last_rank = "highest rank of the list, number; as many as pupils is right"
-- on_list = "pupils marked as having a place, number"
-- capacity = "pupils whom the team of the school can look at in a week, number"
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
    select as_of, min(school_id) as school_id, pupil_key, count(*) as pupils
    from caseload.list
    group by as_of, pupil_key
    having count(*) > 1
)
select
    l.as_of,
    l.school_id,
    cast(null as varchar) as pupil_key,
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
    pupil_key,
    pupils,
    null as first_rank,
    null as last_rank,
    null as on_list,
    null as capacity
from find_doubles
