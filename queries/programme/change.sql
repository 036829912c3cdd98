-- title = "School absence before and after joining a centre"
-- about = "For children linked to a pupil: absence in the school weeks before and after their first centre enrolment, beside their schools' absence in the same weeks. This is what happened next to the service, not what the service did: children often join at their worst moment and would have come back part of the way by themselves. A service that fewer children than suppress_min_cell have joined since it was shown last is shown as it was: one child's absence would lie in the difference. The children's rates are of days: where fewer of them than suppress_min_cell were ever away, or ever there, they are empty, and the columns ending in _below and _above give the bound that a rate is beyond, if it is."
-- grain = "one row a service first joined (and all services together) and as_of"
-- key = ["as_of", "service"]
-- owner = "centre coordinators"
-- cites = ["regression to the mean", "Tajikistan SDPP: effect needs a comparison group", "NCES WP22: complementary suppression", "NIST SP 800-53 SI-19(5): tables published again and again", "NCES 2011-603, Delaware DOE: rates near 0 and 100 coded"]
-- order = ["service"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- service = "service that the children joined first, by its code in the extracts; all for all services together"
-- pupils = "children compared, number; empty where it is suppressed"
-- absence_rate_before = "days absent of the days recorded before joining, share from 0 to 1; empty where it rests on few children"
-- absence_rate_before_below = "bound that the rate before joining lies below, where it may not be told itself, share from 0 to 1"
-- absence_rate_before_above = "bound that the rate before joining lies above, where it may not be told itself, share from 0 to 1"
-- absence_rate_after = "days absent of the days recorded after joining, share from 0 to 1; empty where it rests on few children"
-- absence_rate_after_below = "bound that the rate after joining lies below, where it may not be told itself, share from 0 to 1"
-- absence_rate_after_above = "bound that the rate after joining lies above, where it may not be told itself, share from 0 to 1"
-- school_rate_before = "absence of their schools in the weeks before joining, weighed by the days of the children, share from 0 to 1"
-- school_rate_after = "absence of their schools in the weeks after joining, weighed by the days of the children, share from 0 to 1"
-- change_beside_school = "change of the children's rate less that of their schools, as a difference of shares"
-- less_absent = "children with a lower rate after joining than before, number; empty where it is suppressed"
-- suppressed = "whether the figures are hidden because they are of few children, true or false"
with read_nights as (
    select
        a.as_of,
        p.programme_change_weeks as change_weeks,
        p.programme_change_min_days as min_days,
        p.suppress_min_cell as min_cell,
        p.coded_rates_low_permille as low_permille,
        p.coded_rates_high_permille as high_permille
    from run.as_of a
    cross join run.policy p
),
find_last as (
    -- what was published last before this as_of; a repeated night is not compared with itself
    select n.as_of, max(h.as_of) as last_as_of
    from read_nights n
    inner join history.change h on h.as_of < n.as_of
    group by n.as_of
),
read_last as (
    select
        f.as_of, h.service, h.pupils, h.less_absent,
        h.absence_rate_before, h.absence_rate_before_below, h.absence_rate_before_above,
        h.absence_rate_after, h.absence_rate_after_below, h.absence_rate_after_above,
        h.school_rate_before, h.school_rate_after, h.change_beside_school
    from find_last f
    inner join history.change h on h.as_of = f.last_as_of
),
read_months as (
    select as_of, pupil, school_id, month, recorded_mask, days_without(away_mask, partial_mask) as whole_away_mask
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
    -- the first enrolment of a child at any centre, up to as_of
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
    -- the last week of the pupil's school that had begun when the child joined; week numbers count backwards
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
    -- weekly absence of the school without disrupted days; integers in billionths, so that sums do not depend on the order and
    -- can be compared with what was published before
    select as_of, school_id, week_number, cast(round(avg(absence_rate) * 1000000000) as bigint) as absence_billionths
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
        days_in(days_of_week(m.recorded_mask, m.month, w.week)) as days_recorded,
        parts_of_days(days_in(days_of_week(m.whole_away_mask, m.month, w.week))) as parts_absent
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
        n.low_permille,
        n.high_permille,
        sum(case when w.week_number > f.joined then w.days_recorded else 0 end) as days_before,
        sum(case when w.week_number > f.joined then w.parts_absent else 0 end) as parts_before,
        sum(case when w.week_number < f.joined then w.days_recorded else 0 end) as days_after,
        sum(case when w.week_number < f.joined then w.parts_absent else 0 end) as parts_after,
        -- the rate of the school, weighted by the days of this pupil
        sum(case when w.week_number > f.joined then w.days_recorded * s.absence_billionths else 0 end) as school_before,
        sum(case when w.week_number < f.joined then w.days_recorded * s.absence_billionths else 0 end) as school_after
    from find_week f
    inner join read_nights n on n.as_of = f.as_of
    inner join read_weeks w on w.as_of = f.as_of and w.pupil = f.pupil
    inner join average_schools s on s.as_of = w.as_of and s.school_id = w.school_id and s.week_number = w.week_number
    where w.week_number <> f.joined
      and abs(w.week_number - f.joined) <= n.change_weeks
      and w.days_recorded > 0
    group by f.as_of, f.pupil, f.service, n.min_days, n.min_cell, n.low_permille, n.high_permille
),
sum_services as (
    select
        as_of,
        case when grouping(service) = 1 then 'all' else service end as service,
        max(min_cell) as min_cell,
        max(low_permille) as low_permille,
        max(high_permille) as high_permille,
        count(*) as pupils,
        sum(case when parts_before > 0 then 1 else 0 end) as away_before,
        sum(case when parts_before < parts_of_days(days_before) then 1 else 0 end) as there_before,
        sum(case when parts_after > 0 then 1 else 0 end) as away_after,
        sum(case when parts_after < parts_of_days(days_after) then 1 else 0 end) as there_after,
        -- compares the rates before and after, cross-multiplied in integer parts of days
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
tell_rates as (
    -- a rate is hidden where few were absent or few were present, because it would reveal them
    select
        as_of,
        service,
        min_cell,
        pupils,
        less_absent,
        -- rounded to the digits of the page, because the days behind a rate could be computed from all digits
        case when away_before >= min_cell and there_before >= min_cell then round(share(parts_before, parts_of_days(days_before)), 3) end as rate_before,
        case when away_before < min_cell and not share_at_least(parts_before, parts_of_days(days_before), low_permille) then low_permille / 1000.0 end as before_below,
        case when there_before < min_cell and share_over(parts_before, parts_of_days(days_before), high_permille) then high_permille / 1000.0 end as before_above,
        case when away_after >= min_cell and there_after >= min_cell then round(share(parts_after, parts_of_days(days_after)), 3) end as rate_after,
        case when away_after < min_cell and not share_at_least(parts_after, parts_of_days(days_after), low_permille) then low_permille / 1000.0 end as after_below,
        case when there_after < min_cell and share_over(parts_after, parts_of_days(days_after), high_permille) then high_permille / 1000.0 end as after_above,
        round(cast(school_before as double) / (days_before * 1000000000), 3) as school_before,
        round(cast(school_after as double) / (days_after * 1000000000), 3) as school_after
    from sum_services
),
hold_services as (
    -- a service that changed by few children keeps its last published counts
    select
        t.*,
        t.pupils < t.min_cell as small,
        l.pupils is null as untold,
        coalesce(l.pupils > 0 and abs(t.pupils - l.pupils) between 1 and t.min_cell - 1, false) as held,
        l.pupils as last_pupils,
        l.less_absent as last_less_absent,
        l.absence_rate_before as last_rate_before,
        l.absence_rate_before_below as last_before_below,
        l.absence_rate_before_above as last_before_above,
        l.absence_rate_after as last_rate_after,
        l.absence_rate_after_below as last_after_below,
        l.absence_rate_after_above as last_after_above,
        l.school_rate_before as last_school_before,
        l.school_rate_after as last_school_after,
        l.change_beside_school as last_change
    from read_last l
    right join tell_rates t on t.as_of = l.as_of and t.service = l.service
),
mark_small as (
    select *, small or (held and last_pupils < min_cell) as few
    from hold_services
),
order_cells as (
    -- complementary suppression: the services add up to "all", so one hidden service, or several with few children, could be computed;
    -- services that were hidden last are the first to be hidden in addition
    select
        *,
        sum(case when few and service <> 'all' then 1 else 0 end) over (partition by as_of) as hidden,
        sum(case when few and service <> 'all' then pupils else 0 end) over (partition by as_of) as hidden_sum,
        row_number() over (partition by as_of order by service = 'all', few, not untold, pupils, service) as next_place
    from mark_small
),
hide_cells as (
    select *, few or (service <> 'all' and next_place = 1 and hidden > 0 and (hidden = 1 or hidden_sum < min_cell)) as hide
    from order_cells
),
count_less as (
    -- counts of less absent children add up, too; they are shown for a service where neither these nor the others are few
    select
        *,
        case
            when held then last_less_absent
            when less_absent < min_cell or pupils - less_absent < min_cell then null
            else less_absent
        end as less_told
    from hide_cells
),
order_less as (
    select
        *,
        sum(case when (hide or less_told is null) and service <> 'all' then 1 else 0 end) over (partition by as_of) as less_hidden,
        sum(case when (hide or less_told is null) and service <> 'all' then less_absent else 0 end) over (partition by as_of) as less_hidden_sum,
        sum(case when (hide or less_told is null) and service <> 'all' then pupils - less_absent else 0 end) over (partition by as_of) as rest_hidden_sum,
        row_number() over (partition by as_of order by service = 'all', hide or less_told is null, less_absent, service) as next_less
    from count_less
),
hide_less as (
    select
        *,
        case when service <> 'all' and next_less = 1 and less_hidden > 0 and (less_hidden = 1 or less_hidden_sum < min_cell or rest_hidden_sum < min_cell)
            then null else less_told end as less_shown
    from order_less
)
select
    as_of,
    service,
    case when hide then null when held then last_pupils else pupils end as pupils,
    case when hide then null when held then last_rate_before else rate_before end as absence_rate_before,
    case when hide then null when held then last_before_below else before_below end as absence_rate_before_below,
    case when hide then null when held then last_before_above else before_above end as absence_rate_before_above,
    case when hide then null when held then last_rate_after else rate_after end as absence_rate_after,
    case when hide then null when held then last_after_below else after_below end as absence_rate_after_below,
    case when hide then null when held then last_after_above else after_above end as absence_rate_after_above,
    case when hide then null when held then last_school_before else school_before end as school_rate_before,
    case when hide then null when held then last_school_after else school_after end as school_rate_after,
    -- the children's change minus the change of their schools in the same weeks
    case when hide then null when held then last_change else round((rate_after - rate_before) - (school_after - school_before), 3) end as change_beside_school,
    case when not hide then less_shown end as less_absent,
    hide as suppressed
from hide_less
