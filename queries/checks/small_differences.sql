-- title = "A count that changed by few"
-- about = "A count of programme.groups that was shown on the last published night and would be shown tonight changed by fewer children than suppress_min_cell."
-- grain = "one row a count; no rows when all is well"
-- key = ["as_of", "kind", "region", "municipality", "name", "what"]
-- owner = "school integration team"
-- cites = ["NIST SP 800-53 SI-19(5): tables published again and again"]
-- severity = "fail"
-- what = "A count of programme.groups changed by fewer children than suppress_min_cell since it was shown last."
-- when = "It matters because who knows of one child that came or left between the two nights reads in the difference what the child is counted as. The built-in query shows such a count as it was shown last, so this speaks up where a query of the project's own does not."
-- mend = "In the project's own queries/programme/groups.sql show a count of history.groups again until it has changed by suppress_min_cell, as the built-in one does, or take the file away."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- last_as_of = "day of the list published last before, date"
-- kind = "kind of group: region, municipality, school, grade or sex"
-- region = "region of the group, by name; empty for a grade level or a sex, or where it is not known"
-- municipality = "municipality of the group, by name; empty for a region, a grade level or a sex, or where it is not known"
-- name = "name or code of the group within its kind"
-- what = "which count it is: pupils, assessable, level_3, level_2 or level_1"
-- last = "count as it was shown on the last published night, in pupils; empty where it was hidden"
-- tonight = "count as it would be shown tonight, in pupils; empty where it is hidden"
-- change = "tonight's count less the last one, in pupils"
with read_last as (
    select l.as_of, p.suppress_min_cell as min_cell, l.last_as_of, l.kind, l.region, l.municipality, l.name, l.pupils, l.assessable, l.level_3, l.level_2, l.level_1
    from programme.last_groups l
    cross join run.policy p
),
compare_counts as (
    select
        g.as_of,
        l.last_as_of,
        l.min_cell,
        g.kind,
        g.region,
        g.municipality,
        g.name,
        m.what,
        case m.what when 'pupils' then l.pupils when 'assessable' then l.assessable when 'level_3' then l.level_3 when 'level_2' then l.level_2 else l.level_1 end as last,
        case m.what when 'pupils' then g.pupils when 'assessable' then g.assessable when 'level_3' then g.level_3 when 'level_2' then g.level_2 else g.level_1 end as tonight
    from read_last l
    inner join programme.groups g
        on g.as_of = l.as_of and g.kind = l.kind and coalesce(g.region, '') = l.region and coalesce(g.municipality, '') = l.municipality and coalesce(g.name, '') = l.name
    cross join (values ('pupils'), ('assessable'), ('level_3'), ('level_2'), ('level_1')) as m (what)
)
select
    as_of,
    last_as_of,
    kind,
    region,
    municipality,
    name,
    what,
    last,
    tonight,
    tonight - last as change
from compare_counts
where abs(tonight - last) between 1 and min_cell - 1
