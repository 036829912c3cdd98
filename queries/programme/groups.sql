-- title = "Pupils by region, municipality, grade level and sex"
-- about = "Counts and absence of enrolled pupils for coordinators. Counts from 1 to one less than suppress_min_cell are not shown; where just one cell of a kind and column would be hidden, the next smallest is hidden with it, so that a total does not give it away."
-- grain = "one row a group and as_of"
-- owner = "school integration team"
-- cites = ["NCES Forum, FCSM working paper 22: complementary suppression"]
with read_pupils as (
    select p.as_of, p.pupil_key, p.school_id, p.grade_level, p.assessable, p.parts_absent, p.parts_recorded, l.level
    from indicators.pupil p
    left join caseload.levels l on l.as_of = p.as_of and l.pupil_key = p.pupil_key
),
read_schools as (
    select school_id, region, municipality
    from sources.schools
),
read_sex as (
    select pupil_key, sex
    from sources.pupils
),
name_groups as (
    select p.*, 'region' as kind, s.region as name from read_pupils p inner join read_schools s on s.school_id = p.school_id
    union all
    select p.*, 'municipality' as kind, s.municipality as name from read_pupils p inner join read_schools s on s.school_id = p.school_id
    union all
    select p.*, 'grade' as kind, cast(p.grade_level as varchar) as name from read_pupils p
    union all
    select p.*, 'sex' as kind, x.sex as name from read_pupils p left join read_sex x on x.pupil_key = p.pupil_key
),
count_groups as (
    select
        as_of,
        kind,
        coalesce(name, '') as name,
        count(*) as pupils,
        sum(case when assessable then 1 else 0 end) as assessable,
        sum(case when level = 3 then 1 else 0 end) as level_3,
        sum(case when level = 2 then 1 else 0 end) as level_2,
        sum(case when level = 1 then 1 else 0 end) as level_1,
        sum(parts_absent) as parts_absent,
        sum(parts_recorded) as parts_recorded
    from name_groups
    group by as_of, kind, coalesce(name, '')
),
spread_cells as (
    select as_of, kind, name, 'pupils' as what, pupils as cell from count_groups
    union all
    select as_of, kind, name, 'assessable', assessable from count_groups
    union all
    select as_of, kind, name, 'level_3', level_3 from count_groups
    union all
    select as_of, kind, name, 'level_2', level_2 from count_groups
    union all
    select as_of, kind, name, 'level_1', level_1 from count_groups
),
mark_small as (
    select c.as_of, c.kind, c.name, c.what, c.cell, c.cell > 0 and c.cell < p.suppress_min_cell as small
    from spread_cells c
    cross join run.policy p
),
order_cells as (
    select
        *,
        sum(case when small then 1 else 0 end) over (partition by as_of, kind, what) as hidden,
        row_number() over (partition by as_of, kind, what order by small, cell = 0, cell, name) as next_place
    from mark_small
),
hide_cells as (
    select as_of, kind, name, what, case when small or (hidden = 1 and next_place = 1) then cast(null as bigint) else cell end as cell
    from order_cells
),
join_cells as (
    select
        as_of,
        kind,
        name,
        max(case when what = 'pupils' then cell end) as pupils,
        max(case when what = 'assessable' then cell end) as assessable,
        max(case when what = 'level_3' then cell end) as level_3,
        max(case when what = 'level_2' then cell end) as level_2,
        max(case when what = 'level_1' then cell end) as level_1
    from hide_cells
    group by as_of, kind, name
)
select
    j.as_of,
    j.kind,
    j.name,
    j.pupils,
    -- those not judged are the difference of two columns
    case when g.pupils - g.assessable between 1 and p.suppress_min_cell - 1 then cast(null as bigint) else j.assessable end as assessable,
    j.level_3,
    j.level_2,
    j.level_1,
    case when j.pupils is not null then cast(g.parts_absent as double) / nullif(g.parts_recorded, 0) end as absence_rate
from join_cells j
inner join count_groups g on g.as_of = j.as_of and g.kind = j.kind and g.name = j.name
cross join run.policy p
