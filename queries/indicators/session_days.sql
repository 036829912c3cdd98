-- title = "Session days, and days that are told apart from them"
-- about = "Every session day of a school, numbered by school week, with the school's absence; and days with records that its calendar does not have (in_calendar false), which count in no figure. A disrupted day is one on which the school as a whole was away: it counts in no pupil's figures."
-- grain = "one row a school, day and as_of"
-- key = ["as_of", "school_id", "date"]
-- owner = "school integration team"
-- cites = ["Mengel 2019: a protest is not the risk of a child"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- date = "day, date"
-- week = "Monday of the ISO week, date"
-- week_number = "school week counted backwards, 1 for the week of the school's latest session day; empty where the school had no session day in that week"
-- disrupted = "whether the school as a whole was away that day, so that the day counts for no pupil, true or false"
-- in_calendar = "whether the day is a session day of the school; a day with records off the calendar counts in no figure, true or false"
-- pupils_recorded = "pupils recorded on the day, number"
-- absence_rate = "days absent of the pupils recorded that day, share from 0 to 1; empty without a record"
with read_nights as (
    select
        n.as_of,
        n.school_year,
        school_year_start(n.school_year, p.school_year_starts) as year_start
    from run.as_of n
    cross join run.policy p
),
read_policy as (
    select school_id, disrupted_over_permille, disrupted_times_median, disrupted_min_pupils
    from run.policy_school
),
count_implied as (
    select as_of, school_id, date, count(*) as pupils
    from indicators.implied_day
    group by as_of, school_id, date
),
count_recorded as (
    select n.as_of, d.school_id, d.date, d.pupils_recorded, d.parts_absent
    from store.school_day d
    inner join read_nights n on d.date <= n.as_of and d.date >= n.year_start
),
count_pupils as (
    select
        coalesce(r.as_of, i.as_of) as as_of,
        coalesce(r.school_id, i.school_id) as school_id,
        coalesce(r.date, i.date) as date,
        coalesce(r.pupils_recorded, 0) + coalesce(i.pupils, 0) as pupils_recorded,
        coalesce(r.parts_absent, 0) as parts_absent
    from count_recorded r
    full join count_implied i on i.as_of = r.as_of and i.school_id = r.school_id and i.date = r.date
),
read_calendar as (
    select d.as_of, d.school_id, d.date, d.week, w.week_number
    from indicators.calendar_days d
    inner join indicators.school_weeks w on w.as_of = d.as_of and w.school_id = d.school_id and w.week = d.week
),
join_days as (
    select
        coalesce(c.as_of, p.as_of) as as_of,
        coalesce(c.school_id, p.school_id) as school_id,
        coalesce(c.date, p.date) as date,
        c.week_number,
        c.date is not null as in_calendar,
        p.pupils_recorded,
        p.parts_absent,
        share(p.parts_absent, parts_of_days(p.pupils_recorded)) as absence_rate
    from read_calendar c
    full join count_pupils p on p.as_of = c.as_of and p.school_id = c.school_id and p.date = c.date
),
find_median as (
    select as_of, school_id, median(absence_rate) as usual_rate
    from join_days
    where in_calendar and pupils_recorded > 0
    group by as_of, school_id
)
select
    j.as_of,
    j.school_id,
    j.date,
    monday(j.date) as week,
    j.week_number,
    coalesce(
        j.in_calendar
        and j.pupils_recorded >= s.disrupted_min_pupils
        and share_over(j.parts_absent, parts_of_days(j.pupils_recorded), s.disrupted_over_permille)
        -- rounded, so that a day on the line falls on the same side whatever is left of the divisions
        and round(j.absence_rate - s.disrupted_times_median * m.usual_rate, 9) > 0,
        false
    ) as disrupted,
    j.in_calendar,
    cast(coalesce(j.pupils_recorded, 0) as int) as pupils_recorded,
    j.absence_rate
from join_days j
left join read_policy s on s.school_id = j.school_id
left join find_median m on m.as_of = j.as_of and m.school_id = j.school_id
