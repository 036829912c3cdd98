-- title = "Records on days without school"
-- about = "A school has attendance records on days that its calendar does not have; they count in no figure."
-- grain = "one row a school and as_of; no rows when all is well"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- cites = []
-- severity = "warn"
-- what = "A school has attendance records on days that its calendar does not have; they count in no figure."
-- when = "It matters when the calendar is wrong: real absence would go unseen."
-- mend = "Add the days to the calendar extract if the school taught, or ask the school why it recorded them."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- days = "days with records that the calendar of the school does not have, in days"
-- first_day = "first of them, date"
-- last_day = "last of them, date"
select
    as_of,
    school_id,
    count(*) as days,
    min(date) as first_day,
    max(date) as last_day
from indicators.session_days
where not in_calendar
-- only calendars from extracts have days off
  and exists (select 1 from sources.calendar)
group by as_of, school_id
