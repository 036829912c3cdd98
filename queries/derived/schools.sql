-- title = "Schools, where no extract names them"
-- about = "Every school that recorded anything; its code stands for its name."
-- grain = "one row a school"
-- owner = "pipeline"
select
    school_id,
    school_id as school_name,
    '' as region,
    '' as municipality,
    '' as known_from
from store.school_day
group by school_id
