-- title = "Session days of a school, for strips and charts"
-- about = "The days of the calendar, and which of them kept the school as a whole away."
-- grain = "one row a school, session day and as_of"
-- owner = "school integration team"
-- order = ["school_id", "date"]
select as_of, school_id, date, disrupted, absence_rate
from indicators.session_days
where in_calendar
