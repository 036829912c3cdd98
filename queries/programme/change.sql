-- title = "School absence before and after joining a centre"
-- about = "For children linked to a pupil: absence in the school weeks before and after their first centre enrolment, beside their schools' absence in the same weeks. This is what happened next to the service, not what the service did: children often join at their worst moment and would have come back part of the way by themselves."
-- grain = "one row a service first joined (and all services together) and as_of"
-- owner = "centre coordinators"
-- cites = ["regression to the mean", "Tajikistan SDPP: effect needs a comparison group", "NCES WP22: complementary suppression"]
with read_nights as (
    select
        a.as_of,
        p.programme_change_weeks as change_weeks,
        p.programme_change_min_days as min_days,
        p.suppress_min_cell as min_cell
    from run.as_of a
    cross join run.policy p
),
read_months as (
    select as_of, pupil, school_id, month, recorded_mask, away_mask & (recorded_mask - partial_mask) as whole_away_mask
    from indicators.attendance_masks
),
read_partial as (
    select as_of, pupil, school_id, week, sum(parts_absent) as parts_absent
    from indicators.partial_days
    group by as_of, pupil, school_id, week
),
read_participants as (
    select centre_id, participant_key, pupil_key
    from sources.centre_participants
    where pupil_key is not null
),
find_first as (
    -- a child's first enrolment at any centre, up to as_of
    select
        n.as_of,
        p.pupil_key,
        e.service,
        e.start_date,
        row_number() over (partition by n.as_of, p.pupil_key order by e.start_date, e.service, e.centre_id) as place
    from sources.centre_enrolments e
    inner join read_participants p on p.centre_id = e.centre_id and p.participant_key = e.participant_key
    inner join read_nights n on e.start_date <= n.as_of
),
find_week as (
    -- the latest school week of the pupil's school that had begun when the child joined; week numbers count backwards
    select
        f.as_of,
        i.pupil,
        f.service,
        min(w.week_number) as joined
    from find_first f
    inner join indicators.pupil i on i.as_of = f.as_of and i.pupil_key = f.pupil_key
    inner join indicators.school_weeks w on w.as_of = i.as_of and w.school_id = i.school_id and w.week <= f.start_date
    where f.place = 1
    group by f.as_of, i.pupil, f.service
),
average_schools as (
    -- the school's own week, disrupted days out as they are for its pupils
    select as_of, school_id, week_number, avg(absence_rate) as absence_rate
    from indicators.session_days
    where not disrupted
      and absence_rate is not null
    group by as_of, school_id, week_number
),
find_weeks as (
    select
        m.as_of,
        m.pupil,
        m.school_id,
        w.week,
        w.week_number,
        bit_count((m.recorded_mask >> w.first_day) & 127) as days_recorded,
        bit_count((m.whole_away_mask >> w.first_day) & 127) * 720720 as parts_absent
    from find_week f
    inner join read_months m on m.as_of = f.as_of and m.pupil = f.pupil
    inner join indicators.school_weeks w on w.as_of = m.as_of and w.school_id = m.school_id and w.month = m.month
),
read_weeks as (
    select f.as_of, f.pupil, f.school_id, f.week_number, f.days_recorded, f.parts_absent + coalesce(p.parts_absent, 0) as parts_absent
    from read_partial p
    right join find_weeks f on f.as_of = p.as_of and f.pupil = p.pupil and f.school_id = p.school_id and f.week = p.week
),
compare_weeks as (
    select
        f.as_of,
        f.pupil,
        f.service,
        n.min_days,
        n.min_cell,
        sum(case when w.week_number > f.joined then w.days_recorded else 0 end) as days_before,
        sum(case when w.week_number > f.joined then w.parts_absent else 0 end) as parts_before,
        sum(case when w.week_number < f.joined then w.days_recorded else 0 end) as days_after,
        sum(case when w.week_number < f.joined then w.parts_absent else 0 end) as parts_after,
        -- the school's rate, weighed by the days of this pupil
        sum(case when w.week_number > f.joined then w.days_recorded * s.absence_rate else 0.0 end) as school_before,
        sum(case when w.week_number < f.joined then w.days_recorded * s.absence_rate else 0.0 end) as school_after
    from find_week f
    inner join read_nights n on n.as_of = f.as_of
    inner join read_weeks w on w.as_of = f.as_of and w.pupil = f.pupil
    inner join average_schools s on s.as_of = w.as_of and s.school_id = w.school_id and s.week_number = w.week_number
    where w.week_number <> f.joined
      and abs(w.week_number - f.joined) <= n.change_weeks
      and w.days_recorded > 0
    group by f.as_of, f.pupil, f.service, n.min_days, n.min_cell
),
sum_services as (
    select
        as_of,
        case when grouping(service) = 1 then 'all' else service end as service,
        max(min_cell) as min_cell,
        count(*) as pupils,
        sum(case when parts_after * days_before < parts_before * days_after then 1 else 0 end) as less_absent,
        sum(days_before) as days_before,
        sum(parts_before) as parts_before,
        sum(days_after) as days_after,
        sum(parts_after) as parts_after,
        sum(school_before) as school_before,
        sum(school_after) as school_after
    from compare_weeks
    where days_before >= min_days
      and days_after >= min_days
    group by grouping sets ((as_of), (as_of, service))
),
order_cells as (
    -- the services add up to "all": one hidden service could be worked out, two cannot
    select
        *,
        pupils < min_cell as small,
        sum(case when pupils < min_cell and service <> 'all' then 1 else 0 end) over (partition by as_of) as hidden,
        row_number() over (partition by as_of order by service = 'all', pupils < min_cell, pupils, service) as next_place
    from sum_services
),
hide_cells as (
    select *, small or (service <> 'all' and hidden = 1 and next_place = 1) as hide
    from order_cells
)
select
    as_of,
    service,
    case when hide then null else pupils end as pupils,
    case when hide then null else cast(parts_before as double) / (days_before * 720720) end as absence_rate_before,
    case when hide then null else cast(parts_after as double) / (days_after * 720720) end as absence_rate_after,
    case when hide then null else school_before / days_before end as school_rate_before,
    case when hide then null else school_after / days_after end as school_rate_after,
    -- the children's change less their schools' change over the same weeks
    case when hide then null else
        (cast(parts_after as double) / (days_after * 720720) - cast(parts_before as double) / (days_before * 720720))
        - (school_after / days_after - school_before / days_before)
    end as change_beside_school,
    case when hide or less_absent < min_cell or pupils - less_absent < min_cell then null else less_absent end as less_absent,
    hide as suppressed
from hide_cells
