-- title = "Weeks whose days are looked at one by one"
-- about = "School weeks with a disrupted day, a day off the calendar, presence implied by a register of absences, or cut by as_of. All other weeks are taken as they are stored."
-- grain = "one row a school, ISO week and as_of"
-- owner = "pipeline"
with read_days as (
    select as_of, school_id, week, disrupted, in_calendar
    from indicators.session_days
),
read_nights as (
    select
        n.as_of,
        n.school_year,
        cast(cast(n.as_of as int) - (cast(n.as_of as int) + 3) % 7 as date) as week
    from run.as_of n
),
find_cut as (
    select distinct n.as_of, d.school_id, n.week
    from store.school_day d
    inner join read_nights n on d.date > n.as_of and cast(d.date as int) < cast(n.week as int) + 7
),
find_absences as (
    select d.as_of, d.school_id, d.week
    from read_days d
    inner join read_nights n on n.as_of = d.as_of
    inner join sources.registers r on r.school_id = d.school_id and r.school_year = n.school_year
    where r.register = 'absences'
)
select as_of, school_id, week from read_days where disrupted or not in_calendar
union
select as_of, school_id, week from find_absences
union
select as_of, school_id, week from find_cut
