-- title = "A night unlike the last"
-- about = "Schools, assessable pupils, flagged pupils or level 3 differ from the last published night by more than the policy allows."
-- grain = "one row a figure out of bounds; no rows when all is well"
-- key = ["as_of", "figure"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "Schools, assessable pupils, flagged pupils or level 3 differ from the last published night by more than the policy allows."
-- when = "It matters when an extract came in half, a mapping broke or a rule changed by accident: better last night's list than a silly one."
-- mend = "Compare run.inputs with the night before and hand in what is missing; if the change is real, widen volume.change_permille for one run."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- figure = "which figure it is: pupils_assessable, flagged or level_3"
-- last_night = "figure of the last published night, in pupils"
-- tonight = "figure of tonight, in pupils"
-- change = "tonight's figure less that of the last night, in pupils"
with read_night as (
    -- only for the latest as_of: a query over many dates is not a night
    select max(as_of) as as_of
    from run.as_of
),
count_pupils as (
    select p.as_of, count(distinct case when p.days_recorded > 0 then p.school_id end) as schools, sum(case when p.assessable then 1 else 0 end) as assessable
    from indicators.pupil p
    inner join read_night n on n.as_of = p.as_of
    group by p.as_of
),
count_list as (
    select l.as_of, count(*) as flagged, sum(case when l.level = 3 then 1 else 0 end) as level_3
    from caseload.list l
    inner join read_night n on n.as_of = l.as_of
    group by l.as_of
),
compare_nights as (
    select
        n.as_of,
        unnest(make_array('pupils_assessable', 'flagged', 'level_3')) as figure,
        unnest(make_array(cast(b.pupils_assessable as bigint), cast(b.flagged as bigint), cast(b.level_3 as bigint))) as last_night,
        unnest(make_array(cast(coalesce(p.assessable, 0) as bigint), cast(coalesce(l.flagged, 0) as bigint), cast(coalesce(l.level_3, 0) as bigint))) as tonight
    from read_night n
    cross join run.last_night b
    left join count_pupils p on p.as_of = n.as_of
    left join count_list l on l.as_of = n.as_of
    cross join run.policy o
    where b.pupils_assessable >= o.volume_min_pupils
)
select
    c.as_of,
    c.figure,
    c.last_night,
    c.tonight,
    c.tonight - c.last_night as change
from compare_nights c
cross join run.policy o
where abs(c.tonight - c.last_night) >= o.volume_min_change
  and share_over(abs(c.tonight - c.last_night), c.last_night, o.volume_change_permille)
