-- title = "Stopped coming to the centre"
-- about = "Enrolled in an after-school class or school integration, but hardly came to the sessions held recently: often the earlier sign. Switched off where show_centre_to_schools is no."
-- grain = "one row a pupil and as_of with the flag"
-- owner = "school integration team"
-- cites = ["Child First: pupils missing since the last upload"]
-- level = "policy: left_centre.level"
-- rests_on = "centre"
with read_pupils as (
    select as_of, pupil_key, school_id, centre_services, centre_sessions_recent, centre_attended_recent
    from indicators.pupil
),
read_policy as (
    select school_id, left_centre_min_sessions, left_centre_attended_permille, left_centre_level
    from run.policy_school
    -- where schools are told nothing of centres, no list of theirs may tell it; the centre's own page says who stopped coming
    where caseload_show_centre_to_schools <> 'no'
),
find_window_start as (
    -- the Monday with which the window opens at each school
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
