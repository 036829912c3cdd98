-- title = "Next steps"
-- about = "The step a person is asked to think about and the service that fits, by the flag that weighs most; what the contact that last reached somebody leaves to do instead; and where the ladder asks for more: after so many days without excuse, or so many contacts that found nobody. A record that is itself in doubt is looked at before any number of days counts. What was just done with success is not asked again."
-- grain = "one row a pupil with a level and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Child First: 3 days phone, 5 visit, then the authorities", "KIPP: contact ladders by unexcused days"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- next_step = "step that a person is asked to think about, by its code in policy.toml"
-- escalation = "why the step is more than the flag asks for: unexcused_days or unanswered_contacts; empty where it is not"
-- suggested_service = "service that fits the flag that weighs most, by code"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- unanswered_contacts = "contacts in a row of this school year that found nobody, number"
with read_levels as (
    select as_of, pupil_key, school_id, flags
    from caseload.levels
),
read_pupils as (
    select as_of, pupil_key, grade_level, absence_streak, unexcused_streak, absent_since, last_present
    from indicators.pupil
),
read_contacts as (
    select as_of, pupil_key, unanswered_contacts, last_reached, reached_action, reached_outcome, review_date
    from caseload.contacts_made
),
read_recovered as (
    select as_of, pupil_key, flag
    from caseload.weighed_flags
    where recovered
),
read_policy as (
    select
        school_id, caseload_recheck_days, recovery_next_step, next_step_other, suggested_service_other,
        after_outcome_reached, after_outcome_plan_agreed, after_outcome_returned_to_school, after_outcome_referred,
        after_outcome_no_support_needed, after_outcome_moved_away, after_outcome_until_seen,
        suggested_service_career_from_grade, suggested_service_career_to_grade, suggested_service_career_otherwise,
        escalation_call_days, escalation_visit_days, escalation_protection_days, escalation_visit_unanswered, escalation_protection_unanswered
    from run.policy_school
),
read_steps as (
    -- steps of every flag, including a project's own
    select school_id, flag, next_step, suggested_service
    from run.flag_steps
),
pick_steps as (
    -- the next step of the first flag
    select
        l.as_of,
        l.pupil_key,
        p.grade_level,
        r.flag is not null as recovered,
        coalesce(p.unexcused_streak, 0) as unexcused_streak,
        coalesce(c.unanswered_contacts, 0) as unanswered_contacts,
        case when r.flag is not null then s.recovery_next_step else coalesce(f.next_step, s.next_step_other) end as flag_step,
        coalesce(f.suggested_service, s.suggested_service_other) as flag_service,
        s.suggested_service_career_from_grade as career_from_grade,
        s.suggested_service_career_to_grade as career_to_grade,
        s.suggested_service_career_otherwise as career_otherwise,
        -- the next step after the outcome of the last successful contact
        case c.reached_outcome
            when 'reached' then s.after_outcome_reached
            when 'plan_agreed' then s.after_outcome_plan_agreed
            when 'returned_to_school' then s.after_outcome_returned_to_school
            when 'referred' then s.after_outcome_referred
            when 'no_support_needed' then s.after_outcome_no_support_needed
            when 'moved_away' then s.after_outcome_moved_away
        end as outcome_step,
        case
            when array_has(s.after_outcome_until_seen, c.reached_outcome) then p.last_present is null or p.last_present <= c.last_reached
            -- an absence that began after the contact is a new one
            when p.absence_streak >= s.escalation_call_days and p.absent_since > c.last_reached then false
            else cast(l.as_of as int) - cast(greatest(c.last_reached, coalesce(c.review_date, c.last_reached)) as int) <= s.caseload_recheck_days
        end as outcome_holds,
        case c.reached_action when 'home_visit' then 2 when 'phone_call' then 1 when 'message' then 1 when 'meeting_family' then 1 else 0 end as reached_rung,
        s.escalation_call_days as call_days,
        s.escalation_visit_days as visit_days,
        s.escalation_protection_days as protection_days,
        s.escalation_visit_unanswered as visit_unanswered,
        s.escalation_protection_unanswered as protection_unanswered
    from read_levels l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_policy s on s.school_id = l.school_id
    left join read_steps f on f.school_id = l.school_id and f.flag = l.flags[1]
    left join read_contacts c on c.as_of = l.as_of and c.pupil_key = l.pupil_key
    left join read_recovered r on r.as_of = l.as_of and r.pupil_key = l.pupil_key and r.flag = l.flags[1]
),
follow_outcomes as (
    select
        *,
        case when outcome_step is not null and outcome_holds then outcome_step else flag_step end as first_step,
        case when outcome_step is not null and outcome_holds then reached_rung else 0 end as done_rung
    from pick_steps
),
climb_ladder as (
    -- rungs of the escalation ladder: 1 call, 2 visit, 3 child protection
    select
        *,
        case first_step when 'call_family' then 1 when 'home_visit' then 2 when 'refer_to_child_protection' then 3 else 0 end as flag_rung,
        case
            when flag_step in ('check_register', 'confirm_enrolment') or first_step in ('check_register', 'confirm_enrolment') then 0
            when unexcused_streak >= protection_days then 3
            when unexcused_streak >= visit_days then 2
            when unexcused_streak >= call_days then 1
            else 0
        end as days_rung,
        case
            -- no escalation for a child who is at school again
            when recovered then 0
            when unanswered_contacts >= protection_unanswered then 3
            when unanswered_contacts >= visit_unanswered then 2
            else 0
        end as unanswered_rung
    from follow_outcomes
),
leave_done as (
    -- a rung that succeeded is not repeated, but the next one can be required
    select *, case when days_rung <= done_rung then 0 else days_rung end as open_rung
    from climb_ladder
)
select
    as_of,
    pupil_key,
    case greatest(open_rung, unanswered_rung) > flag_rung
        when true then case greatest(open_rung, unanswered_rung) when 1 then 'call_family' when 2 then 'home_visit' else 'refer_to_child_protection' end
        else first_step
    end as next_step,
    case
        when greatest(open_rung, unanswered_rung) <= flag_rung then null
        when open_rung >= unanswered_rung then 'unexcused_days'
        else 'unanswered_contacts'
    end as escalation,
    -- an unknown grade level counts as outside of the range
    case
        when flag_service = 'career_counselling' and not coalesce(grade_level between career_from_grade and career_to_grade, false) then career_otherwise
        else flag_service
    end as suggested_service,
    unexcused_streak,
    unanswered_contacts
from leave_done
