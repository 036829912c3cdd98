-- title = "Pupils with marks of several schools"
-- about = "Pupils to whom more than one school gave marks in the school year. They are few: only their marks are added up across schools."
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
    inner join store.marks_by_term m on m.school_year = n.school_year
)
group by as_of, pupil
having count(*) > 1
