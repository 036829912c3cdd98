-- title = "Marks by term"
-- about = "A pupil's mean in each subject and term of the school year, from marks dated up to as_of."
-- grain = "one row a pupil, term, subject and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_terms as (
    select as_of, school_year, period, is_open
    from indicators.mark_terms
),
take_closed as (
    select t.as_of, m.pupil_key, m.term, m.subject, m.mark_sum, m.marks
    from read_terms t
    inner join store.marks_by_subject m on m.school_year = t.school_year and m.period = t.period
    where not t.is_open
),
sum_open as (
    select t.as_of, m.pupil_key, m.term, m.subject, sum(m.mark) as mark_sum, cast(count(*) as int) as marks
    from read_terms t
    inner join sources.marks m on m.school_year = t.school_year and m.period = t.period
    where t.is_open
      and m.date <= t.as_of
    group by t.as_of, m.pupil_key, m.school_id, m.term, m.subject
),
join_sums as (
    select as_of, pupil_key, term, subject, mark_sum, marks from take_closed
    union all
    select as_of, pupil_key, term, subject, mark_sum, marks from sum_open
),
take_one_school as (
    select s.as_of, s.pupil_key, s.term, s.subject, s.mark_sum, s.marks
    from indicators.several_marks_schools c
    right anti join join_sums s on s.as_of = c.as_of and s.pupil_key = c.pupil_key
),
add_schools as (
    select s.as_of, s.pupil_key, s.term, s.subject, sum(s.mark_sum) as mark_sum, cast(sum(s.marks) as int) as marks
    from indicators.several_marks_schools c
    inner join join_sums s on s.as_of = c.as_of and s.pupil_key = c.pupil_key
    group by s.as_of, s.pupil_key, s.term, s.subject
)
select as_of, pupil_key, term, subject, mark_sum, marks, mark_sum / marks as mark_mean from take_one_school
union all
select as_of, pupil_key, term, subject, mark_sum, marks, mark_sum / marks as mark_mean from add_schools
