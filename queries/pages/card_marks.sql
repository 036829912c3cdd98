-- title = "Marks of a card"
-- about = "Means of the pupils that a list has room for, by subject and term."
-- grain = "one row a pupil, subject, term and as_of"
-- owner = "school integration team"
-- order = ["pupil", "subject", "term"]
with read_listed as (
    select as_of, pupil, pupil_key
    from caseload.listed
)
select m.as_of, l.pupil, l.pupil_key, m.subject, m.term, m.mark_mean
from read_listed l
inner join indicators.marks_term m on l.as_of = m.as_of and l.pupil = m.pupil
