-- title = "Pupils recorded at several schools"
-- about = "Pupils whom more than one school recorded in the school year. They are few: what must be put together for them is put together for them alone."
-- grain = "one row a pupil and as_of"
-- key = ["as_of", "pupil"]
-- owner = "pipeline"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
select as_of, pupil
from (
    select distinct n.as_of, m.pupil, m.school_id
    from run.as_of n
    inner join store.attendance_by_month m on m.school_year = n.school_year
)
group by as_of, pupil
having count(*) > 1
