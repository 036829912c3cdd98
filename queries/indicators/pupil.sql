-- title = "Indicators of a pupil"
-- about = "Everything the rules look at, one row an enrolled pupil. Rates are 0-1; parts of days are whole numbers, for comparing without rounding."
-- grain = "one row an enrolled pupil and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
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
-- recent_absence_rate = "days absent of the days recorded in the recent school weeks, share from 0 to 1; empty without a record"
-- before_recorded = "days recorded before the recent school weeks, in days"
-- before_absent = "days absent before the recent school weeks, in days"
-- before_absence_rate = "days absent of the days recorded before the recent school weeks, share from 0 to 1; empty without a record"
-- absence_shift_z = "how far the recent absence lies above what the pupil's earlier weeks make likely, in standard deviations; empty with too few days recorded"
-- absence_trend = "change of the weekly absence rate per school week over the trend weeks, as a share of days; empty with too few weeks"
-- absence_streak = "recorded days at the end of the pupil's record that were all absent, in days"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- absent_since = "first day of the absence that still runs, date; empty where none runs"
-- unexcused_since = "first day of the absence without excuse that still runs, date; empty where none runs"
-- last_present = "last recorded day on which the pupil was not away for the whole day, date"
-- last_recorded = "last day on which the pupil was recorded, date"
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
-- parts_absent = "days absent this school year, in parts of a day (days_of_parts turns them into days)"
-- parts_recorded = "days recorded this school year, in parts of a day (days_of_parts turns them into days)"
-- recent_parts_absent = "days absent in the recent school weeks, in parts of a day (days_of_parts turns them into days)"
-- recent_parts_recorded = "days recorded in the recent school weeks, in parts of a day (days_of_parts turns them into days)"
-- before_parts_absent = "days absent before the recent school weeks, in parts of a day (days_of_parts turns them into days)"
-- before_parts_recorded = "days recorded before the recent school weeks, in parts of a day (days_of_parts turns them into days)"
with read_enrolled as (
    select as_of, pupil, pupil_key, school_id, school_year, grade_level, class
    from indicators.enrolled
),
read_terms as (
    select as_of, pupil, term, mark_mean, failing_subjects, failing_core
    from indicators.term_means
),
find_term as (
    select as_of, pupil, max(term) as term
    from read_terms
    group by as_of, pupil
),
compare_terms as (
    select
        t.as_of,
        t.pupil,
        max(m.mark_mean) filter (where m.term = t.term) as mark_mean,
        max(m.mark_mean) filter (where m.term = t.term - 1) as mark_mean_prev,
        max(m.failing_subjects) filter (where m.term = t.term) as failing_subjects,
        max(m.failing_core) filter (where m.term = t.term) as failing_core
    from find_term t
    inner join read_terms m on m.as_of = t.as_of and m.pupil = t.pupil
    group by t.as_of, t.pupil
),
count_moves as (
    select e.as_of, e.pupil, count(*) as moves
    from run.policy_school p
    inner join read_enrolled e on e.school_id = p.school_id
    inner join sources.enrolments o on o.pupil = e.pupil and o.school_id <> e.school_id
    where o.start_date <= e.as_of
      and (o.end_date is null or cast(o.end_date as int) >= cast(e.as_of as int) - p.windows_moves_days)
    group by e.as_of, e.pupil
),
read_participants as (
    select participant_key, pupil
    from sources.centre_participants
    where pupil is not null
),
list_services as (
    select n.as_of, p.pupil, array_agg(distinct c.service order by c.service) as centre_services
    from sources.centre_enrolments c
    inner join read_participants p on p.participant_key = c.participant_key
    inner join run.as_of n on c.start_date <= n.as_of and (c.end_date is null or c.end_date >= n.as_of)
    group by n.as_of, p.pupil
),
sum_sessions as (
    select as_of, pupil, sum(sessions) as sessions, sum(attended) as attended
    from indicators.centre_week
    where is_recent
    group by as_of, pupil
),
-- a child may have several numbers
read_births as (
    select pupil, max(first_september) as first_september
    from sources.pupils
    group by pupil
),
-- indicators are joined one after another; the first side of each join is kept in memory
add_weeks as (
    select
        e.*,
        coalesce(f.days_recorded, 0) as days_recorded,
        coalesce(f.parts_absent, 0) as parts_absent,
        coalesce(f.parts_unexcused, 0) as parts_unexcused,
        coalesce(f.parts_late, 0) as parts_late,
        coalesce(f.recent_recorded, 0) as recent_recorded,
        coalesce(f.recent_parts_absent, 0) as recent_parts_absent,
        coalesce(f.days_recorded - f.recent_recorded, 0) as before_recorded,
        coalesce(f.parts_absent - f.recent_parts_absent, 0) as before_parts_absent,
        f.last_present,
        f.last_recorded,
        f.absence_streak,
        f.unexcused_streak,
        f.absent_since,
        f.unexcused_since,
        f.trend_weeks,
        f.trend_slope
    from indicators.attendance_sums f
    right join read_enrolled e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_terms as (
    select e.*, f.mark_mean, f.mark_mean_prev, f.failing_subjects, f.failing_core
    from compare_terms f
    right join add_weeks e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_marks as (
    select e.*, f.marks_recent
    from indicators.marks_recent f
    right join add_terms e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_births as (
    select e.*, f.first_september
    from read_births f
    right join add_marks e on e.pupil = f.pupil
),
add_moves as (
    select e.*, f.moves
    from count_moves f
    right join add_births e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_services as (
    select e.*, f.centre_services
    from list_services f
    right join add_moves e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_sessions as (
    select e.*, f.sessions, f.attended
    from sum_sessions f
    right join add_services e on e.as_of = f.as_of and e.pupil = f.pupil
),
add_schools as (
    select e.*, f.data_through, f.school_coverage, f.heard_lately
    from indicators.school_records f
    right join add_sessions e on e.as_of = f.as_of and e.school_id = f.school_id
),
join_facts as (
    select
        e.as_of, e.pupil, e.pupil_key, e.school_id, e.school_year, e.grade_level, e.class,
        e.days_recorded, e.parts_absent, e.parts_unexcused, e.parts_late,
        e.recent_recorded, e.recent_parts_absent, e.before_recorded, e.before_parts_absent,
        e.last_present, e.last_recorded,
        e.absence_streak, e.unexcused_streak, e.absent_since, e.unexcused_since,
        -- rounded, because the last digits of sums of fractions depend on the order and so on the number of threads
        case when e.trend_weeks >= p.windows_trend_min_weeks then case when round(e.trend_slope, 12) = 0 then 0.0 else round(e.trend_slope, 12) end end as absence_trend,
        round(e.mark_mean, 12) as mark_mean, round(e.mark_mean_prev, 12) as mark_mean_prev, e.failing_subjects, e.failing_core,
        e.marks_recent,
        school_year_first(e.school_year) - e.first_september as age,
        e.moves,
        e.centre_services,
        e.sessions, e.attended,
        e.data_through, e.school_coverage, e.heard_lately,
        p.shift_prior_absent, p.shift_prior_recorded, p.shift_min_recent, p.shift_min_before, p.grades_age_before, p.assessable_recent_recorded, p.assessable_days_recorded
    from run.policy_school p
    inner join add_schools e on e.school_id = p.school_id
),
weigh_shift as (
    select
        *,
        days_of_parts(recent_parts_absent) as recent_absent,
        days_of_parts(before_parts_absent) as before_absent,
        parts_of_days(days_recorded) as parts_recorded,
        parts_of_days(recent_recorded) as recent_parts_recorded,
        parts_of_days(before_recorded) as before_parts_recorded,
        (days_of_parts(before_parts_absent) + shift_prior_absent) / (before_recorded + cast(shift_prior_recorded as double)) as usual_rate
    from join_facts
)
select
    as_of,
    pupil_key,
    pupil,
    school_id,
    school_year,
    grade_level,
    class,
    cast(days_recorded as int) as days_recorded,
    days_of_parts(parts_absent) as days_absent,
    days_of_parts(parts_unexcused) as days_unexcused,
    days_of_parts(parts_late) as days_late,
    share(parts_absent, parts_recorded) as absence_rate,
    cast(recent_recorded as int) as recent_recorded,
    recent_absent,
    share(recent_parts_absent, recent_parts_recorded) as recent_absence_rate,
    cast(before_recorded as int) as before_recorded,
    before_absent,
    share(before_parts_absent, before_parts_recorded) as before_absence_rate,
    case when recent_recorded >= shift_min_recent and before_recorded >= shift_min_before and usual_rate > 0 and usual_rate < 1
        then (recent_absent - recent_recorded * usual_rate) / sqrt(recent_recorded * usual_rate * (1 - usual_rate) * (1 + recent_recorded / (before_recorded + cast(shift_prior_recorded as double))))
    end as absence_shift_z,
    absence_trend,
    cast(coalesce(absence_streak, 0) as int) as absence_streak,
    cast(coalesce(unexcused_streak, 0) as int) as unexcused_streak,
    absent_since,
    unexcused_since,
    last_present,
    last_recorded,
    mark_mean,
    mark_mean_prev,
    round(mark_mean - mark_mean_prev, 12) as mark_change,
    cast(coalesce(failing_subjects, 0) as int) as failing_subjects,
    cast(coalesce(failing_core, 0) as int) as failing_core,
    cast(coalesce(marks_recent, 0) as int) as marks_recent,
    case when age is not null and grade_level is not null then cast(greatest(0, age - (grade_level + grades_age_before)) as int) end as over_age,
    cast(coalesce(moves, 0) as int) as moves,
    centre_services,
    cast(coalesce(sessions, 0) as int) as centre_sessions_recent,
    cast(coalesce(attended, 0) as int) as centre_attended_recent,
    data_through,
    school_coverage,
    recent_recorded >= assessable_recent_recorded and days_recorded >= assessable_days_recorded and coalesce(heard_lately, false) as assessable,
    parts_absent,
    parts_recorded,
    recent_parts_absent,
    recent_parts_recorded,
    before_parts_absent,
    before_parts_recorded
from weigh_shift
