-- title = "What `prane explain` says of measures"
-- about = "What was measured of a pupil, and enough of the school to read it."
-- grain = "one row an enrolled pupil and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- school_year = "school year, such as 2021-2022"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- class = "class within the school, such as a letter"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- days_absent = "days absent this school year, excused or not, in days; lessons count as parts of a day"
-- days_unexcused = "days absent without excuse this school year, in days"
-- days_late = "days late this school year, in days; lessons count as parts of a day"
-- absence_rate = "days absent of the days recorded this school year, share from 0 to 1"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- recent_absent = "days absent in the recent school weeks, in days"
-- before_recorded = "days recorded before the recent school weeks, in days"
-- before_absent = "days absent before the recent school weeks, in days"
-- absence_shift_z = "how far the recent absence lies above what the pupil's earlier weeks make likely, in standard deviations; empty with too few days recorded"
-- absence_trend = "change of the weekly absence rate per school week over the trend weeks, as a share of days; empty with too few weeks"
-- absence_streak = "recorded days at the end of the pupil's record that were all absent, in days"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- last_present = "last recorded day on which the pupil was not away for the whole day, date"
-- mark_mean = "mean of the subject means of the latest term with marks, mark from 4 to 10"
-- mark_mean_prev = "mean of the subject means of the term before, mark from 4 to 10; empty without a mark in it"
-- mark_change = "mean of marks less that of the term before, in points of the scale of marks"
-- failing_subjects = "subjects with a mean below the pass mark in the latest term with marks, number"
-- failing_core = "core subjects (marks.core_subjects) with a mean below the pass mark in that term, number"
-- marks_recent = "marks dated in the recent school weeks, number"
-- over_age = "years above the usual age of the grade level on 1 September, in completed years; empty without a birth date or grade level"
-- moves = "enrolments at other schools within windows.moves_days before as_of, number"
-- centre_services = "services of centres in which the pupil is enrolled on as_of, by code"
-- centre_sessions_recent = "sessions of centres held for the pupil in the recent school weeks, number"
-- centre_attended_recent = "those of them that the pupil attended, number"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- school_coverage = "pupil-days of the recent school weeks that have a record, of those of enrolled pupils, share from 0 to 1"
-- assessable = "whether there are enough records to say whether the pupil comes to school, true or false"
select
    as_of, pupil_key, school_id, school_year, grade_level, class, days_recorded, days_absent, days_unexcused, days_late, absence_rate,
    recent_recorded, recent_absent, before_recorded, before_absent, absence_shift_z, absence_trend, absence_streak, unexcused_streak,
    last_present, mark_mean, mark_mean_prev, mark_change, failing_subjects, failing_core, marks_recent, over_age, moves,
    centre_services, centre_sessions_recent, centre_attended_recent, data_through, school_coverage, assessable
from indicators.pupil
