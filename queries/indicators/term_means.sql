-- title = "A pupil's term"
-- about = "The mean of the subject means, and the subjects below the pass mark, from the marks of a term up to as_of."
-- grain = "one row a pupil, term and as_of"
-- key = ["as_of", "pupil", "term"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- term = "term of the school year, from 1"
-- mark_mean = "mean of the subject means of the term, mark from 4 to 10"
-- failing_subjects = "subjects with a mean below the pass mark in the term, number"
-- failing_core = "core subjects (marks.core_subjects) with a mean below the pass mark in the term, number"
with read_enrolled as (
    -- pass mark and core subjects of the school whose page shows the pupil
    select e.as_of, e.pupil, e.school_id, p.marks_pass
    from run.policy_school p
    inner join indicators.enrolled e on e.school_id = p.school_id
),
read_core as (
    -- the policy may name a subject twice
    select distinct school_id, subject
    from (select school_id, unnest(marks_core_subjects) as subject from run.policy_school)
),
find_failing as (
    select m.as_of, m.pupil, m.term, m.subject, e.school_id
    from read_enrolled e
    inner join indicators.marks_term m on m.as_of = e.as_of and m.pupil = e.pupil
    where m.mark_sum < e.marks_pass * m.marks
),
count_failing as (
    select f.as_of, f.pupil, f.term, count(*) as failing_subjects, count(c.subject) as failing_core
    from read_core c
    right join find_failing f on f.subject = c.subject and f.school_id = c.school_id
    group by f.as_of, f.pupil, f.term
),
-- closed terms are read as they are stored
read_closed as (
    select t.as_of, m.pupil, m.term, m.mean_sum / m.subjects as mark_mean
    from indicators.mark_terms t
    inner join store.marks_by_term m on m.school_year = t.school_year and m.period = t.period
    where not t.is_open
),
join_means as (
    select c.as_of, c.pupil, c.term, c.mark_mean
    from indicators.several_marks_schools s
    right anti join read_closed c on c.as_of = s.as_of and c.pupil = s.pupil
    union all
    select as_of, pupil, term, avg(mark_sum / marks) as mark_mean
    from indicators.marks_added
    group by as_of, pupil, term
)
select
    m.as_of,
    m.pupil,
    m.term,
    m.mark_mean,
    coalesce(f.failing_subjects, 0) as failing_subjects,
    coalesce(f.failing_core, 0) as failing_core
from count_failing f
right join join_means m on m.as_of = f.as_of and m.pupil = f.pupil and m.term = f.term
