-- title = "The lists of all schools, for analysts"
-- about = "Without pupils and without the order of a list, so that nothing in it can be joined to a name; of centres no more than the school itself may know."
-- grain = "one row a pupil with a level and as_of"
-- owner = "school integration team"
-- order = ["school_id", "rank"]
-- unseen = ["rank"]
with read_policy as (
    select school_id, caseload_show_centre_to_schools as show_centre
    from run.policy_school
)
select
    l.as_of,
    l.school_id,
    l.rank,
    l.grade_level,
    l.level,
    l.level_before,
    l.status,
    l.cause,
    l.weeks_on_list,
    l.risk,
    l.flag_count,
    l.flags,
    l.reasons,
    l.absence_rate,
    l.recent_absent,
    l.recent_recorded,
    l.recent_absence_rate,
    l.before_absence_rate,
    l.absence_streak,
    l.absence_trend,
    l.mark_change,
    l.failing_subjects,
    case when p.show_centre in ('known', 'service') then l.known_to_centre end as known_to_centre,
    case when p.show_centre = 'service' then l.services end as services,
    l.next_step,
    l.escalation,
    l.suggested_service,
    l.unexcused_streak,
    l.unanswered_contacts,
    l.last_contact,
    l.last_action,
    l.last_outcome,
    l.review_date,
    l.review_due,
    l.confidence,
    l.on_list,
    l.data_through
from caseload.list l
inner join read_policy p on p.school_id = l.school_id
