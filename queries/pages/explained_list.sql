-- title = "What `prane explain` says of a list"
-- about = "The row of a pupil on its school's list."
-- grain = "one row a pupil with a level and as_of"
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
select
    as_of, pupil_key, school_id, rank, class, level, status, weeks_on_list, on_list, confidence, next_step, escalation, suggested_service,
    last_contact, last_action, last_outcome, unanswered_contacts, review_date, review_due, reasons
from caseload.list
