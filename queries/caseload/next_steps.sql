-- title = "Next steps"
-- about = "The step a person is asked to think about and the service that fits, by the flag that weighs most; and where the ladder asks for more: after so many days without excuse, or so many contacts that found nobody. A record that is itself in doubt is looked at before any number of days counts."
-- grain = "one row a pupil with a level and as_of"
-- owner = "school integration team"
-- cites = ["Child First: 3 days phone, 5 visit, then the authorities", "KIPP: contact ladders by unexcused days"]
with read_levels as (
    select as_of, pupil_key, school_id, flags
    from caseload.levels
),
read_pupils as (
    select as_of, pupil_key, unexcused_streak
    from indicators.pupil
),
read_contacts as (
    select as_of, pupil_key, unanswered_contacts
    from caseload.contacts_made
),
read_policy as (
    select
        school_id,
        escalation_call_days, escalation_visit_days, escalation_protection_days, escalation_visit_unanswered, escalation_protection_unanswered,
        next_step_extended_absence, next_step_severe_absence, next_step_long_absence, next_step_chronic_absence, next_step_rising_absence,
        next_step_worsening_trend, next_step_hidden_dropout, next_step_never_arrived, next_step_falling_marks, next_step_failing_subjects,
        next_step_over_age, next_step_many_moves, next_step_left_centre, next_step_other,
        suggested_service_extended_absence, suggested_service_severe_absence, suggested_service_long_absence, suggested_service_chronic_absence,
        suggested_service_rising_absence, suggested_service_worsening_trend, suggested_service_hidden_dropout, suggested_service_never_arrived,
        suggested_service_falling_marks, suggested_service_failing_subjects, suggested_service_over_age, suggested_service_many_moves,
        suggested_service_left_centre, suggested_service_other
    from run.policy_school
),
pick_steps as (
    -- what the flag that weighs most asks for
    select
        l.as_of,
        l.pupil_key,
        coalesce(p.unexcused_streak, 0) as unexcused_streak,
        coalesce(c.unanswered_contacts, 0) as unanswered_contacts,
        case l.flags[1]
            when 'extended_absence' then s.next_step_extended_absence
            when 'severe_absence' then s.next_step_severe_absence
            when 'long_absence' then s.next_step_long_absence
            when 'chronic_absence' then s.next_step_chronic_absence
            when 'rising_absence' then s.next_step_rising_absence
            when 'worsening_trend' then s.next_step_worsening_trend
            when 'hidden_dropout' then s.next_step_hidden_dropout
            when 'never_arrived' then s.next_step_never_arrived
            when 'falling_marks' then s.next_step_falling_marks
            when 'failing_subjects' then s.next_step_failing_subjects
            when 'over_age' then s.next_step_over_age
            when 'many_moves' then s.next_step_many_moves
            when 'left_centre' then s.next_step_left_centre
            else s.next_step_other
        end as flag_step,
        case l.flags[1]
            when 'extended_absence' then s.suggested_service_extended_absence
            when 'severe_absence' then s.suggested_service_severe_absence
            when 'long_absence' then s.suggested_service_long_absence
            when 'chronic_absence' then s.suggested_service_chronic_absence
            when 'rising_absence' then s.suggested_service_rising_absence
            when 'worsening_trend' then s.suggested_service_worsening_trend
            when 'hidden_dropout' then s.suggested_service_hidden_dropout
            when 'never_arrived' then s.suggested_service_never_arrived
            when 'falling_marks' then s.suggested_service_falling_marks
            when 'failing_subjects' then s.suggested_service_failing_subjects
            when 'over_age' then s.suggested_service_over_age
            when 'many_moves' then s.suggested_service_many_moves
            when 'left_centre' then s.suggested_service_left_centre
            else s.suggested_service_other
        end as suggested_service,
        s.escalation_call_days as call_days,
        s.escalation_visit_days as visit_days,
        s.escalation_protection_days as protection_days,
        s.escalation_visit_unanswered as visit_unanswered,
        s.escalation_protection_unanswered as protection_unanswered
    from read_levels l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_policy s on s.school_id = l.school_id
    left join read_contacts c on c.as_of = l.as_of and c.pupil_key = l.pupil_key
),
climb_ladder as (
    -- rungs: 1 call, 2 visit, 3 child protection
    select
        *,
        case flag_step when 'call_family' then 1 when 'home_visit' then 2 when 'refer_to_child_protection' then 3 else 0 end as flag_rung,
        case
            when flag_step in ('check_register', 'confirm_enrolment') then 0
            when unexcused_streak >= protection_days then 3
            when unexcused_streak >= visit_days then 2
            when unexcused_streak >= call_days then 1
            else 0
        end as days_rung,
        case
            when unanswered_contacts >= protection_unanswered then 3
            when unanswered_contacts >= visit_unanswered then 2
            else 0
        end as unanswered_rung
    from pick_steps
)
select
    as_of,
    pupil_key,
    case greatest(days_rung, unanswered_rung) > flag_rung
        when true then case greatest(days_rung, unanswered_rung) when 1 then 'call_family' when 2 then 'home_visit' else 'refer_to_child_protection' end
        else flag_step
    end as next_step,
    case
        when greatest(days_rung, unanswered_rung) <= flag_rung then null
        when days_rung >= unanswered_rung then 'unexcused_days'
        else 'unanswered_contacts'
    end as escalation,
    suggested_service,
    unexcused_streak,
    unanswered_contacts
from climb_ladder
