-- title = "Whom the centres reach"
-- about = "Children enrolled and coming, by centre, service and month of this school year. Figures about few children are left empty, and one more cell with them where the empty one could be worked out from a total. A count shown before is shown again until it has changed by suppress_min_cell or more. attended_rate is of sessions: where fewer children than suppress_min_cell ever came, or ever missed one, it is empty, and attended_rate_below or attended_rate_above gives the bound that it is beyond, if it is."
-- grain = "one row a centre, service, month and as_of"
-- key = ["as_of", "centre_id", "service", "month"]
-- owner = "centre coordinators"
-- cites = ["NCES WP22: complementary suppression", "NIST SP 800-53 SI-19(5): tables published again and again", "NCES 2011-603, Delaware DOE: rates near 0 and 100 coded"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- centre_id = "code of the centre"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- service = "service of the centre, by its code in the extracts"
-- month = "first day of the month, date"
-- participants = "children enrolled in the month, number; empty where it is suppressed"
-- attending = "those of them who came at least once, number; empty where it is suppressed"
-- attended_rate = "sessions attended of the sessions held for the children, share from 0 to 1; empty where it rests on few children"
-- attended_rate_below = "bound that the rate lies below, where it may not be told itself, share from 0 to 1"
-- attended_rate_above = "bound that the rate lies above, where it may not be told itself, share from 0 to 1"
-- suppressed = "whether the figures are hidden because they are of few children, true or false"
with read_nights as (
    select a.as_of, school_year_start(a.school_year, p.school_year_starts) as year_start, p.suppress_min_cell as min_cell, p.coded_rates_low_permille as low_permille, p.coded_rates_high_permille as high_permille
    from run.as_of a
    cross join run.policy p
),
read_centres as (
    select centre_id, municipality, region
    from sources.centres
),
find_last as (
    -- what was published last before this as_of; a repeated night is not compared with itself
    select n.as_of, max(h.as_of) as last_as_of
    from read_nights n
    inner join history.reach h on h.as_of < n.as_of
    group by n.as_of
),
read_last as (
    select f.as_of, h.centre_id, h.service, h.month, h.participants, h.attending
    from find_last f
    inner join history.reach h on h.as_of = f.last_as_of
),
list_months as (
    select as_of, min_cell, low_permille, high_permille, unnest(generate_series(date_trunc('month', year_start), date_trunc('month', as_of), interval '1 month')) as month
    from read_nights
),
count_enrolled as (
    select
        m.as_of,
        e.centre_id,
        e.service,
        cast(m.month as date) as month,
        max(m.min_cell) as min_cell,
        max(m.low_permille) as low_permille,
        max(m.high_permille) as high_permille,
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
        count(distinct case when a.status in ('present', 'late', 'absent', 'excused') then a.participant_key end) as seen,
        sum(case when a.status in ('present', 'late', 'absent', 'excused') then 1 else 0 end) as expected,
        sum(case when a.status in ('present', 'late') then 1 else 0 end) as attended,
        count(distinct case when a.status in ('present', 'late') then a.participant_key end) as attending,
        count(distinct case when a.status in ('absent', 'excused') then a.participant_key end) as missing
    from sources.centre_attendance a
    inner join read_nights n on a.date <= n.as_of and a.date >= n.year_start
    group by n.as_of, a.centre_id, a.service, date_trunc('month', a.date)
),
hold_counts as (
    -- a count that changed by few keeps its last published value
    select
        e.as_of,
        e.centre_id,
        e.service,
        e.month,
        e.min_cell,
        e.low_permille,
        e.high_permille,
        l.participants is null as untold,
        e.participants < e.min_cell as small,
        case when e.participants >= e.min_cell and l.participants > 0 and abs(e.participants - l.participants) < e.min_cell then l.participants else e.participants end as participants,
        s.attending < e.min_cell or e.participants - s.attending between 1 and e.min_cell - 1 as few_attending,
        case when l.attending > 0 and abs(s.attending - l.attending) < e.min_cell then l.attending else s.attending end as attending,
        s.attending as came,
        s.missing,
        s.seen,
        s.expected,
        s.attended
    from count_sessions s
    right join count_enrolled e on e.as_of = s.as_of and e.centre_id = s.centre_id and e.service = s.service and e.month = s.month
    left join read_last l on l.as_of = e.as_of and l.centre_id = e.centre_id and l.service = e.service and l.month = e.month
),
mark_small as (
    select *, small or participants < min_cell as few
    from hold_counts
),
order_cells as (
    -- by month and service: the hidden cells, and the next one to hide; cells that were hidden last come first
    select
        *,
        sum(case when few then 1 else 0 end) over (partition by as_of, month, service) as hidden,
        sum(case when few then participants else 0 end) over (partition by as_of, month, service) as hidden_sum,
        row_number() over (partition by as_of, month, service order by few, not untold, participants, centre_id) as next_place
    from mark_small
),
hide_cells as (
    -- a small sum of hidden children is hidden as well, even at several centres
    select *, few or (next_place = 1 and hidden > 0 and (hidden = 1 or hidden_sum < min_cell)) as hide
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
    -- attendance is suppressed separately, because it may be small where the enrolment is not; kept counts must be consistent, too
    case when h.hide or h.few_attending or h.attending < h.min_cell or (h.participants - h.attending < h.min_cell and h.participants <> h.attending)
        then null else h.attending end as attending,
    -- rounded to the digits of the page, because the sessions behind a rate could be computed from all digits
    case when not h.hide and h.came >= h.min_cell and h.missing >= h.min_cell
        then round(cast(h.attended as double) / h.expected, 3) end as attended_rate,
    case when not h.hide and h.seen >= h.min_cell and h.came < h.min_cell and not share_at_least(h.attended, h.expected, h.low_permille)
        then h.low_permille / 1000.0 end as attended_rate_below,
    case when not h.hide and h.seen >= h.min_cell and h.missing < h.min_cell and share_over(h.attended, h.expected, h.high_permille)
        then h.high_permille / 1000.0 end as attended_rate_above,
    h.hide as suppressed
from read_centres c
right join hide_cells h on c.centre_id = h.centre_id
