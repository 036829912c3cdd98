-- title = "Schools at a glance"
-- about = "What stands at the head of a school's page: pupils, levels, how many were left off for capacity, how far the records reach. True counts, for the school itself; what is shown to others comes from programme.groups."
-- grain = "one row a school and as_of"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- cites = ["show n and N with every rate"]
-- order = ["school_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- school_name = "name of the school"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- pupils = "pupils enrolled, number"
-- assessable = "pupils who can be assessed, number"
-- not_assessable = "pupils who cannot be assessed, number"
-- listed = "pupils with a level of support, number"
-- level_3 = "pupils at level 3 (contact now), number"
-- level_2 = "pupils at level 2 (plan support), number"
-- level_1 = "pupils at level 1 (keep in view), number"
-- capacity = "pupils whom the team of the school can look at in a week, number"
-- on_list = "pupils who have a place within the capacity, number"
-- left_off = "pupils with a level who have no place for lack of capacity, number"
-- left_off_level_3 = "those of them at level 3, number"
-- newly_listed = "pupils who are new or back on the list, number"
-- in_care = "pupils who were reached lately and are not worse, number"
-- absence_rate = "days absent of the days recorded this school year by all pupils of the school, share from 0 to 1"
-- recent_absence_rate = "days absent of the days recorded in the recent school weeks by all pupils of the school, share from 0 to 1"
-- coverage = "pupil-days of the recent school weeks that have a record, of those of enrolled pupils, share from 0 to 1"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- days_since_data = "calendar days from the last day with a record to as_of, in days"
-- silent = "whether the school has no record on any of its last session days (assessable.silent_session_days), true or false"
-- stale = "whether the records end more than contract.stale_after_days before as_of although the school had session days since, true or false"
-- too_little_known = "whether so little is recorded that an empty list means nothing, true or false"
-- session_days = "session days of this school year up to as_of, in days"
-- disrupted_days = "those of them on which the school as a whole was away, in days"
with read_nights as (
    select as_of
    from run.as_of
),
read_schools as (
    select school_id, school_name, municipality, region
    from sources.schools
),
read_policy as (
    select school_id, caseload_per_school, contract_stale_after_days, assessable_unknown_permille
    from run.policy_school
),
count_pupils as (
    select
        as_of,
        school_id,
        count(*) as pupils,
        sum(case when assessable then 1 else 0 end) as assessable,
        sum(parts_absent) as parts_absent,
        sum(parts_recorded) as parts_recorded,
        sum(recent_parts_absent) as recent_parts_absent,
        sum(recent_parts_recorded) as recent_parts_recorded,
        max(school_coverage) as coverage,
        max(data_through) as data_through
    from indicators.pupil
    group by as_of, school_id
),
count_silent as (
    select as_of, school_id, count(*) as pupils
    from caseload.not_assessable
    where cause = 'school_silent'
    group by as_of, school_id
),
count_list as (
    select
        as_of,
        school_id,
        count(*) as listed,
        sum(case when level = 3 then 1 else 0 end) as level_3,
        sum(case when level = 2 then 1 else 0 end) as level_2,
        sum(case when level = 1 then 1 else 0 end) as level_1,
        sum(case when on_list then 1 else 0 end) as on_list,
        sum(case when on_list then 0 else 1 end) as left_off,
        sum(case when level = 3 and not on_list then 1 else 0 end) as left_off_level_3,
        sum(case when status in ('new', 'returned') then 1 else 0 end) as newly_listed,
        sum(case when status = 'in_care' then 1 else 0 end) as in_care
    from caseload.list
    group by as_of, school_id
),
count_days as (
    select
        as_of,
        school_id,
        sum(case when in_calendar then 1 else 0 end) as session_days,
        sum(case when disrupted then 1 else 0 end) as disrupted_days,
        max(case when in_calendar then date end) as last_session_day
    from indicators.session_days
    group by as_of, school_id
)
select
    n.as_of,
    s.school_id,
    s.school_name,
    s.municipality,
    s.region,
    coalesce(p.pupils, 0) as pupils,
    coalesce(p.assessable, 0) as assessable,
    coalesce(p.pupils - p.assessable, 0) as not_assessable,
    coalesce(l.listed, 0) as listed,
    coalesce(l.level_3, 0) as level_3,
    coalesce(l.level_2, 0) as level_2,
    coalesce(l.level_1, 0) as level_1,
    o.caseload_per_school as capacity,
    coalesce(l.on_list, 0) as on_list,
    coalesce(l.left_off, 0) as left_off,
    coalesce(l.left_off_level_3, 0) as left_off_level_3,
    coalesce(l.newly_listed, 0) as newly_listed,
    coalesce(l.in_care, 0) as in_care,
    share(p.parts_absent, p.parts_recorded) as absence_rate,
    share(p.recent_parts_absent, p.recent_parts_recorded) as recent_absence_rate,
    p.coverage,
    p.data_through,
    cast(n.as_of as int) - cast(p.data_through as int) as days_since_data,
    coalesce(t.pupils, 0) > 0 as silent,
    -- holidays do not make a school stale: a session day without a record must have passed
    coalesce(
        cast(n.as_of as int) - cast(p.data_through as int) > o.contract_stale_after_days and d.last_session_day > p.data_through,
        false
    ) as stale,
    -- the records are so incomplete that an empty list does not mean that nobody needs support
    coalesce(t.pupils, 0) > 0
        or coalesce(cast(n.as_of as int) - cast(p.data_through as int) > o.contract_stale_after_days and d.last_session_day > p.data_through, false)
        or coalesce(share_over(p.pupils - p.assessable, p.pupils, o.assessable_unknown_permille), false) as too_little_known,
    coalesce(d.session_days, 0) as session_days,
    coalesce(d.disrupted_days, 0) as disrupted_days
from read_nights n
cross join read_schools s
inner join read_policy o on o.school_id = s.school_id
left join count_pupils p on p.as_of = n.as_of and p.school_id = s.school_id
left join count_silent t on t.as_of = n.as_of and t.school_id = s.school_id
left join count_list l on l.as_of = n.as_of and l.school_id = s.school_id
left join count_days d on d.as_of = n.as_of and d.school_id = s.school_id
