-- title = "A pupil's term"
-- about = "The mean of the subject means, and the subjects below the pass mark, from the marks of a term up to as_of."
-- grain = "one row a pupil, term and as_of"
-- owner = "school integration team"
-- keep = "once"
with read_policy as (
    select marks_pass
    from run.policy
),
read_core as (
    -- a subject that the policy names twice is one subject
    select distinct subject
    from (select unnest(marks_core_subjects) as subject from run.policy)
),
read_marks as (
    select m.as_of, m.pupil_key, m.term, m.mark_sum, m.marks, m.mark_mean, c.subject is not null as is_core
    from read_core c
    right join indicators.marks_term m on m.subject = c.subject
)
select
    m.as_of,
    m.pupil_key,
    m.term,
    avg(m.mark_mean) as mark_mean,
    count(*) filter (where m.mark_sum < p.marks_pass * m.marks) as failing_subjects,
    count(*) filter (where m.mark_sum < p.marks_pass * m.marks and m.is_core) as failing_core
from read_policy p
cross join read_marks m
group by m.as_of, m.pupil_key, m.term
