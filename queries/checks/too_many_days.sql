-- title = "More days than the school had"
-- about = "A pupil has more recorded days in a recent week than the school had session days."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "school_id", "pupil_key", "week"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "A pupil has more recorded days in a recent week than the school had session days."
-- when = "It matters when a file was read twice or one child holds two records of a day: every rate of that pupil is wrong."
-- mend = "Look for the pupil and week in the attendance extracts of that school; send the corrected file; run again."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- week = "Monday of the ISO week, date"
-- days_recorded = "days of the week on which the pupil was recorded at the school, in days"
-- session_days = "session days that the school had in the week, in days"
with read_weeks as (
    -- only recent weeks, because earlier nights checked older ones
    select w.as_of, w.school_id, w.week
    from run.policy_school s
    inner join indicators.school_weeks w on s.school_id = w.school_id
    where w.week_number <= s.windows_recent_weeks
),
count_days as (
    select w.as_of, w.school_id, w.week, count(d.date) as session_days
    from read_weeks w
    left join indicators.session_days d on d.as_of = w.as_of and d.school_id = w.school_id and d.week = w.week
    group by w.as_of, w.school_id, w.week
)
select
    w.as_of,
    w.school_id,
    w.pupil_key,
    w.week,
    w.days_recorded,
    d.session_days
from count_days d
inner join indicators.attendance_week w on d.as_of = w.as_of and d.school_id = w.school_id and d.week = w.week
where w.is_recent
  and w.days_recorded > d.session_days
