-- title = "What `prane explain` says of a list"
-- about = "The row of a pupil on its school's list."
-- grain = "one row a pupil with a level and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- order = ["pupil_key"]
-- unseen = ["as_of", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_id = "code of the school"
-- rank = "place of the pupil on the list of the school, 1 for the first"
-- class = "class within the school, such as a letter"
-- level = "level of support: 3 contact now, 2 plan support, 1 keep in view"
-- status = "how the pupil stands against the list before: new, worsening, continuing, improving, returned or in_care"
-- weeks_on_list = "ISO weeks before this one in which the pupil was on the list without a break, in weeks"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false"
-- confidence = "how sure the level is: clear, borderline (it hangs on one flag near its threshold) or thin (few days recorded)"
-- next_step = "step that a person is asked to think about, by its code in policy.toml"
-- escalation = "why the step is more than the flag asks for: unexcused_days or unanswered_contacts; empty where it is not"
-- suggested_service = "service that fits the flag that weighs most, by code"
-- last_contact = "day of the latest contact, date"
-- last_action = "what was done in the latest contact, by code"
-- last_outcome = "what came of the latest contact, by code"
-- unanswered_contacts = "contacts in a row of this school year that found nobody, number"
-- review_date = "day agreed for a review, date"
-- review_due = "whether the day agreed for a review has come, true or false"
-- reasons = "reason of each flag in words, in the order of flags"
select
    as_of, pupil_key, school_id, rank, class, level, status, weeks_on_list, on_list, confidence, next_step, escalation, suggested_service,
    last_contact, last_action, last_outcome, unanswered_contacts, review_date, review_due, reasons
from caseload.list
