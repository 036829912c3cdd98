-- title = "The list of a centre"
-- about = "The pupils with a level who are the centre's own, in the order of a school's list, over all schools. Services are those of this centre: what another one does with a child is that centre's to tell."
-- grain = "one row a centre, pupil with a level and as_of"
-- owner = "centre coordinators"
-- order = ["centre_id", "rank"]
with number_services as (
    select
        as_of,
        centre_id,
        pupil_key,
        services,
        row_number() over (partition by as_of, centre_id, pupil_key order by participant_key desc) as place
    from pages.participants
),
read_services as (
    select as_of, centre_id, pupil_key, services as services_here
    from number_services
    where place = 1
),
rank_pupils as (
    select
        l.*,
        c.centre_id,
        row_number() over (
            partition by c.as_of, c.centre_id
            order by l.level desc, l.risk desc nulls last, l.flag_count desc, l.recent_absence_rate desc nulls last, l.pupil_key
        ) as place
    from pages.centre_pupils c
    inner join caseload.list l on l.as_of = c.as_of and l.pupil_key = c.pupil_key
)
select
    r.* exclude (place) replace (
        cast(r.place as int) as rank,
        r.place <= p.caseload_per_centre as on_list,
        s.services_here as services
    )
from rank_pupils r
inner join run.policy_centre p on p.centre_id = r.centre_id
left join read_services s on s.as_of = r.as_of and s.centre_id = r.centre_id and s.pupil_key = r.pupil_key
