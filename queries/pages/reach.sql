-- title = "Whom the centres reach, of the last month"
-- about = "programme.reach of the latest month it has, with the names of centres."
-- grain = "one row a centre, service and as_of"
-- key = ["as_of", "centre_id", "service"]
-- owner = "coordinators"
-- order = ["centre_id", "service"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- service = "service of the centre, by its code in the extracts"
-- month = "first day of the month, date"
-- participants = "children enrolled in the month, number; empty where it is suppressed"
-- attending = "those of them who came at least once, number; empty where it is suppressed"
-- attended_rate = "sessions attended of the sessions held for the children, share from 0 to 1; empty where it rests on few children"
-- attended_rate_below = "bound that the rate lies below, where it may not be told itself, share from 0 to 1"
-- attended_rate_above = "bound that the rate lies above, where it may not be told itself, share from 0 to 1"
-- suppressed = "whether the figures are hidden because they are of few children, true or false"
-- centre_name = "name of the centre"
with find_last as (
    select as_of, max(month) as month
    from programme.reach
    group by as_of
)
select r.*, c.centre_name
from find_last l
inner join programme.reach r on r.as_of = l.as_of and r.month = l.month
left join sources.centres c on c.centre_id = r.centre_id
