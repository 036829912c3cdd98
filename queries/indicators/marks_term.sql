-- title = "Marks by term"
-- about = "A pupil's mean in each subject and term of the school year, from marks dated up to as_of."
-- grain = "one row a pupil, term, subject and as_of"
-- owner = "school integration team"
-- keep = "never"
with read_nights as (
    select as_of, school_year
    from run.as_of
),
read_sums as (
    select n.as_of, m.pupil_key, m.school_id, m.term, m.subject, m.mark_sum, m.marks, m.last_date, m.period
    from read_nights n
    inner join store.marks_by_subject m on m.school_year = n.school_year
),
-- terms that were not over on as_of are summed again from the marks up to that day
find_cut as (
    select as_of, period
    from read_sums
    group by as_of, period
    having max(last_date) > as_of
),
take_whole as (
    select s.as_of, s.pupil_key, s.school_id, s.term, s.subject, s.mark_sum, s.marks
    from find_cut c
    right anti join read_sums s on s.as_of = c.as_of and s.period = c.period
),
sum_cut as (
    select c.as_of, m.pupil_key, m.school_id, m.term, m.subject, sum(m.mark) as mark_sum, cast(count(*) as int) as marks
    from find_cut c
    inner join read_nights n on n.as_of = c.as_of
    inner join sources.marks m on m.period = c.period and m.school_year = n.school_year
    where m.date <= c.as_of
    group by c.as_of, m.pupil_key, m.school_id, m.term, m.subject
),
join_sums as (
    select as_of, pupil_key, school_id, term, subject, mark_sum, marks from take_whole
    union all
    select as_of, pupil_key, school_id, term, subject, mark_sum, marks from sum_cut
),
-- few pupils have marks of two schools; only theirs are added up
find_changed as (
    select as_of, pupil_key
    from (select distinct as_of, pupil_key, school_id from read_sums)
    group by as_of, pupil_key
    having count(*) > 1
),
take_one_school as (
    select s.as_of, s.pupil_key, s.term, s.subject, s.mark_sum, s.marks
    from find_changed c
    right anti join join_sums s on s.as_of = c.as_of and s.pupil_key = c.pupil_key
),
add_schools as (
    select s.as_of, s.pupil_key, s.term, s.subject, sum(s.mark_sum) as mark_sum, cast(sum(s.marks) as int) as marks
    from find_changed c
    inner join join_sums s on s.as_of = c.as_of and s.pupil_key = c.pupil_key
    group by s.as_of, s.pupil_key, s.term, s.subject
)
select as_of, pupil_key, term, subject, mark_sum, marks, mark_sum / marks as mark_mean from take_one_school
union all
select as_of, pupil_key, term, subject, mark_sum, marks, mark_sum / marks as mark_mean from add_schools
