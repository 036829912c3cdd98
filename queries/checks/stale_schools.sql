-- title = "Schools that went quiet"
-- about = "A school with pupils has handed in nothing for longer than contract.stale_after_days although it had session days."
-- grain = "one row a finding and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "warn"
-- what = "A school with pupils has handed in nothing for longer than contract.stale_after_days although it had session days."
-- when = "It matters because its pupils drop off the lists as not assessable, not because they are well."
-- mend = "Ask the school for its extract; its list shows how far the records reach."
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
