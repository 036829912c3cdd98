-- title = "Days that must be looked at one by one"
-- about = "Days of the weeks in which a school may have been disrupted or recorded on a day off its calendar, and of pupils recorded at two schools. What is left out of them depends on the night; everything else is taken from the weeks."
-- grain = "one row a pupil, school and day"
-- owner = "pipeline"
-- keep = "store"
-- from = "attendance"
with read_days as (
    select pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused
    from store.attendance_day
),
read_school_days as (
    select school_id, date, pupils_recorded, parts_absent
    from store.school_day
),
read_calendar as (
    select school_id, date
    from sources.calendar
),
find_weeks as (
    select distinct d.school_id, cast(cast(d.date as int) - (cast(d.date as int) + 3) % 7 as date) as week
    from read_school_days d
    left join read_calendar c on c.school_id = d.school_id and c.date = d.date
    left join read_calendar e on e.school_id = '*' and e.date = d.date
    cross join run.policy p
    where (c.date is null and e.date is null and exists (select 1 from read_calendar))
       or d.parts_absent * 1000 > p.disrupted_over_permille * cast(d.pupils_recorded as bigint) * 720720
),
find_pupils as (
    select pupil_key
    from store.attendance_by_week
    group by pupil_key
    having min(school_id) <> max(school_id)
),
take_weeks as (
    -- the small side stands first: it is the one kept in memory
    select d.*, false as at_two_schools
    from find_pupils p
    right anti join (
        select d.*
        from find_weeks w
        inner join read_days d on d.school_id = w.school_id and d.week = w.week
    ) d on d.pupil_key = p.pupil_key
),
take_pupils as (
    select d.*, true as at_two_schools
    from find_pupils p
    inner join read_days d on d.pupil_key = p.pupil_key
)
select school_id, pupil_key, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, at_two_schools from take_weeks
union all
select school_id, pupil_key, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, at_two_schools from take_pupils
