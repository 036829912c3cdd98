-- cites = ["a",
select 1 as value
