-- title = "Away"
-- grain = "one row a pupil"
-- level = 2
select 1 as value
