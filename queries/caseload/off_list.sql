-- title = "Off the list"
-- about = "Pupils of the list before who are not on their school's list now, and why: a child who left is not a child who is well again."
-- grain = "one row a pupil who went off a school's list and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Law 69/2012: turning 16 is a lawful exit", "England: records are corrected later"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school on the list before"
-- list_date = "day of the list before, date"
-- level_before = "level of support on the list before, from 1 to 3"
-- on_list_before = "whether the pupil had a place within the capacity of the school on the list before, true or false"
-- weeks_on_list = "ISO weeks before this one in which the pupil was on the list without a break, in weeks"
-- cause = "why the pupil is off: resolved, transferred, left, turned_16, corrected or not_assessable"
-- end_date = "last day of the latest ended enrolment at the school, date"
-- exit_reason = "why that enrolment ended, by its code in the extracts"
-- school_now = "code of the other school at which the pupil is enrolled now; empty where there is none"
with read_last as (
    select as_of, list_date, school_id, pupil_key, class, level, on_list, weeks_on_list, attendance_hash
    from caseload.last_list
),
read_list as (
    select as_of, school_id, pupil_key
    from caseload.list
),
read_pupils as (
    select as_of, pupil_key, school_id, assessable
    from indicators.pupil
),
read_records as (
    select as_of, pupil_key, attendance_hash_last_list
    from caseload.records_seen
),
find_gone as (
    select l.as_of, l.list_date, l.school_id, l.pupil_key, l.class, l.level, l.on_list, l.weeks_on_list, l.attendance_hash
    from read_last l
    left anti join read_list n on n.as_of = l.as_of and n.school_id = l.school_id and n.pupil_key = l.pupil_key
),
find_exits as (
    -- how the latest enrolment at that school ended, if it had ended by as_of
    select
        g.as_of,
        g.pupil_key,
        e.end_date,
        e.exit_reason,
        row_number() over (partition by g.as_of, g.pupil_key order by e.end_date desc, e.start_date desc) as latest
    from find_gone g
    inner join sources.enrolments e on e.pupil_key = g.pupil_key and e.school_id = g.school_id
    where e.end_date <= g.as_of
)
select
    g.as_of,
    g.school_id,
    g.pupil_key,
    g.class,
    g.list_date,
    g.level as level_before,
    g.on_list as on_list_before,
    cast(g.weeks_on_list as int) as weeks_on_list,
    case
        when p.school_id <> g.school_id then 'transferred'
        when p.school_id is null and x.exit_reason = 'turned_16' then 'turned_16'
        when p.school_id is null then 'left'
        when not p.assessable then 'not_assessable'
        when g.attendance_hash <> r.attendance_hash_last_list then 'corrected'
        else 'resolved'
    end as cause,
    x.end_date,
    x.exit_reason,
    case when p.school_id <> g.school_id then p.school_id end as school_now
from find_gone g
left join read_pupils p on p.as_of = g.as_of and p.pupil_key = g.pupil_key
left join read_records r on r.as_of = g.as_of and r.pupil_key = g.pupil_key
left join find_exits x on x.as_of = g.as_of and x.pupil_key = g.pupil_key and x.latest = 1
