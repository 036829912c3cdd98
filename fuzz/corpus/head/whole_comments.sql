-- Agreed on 3 March: it's a trial.

-- title = "Away"
-- cites = ["a",
--   "b"]
-- days >= 4 is our line
select 1 as value
