-- titel = "Away"
select 1 as value
