-- title = "What `prane explain` says of missing records"
-- about = "Why a pupil cannot be assessed."
-- grain = "one row a pupil without enough records and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- cause = "why the pupil cannot be assessed: school_silent, no_record or thin_record"
-- last_recorded = "last recorded day of the pupil where it is known, else that of the school, date"
select as_of, pupil_key, cause, last_recorded
from caseload.not_assessable
