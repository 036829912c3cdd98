-- title = "Participants lost in linkage"
-- about = "Participants of centres that linkage neither linked, nor put up for review, nor left unlinked, or that it linked to two pupils."
-- grain = "one row a participant; no rows when all is well"
-- key = ["centre_id", "participant_key"]
-- owner = "data protection officer"
-- cites = []
-- severity = "fail"
-- what = "A participant of a centre has no outcome of linkage, or more than one."
-- when = "It matters always: linked, for review and unlinked add up to all participants, or a child is lost between centre and school."
-- mend = "Please report it with the run's manifest: this is a fault of the program, not of the extracts."
-- [columns]
-- centre_id = "code of the centre"
-- participant_key = "pseudonym of the participant of a centre, 32 hexadecimal digits"
-- outcomes = "outcomes that linkage has for the participant, number; 1 is right"
-- pupils = "pupils to whom linkage joined the participant, number; 0 or 1 is right"
with read_participants as (
    select centre_id, participant_key
    from sources.centre_participants
),
count_outcomes as (
    select record_key, count(*) as outcomes
    from sources.links
    where kind = 'participant' and place = 1
    group by record_key
),
count_pupils as (
    select record_key, count(distinct pupil_key) as pupils
    from sources.links
    where kind = 'participant' and outcome = 'linked'
    group by record_key
)
select p.centre_id, p.participant_key, coalesce(o.outcomes, 0) as outcomes, coalesce(u.pupils, 0) as pupils
from read_participants p
left join count_outcomes o on o.record_key = p.participant_key
left join count_pupils u on u.record_key = p.participant_key
where coalesce(o.outcomes, 0) <> 1 or coalesce(u.pupils, 0) > 1
