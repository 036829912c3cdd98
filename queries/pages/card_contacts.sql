-- title = "Contacts of a card"
-- about = "What was done for the pupils that a list has room for, the latest first."
-- grain = "one row a contact and as_of"
-- owner = "school integration team"
-- order = ["pupil", "date desc", "by_key", "action"]
with read_listed as (
    select as_of, pupil, pupil_key
    from caseload.listed
)
select l.as_of, l.pupil, l.pupil_key, c.date, c.by_key, c.action, c.outcome
from read_listed l
inner join sources.contacts c on l.pupil = c.pupil
where c.date <= l.as_of
