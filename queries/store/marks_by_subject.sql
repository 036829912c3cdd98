-- title = "A pupil's marks in a subject and term"
-- about = "Marks summed, so that means are exact and no night reads the marks of a closed term again."
-- grain = "one row a pupil, school year, term and subject"
-- owner = "pipeline"
-- keep = "store"
-- from = "marks"
select
    pupil_key,
    term,
    subject,
    sum(mark) as mark_sum,
    cast(count(*) as int) as marks,
    max(date) as last_date
from sources.marks
group by pupil_key, term, subject
