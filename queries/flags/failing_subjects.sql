-- title = "Subjects below the pass mark"
-- about = "Several subjects below the pass mark this term, or a core subject."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["AIR EWIMS: one core failure", "Eurydice 2024: 4 fails"]
-- level = "policy: failing_subjects.level"
-- rests_on = "marks"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "subjects with a mean below the pass mark in the latest term with marks, number"
-- threshold = "failing_subjects.subjects where it is reached, else failing_subjects.core, in subjects"
-- since_date = "empty: the flag names no day, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, failing_subjects, failing_core
    from indicators.pupil
),
read_policy as (
    select school_id, failing_subjects_subjects, failing_subjects_core, failing_subjects_level
    from run.policy_school
)
select
    p.as_of,
    p.pupil_key,
    cast(p.failing_subjects as double) as value,
    -- the threshold that was crossed: number of subjects, or core subjects
    cast(case when p.failing_subjects >= s.failing_subjects_subjects then s.failing_subjects_subjects else s.failing_subjects_core end as double) as threshold,
    cast(null as date) as since_date,
    cast(s.failing_subjects_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where (p.failing_subjects >= s.failing_subjects_subjects or p.failing_core >= s.failing_subjects_core)
