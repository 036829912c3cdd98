-- title = "Who could be referred to a centre"
-- about = "Pupils with a level who are at no centre, beside the centres of their municipality: whom could a centre invite, and with which service?"
-- grain = "one row a pupil, centre of the municipality and as_of"
-- key = ["as_of", "centre_id", "pupil_key"]
-- owner = "centre coordinators"
-- cites = ["join of centre and school: who has a flag and is enrolled nowhere"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- municipality = "municipality of the centre and of the school, by name"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- grade_level = "grade level of the pupil's enrolment, from 1 to 12"
-- level = "level of support: 3 contact now, 2 plan support, 1 keep in view"
-- status = "how the pupil stands against the list before: new, worsening, continuing, improving, returned or in_care"
-- flags = "names of the pupil's flags, the one that weighs most first"
-- absence_rate = "days absent of the days recorded this school year, share from 0 to 1"
-- suggested_service = "service that fits the flag that weighs most, by code"
-- offered_there = "whether the centre offers the suggested service, true or false"
-- referred_already = "whether a referral of the pupil is open, true or false"
with read_list as (
    select as_of, school_id, rank, pupil_key, class, grade_level, level, status, flags, suggested_service, known_to_centre, absence_rate
    from caseload.list
    where not known_to_centre
),
read_centres as (
    select centre_id, municipality, services
    from sources.centres
),
find_referred as (
    -- pupils with an open referral are left out
    select distinct n.as_of, r.pupil_key
    from sources.referrals r
    inner join run.as_of n on r.date <= n.as_of
    where r.pupil_key is not null
      and r.status in ('open', 'accepted')
      and (r.closed_date is null or r.closed_date > n.as_of)
)
select
    l.as_of,
    c.centre_id,
    c.municipality,
    l.school_id,
    l.pupil_key,
    l.class,
    l.grade_level,
    l.level,
    l.status,
    l.flags,
    l.absence_rate,
    l.suggested_service,
    coalesce(strpos(c.services, l.suggested_service) > 0, false) as offered_there,
    f.pupil_key is not null as referred_already
from read_list l
inner join sources.schools s on s.school_id = l.school_id
inner join read_centres c on c.municipality = s.municipality
left join find_referred f on f.as_of = l.as_of and f.pupil_key = l.pupil_key
order by l.as_of, c.centre_id, l.level desc, l.school_id, l.rank
