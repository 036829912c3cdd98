-- title = "Pupils by region, municipality, school, grade level and sex"
-- about = "Counts and absence of enrolled pupils, as coordinators see them. A count from 1 to one less than suppress_min_cell is left empty, and so is what would give it away: all counts about a group of so few pupils, the assessable where so few are not, and one more cell where a shown total and the other cells would tell. Schools add up to their municipality and municipalities to their region, so a hidden total hides a part with it."
-- grain = "one row a group and as_of"
-- owner = "school integration team"
-- cites = ["NCES WP22: complementary suppression"]
with read_nights as (
    select a.as_of, p.suppress_min_cell as min_cell
    from run.as_of a
    cross join run.policy p
),
read_pupils as (
    select as_of, pupil_key, school_id, grade_level, assessable, parts_absent, parts_recorded
    from indicators.pupil
),
read_schools as (
    select school_id, region, municipality
    from sources.schools
),
read_sex as (
    -- a child known by two numbers has two rows
    select pupil_key, max(sex) as sex
    from sources.pupils
    group by pupil_key
),
read_list as (
    select as_of, pupil_key, level
    from caseload.list
),
join_facts as (
    select
        p.as_of,
        n.min_cell,
        coalesce(s.region, '') as region,
        coalesce(s.municipality, '') as municipality,
        p.school_id,
        coalesce(cast(p.grade_level as varchar), '') as grade_level,
        coalesce(x.sex, '') as sex,
        p.assessable,
        l.level,
        p.parts_absent,
        p.parts_recorded
    from read_pupils p
    inner join read_nights n on n.as_of = p.as_of
    left join read_schools s on s.school_id = p.school_id
    left join read_sex x on x.pupil_key = p.pupil_key
    left join read_list l on l.as_of = p.as_of and l.pupil_key = p.pupil_key
),
count_groups as (
    select
        as_of,
        case
            when grouping(school_id) = 0 then 'school'
            when grouping(municipality) = 0 then 'municipality'
            when grouping(region) = 0 then 'region'
            when grouping(grade_level) = 0 then 'grade'
            else 'sex'
        end as kind,
        region,
        municipality,
        cast(coalesce(school_id, municipality, region, grade_level, sex) as varchar) as name,
        max(min_cell) as min_cell,
        count(*) as pupils,
        sum(case when assessable then 1 else 0 end) as assessable,
        sum(case when level = 3 then 1 else 0 end) as level_3,
        sum(case when level = 2 then 1 else 0 end) as level_2,
        sum(case when level = 1 then 1 else 0 end) as level_1,
        sum(case when parts_recorded > 0 then 1 else 0 end) as pupils_recorded,
        cast(sum(parts_absent) as double) / nullif(sum(parts_recorded), 0) as absence_rate
    from join_facts
    group by grouping sets ((as_of, region), (as_of, region, municipality), (as_of, region, municipality, school_id), (as_of, grade_level), (as_of, sex))
),
spread_cells as (
    select
        g.as_of,
        g.kind,
        g.region,
        g.municipality,
        g.name,
        -- the total that a group is a part of
        case when g.kind in ('municipality', 'school') then g.region end as of_region,
        case when g.kind = 'school' then g.municipality end as of_municipality,
        g.min_cell,
        -- a rate over few pupils tells about single ones
        case when g.pupils_recorded >= g.min_cell then g.absence_rate end as absence_rate,
        m.what,
        case m.what when 'pupils' then g.pupils when 'assessable' then g.assessable when 'level_3' then g.level_3 when 'level_2' then g.level_2 else g.level_1 end as cell,
        g.pupils,
        g.pupils - g.assessable as not_assessable,
        g.assessable - g.level_3 - g.level_2 - g.level_1 as without_level
    from count_groups g
    cross join (values ('pupils'), ('assessable'), ('level_3'), ('level_2'), ('level_1')) as m (what)
),
mark_small as (
    select
        *,
        cell between 1 and min_cell - 1
            or pupils < min_cell
            or (what = 'assessable' and not_assessable between 1 and min_cell - 1)
            or (what = 'level_1' and without_level between 1 and min_cell - 1) as small
    from spread_cells
),
order_cells as (
    select
        *,
        sum(case when small and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden,
        sum(case when small then cell else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_sum,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by small, cell = 0, cell, name) as next_place
    from mark_small
),
hide_beside as (
    -- one hidden part could be worked out from its total, and few hidden children in several parts are still few
    select *, small or (next_place = 1 and hidden > 0 and (hidden = 1 or hidden_sum < min_cell)) as hide
    from order_cells
),
look_up_regions as (
    select
        *,
        max(case when kind = 'region' and hide then 1 else 0 end) over (partition by as_of, what, region) as total_hidden,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as parts_hidden
    from hide_beside
),
hide_municipalities as (
    -- parts that are all shown would add up to the total that is not
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, absence_rate, what, cell, next_place,
        hide or (kind = 'municipality' and total_hidden = 1 and parts_hidden = 0 and next_place = 1) as hide
    from look_up_regions
),
look_up_municipalities as (
    select
        *,
        max(case when kind = 'municipality' and hide then 1 else 0 end) over (partition by as_of, what, region, municipality) as total_hidden,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as parts_hidden
    from hide_municipalities
),
hide_schools as (
    select
        as_of, kind, region, municipality, name, absence_rate, what, cell,
        hide or (kind = 'school' and total_hidden = 1 and parts_hidden = 0 and next_place = 1) as hide
    from look_up_municipalities
),
join_cells as (
    select
        as_of,
        kind,
        region,
        municipality,
        name,
        max(case when what = 'pupils' and hide then 1 else 0 end) as hide_all,
        max(case when what = 'pupils' and not hide then cell end) as pupils,
        max(case when what = 'assessable' and not hide then cell end) as assessable,
        max(case when what = 'level_3' and not hide then cell end) as level_3,
        max(case when what = 'level_2' and not hide then cell end) as level_2,
        max(case when what = 'level_1' and not hide then cell end) as level_1,
        max(absence_rate) as absence_rate
    from hide_schools
    group by as_of, kind, region, municipality, name
)
select
    as_of,
    kind,
    name,
    pupils,
    -- where the pupils are not told, what is counted among them would tell them nearly
    case when hide_all = 0 then assessable end as assessable,
    case when hide_all = 0 then level_3 end as level_3,
    case when hide_all = 0 then level_2 end as level_2,
    case when hide_all = 0 then level_1 end as level_1,
    case when hide_all = 0 then absence_rate end as absence_rate
from join_cells
