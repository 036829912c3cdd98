-- title = "Absence by municipality and week"
-- about = "Absence of the schools of each municipality, week by week, beside which a rise somewhere is seen early. A week with few pupils recorded is left out, and where that is one municipality alone, the next smallest too: it could be worked out from the line of all."
-- grain = "one row a municipality, school week and as_of"
-- key = ["as_of", "municipality", "week"]
-- owner = "centre coordinators"
-- cites = ["NCES FCSM WP22: complementary suppression"]
-- order = ["municipality", "week"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- municipality = "municipality, by name; empty where it is not known"
-- week = "Monday of the ISO week, date"
-- absence_rate = "days absent of the days recorded in the week by the pupils of the municipality, rounded to thousandths, share from 0 to 1"
-- schools = "schools with a record in the week, number"
-- pupils = "pupils recorded on the fullest day of each school, added up, number"
with read_schools as (
    select school_id, municipality
    from sources.schools
    where municipality is not null
),
read_policy as (
    select greatest(municipality_weeks_min_pupils, suppress_min_cell) as min_pupils
    from run.policy
),
sum_schools as (
    -- the pupils of a week are those of the school's day with the most records
    select as_of, school_id, week, sum(absence_rate * pupils_recorded) as away, sum(pupils_recorded) as recorded, max(pupils_recorded) as pupils
    from indicators.session_days
    where in_calendar and not disrupted and pupils_recorded > 0
    group by as_of, school_id, week
),
sum_municipalities as (
    select
        w.as_of,
        s.municipality,
        w.week,
        -- rounded to the digits of the page, because the days behind a rate could be computed from all digits
        round(sum(w.away) / sum(w.recorded), 3) as absence_rate,
        count(*) as schools,
        sum(w.pupils) as pupils
    from sum_schools w
    inner join read_schools s on s.school_id = w.school_id
    group by w.as_of, s.municipality, w.week
),
rank_municipalities as (
    select
        m.*,
        p.min_pupils,
        sum(case when m.pupils < p.min_pupils then 1 else 0 end) over (partition by m.as_of, m.week) as too_small,
        row_number() over (partition by m.as_of, m.week order by m.pupils, m.municipality) as smallest
    from sum_municipalities m
    cross join read_policy p
)
select as_of, municipality, week, absence_rate, cast(schools as int) as schools, cast(pupils as int) as pupils
from rank_municipalities
where pupils >= min_pupils
  and not (too_small = 1 and smallest = 2)
