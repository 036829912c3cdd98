-- title = "Marks of the recent weeks"
-- about = "How many marks are dated in the recent weeks of the school that gave them: whether a child is still being taught."
-- grain = "one row a pupil with a mark in the recent weeks and as_of"
-- owner = "school integration team"
-- keep = "once"
with spread_recent_weeks as (
    select w.as_of, w.school_id, cast(cast(w.week as int) + d.day as date) as date
    from indicators.school_weeks w
    cross join (values (0), (1), (2), (3), (4), (5), (6)) as d (day)
    where w.is_recent
)
select r.as_of, m.pupil_key, count(*) as marks_recent
from run.as_of n
inner join spread_recent_weeks r on r.as_of = n.as_of
inner join sources.marks m on m.school_id = r.school_id and m.date = r.date and m.school_year = n.school_year
where m.date <= r.as_of
group by r.as_of, m.pupil_key
