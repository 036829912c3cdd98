-- title = "Attendance rows gone"
-- about = "The store holds fewer attendance rows than on the last published night."
-- grain = "at most one row; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "The store holds fewer attendance rows than on the last published night."
-- when = "It matters always: rows are added and corrected, but never taken away, except by an erasure."
-- mend = "After an erasure, run once with a wider volume.rows_lost_permille; otherwise go back to the last good version of the store."
with count_rows as (
    select count(*) as attendance_rows
    from sources.attendance
),
read_night as (
    select max(as_of) as as_of
    from run.as_of
)
select
    n.as_of,
    b.attendance_rows as last_night,
    c.attendance_rows as tonight
from run.last_night b
cross join count_rows c
cross join read_night n
cross join run.policy o
where share_over(b.attendance_rows - c.attendance_rows, b.attendance_rows, o.volume_rows_lost_permille)
