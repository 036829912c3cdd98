-- title = "Records a list rested on"
-- about = "A short digest of a pupil's attendance as known now: for this list, and again for the list before. Closed weeks count as sums; of the running week the days that are recorded, away and unexcused count, as masks (Monday 1). Of the list before's running week only days that were recorded then are looked at: a day that comes in later is no correction. Two digests for one past list that differ mean that records it rested on were changed, or that a closed week was handed in late."
-- grain = "one row a pupil on this list or the one before and as_of"
-- owner = "school integration team"
-- cites = ["triage: knowledge dates", "England: code N is changed later"]
with read_levels as (
    select as_of, pupil_key
    from caseload.levels
),
read_last as (
    select
        as_of,
        pupil_key,
        list_date,
        -- days of its running week that were recorded when that list was made
        try_cast(split_part(attendance_hash, '.', 6) as int) as known_mask
    from caseload.last_list
),
read_weeks as (
    select as_of, pupil_key, week, days_recorded, parts_absent, parts_unexcused, parts_late, recorded_mask, away_mask, unexcused_mask, cast(cast(week as int) as bigint) as weight
    from indicators.attendance_week
),
name_pupils as (
    -- the Mondays up to which weeks were closed, for this list and for the one before
    select
        as_of,
        pupil_key,
        cast(date_trunc('week', as_of) as date) as monday_now,
        cast(date_trunc('week', max(list_date)) as date) as monday_then,
        max(known_mask) as known_mask
    from (
        select as_of, pupil_key, cast(null as date) as list_date, cast(null as int) as known_mask from read_levels
        union all
        select as_of, pupil_key, list_date, known_mask from read_last
    )
    group by as_of, pupil_key
),
mark_weeks as (
    -- the running week stands apart: it grows without being corrected
    select
        n.as_of,
        n.pupil_key,
        n.monday_then,
        w.days_recorded,
        w.parts_absent,
        w.parts_unexcused,
        w.parts_late,
        w.weight,
        w.recorded_mask,
        w.away_mask,
        w.unexcused_mask,
        n.known_mask,
        w.week < n.monday_now as closed_now,
        w.week < n.monday_then as closed_then,
        w.week = n.monday_now as running_now,
        w.week = n.monday_then as running_then
    from name_pupils n
    inner join read_weeks w on w.as_of = n.as_of and w.pupil_key = n.pupil_key
)
select
    as_of,
    pupil_key,
    concat_ws('.',
        coalesce(sum(days_recorded) filter (where closed_now), 0),
        coalesce(sum(parts_absent) filter (where closed_now), 0),
        coalesce(sum(parts_unexcused) filter (where closed_now), 0),
        coalesce(sum(parts_late) filter (where closed_now), 0),
        coalesce(sum((days_recorded + parts_absent) * weight) filter (where closed_now), 0),
        coalesce(bit_or(recorded_mask) filter (where running_now), 0),
        coalesce(bit_or(away_mask) filter (where running_now), 0),
        coalesce(bit_or(unexcused_mask) filter (where running_now), 0)
    ) as attendance_hash,
    case when max(monday_then) is not null then concat_ws('.',
        coalesce(sum(days_recorded) filter (where closed_then), 0),
        coalesce(sum(parts_absent) filter (where closed_then), 0),
        coalesce(sum(parts_unexcused) filter (where closed_then), 0),
        coalesce(sum(parts_late) filter (where closed_then), 0),
        coalesce(sum((days_recorded + parts_absent) * weight) filter (where closed_then), 0),
        coalesce(bit_or(recorded_mask & known_mask) filter (where running_then), 0),
        coalesce(bit_or(away_mask & known_mask) filter (where running_then), 0),
        coalesce(bit_or(unexcused_mask & known_mask) filter (where running_then), 0)
    ) end as attendance_hash_last_list
from mark_weeks
group by as_of, pupil_key
