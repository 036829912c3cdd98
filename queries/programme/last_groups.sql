-- title = "The groups shown before"
-- about = "What readers saw of programme.groups on the last published night before as_of. A night made again is not held against itself."
-- grain = "one row a group shown before and as_of"
-- owner = "school integration team"
-- cites = ["NIST SP 800-53 SI-19(5): tables published again and again"]
with find_last as (
    select n.as_of, max(h.as_of) as last_as_of
    from run.as_of n
    inner join history.groups h on h.as_of < n.as_of
    group by n.as_of
)
select
    f.as_of,
    f.last_as_of,
    h.kind,
    coalesce(h.region, '') as region,
    coalesce(h.municipality, '') as municipality,
    coalesce(h.name, '') as name,
    h.pupils,
    h.assessable,
    h.level_3,
    h.level_2,
    h.level_1
from find_last f
inner join history.groups h on h.as_of = f.last_as_of
