-- title = "Session days of a school, for strips and charts"
-- about = "The days of the calendar, and which of them kept the school as a whole away."
-- grain = "one row a school, session day and as_of"
-- key = ["as_of", "school_id", "date"]
-- owner = "school integration team"
-- order = ["school_id", "date"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- date = "session day, date"
-- disrupted = "whether the school as a whole was away that day, so that the day counts for no pupil, true or false"
-- absence_rate = "days absent of the pupils recorded that day, share from 0 to 1; empty without a record"
select as_of, school_id, date, disrupted, absence_rate
from indicators.session_days
where in_calendar
