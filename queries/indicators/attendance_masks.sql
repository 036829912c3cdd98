-- title = "A pupil's days of a month"
-- about = "The days of a month that were recorded and count, as bits, the month's first Monday 1; of them the days away, unexcused and late as a whole, and those of which only lessons were missed (partial_mask; their parts are in indicators.partial_days). A pupil's month at a school may lie in several rows, each with weeks of its own. Days recorded at two schools, and days that a register of absences implies, are settled before."
-- grain = "one row a pupil, school, month, file and as_of"
-- key = ["as_of", "pupil", "school_id", "month", "recorded_mask"]
-- owner = "school integration team"
-- keep = "never"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
-- recent_mask = "days of the recent school weeks, a bit a day, bit 0 for the first Monday of the month"
-- week_numbers = "numbers of the school weeks that the trend is fitted over, one for each of the month's five weeks, empty for a week that is none of them"
-- recorded_mask = "days recorded, a bit a day, bit 0 for the first Monday of the month"
-- away_mask = "days away for the whole day, excused or not, a bit a day, bit 0 for the first Monday of the month"
-- unexcused_mask = "days away without excuse for the whole day, a bit a day, bit 0 for the first Monday of the month"
-- late_mask = "days recorded as late (of lessons: all of them), a bit a day, bit 0 for the first Monday of the month"
-- partial_mask = "days of which only a part was missed or late, a bit a day, bit 0 for the first Monday of the month"
with read_months as (
    select as_of, school_id, month, valid_mask, recent_mask, week_numbers, by_day
    from indicators.school_months
),
take_plain as (
    select
        s.as_of,
        m.pupil,
        m.pupil_key,
        m.school_id,
        m.month,
        s.recent_mask,
        s.week_numbers,
        days_within(m.recorded_mask, s.valid_mask) as recorded_mask,
        days_within(m.away_mask, s.valid_mask) as away_mask,
        days_within(m.unexcused_mask, s.valid_mask) as unexcused_mask,
        days_within(m.late_mask, s.valid_mask) as late_mask,
        days_within(m.partial_mask, s.valid_mask) as partial_mask
    -- the small side of the join comes first, because it is kept in memory
    from read_months s
    inner join store.attendance_by_month m on m.school_id = s.school_id and m.month = s.month
    where not s.by_day
      -- in a month that two school years share, days of the other year do not count
      and days_in(days_within(m.recorded_mask, s.valid_mask)) > 0
),
drop_special as (
    select t.*
    from indicators.special_pupils p
    right anti join take_plain t on t.as_of = p.as_of and t.pupil = p.pupil and t.month = p.month
),
mark_days as (
    select
        as_of,
        pupil,
        pupil_key,
        school_id,
        month,
        days_together(mask_of(date, month)) as recorded_mask,
        days_together(mask_of(case when parts_absent = parts_of_days(1) then date end, month)) as away_mask,
        days_together(mask_of(case when parts_unexcused = parts_of_days(1) then date end, month)) as unexcused_mask,
        days_together(mask_of(case when parts_late = parts_of_days(1) then date end, month)) as late_mask,
        days_together(mask_of(case when is_partial then date end, month)) as partial_mask
    from indicators.attendance_day
    group by as_of, pupil, pupil_key, school_id, month
)
select as_of, pupil, pupil_key, school_id, month, recent_mask, week_numbers, recorded_mask, away_mask, unexcused_mask, late_mask, partial_mask
from drop_special
union all
select d.as_of, d.pupil, d.pupil_key, d.school_id, d.month, s.recent_mask, s.week_numbers, d.recorded_mask, d.away_mask, d.unexcused_mask, d.late_mask, d.partial_mask
from read_months s
inner join mark_days d on d.as_of = s.as_of and d.school_id = s.school_id and d.month = s.month
