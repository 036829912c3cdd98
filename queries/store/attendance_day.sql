-- title = "A pupil's day at a school"
-- about = "The register rolled up to days. A day counts as the fraction of its recorded lessons that was missed, in whole parts (720720 a day, divisible by every number of lessons to 16), so that sums are exact. A day is away when every recorded lesson was missed."
-- grain = "one row a pupil, school and day with a record"
-- owner = "pipeline"
-- keep = "never"
with read_records as (
    select pupil_key, school_id, date, lesson, status, school_year, period
    from sources.attendance
    -- an empty status is not recorded, and a pupil who was not required is neither present nor absent
    where status in ('present', 'absent', 'excused', 'late')
),
take_whole_days as (
    select
        pupil_key, school_id, date, school_year, period,
        case when status in ('absent', 'excused') then 720720 else 0 end as parts_absent,
        case when status = 'absent' then 720720 else 0 end as parts_unexcused,
        case when status = 'late' then 720720 else 0 end as parts_late,
        status in ('absent', 'excused') as away,
        status = 'absent' as away_unexcused
    from read_records
    where lesson is null
),
count_lessons as (
    select
        pupil_key, school_id, date, school_year, period,
        count(*) as lessons_recorded,
        count(*) filter (where status in ('absent', 'excused')) as lessons_missed,
        count(*) filter (where status = 'absent') as lessons_absent,
        count(*) filter (where status = 'late') as lessons_late
    from read_records
    where lesson is not null
    group by pupil_key, school_id, date, school_year, period
),
take_lesson_days as (
    select
        pupil_key, school_id, date, school_year, period,
        720720 * lessons_missed / lessons_recorded as parts_absent,
        720720 * lessons_absent / lessons_recorded as parts_unexcused,
        720720 * lessons_late / lessons_recorded as parts_late,
        lessons_missed = lessons_recorded as away,
        lessons_absent = lessons_recorded as away_unexcused
    from count_lessons
),
join_days as (
    select pupil_key, school_id, date, school_year, period, parts_absent, parts_unexcused, parts_late, away, away_unexcused from take_whole_days
    union all
    select pupil_key, school_id, date, school_year, period, parts_absent, parts_unexcused, parts_late, away, away_unexcused from take_lesson_days
)
select
    pupil_key,
    school_id,
    date,
    -- Monday of the ISO week: day 0 of the count is a Thursday
    cast(cast(date as int) - (cast(date as int) + 3) % 7 as date) as week,
    -- the day's bit in a week: Monday 1, Tuesday 2, Wednesday 4 …
    cast(1 as int) << ((cast(date as int) + 3) % 7) as day_bit,
    school_year,
    period,
    cast(parts_absent as int) as parts_absent,
    cast(parts_unexcused as int) as parts_unexcused,
    cast(parts_late as int) as parts_late,
    away,
    away_unexcused
from join_days
