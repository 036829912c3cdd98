select 1 as value
