-- title = "Absence of classes by weekday"
-- about = "Days of pupils recorded in the recent weeks and missed as a whole, by class and day of the week: whom to talk with among class teachers, and whether one day (a market day, a bus that does not run) keeps children away."
-- grain = "one row a school, class, weekday with a record and as_of"
-- owner = "school integration team"
-- order = ["school_id", "class", "weekday"]
with read_pupils as (
    select as_of, pupil, school_id, class
    from indicators.pupil
    where class is not null
),
read_months as (
    select
        as_of,
        pupil,
        school_id,
        days_within(recorded_mask, recent_mask) as recorded,
        days_within(days_without(away_mask, partial_mask), recent_mask) as away
    from indicators.attendance_masks
    where days_in(days_within(recorded_mask, recent_mask)) > 0
),
sum_days as (
    select
        m.as_of,
        m.school_id,
        p.class,
        make_array(
            sum(days_in(days_on_weekday(m.recorded, 1))), sum(days_in(days_on_weekday(m.recorded, 2))), sum(days_in(days_on_weekday(m.recorded, 3))),
            sum(days_in(days_on_weekday(m.recorded, 4))), sum(days_in(days_on_weekday(m.recorded, 5))),
            sum(days_in(days_on_weekday(m.recorded, 6))), sum(days_in(days_on_weekday(m.recorded, 7)))
        ) as recorded,
        make_array(
            sum(days_in(days_on_weekday(m.away, 1))), sum(days_in(days_on_weekday(m.away, 2))), sum(days_in(days_on_weekday(m.away, 3))),
            sum(days_in(days_on_weekday(m.away, 4))), sum(days_in(days_on_weekday(m.away, 5))),
            sum(days_in(days_on_weekday(m.away, 6))), sum(days_in(days_on_weekday(m.away, 7)))
        ) as absent
    from read_pupils p
    inner join read_months m on m.as_of = p.as_of and m.pupil = p.pupil and m.school_id = p.school_id
    group by m.as_of, m.school_id, p.class
),
part_days as (
    select as_of, school_id, class, recorded, absent, unnest(range(1, 8)) as weekday
    from sum_days
)
select
    as_of,
    school_id,
    class,
    cast(weekday as int) as weekday,
    cast(recorded[weekday] as int) as recorded,
    cast(absent[weekday] as int) as absent
from part_days
where recorded[weekday] > 0
