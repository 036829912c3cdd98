-- title = "Many moves between schools"
-- about = "Several enrolments at other schools within a year."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["DEWS mobility rule"]
-- level = "policy: many_moves.level"
-- rests_on = "transfer"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "enrolments at other schools within windows.moves_days, number"
-- threshold = "many_moves.moves, number"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, moves
    from indicators.pupil
),
read_policy as (
    select school_id, many_moves_moves, many_moves_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.moves as double) as value,
    cast(s.many_moves_moves as double) as threshold,
    cast(null as date) as since_date,
    cast(s.many_moves_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where p.moves >= s.many_moves_moves
