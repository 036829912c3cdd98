-- title = "Stopped coming to the centre"
-- about = "Enrolled in an after-school class or school integration, but hardly came to the sessions held recently: often the earlier sign. Switched off where show_centre_to_schools is no."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Child First: pupils missing since the last upload"]
-- level = "policy: left_centre.level"
-- rests_on = "centre"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "sessions attended of the sessions held in the recent school weeks, share from 0 to 1"
-- threshold = "left_centre.attended_permille, as a share from 0 to 1"
-- since_date = "Monday with which the recent school weeks of the school begin, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, centre_services, centre_sessions_recent, centre_attended_recent
    from indicators.pupil
),
read_policy as (
    select school_id, left_centre_min_sessions, left_centre_attended_permille, left_centre_level
    from run.policy_school
    -- not for schools that may not know about centres; the page of the centre shows who stopped coming
    where caseload_show_centre_to_schools <> 'no'
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
    cast(p.centre_attended_recent as double) / p.centre_sessions_recent as value,
    s.left_centre_attended_permille / 1000.0 as threshold,
    w.since_date as since_date,
    cast(s.left_centre_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
left join find_window_start w on w.as_of = p.as_of and w.school_id = p.school_id
where (array_has(p.centre_services, 'after_school_class') or array_has(p.centre_services, 'school_integration'))
  and p.centre_sessions_recent >= s.left_centre_min_sessions
  and not share_at_least(p.centre_attended_recent, p.centre_sessions_recent, s.left_centre_attended_permille)
