-- title = "What `prane explain` says of missing records"
-- about = "Why a pupil cannot be assessed."
-- grain = "one row a pupil without enough records and as_of"
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
select as_of, pupil_key, cause, last_recorded
from caseload.not_assessable
