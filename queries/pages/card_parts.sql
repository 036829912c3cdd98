-- title = "Parts of days of a card"
-- about = "Days missed in part by the pupils that a list has room for, added up by week."
-- grain = "one row a pupil, school, week with a part of a day missed and as_of"
-- owner = "school integration team"
-- order = ["pupil_key", "school_id", "week"]
with read_listed as (
    select as_of, pupil, pupil_key
    from caseload.listed
)
select p.as_of, l.pupil_key, p.school_id, p.week, days_of_parts(sum(p.parts_absent)) as absent
from read_listed l
inner join indicators.partial_days p on l.as_of = p.as_of and l.pupil = p.pupil
group by p.as_of, l.pupil_key, p.school_id, p.week
