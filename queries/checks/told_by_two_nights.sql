-- title = "A hidden count that two nights tell"
-- about = "A count of a school or municipality that programme.groups hides tonight, or hid on the last published night, comes out when the other parts, each as it was shown on either night, are taken from their total: tonight's as what it is, the last night's as fewer children than suppress_min_cell."
-- grain = "one row a hidden count; no rows when all is well"
-- key = ["as_of", "kind", "region", "municipality", "name", "what"]
-- owner = "school integration team"
-- cites = ["NIST SP 800-53 SI-19(5): tables published again and again", "NCES WP22: complementary suppression"]
-- severity = "warn"
-- what = "Hidden counts of schools or municipalities come out small when tonight's table is read together with the last one."
-- when = "It matters when the overview goes to many readers. The built-in query keeps hidden what was hidden, so this is left where a count fell by many at once into the small ones while those beside it stood still; the lists of the schools are not held back for it."
-- mend = "Do not hand the overview of this night out, or have the municipality named here left out of it; the next night keeps both counts hidden that are hidden tonight."
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
with read_last as (
    select l.as_of, p.suppress_min_cell as min_cell, l.last_as_of, l.kind, l.region, l.municipality, l.name, l.pupils, l.assessable, l.level_3, l.level_2, l.level_1
    from programme.last_groups l
    cross join run.policy p
),
count_schools as (
    select
        p.as_of,
        p.school_id,
        count(*) as pupils,
        sum(case when p.assessable then 1 else 0 end) as assessable,
        sum(case when c.level = 3 then 1 else 0 end) as level_3,
        sum(case when c.level = 2 then 1 else 0 end) as level_2,
        sum(case when c.level = 1 then 1 else 0 end) as level_1
    from caseload.list c
    right join indicators.pupil p on p.as_of = c.as_of and p.pupil_key = c.pupil_key
    group by p.as_of, p.school_id
),
sum_counts as (
    select
        c.as_of,
        coalesce(s.region, '') as region,
        coalesce(s.municipality, '') as municipality,
        coalesce(c.school_id, '') as school_id,
        sum(c.pupils) as pupils,
        sum(c.assessable) as assessable,
        sum(c.level_3) as level_3,
        sum(c.level_2) as level_2,
        sum(c.level_1) as level_1
    from count_schools c
    left join sources.schools s on s.school_id = c.school_id
    group by grouping sets ((c.as_of, s.region, s.municipality), (c.as_of, s.region, s.municipality, c.school_id))
),
pair_counts as (
    select
        g.as_of,
        l.last_as_of,
        l.min_cell,
        g.kind,
        g.region,
        g.municipality,
        g.name,
        case when g.kind in ('municipality', 'school') then g.region end as of_region,
        case when g.kind = 'school' then g.municipality end as of_municipality,
        m.what,
        case m.what when 'pupils' then c.pupils when 'assessable' then c.assessable when 'level_3' then c.level_3 when 'level_2' then c.level_2 else c.level_1 end as counted,
        case m.what when 'pupils' then l.pupils when 'assessable' then l.assessable when 'level_3' then l.level_3 when 'level_2' then l.level_2 else l.level_1 end as last,
        case m.what when 'pupils' then g.pupils when 'assessable' then g.assessable when 'level_3' then g.level_3 when 'level_2' then g.level_2 else g.level_1 end as tonight
    from read_last l
    inner join programme.groups g
        on g.as_of = l.as_of and g.kind = l.kind and coalesce(g.region, '') = l.region and coalesce(g.municipality, '') = l.municipality and coalesce(g.name, '') = l.name
    left join sum_counts c
        on c.as_of = g.as_of and c.region = g.region and c.municipality = g.municipality and c.school_id = case when g.kind = 'school' then g.name else '' end
    cross join (values ('pupils'), ('assessable'), ('level_3'), ('level_2'), ('level_1')) as m (what)
    where g.kind in ('region', 'municipality', 'school')
),
find_totals as (
    select
        *,
        max(case when kind = 'region' then coalesce(tonight, last) end) over (partition by as_of, what, region) as region_tonight,
        max(case when kind = 'region' then coalesce(last, tonight) end) over (partition by as_of, what, region) as region_last,
        max(case when kind = 'municipality' then coalesce(tonight, last) end) over (partition by as_of, what, region, municipality) as municipality_tonight,
        max(case when kind = 'municipality' then coalesce(last, tonight) end) over (partition by as_of, what, region, municipality) as municipality_last,
        sum(coalesce(tonight, last)) over (partition by as_of, what, kind, of_region, of_municipality) as parts_tonight,
        sum(coalesce(last, tonight)) over (partition by as_of, what, kind, of_region, of_municipality) as parts_last,
        sum(case when tonight is null and last is null then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as untold
    from pair_counts
),
subtract_others as (
    -- the count that remains if every other part is known from one of the two nights
    select
        *,
        case when tonight is null
            then case kind when 'school' then municipality_tonight else region_tonight end - coalesce(parts_tonight, 0) + coalesce(last, 0) end as said_of_tonight,
        case when last is null
            then case kind when 'school' then municipality_last else region_last end - coalesce(parts_last, 0) + coalesce(tonight, 0) end as said_of_last
    from find_totals
    where kind in ('municipality', 'school')
      and untold = case when tonight is null and last is null then 1 else 0 end
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
    tonight
from subtract_others
where (said_of_tonight between 1 and min_cell - 1 and said_of_tonight = counted)
   or said_of_last between 1 and min_cell - 1
