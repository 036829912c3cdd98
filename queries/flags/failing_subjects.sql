-- title = "Subjects below the pass mark"
-- about = "Several subjects below the pass mark this term, or a core subject."
-- grain = "one row a pupil and as_of with the flag"
-- owner = "school integration team"
-- cites = ["AIR EWIMS: one core failure", "Eurydice 2024: 4 fails"]
-- level = "policy: failing_subjects.level"
-- rests_on = "marks"
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
    -- the line that was crossed: enough subjects, or else the core
    cast(case when p.failing_subjects >= s.failing_subjects_subjects then s.failing_subjects_subjects else s.failing_subjects_core end as double) as threshold,
    cast(null as date) as since_date,
    cast(s.failing_subjects_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
where (p.failing_subjects >= s.failing_subjects_subjects or p.failing_core >= s.failing_subjects_core)
