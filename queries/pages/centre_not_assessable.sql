-- title = "Not assessable among a centre's own"
-- about = "caseload.not_assessable of the pupils that the centre knows."
-- grain = "one row a centre, pupil and as_of"
-- key = ["as_of", "centre_id", "pupil_key"]
-- owner = "centre coordinators"
-- order = ["centre_id", "school_id", "class", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- cause = "why the pupil cannot be assessed: school_silent, no_record or thin_record"
-- last_recorded = "last recorded day of the pupil where it is known, else that of the school, date"
-- days_recorded = "days of this school year on which the pupil was recorded, in days"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- centre_id = "code of the centre"
select n.*, o.centre_id
from pages.centre_pupils o
inner join caseload.not_assessable n on n.as_of = o.as_of and n.pupil_key = o.pupil_key
