-- title = "Pupils nobody registered"
-- about = "An enrolment, an attendance week or a mark names a pupil that the pupils extract does not have."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "table_name", "school_id", "pupil_key"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "An enrolment, an attendance week or a mark names a pupil that the pupils extract does not have."
-- when = "It matters when rows passed the contract that should have been refused: such a child can be on no list."
-- mend = "Hand in a pupils extract that holds them, or correct the key in the extract named; run again."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- table_name = "extract that names it: enrolments, attendance or marks"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
with read_pupils as (
    select pupil
    from sources.pupils
),
read_nights as (
    select as_of, school_year
    from run.as_of
),
-- unknown pupils are found in the sums, which every pupil with records has; their schools are looked up afterwards
gather_sums as (
    select as_of, 'attendance' as table_name, pupil from indicators.attendance_sums
    union all
    select as_of, 'marks' as table_name, pupil from indicators.term_means
),
find_unknown as (
    select distinct n.as_of, n.school_year, s.table_name, s.pupil
    from read_nights n
    inner join (
        select g.as_of, g.table_name, g.pupil
        from read_pupils p
        right anti join gather_sums g on g.pupil = p.pupil
    ) s on s.as_of = n.as_of
),
gather_unknown as (
    select n.as_of, 'enrolments' as table_name, e.school_id, e.pupil_key
    from read_nights n
    inner join (
        select e.school_year, e.school_id, e.pupil_key
        from read_pupils p
        right anti join sources.enrolments e on e.pupil = p.pupil
    ) e on n.school_year = e.school_year
    union
    select f.as_of, f.table_name, m.school_id, m.pupil_key
    from find_unknown f
    inner join store.marks_by_term m on m.pupil = f.pupil and m.school_year = f.school_year
    where f.table_name = 'marks'
    union
    select f.as_of, f.table_name, m.school_id, m.pupil_key
    from find_unknown f
    inner join store.attendance_by_month m on m.pupil = f.pupil and m.school_year = f.school_year
    where f.table_name = 'attendance'
)
select as_of, table_name, school_id, pupil_key
from gather_unknown
-- without a pupils extract there is nothing to compare with
where exists (select 1 from sources.pupils)
