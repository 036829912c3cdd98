-- title = "Awaiting contact"
-- about = "Pupils at the highest level of support with no contact within the re-check time, the longest waiting first: whom has nobody reached yet?"
-- grain = "one row a pupil and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Child First: required action still outstanding", "REL 2017-272: lists are used too seldom"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- region = "region, by name; empty where it is not known"
-- municipality = "municipality, by name; empty where it is not known"
-- school_id = "code of the school"
-- rank = "place of the pupil on the list of the school, 1 for the first"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- status = "how the pupil stands against the list before: new, worsening, continuing, improving, returned or in_care"
-- weeks_on_list = "ISO weeks before this one in which the pupil was on the list without a break, in weeks"
-- flags = "names of the pupil's flags, the one that weighs most first"
-- next_step = "step that a person is asked to think about, by its code in policy.toml"
-- last_contact = "day of the latest contact, date"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false"
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
