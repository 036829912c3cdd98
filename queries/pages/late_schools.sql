-- title = "Schools that are silent or late"
-- about = "What the manifest says of schools whose records do not reach the day."
-- grain = "one row a school and as_of"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- order = ["school_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- silent = "whether the school has no record on any of its last session days (assessable.silent_session_days), true or false"
-- stale = "whether the records end more than contract.stale_after_days before as_of although the school had session days since, true or false"
select as_of, school_id, data_through, silent, stale
from caseload.school_summary
where silent
   or stale
