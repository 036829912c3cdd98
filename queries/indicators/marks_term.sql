-- title = "Marks by term"
-- about = "A pupil's mean in each subject and term of the school year, from marks dated up to as_of."
-- grain = "one row a pupil, term, subject and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_closed as (
    select t.as_of, m.pupil, m.pupil_key, m.term, m.subject, m.mark_sum, m.marks
    from indicators.mark_terms t
    inner join store.marks_by_subject m on m.school_year = t.school_year and m.period = t.period
    where not t.is_open
)
select c.as_of, c.pupil, c.pupil_key, c.term, c.subject, c.mark_sum, c.marks, c.mark_sum / c.marks as mark_mean
from indicators.several_marks_schools s
right anti join read_closed c on c.as_of = s.as_of and c.pupil = s.pupil
union all
select as_of, pupil, pupil_key, term, subject, mark_sum, marks, mark_sum / marks as mark_mean
from indicators.marks_added
