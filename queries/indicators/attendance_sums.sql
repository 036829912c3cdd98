-- title = "A pupil's year so far"
-- about = "Recorded and missed days of the school year up to as_of and of its recent weeks, and the last days of the record."
-- grain = "one row a pupil with a record and as_of"
-- owner = "school integration team"
-- keep = "once"
select
    as_of,
    pupil_key,
    sum(days_recorded) as days_recorded,
    sum(cast(parts_absent as bigint)) as parts_absent,
    sum(cast(parts_unexcused as bigint)) as parts_unexcused,
    sum(cast(parts_late as bigint)) as parts_late,
    sum(case when is_recent then days_recorded else 0 end) as recent_recorded,
    sum(case when is_recent then cast(parts_absent as bigint) else 0 end) as recent_parts_absent,
    -- the last day of a week is its mask's highest bit
    max(case when recorded_mask > away_mask then cast(week as int) + cast(floor(log2(recorded_mask - away_mask)) as int) end) as last_present,
    max(case when recorded_mask > unexcused_mask then cast(week as int) + cast(floor(log2(recorded_mask - unexcused_mask)) as int) end) as last_not_unexcused,
    max(cast(week as int) + cast(floor(log2(recorded_mask)) as int)) as last_recorded
from indicators.attendance_week
group by as_of, pupil_key
