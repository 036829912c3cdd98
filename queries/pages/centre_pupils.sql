-- title = "Whose pupils the centres know"
-- about = "The pupils that a centre's participants were found to be."
-- grain = "one row a centre, pupil and as_of"
-- key = ["as_of", "centre_id", "pupil_key"]
-- owner = "centre coordinators"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
select distinct n.as_of, c.centre_id, p.pupil_key
from run.as_of n
cross join sources.centre_participants p
inner join sources.centres c on c.centre_id = p.centre_id
where p.pupil_key is not null
