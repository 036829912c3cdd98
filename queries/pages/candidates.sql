-- title = "Whom a centre could invite"
-- about = "Pupils with a level of the schools of the centre's municipality who are at no centre, as many as its team can see. A centre sees whom it could invite and why, not what became of contacts at school."
-- grain = "one row a centre, pupil and as_of"
-- owner = "centre coordinators"
-- order = ["centre_id", "rank"]
with read_list as (
    select *
    from caseload.list
),
read_schools as (
    select as_of, school_id, coalesce(municipality, '') as municipality
    from caseload.school_summary
),
find_free as (
    select l.*, s.municipality
    from read_list l
    left anti join pages.centre_pupils c on c.as_of = l.as_of and c.pupil_key = l.pupil_key
    inner join read_schools s on s.as_of = l.as_of and s.school_id = l.school_id
),
rank_pupils as (
    -- two centres of one municipality are asked about the same children
    select
        *,
        row_number() over (
            partition by as_of, municipality
            order by level desc, risk desc nulls last, flag_count desc, recent_absence_rate desc nulls last, pupil_key
        ) as place
    from find_free
)
select
    r.* exclude (municipality, place) replace (
        cast(r.place as int) as rank,
        true as on_list,
        case when r.escalation = 'unanswered_contacts' then null else r.escalation end as escalation,
        cast(0 as int) as unanswered_contacts,
        cast(null as date) as last_contact,
        cast(null as varchar) as contact_by,
        cast(null as varchar) as last_action,
        cast(null as varchar) as last_outcome,
        cast(null as date) as review_date,
        false as review_due
    ),
    c.centre_id
from rank_pupils r
inner join sources.centres c on coalesce(c.municipality, '') = r.municipality
inner join run.policy_centre p on p.centre_id = c.centre_id
where r.place <= p.caseload_per_centre
