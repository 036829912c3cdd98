-- title = "Two open enrolments"
-- about = "A pupil is enrolled at two schools or twice at one on as_of."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = []
-- severity = "warn"
-- what = "A pupil is enrolled at two schools or twice at one on as_of."
-- when = "It matters when a transfer was not closed: the school left behind still counts the child; the enrolment that started last names the school."
-- mend = "Ask the earlier school to enter the end date and hand in its enrolments again."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- open_enrolments = "enrolments of the pupil that are open on as_of, number"
-- schools = "schools at which they are, number"
-- first_school_id = "code of the first of these schools in the order of codes"
-- last_school_id = "code of the last of these schools in the order of codes"
with find_open as (
    select n.as_of, e.pupil_key, e.school_id, e.end_date
    from run.as_of n
    inner join sources.enrolments e
        on n.school_year = e.school_year
        and e.start_date <= n.as_of
        and (e.end_date is null or e.end_date >= n.as_of)
),
-- only pupils with two enrolments, who are few
find_several as (
    select as_of, pupil_key
    from find_open
    group by as_of, pupil_key
    having count(*) > 1
)
select
    o.as_of,
    o.pupil_key,
    count(*) as open_enrolments,
    count(distinct o.school_id) as schools,
    min(o.school_id) as first_school_id,
    max(o.school_id) as last_school_id
from find_several s
inner join find_open o on o.as_of = s.as_of and o.pupil_key = s.pupil_key
group by o.as_of, o.pupil_key
-- leaving one school and starting at another on as_of is a transfer, not a double enrolment
having sum(case when o.end_date = o.as_of then 0 else 1 end) > 1
