-- title = "Levels of support"
-- about = "The flags of each pupil put together: level, flags and reasons in order, and whether the level hangs on one flag close to its line."
-- grain = "one row a pupil with a flag and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Student Insights: levels of support, every trigger listed", "DEWS: say where a level is not sure"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- level = "level of support: 3 contact now, 2 plan support, 1 keep in view"
-- flag_count = "flags of the pupil, number"
-- flags = "names of the pupil's flags, the one that weighs most first"
-- reasons = "reason of each flag in words, in the order of flags"
-- reasons_told = "reasons in words without those that the reason of a stronger flag covers, in the order of flags"
-- hangs_on_one = "whether the level would be lower without one flag that lies near its threshold, true or false"
with read_flags as (
    select as_of, pupil_key, school_id, flag, value, threshold, since_date, level, recovered, withheld
    from caseload.weighed_flags
),
read_pupils as (
    select as_of, pupil_key, recent_absent, recent_recorded, before_absence_rate
    from indicators.pupil
),
read_policy as (
    select school_id, ladder_flags_to_raise, ladder_top_level, confidence_near_permille
    from run.policy_school
),
find_covered as (
    -- the reason of a flag makes those of the weaker flags that it covers unnecessary
    select distinct f.as_of, f.pupil_key, c.covered as flag
    from read_flags f
    inner join run.flag_covers c on c.flag = f.flag
),
weigh_flags as (
    select
        f.as_of,
        f.pupil_key,
        f.school_id,
        f.flag,
        f.level,
        f.recovered,
        -- for a school that may not know about centres, the reason names neither the rule nor its value
        case
            when f.withheld then reason('at_centre', cast(null as double), cast(null as double), cast(null as date), p.recent_absent, p.recent_recorded, p.before_absence_rate)
            else reason(f.flag, f.value, f.threshold, f.since_date, p.recent_absent, p.recent_recorded, p.before_absence_rate)
        end as reason,
        -- near the threshold, above or below it
        case when abs(f.value - f.threshold) * 1000 <= s.confidence_near_permille * abs(f.threshold) then 1 else 0 end as near,
        c.flag is null as is_told,
        -- sort key of the pupil's flags: by level, then flags of current absence before recovered ones, then by name
        concat(cast(9 - f.level as varchar), case when f.recovered then '1' else '0' end, f.flag) as place,
        s.ladder_flags_to_raise as flags_to_raise,
        s.ladder_top_level as top_level
    from read_flags f
    inner join read_pupils p on p.as_of = f.as_of and p.pupil_key = f.pupil_key
    inner join read_policy s on s.school_id = f.school_id
    left join find_covered c on c.as_of = f.as_of and c.pupil_key = f.pupil_key and c.flag = f.flag
),
sum_flags as (
    select
        as_of,
        pupil_key,
        school_id,
        max(level) as highest,
        max(flags_to_raise) as flags_to_raise,
        max(top_level) as top_level,
        count(*) as flag_count,
        sum(case when level = 3 then 1 else 0 end) as flags_3,
        sum(case when level = 2 then 1 else 0 end) as flags_2,
        sum(case when level = 1 then 1 else 0 end) as flags_1,
        max(level * 2 + near) as nearest,
        array_agg(flag) as flags_met,
        array_agg(reason) as reasons_met,
        array_agg(place) as places,
        array_agg(reason) filter (where is_told) as reasons_told,
        array_agg(place) filter (where is_told) as places_told
    from weigh_flags
    group by as_of, pupil_key, school_id
),
find_next as (
    -- the highest level and its number of flags, and the same for the next lower level
    select
        as_of,
        pupil_key,
        school_id,
        highest,
        flags_to_raise,
        top_level,
        flag_count,
        list_in_order(flags_met, places) as flags,
        list_in_order(reasons_met, places) as reasons,
        list_in_order(reasons_told, places_told) as reasons_told,
        nearest = highest * 2 + 1 as highest_is_near,
        case highest when 3 then flags_3 when 2 then flags_2 else flags_1 end as at_highest,
        case when highest = 3 and flags_2 > 0 then 2 when highest >= 2 and flags_1 > 0 then 1 else 0 end as next_level,
        case when highest = 3 and flags_2 > 0 then flags_2 when highest >= 2 and flags_1 > 0 then flags_1 else 0 end as at_next
    from sum_flags
),
set_level as (
    select
        as_of,
        pupil_key,
        school_id,
        highest,
        flags_to_raise,
        flag_count,
        flags,
        reasons,
        reasons_told,
        highest_is_near,
        at_highest,
        case when at_highest >= flags_to_raise and highest < top_level then highest + 1 else highest end as level,
        case when at_next >= flags_to_raise and next_level < top_level then next_level + 1 else next_level end as level_without
    from find_next
)
select
    as_of,
    pupil_key,
    school_id,
    cast(level as int) as level,
    cast(flag_count as int) as flag_count,
    flags,
    reasons,
    reasons_told,
    -- whether the level would be lower without the one flag that is near its threshold
    highest_is_near and case
        when at_highest = 1 then level_without < level
        when at_highest - 1 < flags_to_raise then highest < level
        else false
    end as hangs_on_one
from set_level
