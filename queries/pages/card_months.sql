-- title = "Months of a card"
-- about = "Days of the pupils that a list has room for: recorded, away as a whole, without excuse, late, and away for a part, a bit a day from the first Monday of the month."
-- grain = "one row a pupil, school, month and as_of"
-- key = ["as_of", "pupil_key", "school_id", "month", "recorded_mask"]
-- owner = "school integration team"
-- order = ["pupil_key", "school_id", "month"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
-- recorded_mask = "days recorded, a bit a day, bit 0 for the first Monday of the month"
-- away_mask = "days missed as a whole, a bit a day, bit 0 for the first Monday of the month"
-- unexcused_mask = "days away without excuse for the whole day, a bit a day, bit 0 for the first Monday of the month"
-- late_mask = "days recorded as late (of lessons: all of them), a bit a day, bit 0 for the first Monday of the month"
-- partial_mask = "days of which only a part was missed or late, a bit a day, bit 0 for the first Monday of the month"
with read_listed as (
    -- keys are joined from the few listed pupils, because reading them from all rows would cost more than the rest of the query
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
