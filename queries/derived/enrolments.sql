-- title = "Enrolments, where no extract names them"
-- about = "A pupil counts as enrolled at a school from the first day recorded there in a school year."
-- grain = "one row a pupil, school and school year"
-- key = ["pupil", "school_id", "school_year"]
-- owner = "pipeline"
-- [columns]
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- school_id = "code of the school"
-- school_year = "school year, such as 2021-2022"
-- grade_level = "empty: registers name no grade level"
-- class = "empty: registers name no class"
-- start_date = "first day recorded at the school in the school year, date"
-- end_date = "empty: registers name no end, date"
-- exit_reason = "empty: registers name no reason"
-- known_from = "empty text: no extract brought the row"
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
