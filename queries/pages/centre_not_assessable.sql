-- title = "Not assessable among a centre's own"
-- about = "caseload.not_assessable of the pupils that the centre knows."
-- grain = "one row a centre, pupil and as_of"
-- owner = "centre coordinators"
-- order = ["centre_id", "school_id", "class", "pupil_key"]
select n.*, o.centre_id
from pages.centre_pupils o
inner join caseload.not_assessable n on n.as_of = o.as_of and n.pupil_key = o.pupil_key
