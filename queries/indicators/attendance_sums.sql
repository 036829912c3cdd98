-- title = "A pupil's year so far"
-- about = "Recorded and missed days of the school year up to as_of and of its recent weeks, and the last days of the record."
-- grain = "one row a pupil with a record and as_of"
-- key = ["as_of", "pupil"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- parts_absent = "days absent this school year, in parts of a day (720720 make a day)"
-- parts_unexcused = "days absent without excuse this school year, in parts of a day (720720 make a day)"
-- parts_late = "days late this school year, in parts of a day (720720 make a day)"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- recent_parts_absent = "days absent in the recent school weeks, in parts of a day (720720 make a day)"
-- last_present = "last recorded day on which the pupil was not away for the whole day, in days since 1970-01-01"
-- last_not_unexcused = "last recorded day on which the pupil was not away without excuse for the whole day, in days since 1970-01-01"
-- last_recorded = "last day on which the pupil was recorded, in days since 1970-01-01"
with read_months as (
    -- a day away of which only the excuse differs between lessons is partial: its parts are counted below
    select *, recorded_mask - partial_mask as whole_mask
    from indicators.attendance_masks
),
count_days as (
    select
        as_of,
        pupil,
        bit_count(recorded_mask) as days_recorded,
        cast(bit_count(away_mask & whole_mask) as bigint) * 720720 as parts_absent,
        cast(bit_count(unexcused_mask & whole_mask) as bigint) * 720720 as parts_unexcused,
        cast(bit_count(late_mask & whole_mask) as bigint) * 720720 as parts_late,
        bit_count(recorded_mask & recent_mask) as recent_recorded,
        cast(bit_count(away_mask & whole_mask & recent_mask) as bigint) * 720720 as recent_parts_absent,
        -- the last day of a month is its mask's highest bit
        case when recorded_mask > away_mask then cast(month as int) + cast(floor(log2(recorded_mask - away_mask)) as int) end as last_present,
        case when recorded_mask > unexcused_mask then cast(month as int) + cast(floor(log2(recorded_mask - unexcused_mask)) as int) end as last_not_unexcused,
        cast(month as int) + cast(floor(log2(recorded_mask)) as int) as last_recorded
    from read_months
    union all
    -- the parts of days missed in part; the days themselves are counted above
    select
        as_of,
        pupil,
        0 as days_recorded,
        cast(parts_absent as bigint) as parts_absent,
        cast(parts_unexcused as bigint) as parts_unexcused,
        cast(parts_late as bigint) as parts_late,
        0 as recent_recorded,
        cast(case when is_recent then parts_absent else 0 end as bigint) as recent_parts_absent,
        cast(null as int) as last_present,
        cast(null as int) as last_not_unexcused,
        cast(null as int) as last_recorded
    from indicators.partial_days
)
select
    as_of,
    pupil,
    sum(days_recorded) as days_recorded,
    sum(parts_absent) as parts_absent,
    sum(parts_unexcused) as parts_unexcused,
    sum(parts_late) as parts_late,
    sum(recent_recorded) as recent_recorded,
    sum(recent_parts_absent) as recent_parts_absent,
    max(last_present) as last_present,
    max(last_not_unexcused) as last_not_unexcused,
    max(last_recorded) as last_recorded
from count_days
group by as_of, pupil
