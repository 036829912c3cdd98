-- title = "What `prane explain` says of rules"
-- about = "The rules that a pupil crossed."
-- grain = "one row a pupil, flag and as_of"
-- owner = "school integration team"
-- order = ["level desc", "flag"]
-- unseen = ["as_of", "pupil_key"]
select as_of, pupil_key, flag, level, value, threshold, since_date
from run.raised_flags
