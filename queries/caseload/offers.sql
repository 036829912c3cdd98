-- title = "What centres can offer"
-- about = "Each service of each centre, with the room the centre has left (children it can take at once, less those enrolled) and the referrals to that service there that wait for an answer. So that nobody is sent to a door that is closed without knowing it."
-- grain = "one row a centre, service and as_of"
-- key = ["as_of", "centre_id", "service"]
-- owner = "centre coordinators"
-- order = ["service", "centre_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- centre_name = "name of the centre"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- service = "service of the centre, by its code in the extracts"
-- room = "children whom the centre can take at once, less those enrolled, number; empty where its capacity is not known"
-- waiting = "referrals to the service there that wait for an answer, number"
with read_nights as (
    select as_of
    from run.as_of
),
read_centres as (
    select centre_id, centre_name, municipality, region, capacity, unnest(string_to_array(services, ';')) as service
    from sources.centres
),
count_enrolled as (
    select n.as_of, e.centre_id, count(distinct e.participant_key) as enrolled
    from sources.centre_enrolments e
    inner join read_nights n on e.start_date <= n.as_of and (e.end_date is null or e.end_date >= n.as_of)
    group by n.as_of, e.centre_id
),
count_waiting as (
    -- the organisation of a referral is the code or the name of a centre
    select n.as_of, r.to_organisation, r.to_service, count(*) as waiting
    from sources.referrals r
    inner join read_nights n on r.date <= n.as_of and (r.closed_date is null or r.closed_date > n.as_of)
    where coalesce(r.status, 'open') = 'open'
    group by n.as_of, r.to_organisation, r.to_service
)
select
    n.as_of,
    c.centre_id,
    c.centre_name,
    c.municipality,
    c.region,
    trim(c.service) as service,
    cast(case when c.capacity is not null then greatest(0, c.capacity - coalesce(e.enrolled, 0)) end as int) as room,
    cast(coalesce(w.waiting, 0) + coalesce(v.waiting, 0) as int) as waiting
from read_centres c
cross join read_nights n
left join count_enrolled e on e.as_of = n.as_of and e.centre_id = c.centre_id
left join count_waiting w on w.as_of = n.as_of and w.to_organisation = c.centre_id and w.to_service = trim(c.service)
left join count_waiting v on v.as_of = n.as_of and v.to_organisation = c.centre_name and v.to_organisation <> c.centre_id and v.to_service = trim(c.service)
where trim(c.service) <> ''
