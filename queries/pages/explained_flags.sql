-- title = "What `prane explain` says of rules"
-- about = "The rules that a pupil crossed."
-- grain = "one row a pupil, flag and as_of"
-- key = ["as_of", "pupil_key", "flag"]
-- owner = "school integration team"
-- order = ["level desc", "flag"]
-- unseen = ["as_of", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- flag = "name of the flag"
-- level = "level of support that the flag asks for, from 1 to 3"
-- value = "what was measured, in the unit of the flag"
-- threshold = "line that the value crossed, in the unit of the flag"
-- since_date = "day since which it has been so, date; empty where the flag names none"
select as_of, pupil_key, flag, level, value, threshold, since_date
from run.raised_flags
