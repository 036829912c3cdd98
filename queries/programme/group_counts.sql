-- title = "Pupils, levels and absence of each group, as they are"
-- about = "What programme.groups is made from: true counts, before anything is hidden; of a grade level or sex also the most that one school has of it. Not for showing to anybody."
-- grain = "one row a group (school, municipality, region, grade level, sex) and as_of"
-- key = ["as_of", "kind", "region", "municipality", "name"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- kind = "kind of group: region, municipality, school, grade or sex"
-- region = "region of the group, by name; empty for a grade level or a sex, or where it is not known"
-- municipality = "municipality of the group, by name; empty for a region, a grade level or a sex, or where it is not known"
-- name = "name or code of the group within its kind"
-- min_cell = "suppress_min_cell, the least count that may be shown, in children"
-- low_permille = "coded_rates.low_permille, the bound for low rates, in thousandths"
-- high_permille = "coded_rates.high_permille, the bound for high rates, in thousandths"
-- pupils = "pupils enrolled, number"
-- assessable = "pupils who can be assessed, number"
-- level_3 = "pupils at level 3 (contact now), number"
-- level_2 = "pupils at level 2 (plan support), number"
-- level_1 = "pupils at level 1 (keep in view), number"
-- pupils_away = "pupils who were absent at least for a part of a day this school year, number"
-- pupils_there = "pupils who were there at least for a part of a day this school year, number"
-- pupils_recorded = "pupils with a record this school year, number"
-- parts_absent = "days absent this school year by the pupils of the group, in parts of a day (days_of_parts turns them into days)"
-- parts_recorded = "days recorded this school year of the pupils of the group, in parts of a day (days_of_parts turns them into days)"
-- most_pupils = "pupils that one school has of a grade level or sex, at most, number; empty for other kinds"
-- most_assessable = "assessable pupils that one school has of a grade level or sex, at most, number; empty for other kinds"
-- most_level_3 = "pupils at level 3 that one school has of a grade level or sex, at most, number; empty for other kinds"
-- most_level_2 = "pupils at level 2 that one school has of a grade level or sex, at most, number; empty for other kinds"
-- most_level_1 = "pupils at level 1 that one school has of a grade level or sex, at most, number; empty for other kinds"
-- most_recorded = "pupils with a record that one school has of a grade level or sex, at most, number; empty for other kinds"
with read_nights as (
    select
        a.as_of,
        p.suppress_min_cell as min_cell,
        p.coded_rates_low_permille as low_permille,
        p.coded_rates_high_permille as high_permille
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
    -- a child with two numbers has two rows
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
        p.school_id,
        p.grade_level,
        x.sex,
        p.assessable,
        l.level,
        p.parts_absent,
        p.parts_recorded
    from read_pupils p
    left join read_sex x on x.pupil_key = p.pupil_key
    left join read_list l on l.as_of = p.as_of and l.pupil_key = p.pupil_key
),
-- aggregated first by school, grade and sex, so that the pupils are read once and not once for each kind of group
count_classes as (
    select
        as_of,
        school_id,
        grade_level,
        sex,
        count(*) as pupils,
        sum(case when assessable then 1 else 0 end) as assessable,
        sum(case when level = 3 then 1 else 0 end) as level_3,
        sum(case when level = 2 then 1 else 0 end) as level_2,
        sum(case when level = 1 then 1 else 0 end) as level_1,
        sum(case when parts_absent > 0 then 1 else 0 end) as pupils_away,
        sum(case when parts_recorded > parts_absent then 1 else 0 end) as pupils_there,
        sum(case when parts_recorded > 0 then 1 else 0 end) as pupils_recorded,
        sum(parts_absent) as parts_absent,
        sum(parts_recorded) as parts_recorded
    from join_facts
    group by as_of, school_id, grade_level, sex
),
name_classes as (
    select
        n.min_cell,
        n.low_permille,
        n.high_permille,
        c.*,
        coalesce(s.region, '') as region_name,
        coalesce(s.municipality, '') as municipality_name,
        coalesce(cast(c.grade_level as varchar), '') as grade_name,
        coalesce(c.sex, '') as sex_name
    from count_classes c
    inner join read_nights n on n.as_of = c.as_of
    left join read_schools s on s.school_id = c.school_id
),
sum_groups as (
    select
        as_of,
        case
            when grouping(grade_name) = 0 then 'grade'
            when grouping(sex_name) = 0 then 'sex'
            when grouping(school_id) = 0 then 'school'
            when grouping(municipality_name) = 0 then 'municipality'
            else 'region'
        end as kind,
        -- the part of a grade level or sex that is at one school
        grouping(school_id) = 0 and (grouping(grade_name) = 0 or grouping(sex_name) = 0) as is_part,
        coalesce(region_name, '') as region,
        coalesce(municipality_name, '') as municipality,
        cast(coalesce(grade_name, sex_name, school_id, municipality_name, region_name) as varchar) as name,
        max(min_cell) as min_cell,
        max(low_permille) as low_permille,
        max(high_permille) as high_permille,
        sum(pupils) as pupils,
        sum(assessable) as assessable,
        sum(level_3) as level_3,
        sum(level_2) as level_2,
        sum(level_1) as level_1,
        sum(pupils_away) as pupils_away,
        sum(pupils_there) as pupils_there,
        sum(pupils_recorded) as pupils_recorded,
        sum(parts_absent) as parts_absent,
        sum(parts_recorded) as parts_recorded
    from name_classes
    group by grouping sets ((as_of, region_name), (as_of, region_name, municipality_name), (as_of, region_name, municipality_name, school_id), (as_of, grade_name), (as_of, sex_name), (as_of, grade_name, school_id), (as_of, sex_name, school_id))
),
find_most as (
    -- the largest part of a grade level or sex that a reader of one school's list knows
    select
        *,
        max(case when is_part then pupils end) over (partition by as_of, kind, region, municipality, name) as most_pupils,
        max(case when is_part then assessable end) over (partition by as_of, kind, region, municipality, name) as most_assessable,
        max(case when is_part then level_3 end) over (partition by as_of, kind, region, municipality, name) as most_level_3,
        max(case when is_part then level_2 end) over (partition by as_of, kind, region, municipality, name) as most_level_2,
        max(case when is_part then level_1 end) over (partition by as_of, kind, region, municipality, name) as most_level_1,
        max(case when is_part then pupils_recorded end) over (partition by as_of, kind, region, municipality, name) as most_recorded
    from sum_groups
)
select
    as_of,
    kind,
    region,
    municipality,
    name,
    min_cell,
    low_permille,
    high_permille,
    pupils,
    assessable,
    level_3,
    level_2,
    level_1,
    pupils_away,
    pupils_there,
    pupils_recorded,
    parts_absent,
    parts_recorded,
    most_pupils,
    most_assessable,
    most_level_3,
    most_level_2,
    most_level_1,
    most_recorded
from find_most
where not is_part
