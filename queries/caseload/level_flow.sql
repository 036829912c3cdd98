-- title = "From level to level"
-- about = "How many pupils went from one level to another between two lists that follow each other, over the latest lists of the school year: whether support is followed by lower levels, and whether levels fill faster than they empty. Level 0 is no level."
-- grain = "one row a school, pair of lists, level before, level after and as_of"
-- key = ["as_of", "school_id", "list_date", "level_before", "level_after"]
-- owner = "school integration team"
-- order = ["school_id", "list_date", "level_before desc", "level_after desc"]
-- steps = ["read_lists", "number_dates"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- list_date = "day of the later of the two lists, date"
-- school_id = "code of the school"
-- level_before = "level of support on the earlier list, from 1 to 3, or 0 where the pupil was not on it"
-- level_after = "level of support on the later list, from 1 to 3, or 0 where the pupil was not on it"
-- pupils = "pupils who went from the one level to the other, number"
with read_nights as (
    select a.as_of, school_year_start(a.school_year, p.school_year_starts) as year_start
    from run.as_of a
    cross join run.policy p
),
read_lists as (
    select n.as_of, h.as_of as list_date, h.school_id, h.pupil_key, h.level
    from read_nights n
    inner join history.lists h on h.as_of < n.as_of and h.as_of >= n.year_start
    union all
    select as_of, as_of as list_date, school_id, pupil_key, level
    from caseload.list
),
find_dates as (
    select distinct as_of, list_date
    from read_lists
    union
    select as_of, as_of as list_date
    from read_nights
),
number_dates as (
    select as_of, list_date, row_number() over (partition by as_of order by list_date desc) as lists_back
    from find_dates
),
pair_dates as (
    select b.as_of, b.list_date as date_before, a.list_date as date_after
    from number_dates a
    inner join number_dates b on b.as_of = a.as_of and b.lists_back = a.lists_back + 1
    where a.lists_back <= 5
),
place_pupils as (
    select p.as_of, p.date_after as list_date, l.school_id, l.pupil_key, l.level as level_before, cast(null as int) as level_after
    from pair_dates p
    inner join read_lists l on l.as_of = p.as_of and l.list_date = p.date_before
    union all
    select p.as_of, p.date_after as list_date, l.school_id, l.pupil_key, cast(null as int) as level_before, l.level as level_after
    from pair_dates p
    inner join read_lists l on l.as_of = p.as_of and l.list_date = p.date_after
),
join_lists as (
    select as_of, list_date, school_id, pupil_key, coalesce(max(level_before), 0) as level_before, coalesce(max(level_after), 0) as level_after
    from place_pupils
    group by as_of, list_date, school_id, pupil_key
)
select as_of, list_date, school_id, level_before, level_after, cast(count(*) as int) as pupils
from join_lists
group by as_of, list_date, school_id, level_before, level_after
