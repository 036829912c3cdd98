-- title = "Marks by term"
-- about = "A pupil's mean in each subject and term of the school year, from marks dated up to as_of."
-- grain = "one row a pupil, term, subject and as_of"
-- key = ["as_of", "pupil", "term", "subject"]
-- owner = "school integration team"
-- keep = "never"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- term = "term of the school year, from 1"
-- subject = "subject, by its code in the extracts"
-- mark_sum = "sum of the marks, in points of the scale of marks"
-- marks = "marks added up, number"
-- mark_mean = "mean of the marks in the subject and term, mark from 4 to 10"
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
