-- title = "Pupils by region, municipality, school, grade level and sex"
-- about = "Counts and absence of enrolled pupils, as coordinators see them. A count from 1 to one less than suppress_min_cell is left empty, and so is what would give it away: all counts about a group of so few pupils, the assessable where so few are not, a level that all but so few are at, one more level where those left of the group would be so few, and one more cell where a shown total and the other cells would tell. Schools add up to their municipality and municipalities to their region, so a hidden total hides a part with it. Whoever has the list of one school is reckoned with: below a shown total three schools or none are hidden, with suppress_min_cell pupils beside the largest, or the total is hidden too. A count shown before is shown again until it has changed by suppress_min_cell or more, so that no week less the week before gives few children away; what was hidden before is the first to be hidden again. absence_rate is of days: where fewer children than suppress_min_cell were ever away, or ever there, it is empty, and absence_rate_below or absence_rate_above gives the bound that it is beyond, if it is; where it is the only one left out of a total, another goes with it."
-- grain = "one row a group and as_of"
-- key = ["as_of", "kind", "region", "municipality", "name"]
-- owner = "school integration team"
-- cites = ["NCES WP22: complementary suppression", "NIST SP 800-53 SI-19(5): tables published again and again", "NCES 2011-603, Delaware DOE: rates near 0 and 100 coded"]
-- order = ["kind", "name"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- kind = "kind of group: region, municipality, school, grade or sex"
-- region = "region of the group, by name; empty for a grade level or a sex, or where it is not known"
-- municipality = "municipality of the group, by name; empty for a region, a grade level or a sex, or where it is not known"
-- name = "name or code of the group within its kind"
-- pupils = "pupils enrolled, number; empty where it is hidden"
-- assessable = "pupils who can be assessed, number; empty where it is hidden"
-- level_3 = "pupils at level 3 (contact now), number; empty where it is hidden"
-- level_2 = "pupils at level 2 (plan support), number; empty where it is hidden"
-- level_1 = "pupils at level 1 (keep in view), number; empty where it is hidden"
-- absence_rate = "days absent of the days recorded this school year, share from 0 to 1; empty where it is hidden"
-- absence_rate_below = "bound that the rate lies below, where it may not be told itself, share from 0 to 1"
-- absence_rate_above = "bound that the rate lies above, where it may not be told itself, share from 0 to 1"
with read_counts as (
    select *
    from programme.group_counts
),
read_last as (
    select as_of, kind, region, municipality, name, pupils, assessable, level_3, level_2, level_1
    from programme.last_groups
),
tell_rates as (
    select
        as_of,
        kind,
        region,
        municipality,
        name,
        -- rounded to the digits of the page, because the days behind a rate could be computed from all digits
        round(share(parts_absent, parts_recorded), 3) as absence_rate,
        case when pupils_recorded >= min_cell and pupils_away < min_cell and not share_at_least(parts_absent, parts_recorded, low_permille)
            then low_permille / 1000.0 end as absence_rate_below,
        case when pupils_recorded >= min_cell and pupils_there < min_cell and share_over(parts_absent, parts_recorded, high_permille)
            then high_permille / 1000.0 end as absence_rate_above
    from read_counts
),
spread_cells as (
    select
        g.as_of,
        g.kind,
        g.region,
        g.municipality,
        g.name,
        -- the total that the group is part of
        case when g.kind in ('municipality', 'school') then g.region end as of_region,
        case when g.kind = 'school' then g.municipality end as of_municipality,
        g.min_cell,
        -- a rate is hidden where few were absent or few were present, because it would reveal them
        g.pupils_away < g.min_cell or g.pupils_there < g.min_cell as thin_rate,
        m.what,
        -- rates are suppressed like counts: a single hidden rate could be computed from the others, weighted by pupils
        case m.what when 'pupils' then g.pupils when 'assessable' then g.assessable when 'level_3' then g.level_3 when 'level_2' then g.level_2 when 'level_1' then g.level_1 else g.pupils_recorded end as counted,
        -- the largest part of a grade level or sex that one school knows
        coalesce(case m.what when 'pupils' then g.most_pupils when 'assessable' then g.most_assessable when 'level_3' then g.most_level_3 when 'level_2' then g.most_level_2 when 'level_1' then g.most_level_1 else g.most_recorded end, 0) as most,
        l.name is not null and m.what <> 'rate' as known_before,
        case m.what when 'pupils' then l.pupils when 'assessable' then l.assessable when 'level_3' then l.level_3 when 'level_2' then l.level_2 when 'level_1' then l.level_1 end as last
    from read_last l
    right join read_counts g
        on g.as_of = l.as_of and g.kind = l.kind and g.region = l.region and g.municipality = l.municipality and g.name = l.name
    cross join (values ('pupils'), ('assessable'), ('level_3'), ('level_2'), ('level_1'), ('rate')) as m (what)
),
hold_cells as (
    -- a count that changed by few keeps its last published value, unless it is small tonight or was 0
    select
        *,
        case
            when counted between 1 and min_cell - 1 then counted
            when last > 0 and abs(counted - last) between 1 and min_cell - 1 then last
            else counted
        end as cell
    from spread_cells
),
read_row as (
    select
        *,
        max(case when what = 'pupils' then cell end) over (partition by as_of, kind, region, municipality, name) as pupils,
        max(case when what = 'assessable' then cell end) over (partition by as_of, kind, region, municipality, name) as assessable
    from hold_cells
),
find_small as (
    -- kept counts may be inconsistent: assessable above pupils is hidden, as well as a small difference below
    select
        *,
        cell between 1 and min_cell - 1
            or pupils < min_cell
            or (kind in ('grade', 'sex') and counted - most between 1 and min_cell - 1)
            or (what = 'rate' and thin_rate)
            or (what = 'assessable' and pupils - cell < min_cell and pupils <> cell)
            or (what in ('level_3', 'level_2', 'level_1') and cell > 0 and assessable - cell < min_cell) as small_alone
    from read_row
),
add_row as (
    select
        *,
        sum(case when what in ('level_3', 'level_2', 'level_1') and not small_alone then cell else 0 end) over (partition by as_of, kind, region, municipality, name) as levels_told,
        row_number() over (partition by as_of, kind, region, municipality, name order by what not in ('level_3', 'level_2', 'level_1'), small_alone, cell = 0, cell, what) as next_level
    from find_small
),
mark_small as (
    -- the rest after subtracting the shown levels from the assessable, or from the pupils, must not be small either
    select
        *,
        small_alone or (
            next_level = 1
            and cell > 0
            and ((assessable - levels_told < min_cell and assessable <> levels_told) or (pupils - levels_told < min_cell and pupils <> levels_told))
        ) as small
    from add_row
),
order_cells as (
    select
        *,
        last is null as untold,
        sum(case when small and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden,
        sum(case when small then cell else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_sum,
        sum(case when small and cell > 0 and last is null then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as untold_hidden,
        sum(case when small and last is null then cell else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as untold_sum,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by small, cell = 0, last is not null, cell, name) as next_place,
        -- as published last: the total minus the parts that were shown
        max(case when kind = 'region' then last end) over (partition by as_of, what, region) as region_last,
        max(case when kind = 'municipality' then last end) over (partition by as_of, what, region, municipality) as municipality_last,
        sum(case when kind in ('municipality', 'school') then last end) over (partition by as_of, what, kind, of_region, of_municipality) as parts_last,
        sum(case when known_before and last is null then cell else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as opened_sum
    from mark_small
),
look_back as (
    -- what each part that was hidden last would be computed to have been, if all of them were shown tonight
    select
        *,
        case when known_before and last is null
            then (case kind when 'school' then municipality_last when 'municipality' then region_last end) - coalesce(parts_last, 0) - (opened_sum - cell)
        end as said_of_last
    from order_cells
),
find_open as (
    select
        *,
        max(case when said_of_last between 1 and min_cell - 1 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as opening_tells
    from look_back
),
hide_beside as (
    -- complementary suppression: one hidden part, or several with few children, could be computed from the total;
    -- beside a part that was also hidden last, only other parts that were hidden last are unknown
    select
        *,
        small
            or (next_place = 1 and hidden > 0 and (hidden = 1 or hidden_sum < min_cell))
            or (next_place = 1 and untold and untold_hidden > 0 and (untold_hidden = 1 or untold_sum < min_cell))
            or (hidden = 0 and opening_tells = 1 and known_before and untold) as hide
    from find_open
),
-- From here on each school in turn is assumed to be known: a reader of its list can subtract its counts from every total. A total then
-- reveals the sum of the other hidden schools below it, also through hidden municipalities and regions. These must be at least two
-- schools without a small sum: three hidden schools, and min_cell children besides the largest. Where no more parts can be hidden
-- to reach that, the total is hidden as well.
rank_schools as (
    select
        *,
        greatest(cell - most, 0) as others,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by not hide, cell = 0, last is not null, cell, name) as place
    from hide_beside
),
count_schools as (
    -- the part of a grade level or sex outside of its largest school; no school knows more than its own part
    select
        *,
        sum(case when kind = 'school' and cell > 0 then 1 else 0 end) over (partition by as_of, what) as schools,
        sum(case when hide then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_parts,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_counts,
        sum(case when cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as parts_to,
        sum(cell) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as sum_to,
        max(cell) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as largest_to,
        sum(case when others > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as others_to,
        sum(others) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as others_sum_to
    from rank_schools
),
try_schools as (
    select
        *,
        schools > 1 and hidden_counts > 0 as watched,
        min(
            case when place >= hidden_parts and case
                when kind = 'school' then parts_to >= 3 and sum_to - largest_to >= min_cell
                else others_to >= 2 and others_sum_to >= min_cell
            end then place end
        ) over (partition by as_of, what, kind, of_region, of_municipality) as enough
    from count_schools
),
hide_for_schools as (
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, min_cell, others, schools, what, cell, last, next_place,
        hide or (watched and ((kind = 'school' and place <= enough) or (kind in ('grade', 'sex') and cell > 0 and place <= coalesce(enough, place)))) as hide,
        kind = 'school' and watched and enough is null as open_to_one
    from try_schools
),
sum_municipalities as (
    -- the hidden schools of a municipality; if none is hidden, the school that would be hidden with it
    select
        *,
        max(case when open_to_one then 1 else 0 end) over (partition by as_of, what, region, municipality) as total_tells,
        sum(case when kind = 'school' and hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, region, municipality) as leaves_hidden,
        sum(case when kind = 'school' and hide then cell end) over (partition by as_of, what, region, municipality) as leaves_sum,
        max(case when kind = 'school' and hide then cell end) over (partition by as_of, what, region, municipality) as leaves_largest,
        max(case when kind = 'school' and next_place = 1 then cell end) over (partition by as_of, what, region, municipality) as next_leaf
    from hide_for_schools
),
add_municipalities as (
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, min_cell, others, schools, what, cell, last, next_place,
        hide or (kind = 'municipality' and total_tells = 1) as hide,
        case when leaves_hidden > 0 then leaves_hidden when next_leaf > 0 then 1 else 0 end as leaves,
        case when leaves_hidden > 0 then leaves_sum else coalesce(next_leaf, 0) end as leaf_sum,
        case when leaves_hidden > 0 then leaves_largest else coalesce(next_leaf, 0) end as leaf_largest
    from sum_municipalities
),
rank_municipalities as (
    select
        *,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by not hide, cell = 0, last is not null, cell, name) as place
    from add_municipalities
),
count_municipalities as (
    select
        *,
        sum(case when hide then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_parts,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_counts,
        sum(leaves) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as leaves_to,
        sum(leaf_sum) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as sum_to,
        max(leaf_largest) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as largest_to
    from rank_municipalities
),
try_municipalities as (
    select
        *,
        kind = 'municipality' and schools > 1 and hidden_counts > 0 as watched,
        min(case when leaves_to >= 3 and sum_to - largest_to >= min_cell and place >= hidden_parts then place end) over (partition by as_of, what, kind, of_region, of_municipality) as enough
    from count_municipalities
),
hide_for_municipalities as (
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, min_cell, others, schools, what, cell, last, next_place, leaves, leaf_sum, leaf_largest,
        hide or (watched and place <= enough) as hide,
        watched and enough is null as open_to_one
    from try_municipalities
),
sum_regions as (
    select
        *,
        max(case when open_to_one then 1 else 0 end) over (partition by as_of, what, region) as total_tells,
        sum(case when kind = 'municipality' and hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, region) as parts_hidden,
        sum(case when kind = 'municipality' and hide then leaves end) over (partition by as_of, what, region) as leaves_hidden,
        sum(case when kind = 'municipality' and hide then leaf_sum end) over (partition by as_of, what, region) as leaves_sum,
        max(case when kind = 'municipality' and hide then leaf_largest end) over (partition by as_of, what, region) as leaves_largest,
        max(case when kind = 'municipality' and next_place = 1 then leaves end) over (partition by as_of, what, region) as next_leaves,
        max(case when kind = 'municipality' and next_place = 1 then leaf_sum end) over (partition by as_of, what, region) as next_sum,
        max(case when kind = 'municipality' and next_place = 1 then leaf_largest end) over (partition by as_of, what, region) as next_largest
    from hide_for_municipalities
),
add_regions as (
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, min_cell, others, schools, what, cell, last, next_place,
        hide or (kind = 'region' and total_tells = 1) as hide,
        case when parts_hidden > 0 then leaves_hidden else coalesce(next_leaves, 0) end as leaves,
        case when parts_hidden > 0 then leaves_sum else coalesce(next_sum, 0) end as leaf_sum,
        case when parts_hidden > 0 then leaves_largest else coalesce(next_largest, 0) end as leaf_largest
    from sum_regions
),
rank_regions as (
    select
        *,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by others desc, name) as largest_place,
        row_number() over (partition by as_of, what, kind, of_region, of_municipality order by not hide, cell = 0, last is not null, cell, name) as place
    from add_regions
),
count_regions as (
    select
        *,
        sum(case when hide then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_parts,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as hidden_counts,
        sum(leaves) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as leaves_to,
        sum(leaf_sum) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as sum_to,
        max(leaf_largest) over (partition by as_of, what, kind, of_region, of_municipality order by place rows between unbounded preceding and current row) as largest_to
    from rank_regions
),
try_regions as (
    select
        *,
        kind = 'region' and schools > 1 and hidden_counts > 0 as watched,
        min(case when leaves_to >= 3 and sum_to - largest_to >= min_cell and place >= hidden_parts then place end) over (partition by as_of, what, kind, of_region, of_municipality) as enough
    from count_regions
),
hide_for_regions as (
    -- grade levels and sexes add up to all children: where that total would reveal a count, the largest of each is hidden
    select
        *,
        hide or (watched and place <= coalesce(enough, place)) as hide_region,
        max(case when watched and enough is null then 1 else 0 end) over (partition by as_of, what) as all_tells
    from try_regions
),
hide_totals as (
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, what, cell, next_place,
        hide_region or (kind in ('grade', 'sex') and all_tells = 1 and hidden_counts = 0 and cell > 0 and largest_place = 1) as hide
    from hide_for_regions
),
look_up_regions as (
    select
        *,
        max(case when kind = 'region' and hide then 1 else 0 end) over (partition by as_of, what, region) as total_hidden,
        sum(case when hide and cell > 0 then 1 else 0 end) over (partition by as_of, what, kind, of_region, of_municipality) as parts_hidden
    from hide_totals
),
hide_municipalities as (
    -- if all parts were shown, the hidden total could be computed
    select
        as_of, kind, region, municipality, name, of_region, of_municipality, what, cell, next_place,
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
        as_of, kind, region, municipality, name, what, cell,
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
        max(case when what = 'rate' and hide then 1 else 0 end) as hide_rate,
        max(case when what = 'pupils' and not hide then cell end) as pupils,
        max(case when what = 'assessable' and not hide then cell end) as assessable,
        max(case when what = 'level_3' and not hide then cell end) as level_3,
        max(case when what = 'level_2' and not hide then cell end) as level_2,
        max(case when what = 'level_1' and not hide then cell end) as level_1
    from hide_schools
    group by as_of, kind, region, municipality, name
)
select
    c.as_of,
    c.kind,
    c.region,
    c.municipality,
    c.name,
    c.pupils,
    -- where the number of pupils is hidden, counts among them would nearly reveal it
    case when c.hide_all = 0 then c.assessable end as assessable,
    case when c.hide_all = 0 then c.level_3 end as level_3,
    case when c.hide_all = 0 then c.level_2 end as level_2,
    case when c.hide_all = 0 then c.level_1 end as level_1,
    case when c.hide_all = 0 and c.hide_rate = 0 then r.absence_rate end as absence_rate,
    case when c.hide_all = 0 then r.absence_rate_below end as absence_rate_below,
    case when c.hide_all = 0 then r.absence_rate_above end as absence_rate_above
from join_cells c
inner join tell_rates r on r.as_of = c.as_of and r.kind = c.kind and r.region = c.region and r.municipality = c.municipality and r.name = c.name
