-- title = "Absence of a school by week"
-- about = "The line beside a pupil's weeks on a card; days that kept everybody away are left out."
-- grain = "one row a school, week with a record and as_of"
-- key = ["as_of", "school_id", "week"]
-- owner = "school integration team"
-- order = ["school_id", "week"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- week = "Monday of the ISO week, date"
-- rate = "days absent of the days recorded in the week by all pupils of the school, share from 0 to 1"
select as_of, school_id, week, sum(absence_rate * pupils_recorded) / sum(pupils_recorded) as rate
from indicators.session_days
where in_calendar
  and not disrupted
  and pupils_recorded > 0
group by as_of, school_id, week
