-- title = "Participants of a centre"
-- about = "The children enrolled at a centre, with their trend at school, the sessions held for them in the recent weeks of their school (of the calendar, where their school is not known), and whether they stopped coming."
-- grain = "one row a participant and as_of"
-- key = ["as_of", "centre_id", "participant_key"]
-- owner = "centre coordinators"
-- keep = "once"
-- order = ["centre_id", "participant_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- participant_key = "pseudonym of the participant of a centre, 32 hexadecimal digits"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- school_name = "name of the school at which the participant is enrolled; empty where it is not known"
-- class = "class within the school, such as a letter"
-- recent_absent = "days absent in the recent school weeks, in days"
-- recent_recorded = "days recorded in the recent school weeks, in days"
-- before_absence_rate = "days absent of the days recorded before the recent school weeks, share from 0 to 1; empty without a record"
-- last_attended = "day of the last session that the participant attended, date"
-- held = "sessions held for the participant in the recent weeks, number; empty without any session"
-- attended = "those of them that the participant attended, number"
-- services = "services of the centre in which the participant is enrolled on as_of, by code"
-- level = "level of support on the list of the school, from 1 to 3; empty where the pupil has none"
-- stopped = "whether the participant has stopped coming to the centre, true or false"
with find_recent as (
    select as_of, school_id, min(week) as since
    from indicators.school_weeks
    where is_recent
    group by as_of, school_id
),
read_pupils as (
    select as_of, pupil_key, school_id, class, recent_absent, recent_recorded, before_absence_rate
    from indicators.pupil
),
find_people as (
    select
        n.as_of,
        c.centre_id,
        c.participant_key,
        c.pupil_key,
        p.school_id,
        p.class,
        p.recent_absent,
        p.recent_recorded,
        p.before_absence_rate,
        -- the first Monday of the recent weeks
        coalesce(r.since, cast(cast(monday(n.as_of) as int) - 7 * (q.windows_recent_weeks - 1) as date)) as since
    from run.as_of n
    cross join run.policy q
    cross join sources.centre_participants c
    left join read_pupils p on p.as_of = n.as_of and p.pupil_key = c.pupil_key
    left join find_recent r on r.as_of = n.as_of and r.school_id = p.school_id
),
count_sessions as (
    select
        p.as_of,
        p.participant_key,
        max(case when a.status in ('present', 'late') then a.date end) as last_attended,
        sum(case when a.date >= p.since then 1 else 0 end) as held,
        sum(case when a.date >= p.since and a.status in ('present', 'late') then 1 else 0 end) as attended
    from find_people p
    inner join sources.centre_attendance a on a.participant_key = p.participant_key
    where a.date <= p.as_of
      and a.status in ('present', 'late', 'absent', 'excused')
    group by p.as_of, p.participant_key
),
find_begun as (
    select distinct n.as_of, e.participant_key
    from run.as_of n
    inner join sources.centre_enrolments e on e.start_date <= n.as_of
),
find_enrolled as (
    select n.as_of, e.participant_key, array_agg(distinct e.service order by e.service) as services
    from run.as_of n
    inner join sources.centre_enrolments e on e.start_date <= n.as_of and (e.end_date is null or e.end_date >= n.as_of)
    group by n.as_of, e.participant_key
),
find_flagged as (
    select distinct as_of, pupil_key
    from run.raised_flags
    where flag = 'left_centre'
)
select
    p.as_of,
    p.centre_id,
    p.participant_key,
    p.pupil_key,
    s.school_name,
    p.class,
    p.recent_absent,
    p.recent_recorded,
    p.before_absence_rate,
    c.last_attended,
    c.held,
    c.attended,
    e.services,
    l.level,
    f.pupil_key is not null
        or coalesce(c.attended = 0 and c.held >= coalesce(o.left_centre_min_sessions, q.left_centre_min_sessions), false) as stopped
from find_people p
cross join run.policy q
left join run.policy_school o on o.school_id = p.school_id
left join caseload.school_summary s on s.as_of = p.as_of and s.school_id = p.school_id
left join count_sessions c on c.as_of = p.as_of and c.participant_key = p.participant_key
left join find_begun b on b.as_of = p.as_of and b.participant_key = p.participant_key
left join find_enrolled e on e.as_of = p.as_of and e.participant_key = p.participant_key
left join caseload.list l on l.as_of = p.as_of and l.pupil_key = p.pupil_key
left join find_flagged f on f.as_of = p.as_of and f.pupil_key = p.pupil_key
-- participants without any dated enrolment count as enrolled
where b.participant_key is null
   or e.participant_key is not null
