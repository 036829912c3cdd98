-- title = "Two open enrolments"
-- about = "A pupil is enrolled at two schools or twice at one on as_of."
-- grain = "one row a finding and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "warn"
-- what = "A pupil is enrolled at two schools or twice at one on as_of."
-- when = "It matters when a transfer was not closed: the school left behind still counts the child; the enrolment that started last names the school."
-- mend = "Ask the earlier school to enter the end date and hand in its enrolments again."
select
    n.as_of,
    e.pupil_key,
    count(*) as open_enrolments,
    count(distinct e.school_id) as schools,
    min(e.school_id) as first_school_id,
    max(e.school_id) as last_school_id
from run.as_of n
inner join sources.enrolments e
    on n.school_year = e.school_year
    and e.start_date <= n.as_of
    and (e.end_date is null or e.end_date >= n.as_of)
group by n.as_of, e.pupil_key
-- leaving one school and starting at the next on as_of itself is a transfer, not a double
having sum(case when e.end_date = n.as_of then 0 else 1 end) > 1
