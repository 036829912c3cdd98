-- title = "Terms with marks"
-- about = "The terms of the school year that have marks, and whether a term was still open on as_of: then its marks up to that day are added up again."
-- grain = "one row a term and as_of"
-- owner = "school integration team"
-- keep = "once"
select n.as_of, n.school_year, m.period, max(m.last_date) > n.as_of as is_open
from run.as_of n
inner join store.marks_by_term m on m.school_year = n.school_year
group by n.as_of, n.school_year, m.period
