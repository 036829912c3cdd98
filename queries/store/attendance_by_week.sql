-- title = "A pupil's week at a school"
-- about = "Days of the register summed to ISO weeks, before anything is left out: it depends on the register alone, so a week never changes but by a correction. Masks hold a bit a day (Monday 1)."
-- grain = "one row a pupil, school and ISO week"
-- owner = "pipeline"
-- keep = "store"
-- from = "attendance"
with read_days as (
    select pupil_key, school_id, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused
    from store.attendance_day
)
select
    school_id,
    pupil_key,
    week,
    cast(count(*) as int) as days_recorded,
    cast(sum(parts_absent) as int) as parts_absent,
    cast(sum(parts_unexcused) as int) as parts_unexcused,
    cast(sum(parts_late) as int) as parts_late,
    bit_or(day_bit) as recorded_mask,
    bit_or(case when away then day_bit else 0 end) as away_mask,
    bit_or(case when away_unexcused then day_bit else 0 end) as unexcused_mask
from read_days
group by school_id, pupil_key, week
