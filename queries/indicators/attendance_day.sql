-- title = "Days that count, where days must be looked at"
-- about = "The days of special weeks and of pupils recorded at two schools, up to as_of, without disrupted days and days off the calendar. On a day recorded at two schools the pupil counts once, at the school where less was missed: present wins."
-- grain = "one row a pupil, day and as_of"
-- owner = "school integration team"
-- keep = "once"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
find_stored_apart as (
    select n.as_of, a.pupil_key, a.school_id, a.date, a.week, a.day_bit, a.parts_absent, a.parts_unexcused, a.parts_late, a.away, a.away_unexcused, a.period
    from read_nights n
    inner join store.days_apart a on a.school_year = n.school_year
    where a.date <= n.as_of
),
-- the small side of a join stands first: it is the one kept in memory
find_two_schools as (
    select d.*
    from indicators.special_pupils p
    right semi join find_stored_apart d on d.as_of = p.as_of and d.pupil_key = p.pupil_key and d.period = p.period
),
find_special as (
    select o.*
    from indicators.special_pupils p
    right anti join (
        select d.*
        from indicators.special_weeks w
        right semi join find_stored_apart d on d.as_of = w.as_of and d.school_id = w.school_id and d.week = w.week
    ) o on o.as_of = p.as_of and o.pupil_key = p.pupil_key and o.period = p.period
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
    select w.as_of, d.pupil_key, d.school_id, d.date, d.week, d.day_bit, d.parts_absent, d.parts_unexcused, d.parts_late, d.away, d.away_unexcused, d.period
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
    select p.as_of, d.pupil_key, d.school_id, d.date, d.week, d.day_bit, d.parts_absent, d.parts_unexcused, d.parts_late, d.away, d.away_unexcused, d.period
    from find_reread_pupils p
    inner join store.attendance_day d on d.pupil_key = p.pupil_key and d.school_year = p.school_year and d.period = p.period
    where d.date <= p.as_of
),
join_reread as (
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, period from reread_weeks
    union
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, period from reread_pupils
),
join_stored as (
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, period from find_special
    union all
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, period from find_two_schools
),
join_days as (
    select s.*
    from join_reread r
    right anti join join_stored s on s.as_of = r.as_of and s.pupil_key = r.pupil_key and s.school_id = r.school_id and s.date = r.date
    union all
    select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused, period from join_reread
    union all
    select as_of, pupil_key, school_id, date, week, day_bit, 0, 0, 0, false, false, substr(cast(week as varchar), 1, 7) from indicators.implied_day
),
drop_days as (
    select j.*
    from indicators.session_days s
    right semi join join_days j on j.as_of = s.as_of and j.school_id = s.school_id and j.date = s.date and s.in_calendar and not s.disrupted
),
-- only pupils met at two schools can have a day twice
choose_school as (
    select *, row_number() over (partition by as_of, pupil_key, date order by parts_absent, parts_unexcused, parts_late, school_id) as choice
    from (
        select d.*
        from indicators.special_pupils p
        right semi join drop_days d on d.as_of = p.as_of and d.pupil_key = p.pupil_key and d.period = p.period
    )
)
select d.as_of, d.pupil_key, d.school_id, d.date, d.week, d.day_bit, d.parts_absent, d.parts_unexcused, d.parts_late, d.away, d.away_unexcused
from indicators.special_pupils p
right anti join drop_days d on d.as_of = p.as_of and d.pupil_key = p.pupil_key and d.period = p.period
union all
select as_of, pupil_key, school_id, date, week, day_bit, parts_absent, parts_unexcused, parts_late, away, away_unexcused
from choose_school
where choice = 1
