-- title = "Contacts of a card"
-- about = "What was done for the pupils that a list has room for, the latest first."
-- grain = "one row a contact and as_of"
-- key = ["as_of", "pupil", "place"]
-- owner = "school integration team"
-- order = ["pupil", "place"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- place = "place of the contact among those of the pupil, 1 for the latest"
-- date = "day of the contact, date"
-- by_key = "who made the contact, as a pseudonym"
-- action = "what was done, by code"
-- outcome = "what came of it, by code"
with read_listed as (
    select as_of, pupil, pupil_key
    from caseload.listed
)
select
    l.as_of,
    l.pupil,
    l.pupil_key,
    cast(row_number() over (partition by l.as_of, l.pupil order by c.date desc, c.by_key, c.action, c.outcome, c.saved desc) as int) as place,
    c.date,
    c.by_key,
    c.action,
    c.outcome
from read_listed l
inner join sources.contacts c on l.pupil = c.pupil
where c.date <= l.as_of
