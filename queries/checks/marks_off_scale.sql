-- title = "Marks off the scale"
-- about = "A mark of this school year lies outside the scale of the policy."
-- grain = "one row a finding and as_of; no rows when all is well"
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "A mark of this school year lies outside the scale of the policy."
-- when = "It matters when a school uses another scale: levels would be silently wrong."
-- mend = "Map worded marks in prane.toml, correct the marks extract, or set marks.scale_min and marks.scale_max if the scale has changed."
select
    n.as_of,
    m.school_id,
    m.pupil_key,
    m.subject,
    m.date,
    m.term,
    m.mark
from run.policy p
cross join run.as_of n
inner join sources.marks m on n.school_year = m.school_year
where m.mark < p.marks_scale_min
   or m.mark > p.marks_scale_max
