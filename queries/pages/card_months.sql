-- title = "Months of a card"
-- about = "Days of the pupils that a list has room for: recorded, away as a whole, without excuse, late, and away for a part, a bit a day from the first Monday of the month."
-- grain = "one row a pupil, school, month and as_of"
-- owner = "school integration team"
-- order = ["pupil_key", "school_id", "month"]
with read_listed as (
    -- the keys come from the few who are listed: read from all rows they would cost more than everything else
    select as_of, pupil, pupil_key
    from caseload.listed
)
select
    m.as_of,
    l.pupil_key,
    m.school_id,
    m.month,
    m.recorded_mask,
    days_without(m.away_mask, m.partial_mask) as away_mask,
    m.unexcused_mask,
    m.late_mask,
    m.partial_mask
from read_listed l
inner join indicators.attendance_masks m on l.as_of = m.as_of and l.pupil = m.pupil
