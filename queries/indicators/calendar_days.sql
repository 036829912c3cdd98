-- title = "Session days of each school"
-- about = "From the calendar where a school has one for the school year; else its recorded days, and the weekdays from its first record on on which at least half the schools of its municipality (with fewer than three there: of all) have records, so that silence stays visible."
-- grain = "one row a school, session day and as_of"
-- key = ["as_of", "school_id", "date"]
-- owner = "school integration team"
-- steps = ["read_records", "spread_calendar"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- date = "session day, date"
-- week = "Monday of the ISO week, date"
-- month = "first Monday of the month, from which the bits of masks are counted; a week belongs to the month of its Monday, date"
with read_nights as (
    select
        n.as_of,
        n.school_year,
        school_year_start(n.school_year, p.school_year_starts) as year_start,
        p.session_days_min_schools as min_schools,
        p.session_days_share_permille as share_permille
    from run.as_of n
    cross join run.policy p
),
read_schools as (
    select school_id, municipality
    from sources.schools
),
read_records as (
    select n.as_of, d.school_id, d.date
    from store.school_day d
    inner join read_nights n on d.date <= n.as_of and d.date >= n.year_start
),
read_calendar as (
    select n.as_of, c.school_id, c.date
    from sources.calendar c
    inner join read_nights n on c.date <= n.as_of and c.date >= n.year_start
),
spread_calendar as (
    select as_of, school_id, date from read_calendar where school_id <> '*'
    union
    select c.as_of, s.school_id, c.date
    from read_calendar c
    cross join read_schools s
    where c.school_id = '*'
),
find_uncalendared as (
    select n.as_of, n.min_schools, n.share_permille, s.school_id, s.municipality
    from read_nights n
    cross join read_schools s
    left anti join spread_calendar c on c.as_of = n.as_of and c.school_id = s.school_id
),
count_municipality as (
    select u.as_of, u.municipality, count(*) as schools
    from (select n.as_of, s.municipality, s.school_id from read_nights n cross join read_schools s) u
    group by u.as_of, u.municipality
),
count_all as (
    select n.as_of, count(*) as schools
    from read_nights n
    cross join read_schools s
    group by n.as_of
),
count_heard as (
    select r.as_of, s.municipality, r.date, count(*) as heard
    from read_records r
    inner join read_schools s on s.school_id = r.school_id
    group by r.as_of, s.municipality, r.date
),
count_heard_all as (
    select as_of, date, sum(heard) as heard
    from count_heard
    group by as_of, date
),
find_common_days as (
    select h.as_of, m.municipality, h.date
    from count_heard_all h
    inner join count_municipality m on m.as_of = h.as_of
    inner join count_all a on a.as_of = h.as_of
    left join count_heard l on l.as_of = h.as_of and l.date = h.date and l.municipality = m.municipality
    inner join read_nights n on n.as_of = h.as_of
    where case
        when m.schools >= n.min_schools then share_at_least(coalesce(l.heard, 0), m.schools, n.share_permille)
        else share_at_least(h.heard, a.schools, n.share_permille)
    end
      -- Sunday is 0
      and date_part('dow', h.date) between 1 and 5
),
find_first as (
    select as_of, school_id, min(date) as first_date
    from read_records
    group by as_of, school_id
),
infer_days as (
    select u.as_of, u.school_id, r.date
    from find_uncalendared u
    inner join read_records r on r.as_of = u.as_of and r.school_id = u.school_id
    union
    select u.as_of, u.school_id, c.date
    from find_uncalendared u
    inner join find_first f on f.as_of = u.as_of and f.school_id = u.school_id
    inner join find_common_days c on c.as_of = u.as_of and c.municipality = u.municipality and c.date >= f.first_date
),
join_days as (
    select as_of, school_id, date from spread_calendar
    union
    select as_of, school_id, date from infer_days
),
place_days as (
    select as_of, school_id, date, monday(date) as week
    from join_days
)
select
    as_of,
    school_id,
    date,
    week,
    -- a week belongs to the month of its Monday
    first_monday(week) as month
from place_days
