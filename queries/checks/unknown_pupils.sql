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
gather_keys as (
    select n.as_of, 'enrolments' as table_name, e.school_id, e.pupil_key
    from read_nights n
    inner join sources.enrolments e on n.school_year = e.school_year
    union
    select n.as_of, 'marks' as table_name, m.school_id, m.pupil_key
    from read_nights n
    inner join sources.marks m on n.school_year = m.school_year
    union
    -- the recent weeks are enough: older ones were checked on their own night
    select w.as_of, 'attendance' as table_name, w.school_id, w.pupil_key
    from read_weeks r
    inner join indicators.attendance_week w on r.as_of = w.as_of and r.school_id = w.school_id and r.week = w.week
)
select
    g.as_of,
    g.table_name,
    g.school_id,
    g.pupil_key
from read_pupils p
right anti join gather_keys g on p.pupil_key = g.pupil_key
-- without a pupils extract there is nothing to hold them against
where exists (select 1 from sources.pupils)
