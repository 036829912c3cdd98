-- title = "Which flags go together"
-- about = "How many pupils have each flag, each pair of flags, and how often the flag stands alone: does a rule add anything?"
-- grain = "one row a pair of flags (a flag with itself: the flag) and as_of"
-- key = ["as_of", "flag", "with_flag"]
-- owner = "school integration team"
-- cites = ["Balfanz 2007: a flag is kept only if it tells something", "REL Pittsburgh: rules against models at one capacity"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- flag = "name of the flag"
-- with_flag = "name of the other flag of the pair; the flag itself where it stands for itself"
-- pupils = "pupils who have both flags, number"
-- alone = "those of them who have no other flag, number"
with read_flags as (
    select as_of, pupil_key, flag
    from run.raised_flags
),
count_flags as (
    select as_of, pupil_key, count(*) as flags
    from read_flags
    group by as_of, pupil_key
)
select
    a.as_of,
    a.flag,
    b.flag as with_flag,
    count(*) as pupils,
    sum(case when c.flags = 1 then 1 else 0 end) as alone
from read_flags a
inner join read_flags b on b.as_of = a.as_of and b.pupil_key = a.pupil_key
inner join count_flags c on c.as_of = a.as_of and c.pupil_key = a.pupil_key
where a.flag <= b.flag
group by a.as_of, a.flag, b.flag
order by a.as_of, a.flag, b.flag
