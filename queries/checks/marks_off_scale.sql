-- title = "Marks off the scale"
-- about = "A mark of this school year lies outside the scale of the policy."
-- grain = "one row a finding and as_of; no rows when all is well"
-- key = ["as_of", "school_id", "pupil_key", "subject", "date", "term", "mark"]
-- owner = "school integration team"
-- cites = []
-- severity = "fail"
-- what = "A mark of this school year lies outside the scale of the policy."
-- when = "It matters when a school uses another scale: levels would be silently wrong."
-- mend = "Map worded marks in prane.toml, correct the marks extract, or set marks.scale_min and marks.scale_max if the scale has changed."
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- subject = "subject, by its code in the extracts"
-- date = "day of the mark, date"
-- term = "term of the school year, from 1"
-- mark = "mark, in points; outside marks.scale_min and marks.scale_max"
with read_scale as (
    select n.as_of, n.school_year, p.marks_scale_min, p.marks_scale_max
    from run.policy p
    cross join run.as_of n
),
-- terms store their lowest and highest mark, so single marks are read only if one of these is off the scale
find_terms as (
    select distinct s.as_of, s.school_year, s.marks_scale_min, s.marks_scale_max, t.school_id, t.pupil_key, t.term
    from read_scale s
    inner join store.marks_by_term t on t.school_year = s.school_year
    where t.lowest < s.marks_scale_min
       or t.highest > s.marks_scale_max
)
select
    t.as_of,
    m.school_id,
    m.pupil_key,
    m.subject,
    m.date,
    m.term,
    m.mark
from find_terms t
inner join sources.marks m on m.school_id = t.school_id and m.pupil_key = t.pupil_key and m.term = t.term and m.school_year = t.school_year
where m.mark < t.marks_scale_min
   or m.mark > t.marks_scale_max
