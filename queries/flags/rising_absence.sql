-- title = "Absence rising against the own usual"
-- about = "The recent school weeks hold more absence than this pupil's own earlier weeks make likely."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["beta-binomial z of the recent weeks", "Student Insights: 4 recent absences"]
-- level = "policy: rising_absence.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "how far the recent absence lies above what the earlier weeks make likely, in standard deviations"
-- threshold = "rising_absence.z, in standard deviations"
-- since_date = "Monday with which the recent school weeks of the school begin, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, absence_shift_z, recent_parts_absent
    from indicators.pupil
),
read_policy as (
    select school_id, rising_absence_z, rising_absence_min_absent, rising_absence_level
    from run.policy_school
),
find_window_start as (
    -- the Monday on which the window begins at each school
    select w.as_of, w.school_id, min(w.week) as since_date
    from indicators.school_weeks w
    inner join run.policy_school s on s.school_id = w.school_id
    where w.week_number <= s.windows_recent_weeks
    group by w.as_of, w.school_id
)
select
    p.as_of,
    p.pupil_key,
    p.absence_shift_z as value,
    cast(s.rising_absence_z as double) as threshold,
    w.since_date as since_date,
    cast(s.rising_absence_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
left join find_window_start w on w.as_of = p.as_of and w.school_id = p.school_id
where p.recent_parts_absent >= parts_of_days(s.rising_absence_min_absent)
  -- rounded, so that a value at the threshold is on the same side on every machine
  and round(p.absence_shift_z, 9) >= s.rising_absence_z
