-- title = "Enrolments, where no extract names them"
-- about = "A pupil counts as enrolled at a school from the first day recorded there in a school year."
-- grain = "one row a pupil, school and school year"
-- owner = "pipeline"
select
    pupil_key,
    pupil,
    school_id,
    school_year,
    cast(null as int) as grade_level,
    cast(null as varchar) as class,
    min(first_day(recorded_mask, month)) as start_date,
    cast(null as date) as end_date,
    cast(null as varchar) as exit_reason,
    '' as known_from
from store.attendance_by_month
group by pupil_key, pupil, school_id, school_year
