-- title = "Days that count, where days must be looked at"
-- about = "The days of special weeks and of pupils recorded at two schools, up to as_of, without disrupted days and days off the calendar. On a day recorded at two schools the pupil counts once, at the school where less was missed: present wins."
-- grain = "one row a pupil, day and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
find_stored_apart as (
    select n.as_of, a.pupil_key, a.school_id, a.date, a.week, a.day_bit, a.parts_absent, a.parts_unexcused, a.parts_late, a.away, a.away_unexcused, a.period
    from store.days_apart a
    inner join read_nights n on n.school_year = a.school_year and a.date <= n.as_of
),
find_special as (
    select d.*
    from find_stored_apart d
    left semi join indicators.special_weeks w on w.as_of = d.as_of and w.school_id = d.school_id and w.week = d.week and not w.is_cut
),
find_two_schools as (
    select d.*
    from find_stored_apart d
    left semi join indicators.special_pupils p on p.as_of = d.as_of and p.pupil_key = d.pupil_key and p.period = d.period
),
-- weeks cut by as_of, registers of absences and the pupils they share with other schools are not set apart beforehand
find_reread_weeks as (
    select w.as_of, w.school_id, w.week, n.school_year
    from indicators.special_weeks w
    inner join read_nights n on n.as_of = w.as_of
    left join sources.registers r on r.school_id = w.school_id and r.school_year = n.school_year and r.register = 'absences'
    where w.is_cut or r.school_id is not null
),
reread_weeks as (
    select w.as_of, d.pupil_key, d.school_id, d.date, d.week, d.day_bit, d.parts_absent, d.parts_unexcused, d.parts_late, d.away, d.away_unexcused
    from find_reread_weeks w
    inner join store.attendance_day d on d.school_id = w.school_id and d.week = w.week and d.school_year = w.school_year
    where d.date <= w.as_of
),
find_reread_pupils as (
    select distinct p.as_of, p.pupil_key, p.period, n.school_year
    from indicators.special_pupils p
    inner join read_nights n on n.as_of = p.as_of
    left semi join find_reread_weeks w on w.as_of = p.as_of
),
reread_pupils as (
    select p.as_of, d.pupil_key, d.school_id, d.date, d.week, d.day_bit, d.parts_absent, d.parts_unexcused, d.parts_late, d.away, d.away_unexcused
    from find_reread_pupils p
    inner join store.attendance_day d on d.pupil_key = p.pupil_key and d.school_year = p.school_year and d.period = p.period
    where d.date <= p.as_of
),
join_days as (
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused from find_special
    union
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused from find_two_schools
    union
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused from reread_weeks
    union
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused from reread_pupils
    union
    select as_of, pupil_key, school_id, date, week, day_bit, 0, 0, 0, false, false from indicators.implied_day
),
drop_days as (
    select j.*
    from join_days j
    left semi join indicators.session_days s on s.as_of = j.as_of and s.school_id = j.school_id and s.date = j.date and s.in_calendar and not s.disrupted
),
choose_school as (
    select *, row_number() over (partition by as_of, pupil_key, date order by parts_absent, parts_unexcused, parts_late, school_id) as choice
    from drop_days
)
select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused
from choose_school
where choice = 1
