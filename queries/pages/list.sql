-- title = "The list as a school may read it"
-- about = "caseload.list for the page, list and workbook of a school: what caseload.show_centre_to_schools lets it know of centres, and the reasons without those that another one covers."
-- grain = "one row a pupil with a level and as_of"
-- owner = "school integration team"
-- order = ["school_id", "rank"]
with read_policy as (
    select school_id, caseload_show_centre_to_schools as show_centre
    from run.policy_school
)
select
    l.* replace (
        case when p.show_centre in ('known', 'service') then l.known_to_centre end as known_to_centre,
        case when p.show_centre = 'service' then l.services end as services
    )
from caseload.list l
inner join read_policy p on p.school_id = l.school_id
