-- title = "Changes among a centre's own"
-- about = "caseload.changes of the pupils that the centre knows."
-- grain = "one row a centre, pupil, status and as_of"
-- key = ["as_of", "centre_id", "school_id", "pupil_key"]
-- owner = "centre coordinators"
-- order = ["centre_id", "school_id", "status", "level desc", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- status = "what is new against the list before: new, worsening, improving, returned, in_care, continuing (after a change of school) or off"
-- level_before = "level of support on the list before, from 1 to 3; empty where the pupil was not on it"
-- level = "level of support now, from 1 to 3; empty for a pupil who went off the list"
-- cause = "for a pupil off the list why (resolved, transferred, left, turned_16, corrected, not_assessable); else corrected or empty"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false; false for a pupil off the list"
-- because = "kinds of records that moved the pupil: transfer, correction, enrolment, records, contact, attendance, marks or centre; empty where none is known"
-- centre_id = "code of the centre"
select c.*, o.centre_id
from pages.centre_pupils o
inner join caseload.changes c on c.as_of = o.as_of and c.pupil_key = o.pupil_key
