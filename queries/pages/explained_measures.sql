-- title = "What `prane explain` says of measures"
-- about = "What was measured of a pupil, and enough of the school to read it."
-- grain = "one row an enrolled pupil and as_of"
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
select
    as_of, pupil_key, school_id, school_year, grade_level, class, days_recorded, days_absent, days_unexcused, days_late, absence_rate,
    recent_recorded, recent_absent, before_recorded, before_absent, absence_shift_z, absence_trend, absence_streak, unexcused_streak,
    last_present, mark_mean, mark_mean_prev, mark_change, failing_subjects, failing_core, marks_recent, over_age, moves,
    centre_services, centre_sessions_recent, centre_attended_recent, data_through, school_coverage, assessable
from indicators.pupil
