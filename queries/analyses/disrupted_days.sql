-- title = "School-wide events"
-- about = "Days on which a school as a whole was away, with its usual day beside them, and how many schools of the municipality were away too: a protest, snow, or a wave of illness?"
-- grain = "one row a school, disrupted day and as_of"
-- key = ["as_of", "school_id", "date"]
-- owner = "school integration team"
-- cites = ["Mengel 2019: pupils stayed out in protest"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- municipality = "municipality, by name; empty where it is not known"
-- school_id = "code of the school"
-- date = "day, date"
-- absence_rate = "days absent of the pupils recorded that day, share from 0 to 1"
-- usual_rate = "median of the daily absence rates of the school up to as_of, share from 0 to 1"
-- schools_away = "schools of the municipality that were away as a whole on that day, number"
-- schools = "schools of the municipality that have that day, number"
with read_days as (
    select d.as_of, d.school_id, s.municipality, d.date, d.disrupted, d.absence_rate
    from indicators.session_days d
    inner join sources.schools s on s.school_id = d.school_id
),
find_usual as (
    select as_of, school_id, median(absence_rate) as usual_rate
    from read_days
    group by as_of, school_id
),
count_schools as (
    select as_of, municipality, date, sum(case when disrupted then 1 else 0 end) as schools_away, count(*) as schools
    from read_days
    group by as_of, municipality, date
)
select
    d.as_of,
    d.municipality,
    d.school_id,
    d.date,
    d.absence_rate,
    u.usual_rate,
    c.schools_away,
    c.schools
from read_days d
inner join find_usual u on u.as_of = d.as_of and u.school_id = d.school_id
inner join count_schools c on c.as_of = d.as_of and c.municipality = d.municipality and c.date = d.date
where d.disrupted
order by d.as_of, d.date desc, d.municipality, d.school_id
