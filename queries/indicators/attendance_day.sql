-- title = "Days that count, where days must be looked at"
-- about = "The days of pupils recorded at two schools and of schools that keep a register of absences, up to as_of, without disrupted days and days off the calendar. On a day recorded at two schools the pupil counts once, at the school where less was missed: present wins."
-- grain = "one row a pupil, day and as_of"
-- key = ["as_of", "pupil", "date"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- date = "day, date"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
-- parts_absent = "part of the day absent, in parts of a day (days_of_parts turns them into days)"
-- parts_unexcused = "part of the day absent without excuse, in parts of a day (days_of_parts turns them into days)"
-- parts_late = "part of the day late, in parts of a day (days_of_parts turns them into days)"
-- is_partial = "whether only a part of the day was missed or late, true or false"
with read_absences as (
    select as_of, school_id, month
    from indicators.school_months
    where by_day
),
read_special as (
    select as_of, pupil, month
    from indicators.special_pupils
),
-- days of another school year are not session days of this one and are removed below
find_months as (
    select a.as_of, m.pupil, m.pupil_key, m.school_id, m.month, days_without(m.recorded_mask, m.partial_mask) as whole_mask, m.away_mask, m.unexcused_mask, m.late_mask
    from read_absences a
    inner join store.attendance_by_month m on m.school_id = a.school_id and m.month = a.month
    union all
    select o.*
    from read_absences a
    right anti join (
        select p.as_of, m.pupil, m.pupil_key, m.school_id, m.month, days_without(m.recorded_mask, m.partial_mask) as whole_mask, m.away_mask, m.unexcused_mask, m.late_mask
        from read_special p
        inner join store.attendance_by_month m on m.pupil = p.pupil and m.month = p.month
    ) o on o.as_of = a.as_of and o.school_id = a.school_id and o.month = a.month
),
list_days as (
    select *, unnest(dates_of(whole_mask, month)) as date
    from find_months
),
spread_months as (
    select
        as_of, pupil, pupil_key, school_id, date, month,
        case when has_day(away_mask, month, date) then parts_of_days(1) else 0 end as parts_absent,
        case when has_day(unexcused_mask, month, date) then parts_of_days(1) else 0 end as parts_unexcused,
        case when has_day(late_mask, month, date) then parts_of_days(1) else 0 end as parts_late
    from list_days
),
-- days with some missed lessons are stored separately
find_partial as (
    select a.as_of, d.pupil, d.pupil_key, d.school_id, d.date, d.month, d.parts_absent, d.parts_unexcused, d.parts_late
    from read_absences a
    inner join store.partial_day d on d.school_id = a.school_id and d.month = a.month
    union all
    select o.*
    from read_absences a
    right anti join (
        select p.as_of, d.pupil, d.pupil_key, d.school_id, d.date, d.month, d.parts_absent, d.parts_unexcused, d.parts_late
        from read_special p
        inner join store.partial_day d on d.pupil = p.pupil and d.month = p.month
    ) o on o.as_of = a.as_of and o.school_id = a.school_id and o.month = a.month
),
join_days as (
    select as_of, pupil, pupil_key, school_id, date, month, parts_absent, parts_unexcused, parts_late from spread_months
    union all
    select as_of, pupil, pupil_key, school_id, date, month, parts_absent, parts_unexcused, parts_late from find_partial
    union all
    select as_of, pupil, pupil_key, school_id, date, month, 0, 0, 0 from indicators.implied_day
),
drop_days as (
    select j.*
    from indicators.session_days s
    right semi join join_days j on j.as_of = s.as_of and j.school_id = s.school_id and j.date = s.date and s.in_calendar and not s.disrupted
    where j.date <= j.as_of
),
-- only pupils with records at two schools can have a day twice
choose_school as (
    select *, row_number() over (partition by as_of, pupil, date order by parts_absent, parts_unexcused, parts_late, school_id) as choice
    from (
        select d.*
        from indicators.special_pupils p
        right semi join drop_days d on d.as_of = p.as_of and d.pupil = p.pupil and d.month = p.month
    )
),
take_days as (
    select d.as_of, d.pupil, d.pupil_key, d.school_id, d.date, d.month, d.parts_absent, d.parts_unexcused, d.parts_late
    from indicators.special_pupils p
    right anti join drop_days d on d.as_of = p.as_of and d.pupil = p.pupil and d.month = p.month
    union all
    select as_of, pupil, pupil_key, school_id, date, month, parts_absent, parts_unexcused, parts_late
    from choose_school
    where choice = 1
)
select
    as_of, pupil, pupil_key, school_id, date, month, parts_absent, parts_unexcused, parts_late,
    parts_absent not in (0, parts_of_days(1)) or parts_unexcused not in (0, parts_of_days(1)) or parts_late not in (0, parts_of_days(1)) as is_partial
from take_days
