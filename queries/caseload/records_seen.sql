-- title = "Records a list rested on"
-- about = "A short digest of a pupil's attendance as known now: for this list, and again for the list before. Closed weeks count as sums and a check sum of their days; of the running week the days that are recorded, away and unexcused count, as masks (Monday 1). Of the list before's running week only days that were recorded then are looked at: a day that comes in later is no correction. Two digests for one past list that differ mean that records it rested on were changed, or that a closed week was handed in late."
-- grain = "one row a pupil on this list or the one before and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["triage: knowledge dates", "England: code N is changed later"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- attendance_hash = "digest of the pupil's attendance as known now, for the list of as_of; empty without a record"
-- attendance_hash_last_list = "digest of the same for the list before, as known now; empty where the pupil was not on it"
with read_levels as (
    select as_of, pupil_key
    from caseload.levels
),
read_pupils as (
    select as_of, pupil, pupil_key
    from indicators.pupil
),
read_last as (
    select
        as_of,
        pupil_key,
        list_date,
        -- days of its running week that were recorded when that list was made
        coalesce(try_cast(split_part(attendance_hash, '.', 6) as int), 127) as known_mask
    from caseload.last_list
),
-- the Monday up to which weeks were closed, for each list
name_lists as (
    select as_of, pupil_key, 'now' as list, cast(cast(date_trunc('week', as_of) as date) as int) as monday, 127 as known_mask
    from read_levels
    union
    select as_of, pupil_key, 'now' as list, cast(cast(date_trunc('week', as_of) as date) as int) as monday, 127 as known_mask
    from read_last
    union
    select as_of, pupil_key, 'then' as list, cast(cast(date_trunc('week', list_date) as date) as int) as monday, known_mask
    from read_last
),
-- who is on no school's roll any more has left, whatever the records say
name_pupils as (
    select l.as_of, p.pupil, l.pupil_key, l.list, l.monday, l.known_mask
    from name_lists l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
),
read_months as (
    select as_of, pupil, cast(month as int) as first_monday, recorded_mask, away_mask, unexcused_mask, late_mask, partial_mask
    from indicators.attendance_masks
),
read_partial as (
    select as_of, pupil, cast(date as int) as day, parts_absent, parts_unexcused, parts_late
    from indicators.partial_days
),
find_months as (
    select
        n.as_of,
        n.pupil_key,
        n.list,
        n.known_mask,
        m.first_monday,
        -- days of the month before the running week, and whether that week lies in it; a month has 35 days at most
        (cast(1 as bigint) << greatest(0, least(35, n.monday - m.first_monday))) - 1 as closed_mask,
        n.monday - m.first_monday between 0 and 34 as is_running,
        greatest(0, least(35, n.monday - m.first_monday)) as running_from,
        m.recorded_mask,
        m.away_mask,
        m.unexcused_mask,
        m.late_mask,
        m.recorded_mask - m.partial_mask as whole_mask
    from name_pupils n
    inner join read_months m on m.as_of = n.as_of and m.pupil = n.pupil
),
count_days as (
    select
        as_of,
        pupil_key,
        list,
        bit_count(recorded_mask & closed_mask) as days_recorded,
        cast(bit_count(away_mask & whole_mask & closed_mask) as bigint) * 720720 as parts_absent,
        cast(bit_count(unexcused_mask & whole_mask & closed_mask) as bigint) * 720720 as parts_unexcused,
        cast(bit_count(late_mask & whole_mask & closed_mask) as bigint) * 720720 as parts_late,
        -- which days, not only how many
        first_monday * ((recorded_mask & closed_mask) + 3 * (away_mask & closed_mask) + 5 * (unexcused_mask & closed_mask) + 7 * (late_mask & closed_mask)) as check_sum,
        case when is_running then (recorded_mask >> running_from) & known_mask else cast(0 as bigint) end as running_recorded,
        case when is_running then (away_mask >> running_from) & known_mask else cast(0 as bigint) end as running_away,
        case when is_running then (unexcused_mask >> running_from) & known_mask else cast(0 as bigint) end as running_unexcused
    from find_months
    union all
    select
        n.as_of,
        n.pupil_key,
        n.list,
        0 as days_recorded,
        cast(p.parts_absent as bigint) as parts_absent,
        cast(p.parts_unexcused as bigint) as parts_unexcused,
        cast(p.parts_late as bigint) as parts_late,
        cast(p.day as bigint) * (p.parts_absent + 3 * p.parts_unexcused + 5 * p.parts_late) as check_sum,
        cast(0 as bigint) as running_recorded,
        cast(0 as bigint) as running_away,
        cast(0 as bigint) as running_unexcused
    from name_pupils n
    inner join read_partial p on p.as_of = n.as_of and p.pupil = n.pupil
    where p.day < n.monday
),
sum_days as (
    select
        as_of,
        pupil_key,
        list,
        concat_ws('.',
            sum(days_recorded), sum(parts_absent), sum(parts_unexcused), sum(parts_late), sum(check_sum),
            bit_or(running_recorded), bit_or(running_away), bit_or(running_unexcused)
        ) as digest
    from count_days
    group by as_of, pupil_key, list
)
select
    as_of,
    pupil_key,
    max(digest) filter (where list = 'now') as attendance_hash,
    max(digest) filter (where list = 'then') as attendance_hash_last_list
from sum_days
group by as_of, pupil_key
