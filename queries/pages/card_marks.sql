-- title = "Marks of a card"
-- about = "Means of the pupils that a list has room for, by subject and term."
-- grain = "one row a pupil, subject, term and as_of"
-- key = ["as_of", "pupil", "subject", "term"]
-- owner = "school integration team"
-- order = ["pupil", "subject", "term"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- subject = "subject, by its code in the extracts"
-- term = "term of the school year, from 1"
-- mark_mean = "mean of the marks in the subject and term, mark from 4 to 10"
with read_listed as (
    select as_of, pupil, pupil_key
    from caseload.listed
)
select m.as_of, l.pupil, l.pupil_key, m.subject, m.term, m.mark_mean
from read_listed l
inner join indicators.marks_term m on l.as_of = m.as_of and l.pupil = m.pupil
