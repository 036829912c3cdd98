-- title = "Counts that cannot be"
-- about = "A pupil has more absence than records, negative counts, or windows that do not add up to the year."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "A pupil has more absence than records, negative counts, or windows that do not add up to the year."
-- when = "It matters always: a figure like this is a fault of the program or of a rule, never of a child."
-- mend = "Nothing in the extracts to mend; report it with the run id. The last good list stays published."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- days_absent = "days absent this school year, excused or not, in days; lessons count as parts of a day"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- recent_absent = "days absent in the recent school weeks, in days"
-- before_recorded = "days recorded before the recent school weeks, in days"
-- before_absent = "days absent before the recent school weeks, in days"
select
    as_of,
    school_id,
    pupil_key,
    days_recorded,
    days_absent,
    recent_recorded,
    recent_absent,
    before_recorded,
    before_absent
from indicators.pupil
where parts_absent > parts_recorded
   or parts_absent < 0
   or recent_parts_absent > recent_parts_recorded
   or before_parts_absent > before_parts_recorded
   or recent_parts_recorded + before_parts_recorded <> parts_recorded
   or recent_parts_absent + before_parts_absent <> parts_absent
   or days_unexcused > days_absent + 0.000001
   or absence_streak > days_recorded
   or unexcused_streak > absence_streak
