-- title = "Whom the centres reach, of the last month"
-- about = "programme.reach of the latest month it has, with the names of centres."
-- grain = "one row a centre, service and as_of"
-- owner = "coordinators"
-- order = ["centre_id", "service"]
with find_last as (
    select as_of, max(month) as month
    from programme.reach
    group by as_of
)
select r.*, c.centre_name
from find_last l
inner join programme.reach r on r.as_of = l.as_of and r.month = l.month
left join sources.centres c on c.centre_id = r.centre_id
