-- title = "Terms with marks"
-- about = "The terms of the school year that have marks, and whether a term was still open on as_of: then its marks up to that day are added up again."
-- grain = "one row a term and as_of"
-- key = ["as_of", "period"]
-- owner = "school integration team"
-- keep = "once"
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_year = "school year, such as 2021-2022"
-- period = "term as the store keeps it, by its name"
-- is_open = "whether marks of the term are dated after as_of, so that it must be added up again, true or false"
select n.as_of, n.school_year, m.period, max(m.last_date) > n.as_of as is_open
from run.as_of n
inner join store.marks_by_term m on m.school_year = n.school_year
group by n.as_of, n.school_year, m.period
