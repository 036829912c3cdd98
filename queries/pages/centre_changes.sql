-- title = "Changes among a centre's own"
-- about = "caseload.changes of the pupils that the centre knows."
-- grain = "one row a centre, pupil, status and as_of"
-- owner = "centre coordinators"
-- order = ["centre_id", "school_id", "status", "level desc", "pupil_key"]
select c.*, o.centre_id
from pages.centre_pupils o
inner join caseload.changes c on c.as_of = o.as_of and c.pupil_key = o.pupil_key
