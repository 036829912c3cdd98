-- title = "Days away at the end of the record"
-- about = "Recorded days at the end of a pupil's record, all absent, and all unexcused; and the first of each."
-- grain = "one row a pupil whose record has a month that ends away, and as_of"
-- key = ["as_of", "pupil"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- absence_streak = "recorded days at the end of the pupil's record that were all absent, in days"
-- unexcused_streak = "recorded days at the end of the pupil's record that were all absent without excuse, in days"
-- absent_since = "first day of the absence that still runs, in days since 1970-01-01"
-- unexcused_since = "first day of the absence without excuse that still runs, in days since 1970-01-01"
with find_months as (
    select as_of, pupil, cast(month as int) as first_monday, recorded_mask
    from indicators.attendance_masks
    -- only months that end away can belong to a streak at the end of the record
    where away_mask > recorded_mask - away_mask
),
find_tails as (
    select
        m.as_of,
        m.pupil,
        case
            when s.last_present is null or m.first_monday > s.last_present then m.recorded_mask
            when m.first_monday + 35 <= s.last_present then cast(0 as bigint)
            else (m.recorded_mask >> (s.last_present - m.first_monday + 1)) << (s.last_present - m.first_monday + 1)
        end as away_tail,
        case
            when s.last_not_unexcused is null or m.first_monday > s.last_not_unexcused then m.recorded_mask
            when m.first_monday + 35 <= s.last_not_unexcused then cast(0 as bigint)
            else (m.recorded_mask >> (s.last_not_unexcused - m.first_monday + 1)) << (s.last_not_unexcused - m.first_monday + 1)
        end as unexcused_tail,
        m.first_monday
    from find_months m
    inner join indicators.attendance_sums s on s.as_of = m.as_of and s.pupil = m.pupil
)
select
    as_of,
    pupil,
    sum(bit_count(away_tail)) as absence_streak,
    sum(bit_count(unexcused_tail)) as unexcused_streak,
    -- x & -x is the lowest bit of x
    min(case when away_tail > 0 then first_monday + cast(round(log2(away_tail & (-away_tail))) as int) end) as absent_since,
    min(case when unexcused_tail > 0 then first_monday + cast(round(log2(unexcused_tail & (-unexcused_tail))) as int) end) as unexcused_since
from find_tails
group by as_of, pupil
