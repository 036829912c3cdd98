-- title = "What stands at the head of a school's page"
-- about = "Records, capacity and pass mark of a school, and by how many days its records are late beyond contract.stale_after_days."
-- grain = "one row a school and as_of"
-- key = ["as_of", "school_id"]
-- owner = "school integration team"
-- order = ["school_id"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- school_name = "name of the school"
-- municipality = "municipality, by name; empty where it is not known"
-- region = "region, by name; empty where it is not known"
-- data_through = "last day with a record at the school, date; empty where it has none"
-- coverage = "pupil-days of the recent school weeks that have a record, of those of enrolled pupils, share from 0 to 1"
-- stale_days = "calendar days by which the records are late beyond contract.stale_after_days, at least 1; empty where they are not late"
-- pupils = "pupils enrolled, number"
-- capacity = "pupils whom the team of the school can look at in a week, number"
-- left_off = "pupils with a level who have no place for lack of capacity, number"
-- pass_mark = "lowest mark that is a pass, in points of the scale of marks"
-- too_little_known = "whether so little is recorded that an empty list means nothing, true or false"
with read_schools as (
    select as_of, school_id, school_name, municipality, region, data_through, days_since_data, coverage, stale, pupils, capacity, left_off, too_little_known
    from caseload.school_summary
),
read_policy as (
    select school_id, contract_stale_after_days, marks_pass, caseload_show_centre_to_schools
    from run.policy_school
)
select
    s.as_of,
    s.school_id,
    s.school_name,
    s.municipality,
    s.region,
    s.data_through,
    s.coverage,
    case when s.stale then greatest(coalesce(s.days_since_data, 0) - p.contract_stale_after_days, 1) end as stale_days,
    s.pupils,
    s.capacity,
    s.left_off,
    cast(p.marks_pass as double) as pass_mark,
    s.too_little_known
from read_schools s
inner join read_policy p on p.school_id = s.school_id
