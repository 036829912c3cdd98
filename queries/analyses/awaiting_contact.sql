-- title = "Awaiting contact"
-- about = "Pupils at the highest level of support with no contact within the re-check time, the longest waiting first: whom has nobody reached yet?"
-- grain = "one row a pupil and as_of"
-- owner = "school integration team"
-- cites = ["Child First: required action still outstanding", "REL 2017-272: lists are used too seldom"]
with read_list as (
    select as_of, school_id, rank, pupil_key, class, level, status, weeks_on_list, flags, last_contact, next_step, on_list
    from caseload.list
),
read_schools as (
    select school_id, municipality, region
    from sources.schools
)
select
    l.as_of,
    s.region,
    s.municipality,
    l.school_id,
    l.rank,
    l.pupil_key,
    l.class,
    l.status,
    l.weeks_on_list,
    l.flags,
    l.next_step,
    l.last_contact,
    l.on_list
from read_list l
inner join read_schools s on s.school_id = l.school_id
inner join run.policy_school p on p.school_id = l.school_id
where l.level = p.ladder_top_level
  and (l.last_contact is null or cast(l.as_of as int) - cast(l.last_contact as int) > p.caseload_recheck_days)
order by l.as_of, l.weeks_on_list desc, s.region, s.municipality, l.school_id, l.rank
