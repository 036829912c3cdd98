-- title = "Records a list rested on"
-- about = "A short digest of a pupil's attendance as known now: for this list, and again for the list before. Closed weeks count as sums and a check sum of their days; of the running week the days that are recorded, away and unexcused count, as masks (Monday 1). Of the list before's running week only days that were recorded then are looked at: a day that comes in later is no correction. Two digests for one past list that differ mean that records it rested on were changed, or that a closed week was handed in late."
-- grain = "one row a pupil on this list or the one before and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["triage: knowledge dates", "England: code N is changed later"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- attendance_hash = "digest of the pupil's attendance as known now, for the list of as_of; empty without a record"
-- attendance_hash_last_list = "digest of the same for the list before, as known now; empty where the pupil was not on it"
with read_levels as (
    select as_of, pupil_key
    from caseload.levels
),
read_pupils as (
    select as_of, pupil, pupil_key
    from indicators.pupil
),
read_last as (
    select
        as_of,
        pupil_key,
        list_date,
        -- mask of the days recorded in the current week when that list was made; null counts all days
        try_cast(split_part(attendance_hash, '.', 6) as bigint) as known_mask
    from caseload.last_list
),
-- for each list, the Monday before which all weeks are complete
name_lists as (
    select as_of, pupil_key, 'now' as list, monday(as_of) as monday, cast(null as bigint) as known_mask
    from read_levels
    union
    select as_of, pupil_key, 'now' as list, monday(as_of) as monday, cast(null as bigint) as known_mask
    from read_last
    union
    select as_of, pupil_key, 'then' as list, monday(list_date) as monday, known_mask
    from read_last
),
-- a pupil who is not enrolled any more has left, regardless of the records
name_pupils as (
    select l.as_of, p.pupil, l.pupil_key, l.list, l.monday, l.known_mask
    from name_lists l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
),
read_months as (
    select as_of, pupil, month, recorded_mask, away_mask, unexcused_mask, late_mask, partial_mask
    from indicators.attendance_masks
),
read_partial as (
    select as_of, pupil, date, parts_absent, parts_unexcused, parts_late
    from indicators.partial_days
),
find_months as (
    select
        n.as_of,
        n.pupil_key,
        n.list,
        n.known_mask,
        m.month,
        m.partial_mask,
        days_before(m.recorded_mask, m.month, n.monday) as recorded,
        days_before(m.away_mask, m.month, n.monday) as away,
        days_before(m.unexcused_mask, m.month, n.monday) as unexcused,
        days_before(m.late_mask, m.month, n.monday) as late,
        days_of_week(m.recorded_mask, m.month, n.monday) as running_recorded,
        days_of_week(m.away_mask, m.month, n.monday) as running_away,
        days_of_week(m.unexcused_mask, m.month, n.monday) as running_unexcused
    from name_pupils n
    inner join read_months m on m.as_of = n.as_of and m.pupil = n.pupil
),
count_days as (
    select
        as_of,
        pupil_key,
        list,
        days_in(recorded) as days_recorded,
        parts_of_days(days_in(days_without(away, partial_mask))) as parts_absent,
        parts_of_days(days_in(days_without(unexcused, partial_mask))) as parts_unexcused,
        parts_of_days(days_in(days_without(late, partial_mask))) as parts_late,
        -- depends on which days, not only on how many
        check_sum(recorded, month) + 3 * check_sum(away, month) + 5 * check_sum(unexcused, month) + 7 * check_sum(late, month) as check_sum,
        days_within(running_recorded, coalesce(known_mask, running_recorded)) as running_recorded,
        days_within(running_away, coalesce(known_mask, running_away)) as running_away,
        days_within(running_unexcused, coalesce(known_mask, running_unexcused)) as running_unexcused
    from find_months
    union all
    select
        n.as_of,
        n.pupil_key,
        n.list,
        0 as days_recorded,
        cast(p.parts_absent as bigint) as parts_absent,
        cast(p.parts_unexcused as bigint) as parts_unexcused,
        cast(p.parts_late as bigint) as parts_late,
        cast(cast(p.date as int) as bigint) * (p.parts_absent + 3 * p.parts_unexcused + 5 * p.parts_late) as check_sum,
        cast(0 as bigint) as running_recorded,
        cast(0 as bigint) as running_away,
        cast(0 as bigint) as running_unexcused
    from name_pupils n
    inner join read_partial p on p.as_of = n.as_of and p.pupil = n.pupil
    where p.date < n.monday
),
sum_days as (
    select
        as_of,
        pupil_key,
        list,
        concat_ws('.',
            sum(days_recorded), sum(parts_absent), sum(parts_unexcused), sum(parts_late), sum(check_sum),
            days_together(running_recorded), days_together(running_away), days_together(running_unexcused)
        ) as digest
    from count_days
    group by as_of, pupil_key, list
)
select
    as_of,
    pupil_key,
    max(digest) filter (where list = 'now') as attendance_hash,
    max(digest) filter (where list = 'then') as attendance_hash_last_list
from sum_days
group by as_of, pupil_key
