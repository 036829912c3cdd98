-- title = "Days away at the end of the record"
-- about = "Recorded days at the end of a pupil's record, all absent, and all unexcused; and the first of each."
-- grain = "one row a pupil whose record has a week that ends away, and as_of"
-- owner = "school integration team"
-- keep = "once"
with find_tails as (
    select
        w.as_of,
        w.pupil_key,
        case
            when s.last_present is null or cast(w.week as int) > s.last_present then w.recorded_mask
            when cast(w.week as int) + 7 <= s.last_present then 0
            else (w.recorded_mask >> (s.last_present - cast(w.week as int) + 1)) << (s.last_present - cast(w.week as int) + 1)
        end as away_tail,
        case
            when s.last_not_unexcused is null or cast(w.week as int) > s.last_not_unexcused then w.recorded_mask
            when cast(w.week as int) + 7 <= s.last_not_unexcused then 0
            else (w.recorded_mask >> (s.last_not_unexcused - cast(w.week as int) + 1)) << (s.last_not_unexcused - cast(w.week as int) + 1)
        end as unexcused_tail,
        cast(w.week as int) as monday
    from indicators.attendance_sums s
    inner join indicators.attendance_week w on w.as_of = s.as_of and w.pupil_key = s.pupil_key
    -- only weeks that end away can belong to a streak at the end of the record
    where w.away_mask > w.recorded_mask - w.away_mask
)
-- x - x/2 - x/4 … counts the bits of x
select
    as_of,
    pupil_key,
    sum(away_tail - away_tail / 2 - away_tail / 4 - away_tail / 8 - away_tail / 16 - away_tail / 32 - away_tail / 64) as absence_streak,
    sum(unexcused_tail - unexcused_tail / 2 - unexcused_tail / 4 - unexcused_tail / 8 - unexcused_tail / 16 - unexcused_tail / 32 - unexcused_tail / 64) as unexcused_streak,
    min(case when away_tail > 0 then monday + cast(log2(away_tail & (-away_tail)) as int) end) as absent_since,
    min(case when unexcused_tail > 0 then monday + cast(log2(unexcused_tail & (-unexcused_tail)) as int) end) as unexcused_since
from find_tails
group by as_of, pupil_key
