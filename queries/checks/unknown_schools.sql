-- title = "Schools nobody registered"
-- about = "An enrolment, a session day or a mark names a school that the schools table does not have."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "table_name", "school_id"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "An enrolment, a session day or a mark names a school that the schools table does not have."
-- when = "It matters because such a school gets no page and its pupils no list."
-- mend = "Add the school to the schools extract, or correct its id in the extract named; run again."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- table_name = "extract that names it: enrolments, attendance or marks"
-- school_id = "code of the school"
with read_schools as (
    select school_id
    from sources.schools
),
read_nights as (
    select as_of, school_year
    from run.as_of
),
gather_schools as (
    select n.as_of, 'enrolments' as table_name, e.school_id
    from read_nights n
    inner join sources.enrolments e on n.school_year = e.school_year
    union
    select n.as_of, 'marks' as table_name, m.school_id
    from read_nights n
    inner join store.marks_by_term m on n.school_year = m.school_year
    union
    select as_of, 'attendance' as table_name, school_id
    from indicators.session_days
)
select
    g.as_of,
    g.table_name,
    g.school_id
from gather_schools g
left anti join read_schools s on s.school_id = g.school_id
