-- title = "Schools that went quiet"
-- about = "A school with pupils has handed in nothing for longer than contract.stale_after_days although it had session days."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- cites = []
-- severity = "warn"
-- what = "A school with pupils has handed in nothing for longer than contract.stale_after_days although it had session days."
-- when = "It matters because its pupils drop off the lists as not assessable, not because they are well."
-- mend = "Ask the school for its extract; its list shows how far the records reach."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- municipality = "municipality, by name; empty where it is not known"
-- pupils = "pupils enrolled, number"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- days_since_data = "calendar days from the last day with a record to as_of, in days"
-- silent = "whether the school has no record on any of its last session days (assessable.silent_session_days), true or false"
select
    as_of,
    school_id,
    municipality,
    pupils,
    data_through,
    days_since_data,
    silent
from caseload.school_summary
where pupils > 0
  and (stale or silent)
