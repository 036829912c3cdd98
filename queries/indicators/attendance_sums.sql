-- title = "A pupil's year so far"
-- about = "Recorded and missed days of the school year up to as_of and of its recent weeks, the last days of the record, and how many days at its end are all absent, or all unexcused; and the least-squares slope of the weekly absence rate over the trend weeks that have a record, in rate per week."
-- grain = "one row a pupil with a record and as_of"
-- key = ["as_of", "pupil"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- parts_absent = "days absent this school year, in parts of a day (days_of_parts turns them into days)"
-- parts_unexcused = "days absent without excuse this school year, in parts of a day"
-- parts_late = "days late this school year, in parts of a day"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- recent_parts_absent = "days absent in the recent school weeks, in parts of a day"
-- last_recorded = "last day on which the pupil was recorded, date"
-- last_present = "last recorded day on which the pupil was not away for the whole day, date"
-- absence_streak = "recorded days at the end of the record, all absent, in days"
-- absent_since = "first of those days, date; empty without a streak"
-- unexcused_streak = "recorded days at the end of the record, all absent without excuse, in days"
-- unexcused_since = "first of those days, date; empty without a streak"
-- trend_weeks = "trend weeks in which the pupil was recorded, in weeks"
-- trend_slope = "change of the weekly absence rate per school week, as a share of days; empty with a single week"
with count_days as (
    select
        as_of,
        pupil,
        month,
        recorded_mask,
        away_mask,
        unexcused_mask,
        days_without(away_mask, partial_mask) as whole_away_mask,
        week_numbers,
        0 as parts_of_week,
        days_in(recorded_mask) as days_recorded,
        -- a day of absence whose lessons differ only in the excuse is partial, and its parts are counted below
        parts_of_days(days_in(days_without(away_mask, partial_mask))) as parts_absent,
        parts_of_days(days_in(days_without(unexcused_mask, partial_mask))) as parts_unexcused,
        parts_of_days(days_in(days_without(late_mask, partial_mask))) as parts_late,
        days_in(days_within(recorded_mask, recent_mask)) as recent_recorded,
        parts_of_days(days_in(days_within(days_without(away_mask, partial_mask), recent_mask))) as recent_parts_absent
    from indicators.attendance_masks
    union all
    -- parts of partial days; the days themselves are counted above
    select
        as_of,
        pupil,
        null as month,
        null as recorded_mask,
        null as away_mask,
        null as unexcused_mask,
        null as whole_away_mask,
        case when in_trend then make_array(week_number) end as week_numbers,
        parts_absent as parts_of_week,
        0 as days_recorded,
        parts_absent,
        parts_unexcused,
        parts_late,
        0 as recent_recorded,
        case when is_recent then parts_absent else 0 end as recent_parts_absent
    from indicators.partial_days
),
sum_days as (
    select
        as_of,
        pupil,
        sum(days_recorded) as days_recorded,
        sum(parts_absent) as parts_absent,
        sum(parts_unexcused) as parts_unexcused,
        sum(parts_late) as parts_late,
        sum(recent_recorded) as recent_recorded,
        sum(recent_parts_absent) as recent_parts_absent,
        max(last_day(recorded_mask, month)) as last_recorded,
        max(last_day(days_without(recorded_mask, away_mask), month)) as last_present,
        streak_at_end(recorded_mask, away_mask, month) as away,
        streak_at_end(recorded_mask, unexcused_mask, month) as unexcused,
        weekly_trend(week_numbers, recorded_mask, whole_away_mask, parts_of_week) as trend
    from count_days
    group by as_of, pupil
)
select
    as_of,
    pupil,
    days_recorded,
    parts_absent,
    parts_unexcused,
    parts_late,
    recent_recorded,
    recent_parts_absent,
    last_recorded,
    last_present,
    away['days'] as absence_streak,
    away['since'] as absent_since,
    unexcused['days'] as unexcused_streak,
    unexcused['since'] as unexcused_since,
    trend['weeks'] as trend_weeks,
    trend['slope'] as trend_slope
from sum_days
