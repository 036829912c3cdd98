-- title = "A pupil's year so far"
-- about = "Recorded and missed days of the school year up to as_of and of its recent weeks, the last days of the record, and how many days at its end are all absent, or all unexcused; and the least-squares slope of the weekly absence rate over the trend weeks that have a record, in rate per week."
-- grain = "one row a pupil with a record and as_of"
-- owner = "school integration team"
-- keep = "once"
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
        -- a day away of which only the excuse differs between lessons is partial: its parts are counted below
        parts_of_days(days_in(days_without(away_mask, partial_mask))) as parts_absent,
        parts_of_days(days_in(days_without(unexcused_mask, partial_mask))) as parts_unexcused,
        parts_of_days(days_in(days_without(late_mask, partial_mask))) as parts_late,
        days_in(days_within(recorded_mask, recent_mask)) as recent_recorded,
        parts_of_days(days_in(days_within(days_without(away_mask, partial_mask), recent_mask))) as recent_parts_absent
    from indicators.attendance_masks
    union all
    -- the parts of days missed in part; the days themselves are counted above
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
