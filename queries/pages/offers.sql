-- title = "What centres near a school can offer"
-- about = "The services of the centres of the school's municipality, or of its region where the municipality has no centre. Which centre it is is told where caseload.show_centre_to_schools is service."
-- grain = "one row a school, centre, service and as_of"
-- key = ["as_of", "school_id", "centre_id", "service"]
-- owner = "school integration team"
-- order = ["school_id", "service", "centre_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- centre_id = "code of the centre"
-- service = "service of the centre, by its code in the extracts"
-- centre_name = "name of the centre; empty where the school may not know which centre it is"
-- room = "children whom the centre can take at once, less those enrolled, number; empty where its capacity is not known"
-- waiting = "referrals to the service there that wait for an answer, number"
with read_schools as (
    select as_of, school_id, municipality, region
    from caseload.school_summary
),
read_policy as (
    select school_id, caseload_show_centre_to_schools as show_centre
    from run.policy_school
),
read_offers as (
    select as_of, centre_id, centre_name, municipality, region, service, room, waiting
    from caseload.offers
),
find_near as (
    select s.as_of, s.school_id, o.centre_id, o.centre_name, o.service, o.room, o.waiting, true as in_municipality
    from read_schools s
    inner join read_offers o on o.as_of = s.as_of and coalesce(o.municipality, '') = coalesce(s.municipality, '')
    union all
    select s.as_of, s.school_id, o.centre_id, o.centre_name, o.service, o.room, o.waiting, false as in_municipality
    from read_schools s
    left anti join read_offers m on m.as_of = s.as_of and coalesce(m.municipality, '') = coalesce(s.municipality, '')
    inner join read_offers o on o.as_of = s.as_of and coalesce(o.region, '') = coalesce(s.region, '')
)
select
    n.as_of,
    n.school_id,
    n.centre_id,
    n.service,
    case when p.show_centre = 'service' then n.centre_name end as centre_name,
    n.room,
    n.waiting
from find_near n
inner join read_policy p on p.school_id = n.school_id
