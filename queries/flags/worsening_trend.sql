-- title = "Absence growing week by week"
-- about = "The weekly absence rate climbs over the last school weeks and the recent weeks are worse than those before."
-- grain = "one row a pupil and as_of with the flag"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["least squares over weekly rates", "practice: weeks of decline tell more than a rate"]
-- level = "policy: worsening_trend.level"
-- rests_on = "attendance"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- value = "change of the weekly absence rate per school week, as a share of days"
-- threshold = "worsening_trend.permille_a_week, as a share of days"
-- since_date = "Monday with which the recent school weeks of the school begin, date"
-- level = "level of support that the flag asks for, from 1 to 3"
with read_pupils as (
    select as_of, pupil_key, school_id, absence_trend, recent_parts_absent, recent_parts_recorded, before_parts_absent, before_parts_recorded
    from indicators.pupil
),
read_policy as (
    select school_id, worsening_trend_permille_a_week, worsening_trend_min_absent, worsening_trend_level
    from run.policy_school
),
find_window_start as (
    -- the Monday on which the window begins at each school
    select w.as_of, w.school_id, min(w.week) as since_date
    from indicators.school_weeks w
    inner join run.policy_school s on s.school_id = w.school_id
    where w.week_number <= s.windows_trend_weeks
    group by w.as_of, w.school_id
)
select
    p.as_of,
    p.pupil_key,
    p.absence_trend as value,
    s.worsening_trend_permille_a_week / 1000.0 as threshold,
    w.since_date as since_date,
    cast(s.worsening_trend_level as int) as level
from read_pupils p
inner join read_policy s on s.school_id = p.school_id
left join find_window_start w on w.as_of = p.as_of and w.school_id = p.school_id
where p.recent_parts_absent >= parts_of_days(s.worsening_trend_min_absent)
  -- rounded, so that a value at the threshold is on the same side on every machine
  and round(p.absence_trend * 1000, 6) >= s.worsening_trend_permille_a_week
  -- recent rate above the earlier rate, cross-multiplied in integer parts of days; no flag without earlier days
  and p.recent_parts_absent * p.before_parts_recorded > p.before_parts_absent * p.recent_parts_recorded
