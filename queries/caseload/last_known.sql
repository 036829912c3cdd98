-- title = "The last list known"
-- about = "Of a school that is silent or whose records are stale: the pupils who had a place on the last list made while it still handed in, are not on tonight's list, and cannot be assessed any more. Nothing of theirs is resolved; it is only not known. The most urgent level comes first."
-- grain = "one row a pupil and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- order = ["school_id", "place"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- list_date = "day of the last list made while the school still handed in, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- level = "level of support on that list, from 1 to 3"
-- weeks_on_list = "ISO weeks before that list in which the pupil was on the list without a break, in weeks"
-- next_step = "step that goes with the flag that weighed most on that list, by its code in policy.toml"
-- suggested_service = "service that goes with the flag that weighed most on that list, by code"
-- place = "order in which the pupils of the school are shown, 1 for the first"
with read_schools as (
    select as_of, school_id, data_through
    from caseload.school_summary
    where silent or stale
),
read_policy as (
    select school_id, contract_stale_after_days
    from run.policy_school
),
read_steps as (
    select school_id, flag, next_step, suggested_service
    from run.flag_steps
),
read_lists as (
    select as_of as list_date, school_id, pupil_key, class, level, rank, weeks_on_list, flags
    from history.lists
    where on_list
),
read_unjudged as (
    select as_of, school_id, pupil_key
    from caseload.not_assessable
),
read_tonight as (
    select as_of, pupil_key
    from caseload.list
),
find_last as (
    -- a list much older than the last record cannot stand for the weeks recorded after it
    select s.as_of, s.school_id, max(l.list_date) as list_date
    from read_schools s
    inner join read_policy p on p.school_id = s.school_id
    inner join read_lists l on l.school_id = s.school_id
    where l.list_date < s.as_of
      and cast(l.list_date as int) >= cast(s.data_through as int) - p.contract_stale_after_days
    group by s.as_of, s.school_id
),
keep_unjudged as (
    select f.as_of, f.school_id, f.list_date, l.pupil_key, l.class, l.level, l.rank, l.weeks_on_list, l.flags
    from find_last f
    inner join read_lists l on l.school_id = f.school_id and l.list_date = f.list_date
    inner join read_unjudged u on u.as_of = f.as_of and u.school_id = f.school_id and u.pupil_key = l.pupil_key
    left anti join read_tonight t on t.as_of = f.as_of and t.pupil_key = l.pupil_key
)
select
    k.as_of,
    k.school_id,
    k.list_date,
    k.pupil_key,
    k.class,
    k.level,
    k.weeks_on_list,
    s.next_step,
    s.suggested_service,
    cast(row_number() over (partition by k.as_of, k.school_id order by k.level desc, k.rank, k.pupil_key) as int) as place
from keep_unjudged k
left join read_steps s on s.school_id = k.school_id and s.flag = k.flags[1]
