-- title = "What changed since the list before"
-- about = "The pupils whose status is news: new, worsening, improving, back on the list, newly in care, come from another school; and those who went off it. With what moved each of them: rules newly crossed or no longer, a change of school, corrected records, a contact."
-- grain = "one row a pupil and school whose status changed and as_of"
-- key = ["as_of", "school_id", "pupil_key"]
-- owner = "school integration team"
-- cites = ["triage: how far two lists overlap", "field: a diff without its cause is not believed"]
-- order = ["school_id", "status", "level desc", "pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- school_id = "code of the school"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- class = "class within the school, such as a letter"
-- status = "what is new against the list before: new, worsening, improving, returned, in_care, continuing (after a change of school) or off"
-- level_before = "level of support on the list before, from 1 to 3; empty where the pupil was not on it"
-- level = "level of support now, from 1 to 3; empty for a pupil who went off the list"
-- cause = "for a pupil off the list why (resolved, transferred, left, turned_16, corrected, not_assessable); else corrected or empty"
-- on_list = "whether the pupil has a place within the capacity of the school, true or false; false for a pupil off the list"
-- because = "kinds of records that moved the pupil: transfer, correction, enrolment, records, contact, attendance, marks or centre; empty where none is known"
with read_list as (
    select as_of, school_id, pupil_key, class, status, level_before, level, cause, flags, on_list
    from caseload.list
),
read_last as (
    select as_of, school_id, pupil_key, status, flags
    from caseload.last_list
),
read_off as (
    select as_of, school_id, pupil_key, class, level_before, cause
    from caseload.off_list
),
read_rules as (
    select flag, rests_on
    from run.flag_rules
),
find_news as (
    select
        l.as_of,
        l.school_id,
        l.pupil_key,
        l.class,
        l.status,
        l.level_before,
        l.level,
        l.cause,
        l.on_list,
        l.school_id <> b.school_id as moved_school,
        l.flags as flags_now,
        b.flags as flags_before,
        l.status = 'improving' as went_down
    from read_list l
    left join read_last b on b.as_of = l.as_of and b.pupil_key = l.pupil_key
    where l.status in ('new', 'worsening', 'improving', 'returned')
       or (l.status = 'in_care' and b.status is distinct from 'in_care')
       or l.school_id <> b.school_id
    union all
    select
        o.as_of,
        o.school_id,
        o.pupil_key,
        o.class,
        'off' as status,
        o.level_before,
        cast(null as int) as level,
        o.cause,
        false as on_list,
        o.cause = 'transferred' as moved_school,
        make_array() as flags_now,
        b.flags as flags_before,
        true as went_down
    from read_off o
    inner join read_last b on b.as_of = o.as_of and b.school_id = o.school_id and b.pupil_key = o.pupil_key
),
find_moved as (
    -- upwards the flags that are new, downwards those that are gone; if the flags are the same and only their weights differ,
    -- the flags of the list with the higher level
    select
        *,
        case when went_down
            then array_except(coalesce(flags_before, make_array()), coalesce(flags_now, make_array()))
            else array_except(coalesce(flags_now, make_array()), coalesce(flags_before, make_array()))
        end as flags_moved,
        case when went_down then flags_before else flags_now end as flags_heavier
    from find_news
),
pick_flags as (
    select
        as_of,
        school_id,
        pupil_key,
        class,
        status,
        level_before,
        level,
        cause,
        on_list,
        moved_school,
        case when status = 'in_care' then make_array() when cardinality(flags_moved) > 0 then flags_moved else flags_heavier end as moved_by,
        coalesce(moved_school or cause in ('corrected', 'left', 'turned_16', 'not_assessable'), false) as explained
    from find_moved
),
spread_flags as (
    select as_of, school_id, pupil_key, status, unnest(moved_by) as flag
    from pick_flags
    where not explained
),
find_records as (
    -- the head of each flag's file names the records that it depends on
    select
        s.as_of,
        s.school_id,
        s.pupil_key,
        s.status,
        bool_or(r.rests_on = 'attendance') as by_attendance,
        bool_or(r.rests_on = 'marks') as by_marks,
        bool_or(r.rests_on = 'centre') as by_centre,
        bool_or(r.rests_on = 'transfer') as by_transfer,
        bool_or(r.rests_on = 'enrolment') as by_enrolment
    from read_rules r
    inner join spread_flags s on s.flag = r.flag
    group by s.as_of, s.school_id, s.pupil_key, s.status
)
select
    p.as_of,
    p.school_id,
    p.pupil_key,
    p.class,
    p.status,
    p.level_before,
    p.level,
    p.cause,
    p.on_list,
    string_to_array(nullif(concat_ws(',',
        case when p.moved_school then 'transfer' end,
        case when p.cause = 'corrected' then 'correction' end,
        case when p.cause in ('left', 'turned_16') then 'enrolment' end,
        case when p.cause = 'not_assessable' then 'records' end,
        case when p.status = 'in_care' then 'contact' end,
        case when r.by_attendance then 'attendance' end,
        case when r.by_marks then 'marks' end,
        case when r.by_centre then 'centre' end,
        case when r.by_transfer then 'transfer' end,
        case when r.by_enrolment then 'enrolment' end
    ), ''), ',') as because
from pick_flags p
left join find_records r on r.as_of = p.as_of and r.school_id = p.school_id and r.pupil_key = p.pupil_key and r.status = p.status
