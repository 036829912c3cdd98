-- title = "The groups shown before"
-- about = "What readers saw of programme.groups on the last published night before as_of. A night made again is not held against itself."
-- grain = "one row a group shown before and as_of"
-- key = ["as_of", "kind", "region", "municipality", "name"]
-- owner = "school integration team"
-- cites = ["NIST SP 800-53 SI-19(5): tables published again and again"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- last_as_of = "day of the list published last before as_of, date"
-- kind = "kind of group: region, municipality, school, grade or sex"
-- region = "region of the group, by name; empty for a grade level or a sex, or where it is not known"
-- municipality = "municipality of the group, by name; empty for a region, a grade level or a sex, or where it is not known"
-- name = "name or code of the group within its kind"
-- pupils = "pupils as shown then, number; empty where it was hidden"
-- assessable = "pupils who could be assessed as shown then, number; empty where it was hidden"
-- level_3 = "pupils at level 3 as shown then, number; empty where it was hidden"
-- level_2 = "pupils at level 2 as shown then, number; empty where it was hidden"
-- level_1 = "pupils at level 1 as shown then, number; empty where it was hidden"
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
