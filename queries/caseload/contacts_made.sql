-- title = "What came of contacts so far"
-- about = "The latest contact with each pupil's family (of one day the one saved last) and what came of it, how many in a row found nobody, and when somebody was last reached by a real action. A pupil is in care only by such a contact, for as long as policy says, and no longer than to the day agreed for a review."
-- grain = "one row a pupil with a contact and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["Student Insights #1655: a pupil is handled by a real action with a date, not by a note", "attendance ladders: unanswered contacts ask for more"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- last_contact = "day of the latest contact, date"
-- contact_by = "who made the latest contact, as a pseudonym"
-- last_action = "what was done in the latest contact, by code"
-- last_outcome = "what came of the latest contact, by code"
-- review_date = "day agreed for a review in the latest contact that was an action, date"
-- last_reached = "day of the latest action that reached somebody, date"
-- reached_action = "what was done in the latest contact that reached somebody, by code"
-- reached_outcome = "what came of the latest contact that reached somebody, by code"
-- unanswered_contacts = "contacts of this school year that found nobody since somebody last answered, number"
with read_nights as (
    select a.as_of, school_year_start(a.school_year, p.school_year_starts) as year_start
    from run.as_of a
    cross join run.policy p
),
read_policy as (
    -- the policy of the school where the child is enrolled now
    select e.as_of, e.pupil_key, p.contacts_unanswered, p.contacts_no_action
    from run.policy_school p
    inner join indicators.enrolled e on e.school_id = p.school_id
),
read_contacts as (
    select pupil_key, date, by_key, action, outcome, review_date, saved
    from sources.contacts
),
weigh_contacts as (
    select
        n.as_of,
        n.year_start,
        c.pupil_key,
        c.date,
        c.by_key,
        c.action,
        c.outcome,
        c.review_date,
        c.saved,
        coalesce(array_has(coalesce(s.contacts_unanswered, p.contacts_unanswered), c.outcome), false) as unanswered,
        coalesce(not array_has(coalesce(s.contacts_no_action, p.contacts_no_action), c.action), true) as is_action
    from read_contacts c
    inner join read_nights n on c.date <= n.as_of
    cross join run.policy p
    left join read_policy s on s.as_of = n.as_of and s.pupil_key = c.pupil_key
),
order_contacts as (
    select
        *,
        row_number() over (partition by as_of, pupil_key order by date desc, saved desc nulls last, review_date desc nulls last, by_key, action) as latest,
        row_number() over (partition by as_of, pupil_key order by is_action desc, date desc, saved desc nulls last, review_date desc nulls last, by_key, action) as latest_action,
        row_number() over (
            partition by as_of, pupil_key
            order by is_action and not unanswered desc, date desc, saved desc nulls last, review_date desc nulls last, by_key, action
        ) as latest_reached,
        max(case when not unanswered then date end) over (partition by as_of, pupil_key) as last_answered
    from weigh_contacts
)
select
    as_of,
    pupil_key,
    max(date) as last_contact,
    max(case when latest = 1 then by_key end) as contact_by,
    max(case when latest = 1 then action end) as last_action,
    max(case when latest = 1 then outcome end) as last_outcome,
    max(case when latest_action = 1 and is_action then review_date end) as review_date,
    max(case when is_action and not unanswered then date end) as last_reached,
    -- action and outcome of that contact
    max(case when latest_reached = 1 and is_action and not unanswered then action end) as reached_action,
    max(case when latest_reached = 1 and is_action and not unanswered then outcome end) as reached_outcome,
    -- only contacts of this school year: the escalation ladder starts anew each year
    cast(sum(case when unanswered and date >= year_start and (last_answered is null or date > last_answered) then 1 else 0 end) as int) as unanswered_contacts
from order_contacts
group by as_of, pupil_key
