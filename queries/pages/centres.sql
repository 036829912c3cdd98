-- title = "What stands at the head of a centre's page"
-- about = "Where the centre is, how far its records reach, and how many children its team can see in a week."
-- grain = "one row a centre and as_of"
-- key = ["as_of", "centre_id"]
-- owner = "centre coordinators"
-- order = ["centre_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- centre_name = "name of the centre"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- capacity = "children whom the team of the centre can see in a week, number"
-- data_through = "last day with a record of attendance at the centre, date; empty where it has none"
with find_last as (
    select n.as_of, a.centre_id, max(a.date) as data_through
    from run.as_of n
    inner join sources.centre_attendance a on a.date <= n.as_of
    group by n.as_of, a.centre_id
)
select n.as_of, c.centre_id, c.centre_name, c.municipality, c.region, p.caseload_per_centre as capacity, l.data_through
from run.as_of n
cross join sources.centres c
inner join run.policy_centre p on p.centre_id = c.centre_id
left join find_last l on l.as_of = n.as_of and l.centre_id = c.centre_id
