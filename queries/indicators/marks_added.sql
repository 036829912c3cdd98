-- title = "Marks that are added up for the night"
-- about = "A pupil's marks in a term and subject, where the sums in the store are not the whole of it or more than it: of terms that were still open on as_of, and of pupils with marks of several schools."
-- grain = "one row a pupil, term, subject and as_of"
-- key = ["as_of", "pupil", "term", "subject"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- term = "term of the school year, from 1"
-- subject = "subject, by its code in the extracts"
-- mark_sum = "sum of the marks, in points of the scale of marks"
-- marks = "marks added up, number"
with read_terms as (
    select as_of, school_year, period, is_open
    from indicators.mark_terms
),
sum_open as (
    select t.as_of, m.pupil_key, m.term, m.subject, sum(m.mark) as mark_sum, count(*) as marks
    from read_terms t
    inner join sources.marks m on m.school_year = t.school_year and m.period = t.period
    where t.is_open
      and m.date <= t.as_of
    group by t.as_of, m.pupil_key, m.term, m.subject
),
-- the number of each pupil with a mark in an open term
read_numbers as (
    select distinct t.as_of, m.pupil_key, m.pupil
    from read_terms t
    inner join store.marks_by_term m on m.school_year = t.school_year and m.period = t.period
    where t.is_open
),
find_closed as (
    select t.as_of, m.pupil, m.pupil_key, m.term, m.subject, m.mark_sum, m.marks
    from read_terms t
    inner join store.marks_by_subject m on m.school_year = t.school_year and m.period = t.period
    where not t.is_open
),
add_schools as (
    select m.as_of, m.pupil, m.pupil_key, m.term, m.subject, sum(m.mark_sum) as mark_sum, sum(m.marks) as marks
    from indicators.several_marks_schools s
    inner join find_closed m on m.as_of = s.as_of and m.pupil = s.pupil
    group by m.as_of, m.pupil, m.pupil_key, m.term, m.subject
)
select o.as_of, n.pupil, o.pupil_key, o.term, o.subject, o.mark_sum, cast(o.marks as int) as marks
from read_numbers n
inner join sum_open o on o.as_of = n.as_of and o.pupil_key = n.pupil_key
union all
select as_of, pupil, pupil_key, term, subject, mark_sum, cast(marks as int) as marks
from add_schools
