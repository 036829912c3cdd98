-- title = "Absence of all schools by week"
-- about = "Share of recorded days missed; a week with fewer pupils than suppress.min_cell is left out, as are days that kept a school as a whole away."
-- grain = "one row a week and as_of"
-- key = ["as_of", "week"]
-- owner = "coordinators"
-- order = ["week"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- week = "Monday of the ISO week, date"
-- rate = "days absent of the days recorded in the week by all pupils, share from 0 to 1"
-- schools = "schools with a record in the week, number"
-- pupils = "pupils recorded on the fullest day of each school, added up, number"
with read_schools as (
    select
        as_of,
        school_id,
        week,
        sum(absence_rate * pupils_recorded) as away,
        sum(pupils_recorded) as recorded,
        max(pupils_recorded) as pupils
    from indicators.session_days
    where in_calendar
      and not disrupted
      and pupils_recorded > 0
    group by as_of, school_id, week
)
select s.as_of, s.week, sum(s.away) / sum(s.recorded) as rate, count(*) as schools, sum(s.pupils) as pupils
from read_schools s
cross join run.policy p
group by s.as_of, s.week
having sum(s.pupils) >= max(p.suppress_min_cell)
