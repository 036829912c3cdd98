-- title = "Schools, where no extract names them"
-- about = "Every school that recorded anything; its code stands for its name."
-- grain = "one row a school"
-- key = ["school_id"]
-- owner = "pipeline"
-- [columns]
-- school_id = "code of the school"
-- school_name = "code of the school, in place of its name"
-- region = "empty text: registers name no region"
-- municipality = "empty text: registers name no municipality"
-- known_from = "empty text: no extract brought the row"
select
    school_id,
    school_id as school_name,
    '' as region,
    '' as municipality,
    '' as known_from
from store.school_day
group by school_id
