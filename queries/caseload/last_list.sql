-- title = "The list before"
-- about = "The latest list published before as_of in the same school year: what tonight's list is compared with. Lists of an earlier school year are not news."
-- grain = "one row a pupil of the list before and as_of"
-- owner = "school integration team"
-- cites = ["triage: lists that were used are stored"]
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
    -- ISO weeks before this one in which the pupil was on the list without a break: the list before knows its own,
    -- and a list of the same calendar week (a nightly run) adds none
    cast(h.weeks_on_list as int)
        + case when monday(f.list_date) = monday(f.as_of) then 0 else 1 end as weeks_on_list
from find_last f
inner join history.lists h on h.as_of = f.list_date
