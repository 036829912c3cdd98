-- title = "A level nobody can explain"
-- about = "A pupil on the list has no flag or no reason, a level outside the ladder, or a level below one of the flags; or a flagged pupil is on no list."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "A pupil on the list has no flag or no reason, a level outside the ladder, or a level below one of the flags; or a flagged pupil is on no list."
-- when = "It matters always: a list must say why."
-- mend = "Nothing in the extracts to mend; look at a rule of the project's own queries/ folder first."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- level = "level of support on the list, from 1 to 3; empty where the pupil is on no list"
-- highest = "highest level of the pupil's flags, from 1 to 3; empty without a flag"
-- flags = "flags raised for the pupil, number"
with count_flags as (
    -- flags of pupils who are not assessable do not count
    -- each flag has the weight that caseload.weighed_flags gives it
    select f.as_of, f.pupil_key, f.flag, max(coalesce(w.level, f.level)) as level, count(*) as times
    from run.raised_flags f
    left join run.flag_rules r on r.flag = f.flag
    left join (select distinct as_of, pupil_key, flag, level from caseload.weighed_flags) w
        on w.as_of = f.as_of and w.pupil_key = f.pupil_key and w.flag = f.flag
    inner join indicators.pupil p on p.as_of = f.as_of and p.pupil_key = f.pupil_key and p.assessable
    left join run.policy_school s on s.school_id = p.school_id
    -- flags that are withheld from a school are not on its list
    where coalesce(not (r.rests_on = 'centre' and s.caseload_show_centre_to_schools = 'no'), true)
    group by f.as_of, f.pupil_key, f.flag
),
sum_flags as (
    select as_of, pupil_key, sum(times) as flags, count(*) as different, max(level) as highest
    from count_flags
    group by as_of, pupil_key
),
read_list as (
    select as_of, school_id, pupil_key, level, cardinality(flags) as flags, cardinality(reasons) as reasons
    from caseload.list
)
select
    coalesce(l.as_of, f.as_of) as as_of,
    l.school_id,
    coalesce(l.pupil_key, f.pupil_key) as pupil_key,
    l.level,
    f.highest,
    coalesce(f.flags, 0) as flags
from read_list l
full join sum_flags f on f.as_of = l.as_of and f.pupil_key = l.pupil_key
left join run.policy_school s on s.school_id = l.school_id
where l.pupil_key is null
   or f.pupil_key is null
   or f.flags <> f.different
   or l.flags <> f.flags
   or l.reasons <> f.flags
   or l.level < f.highest
   or l.level > f.highest + 1
   or l.level not between 1 and s.ladder_top_level
