-- title = "The list before"
-- about = "The latest list published before as_of in the same school year: what tonight's list is compared with. Lists of an earlier school year are not news."
-- grain = "one row a pupil of the list before and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["triage: lists that were used are stored"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- list_date = "day of the list before, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school on the list before"
-- level = "level of support on the list before, from 1 to 3"
-- status = "status on the list before"
-- flags = "names of the flags on the list before, the one that weighed most first"
-- on_list = "whether the pupil had a place within the capacity of the school, true or false"
-- attendance_hash = "digest of the attendance that the list before rested on, to see corrections"
-- weeks_on_list = "ISO weeks before this one in which the pupil was on the list without a break, in weeks"
with read_nights as (
    select a.as_of, school_year_start(a.school_year, p.school_year_starts) as year_start
    from run.as_of a
    cross join run.policy p
),
read_list_dates as (
    select distinct as_of as list_date
    from history.lists
),
find_last as (
    select a.as_of, max(d.list_date) as list_date
    from read_nights a
    inner join read_list_dates d on d.list_date < a.as_of and d.list_date >= a.year_start
    group by a.as_of
)
select
    f.as_of,
    f.list_date,
    h.school_id,
    h.pupil_key,
    h.class,
    h.level,
    h.status,
    h.flags,
    h.on_list,
    h.attendance_hash,
    -- consecutive earlier ISO weeks on the list: the number on the last list, plus one for that list's week
    -- unless it is of this same week (a nightly run)
    cast(h.weeks_on_list as int)
        + case when monday(f.list_date) = monday(f.as_of) then 0 else 1 end as weeks_on_list
from find_last f
inner join history.lists h on h.as_of = f.list_date
