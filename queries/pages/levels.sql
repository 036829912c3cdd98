-- title = "Levels over the last lists"
-- about = "How many pupils of a school had each level on tonight's list and on the twelve nights with a list before it; a school without a pupil on one of them has no row."
-- grain = "one row a school, list and as_of"
-- key = ["as_of", "list_date", "school_id"]
-- owner = "school integration team"
-- order = ["school_id", "list_date"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- list_date = "day of the list, date"
-- school_id = "code of the school"
-- level_3 = "pupils at level 3 (contact now), number"
-- level_2 = "pupils at level 2 (plan support), number"
-- level_1 = "pupils at level 1 (keep in view), number"
with read_lists as (
    select n.as_of, h.as_of as list_date, h.school_id, h.level
    from run.as_of n
    inner join history.lists h on h.as_of < n.as_of
    union all
    select as_of, as_of as list_date, school_id, level
    from caseload.list
),
find_dates as (
    select as_of, list_date
    from read_lists
    union
    select as_of, as_of as list_date
    from run.as_of
),
number_dates as (
    select as_of, list_date, row_number() over (partition by as_of order by list_date desc) as lists_back
    from find_dates
),
count_levels as (
    select
        as_of,
        list_date,
        school_id,
        sum(case when level = 3 then 1 else 0 end) as level_3,
        sum(case when level = 2 then 1 else 0 end) as level_2,
        sum(case when level = 1 then 1 else 0 end) as level_1
    from read_lists
    group by as_of, list_date, school_id
)
select d.as_of, d.list_date, c.school_id, c.level_3, c.level_2, c.level_1
from number_dates d
left join count_levels c on c.as_of = d.as_of and c.list_date = d.list_date
where d.lists_back <= 13
