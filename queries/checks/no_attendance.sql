-- title = "No attendance at all"
-- about = "There is not one attendance record in the store."
-- grain = "one row an as_of; no rows when all is well"
-- key = ["as_of"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "There is not one attendance record in the store."
-- when = "It matters always: a list without attendance is an empty list that looks like good news."
-- mend = "Put at least one attendance extract into inbox/ and run again."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_year = "school year, such as 2021-2022"
select
    a.as_of,
    a.school_year
from run.as_of a
where not exists (select 1 from sources.attendance)
