-- title = "Pupils nobody registered"
-- about = "An enrolment, an attendance week or a mark names a pupil that the pupils extract does not have."
-- grain = "one row a finding and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "An enrolment, an attendance week or a mark names a pupil that the pupils extract does not have."
-- when = "It matters when rows passed the contract that should have been refused: such a child can be on no list."
-- mend = "Hand in a pupils extract that holds them, or correct the key in the extract named; run again."
with read_pupils as (
    select pupil_key
    from sources.pupils
),
read_nights as (
    select as_of, school_year
    from run.as_of
),
read_weeks as (
    select w.as_of, w.school_id, w.week
    from run.policy_school s
    inner join indicators.school_weeks w on s.school_id = w.school_id
    where w.week_number <= s.windows_recent_weeks
),
-- each is held against the pupils before it is counted once: those unknown are few
find_unknown as (
    select n.as_of, 'enrolments' as table_name, e.school_id, e.pupil_key
    from read_nights n
    inner join (select e.* from read_pupils p right anti join sources.enrolments e on e.pupil_key = p.pupil_key) e on n.school_year = e.school_year
    union
    select n.as_of, 'marks' as table_name, m.school_id, m.pupil_key
    from read_nights n
    inner join (select m.* from read_pupils p right anti join store.marks_by_subject m on m.pupil_key = p.pupil_key) m on n.school_year = m.school_year
    union
    -- the recent weeks are enough: older ones were checked on their own night
    select w.as_of, 'attendance' as table_name, w.school_id, w.pupil_key
    from read_pupils p
    right anti join (
        select w.as_of, w.school_id, w.pupil_key
        from read_weeks r
        inner join indicators.attendance_week w on r.as_of = w.as_of and r.school_id = w.school_id and r.week = w.week
    ) w on w.pupil_key = p.pupil_key
)
select as_of, table_name, school_id, pupil_key
from find_unknown
-- without a pupils extract there is nothing to hold them against
where exists (select 1 from sources.pupils)
