-- title = "Schools that are silent or late"
-- about = "What the manifest says of schools whose records do not reach the day."
-- grain = "one row a school and as_of"
-- owner = "school integration team"
-- order = ["school_id"]
select as_of, school_id, data_through, silent, stale
from caseload.school_summary
where silent
   or stale
