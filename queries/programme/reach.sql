-- title = "Whom the centres reach"
-- about = "Children enrolled and coming, by centre, service and month of this school year. Figures about few children are left empty, and one more cell with them where the empty one could be worked out from a total."
-- grain = "one row a centre, service, month and as_of"
-- owner = "centre coordinators"
-- cites = ["NCES WP22: complementary suppression"]
with read_nights as (
    select a.as_of, cast(concat(substr(a.school_year, 1, 4), '-', p.school_year_starts) as date) as year_start, p.suppress_min_cell as min_cell
    from run.as_of a
    cross join run.policy p
),
read_centres as (
    select centre_id, municipality, region
    from sources.centres
),
list_months as (
    select as_of, min_cell, unnest(generate_series(date_trunc('month', year_start), date_trunc('month', as_of), interval '1 month')) as month
    from read_nights
),
count_enrolled as (
    select
        m.as_of,
        e.centre_id,
        e.service,
        cast(m.month as date) as month,
        max(m.min_cell) as min_cell,
        count(distinct e.participant_key) as participants
    from sources.centre_enrolments e
    inner join list_months m
        on e.start_date < m.month + interval '1 month'
        and (e.end_date is null or e.end_date >= m.month)
    where e.start_date <= m.as_of
    group by m.as_of, e.centre_id, e.service, m.month
),
count_sessions as (
    select
        n.as_of,
        a.centre_id,
        a.service,
        cast(date_trunc('month', a.date) as date) as month,
        count(distinct a.participant_key) as seen,
        sum(case when a.status in ('present', 'late', 'absent', 'excused') then 1 else 0 end) as expected,
        sum(case when a.status in ('present', 'late') then 1 else 0 end) as attended,
        count(distinct case when a.status in ('present', 'late') then a.participant_key end) as attending
    from sources.centre_attendance a
    inner join read_nights n on a.date <= n.as_of and a.date >= n.year_start
    group by n.as_of, a.centre_id, a.service, date_trunc('month', a.date)
),
mark_small as (
    select
        e.as_of,
        e.centre_id,
        e.service,
        e.month,
        e.participants,
        s.attending,
        s.expected,
        s.attended,
        e.min_cell,
        e.participants < e.min_cell as small
    from count_enrolled e
    left join count_sessions s on s.as_of = e.as_of and s.centre_id = e.centre_id and s.service = e.service and s.month = e.month
),
order_cells as (
    -- within a month and service: how few are hidden, and which cell would be the next
    select
        *,
        sum(case when small then 1 else 0 end) over (partition by as_of, month, service) as hidden,
        row_number() over (partition by as_of, month, service order by small, participants, centre_id) as next_place
    from mark_small
),
hide_cells as (
    select *, small or (hidden = 1 and next_place = 1) as hide
    from order_cells
)
select
    h.as_of,
    h.centre_id,
    c.municipality,
    c.region,
    h.service,
    h.month,
    case when h.hide then null else h.participants end as participants,
    -- those who came are counted apart, so they may be few where those enrolled are not
    case when h.hide or h.attending < h.min_cell or h.participants - h.attending between 1 and h.min_cell - 1 then null else h.attending end as attending,
    case when h.hide then null else cast(h.attended as double) / nullif(h.expected, 0) end as attended_rate,
    h.hide as suppressed
from hide_cells h
left join read_centres c on c.centre_id = h.centre_id
