-- title = "What changed since the list before"
-- about = "The pupils whose status is news: new, worsening, improving or back on the list, and those who went off it, with the cause."
-- grain = "one row a pupil and school whose status changed and as_of"
-- owner = "school integration team"
-- cites = ["triage: how far two lists overlap"]
select
    as_of,
    school_id,
    pupil_key,
    class,
    status,
    level_before,
    level,
    cause,
    on_list
from caseload.list
where status in ('new', 'worsening', 'improving', 'returned')
union all
select
    as_of,
    school_id,
    pupil_key,
    class,
    'off' as status,
    level_before,
    cast(null as int) as level,
    cause,
    false as on_list
from caseload.off_list
