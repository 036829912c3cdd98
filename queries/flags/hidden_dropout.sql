-- title = "Marks go on, the pupil does not"
-- about = "Hardly ever present in the recent weeks although marks keep arriving: the register and the mark book disagree."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["lajmeshqip.com 2011: braktisje e fshehtë in Kukës"]
-- level = "policy: hidden_dropout.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "days present of the days recorded in the recent school weeks, share from 0 to 1"
-- threshold = "hidden_dropout.present_permille, as a share from 0 to 1"
-- since_date = "Monday with which the recent school weeks of the school begin, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, recent_recorded, recent_absence_rate, recent_parts_absent, recent_parts_recorded, marks_recent
    from indicators.pupil
),
read_policy as (
    select school_id, hidden_dropout_min_recorded, hidden_dropout_present_permille, hidden_dropout_min_marks, hidden_dropout_level
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
    1.0 - p.recent_absence_rate as value,
    s.hidden_dropout_present_permille / 1000.0 as threshold,
    w.since_date as since_date,
    cast(s.hidden_dropout_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
left join find_window_start w on w.as_of = p.as_of and w.school_id = p.school_id
where p.recent_recorded >= s.hidden_dropout_min_recorded
  and not share_at_least(p.recent_parts_recorded - p.recent_parts_absent, p.recent_parts_recorded, s.hidden_dropout_present_permille)
  and p.marks_recent >= s.hidden_dropout_min_marks
