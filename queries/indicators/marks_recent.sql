-- title = "Marks of the recent weeks"
-- about = "How many marks are dated in the recent weeks of the school that gave them: whether a child is still being taught."
-- grain = "one row a pupil with a mark in the recent weeks and as_of"
-- owner = "school integration team"
-- keep = "once"
with read_weeks as (
    select t.as_of, t.school_year, t.period, t.is_open, w.school_id, w.week
    from indicators.mark_terms t
    inner join indicators.school_weeks w on w.as_of = t.as_of
    where w.is_recent
),
join_marks as (
    select w.as_of, m.pupil, m.marks
    from read_weeks w
    inner join store.marks_by_week m on m.school_id = w.school_id and m.week = w.week and m.period = w.period and m.school_year = w.school_year
    where not w.is_open
    union all
    select w.as_of, n.pupil, 1 as marks
    from read_weeks w
    inner join (
        select school_id, pupil_key, date, monday(date) as week, period, school_year
        from sources.marks
    ) m on m.school_id = w.school_id and m.week = w.week and m.period = w.period and m.school_year = w.school_year
    inner join store.marks_by_term n on n.school_id = m.school_id and n.pupil_key = m.pupil_key and n.period = m.period and n.school_year = m.school_year
    where w.is_open
      and m.date <= w.as_of
)
select as_of, pupil, sum(marks) as marks_recent
from join_marks
group by as_of, pupil
