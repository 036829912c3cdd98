-- title = "Marks falling"
-- about = "The mean over subjects fell clearly against the term before."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["team: fall against the term before"]
-- level = "policy: falling_marks.level"
-- rests_on = "marks"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "mean of marks less that of the term before, in points of the scale of marks"
-- threshold = "falling_marks.change, in points of the scale of marks"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, mark_change
    from indicators.pupil
),
read_policy as (
    select school_id, falling_marks_change, falling_marks_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    p.mark_change as value,
    cast(s.falling_marks_change as double) as threshold,
    cast(null as date) as since_date,
    cast(s.falling_marks_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where
-- means of means are rounded, so that a fall of exactly the threshold counts
  round(p.mark_change, 9) <= s.falling_marks_change
