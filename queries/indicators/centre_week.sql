-- title = "A pupil's week at the centres"
-- about = "Sessions held for a pupil linked to a participant, and attended, by week of the pupil's school."
-- grain = "one row a pupil, service, ISO week and as_of"
-- owner = "centre coordinators"
with read_participants as (
    select participant_key, pupil, pupil_key
    from sources.centre_participants
    where pupil_key is not null
),
read_sessions as (
    select
        n.as_of,
        p.pupil,
        p.pupil_key,
        a.service,
        monday(a.date) as week,
        a.status
    from sources.centre_attendance a
    inner join read_participants p on p.participant_key = a.participant_key
    inner join run.as_of n on a.date <= n.as_of
    where a.status in ('present', 'late', 'absent', 'excused')
),
sum_weeks as (
    select
        as_of,
        pupil,
        pupil_key,
        service,
        week,
        cast(count(*) as int) as sessions,
        cast(count(*) filter (where status in ('present', 'late')) as int) as attended
    from read_sessions
    group by as_of, pupil, pupil_key, service, week
)
select s.as_of, s.pupil, s.pupil_key, s.service, s.week, w.week_number, coalesce(w.is_recent, false) as is_recent, s.sessions, s.attended
from sum_weeks s
left join indicators.enrolled e on e.as_of = s.as_of and e.pupil = s.pupil
left join indicators.school_weeks w on w.as_of = s.as_of and w.school_id = e.school_id and w.week = s.week
