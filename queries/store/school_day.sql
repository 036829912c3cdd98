-- title = "A school's day"
-- about = "How many pupils a school recorded on a day, and how much of it was missed."
-- grain = "one row a school and day with a record"
-- owner = "pipeline"
-- keep = "store"
-- from = "attendance"
select
    school_id,
    date,
    cast(count(*) as int) as pupils_recorded,
    sum(cast(parts_absent as bigint)) as parts_absent
from store.attendance_day
group by school_id, date
