-- title = "The ranked list"
-- about = "Every pupil with a level of support, ranked within the school: what is new, why, what could come next, and who fits within the school's capacity (on_list). The list proposes; a person decides."
-- grain = "one row a pupil with a level and as_of"
-- owner = "school integration team"
-- cites = ["Student Insights: reasons on the list, recent contacts set apart", "triage: total order, ties kept out", "City Year: focus lists of up to 20"]
with read_levels as (
    select as_of, pupil_key, school_id, level, flag_count, flags, reasons, hangs_on_one
    from caseload.levels
),
read_pupils as (
    select
        as_of, pupil_key, class, grade_level, absence_rate, recent_absent, recent_recorded, recent_absence_rate, before_absence_rate,
        days_recorded, absence_streak, absence_trend, mark_mean, mark_mean_prev, mark_change, failing_subjects, failing_core, centre_services, data_through
    from indicators.pupil
),
read_policy as (
    select
        school_id, caseload_per_school, caseload_recheck_days, confidence_thin_recent, confidence_thin_days,
        next_step_extended_absence, next_step_severe_absence, next_step_long_absence, next_step_chronic_absence, next_step_rising_absence,
        next_step_worsening_trend, next_step_hidden_dropout, next_step_never_arrived, next_step_falling_marks, next_step_failing_subjects,
        next_step_over_age, next_step_many_moves, next_step_left_centre, next_step_other,
        suggested_service_extended_absence, suggested_service_severe_absence, suggested_service_long_absence, suggested_service_chronic_absence,
        suggested_service_rising_absence, suggested_service_worsening_trend, suggested_service_hidden_dropout, suggested_service_never_arrived,
        suggested_service_falling_marks, suggested_service_failing_subjects, suggested_service_over_age, suggested_service_many_moves,
        suggested_service_left_centre, suggested_service_other
    from run.policy_school
),
read_last as (
    select as_of, pupil_key, level, weeks_on_list, attendance_hash
    from caseload.last_list
),
read_records as (
    select as_of, pupil_key, attendance_hash, attendance_hash_last_list
    from caseload.records_seen
),
read_nights as (
    select a.as_of, cast(concat(substr(a.school_year, 1, 4), '-', p.school_year_starts) as date) as year_start
    from run.as_of a
    cross join run.policy p
),
read_participants as (
    select distinct pupil_key
    from sources.centre_participants
    where pupil_key is not null
),
find_contacts as (
    select
        n.as_of,
        c.pupil_key,
        c.date as last_contact,
        c.by_key as contact_by,
        c.review_date,
        row_number() over (partition by n.as_of, c.pupil_key order by c.date desc, c.review_date desc nulls last, c.by_key) as latest
    from sources.contacts c
    inner join read_nights n on c.date <= n.as_of
),
find_earlier as (
    -- not on the list before, but on one of this school year before that
    select distinct l.as_of, l.pupil_key
    from read_levels l
    left anti join read_last p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_nights n on n.as_of = l.as_of
    inner join history.lists h on h.pupil_key = l.pupil_key
    where h.as_of < l.as_of
      and h.as_of >= n.year_start
),
join_facts as (
    select
        l.as_of,
        l.school_id,
        l.pupil_key,
        p.class,
        p.grade_level,
        l.level,
        b.level as level_before,
        coalesce(b.weeks_on_list, 0) as weeks_on_list,
        -- filled by the program where a model is in use
        cast(null as double) as risk,
        l.flag_count,
        l.flags,
        l.reasons,
        l.hangs_on_one,
        l.flags[1] as top_flag,
        p.absence_rate,
        p.recent_absent,
        p.recent_recorded,
        p.recent_absence_rate,
        p.before_absence_rate,
        p.days_recorded,
        p.absence_streak,
        p.absence_trend,
        p.mark_change,
        p.failing_subjects,
        k.pupil_key is not null as known_to_centre,
        p.centre_services as services,
        c.last_contact,
        c.contact_by,
        c.review_date,
        coalesce(cast(l.as_of as int) - cast(c.last_contact as int) <= s.caseload_recheck_days, false) as contacted,
        e.pupil_key is not null as listed_earlier,
        coalesce(b.attendance_hash <> r.attendance_hash_last_list, false) as records_changed,
        r.attendance_hash,
        concat_ws('.', round(p.mark_mean, 6), round(p.mark_mean_prev, 6), p.failing_subjects, p.failing_core) as marks_hash,
        p.data_through
    from read_levels l
    inner join read_pupils p on p.as_of = l.as_of and p.pupil_key = l.pupil_key
    inner join read_policy s on s.school_id = l.school_id
    left join read_last b on b.as_of = l.as_of and b.pupil_key = l.pupil_key
    left join read_records r on r.as_of = l.as_of and r.pupil_key = l.pupil_key
    left join read_participants k on k.pupil_key = l.pupil_key
    left join find_contacts c on c.as_of = l.as_of and c.pupil_key = l.pupil_key and c.latest = 1
    left join find_earlier e on e.as_of = l.as_of and e.pupil_key = l.pupil_key
),
rank_pupils as (
    -- a total order, so that ties at the capacity line always fall the same way
    select
        *,
        row_number() over (
            partition by as_of, school_id
            order by level desc, risk desc nulls last, flag_count desc, recent_absence_rate desc nulls last, pupil_key
        ) as rank
    from join_facts
)
select
    f.as_of,
    f.school_id,
    cast(f.rank as int) as rank,
    f.pupil_key,
    f.class,
    f.grade_level,
    f.level,
    f.level_before,
    case
        when f.level > f.level_before then 'worsening'
        when f.contacted then 'in_care'
        when f.level_before is null and f.listed_earlier then 'returned'
        when f.level_before is null then 'new'
        when f.level < f.level_before then 'improving'
        else 'continuing'
    end as status,
    case when f.records_changed and f.level <> f.level_before then 'corrected' end as cause,
    cast(f.weeks_on_list as int) as weeks_on_list,
    f.risk,
    f.flag_count,
    f.flags,
    f.reasons,
    f.absence_rate,
    f.recent_absent,
    f.recent_recorded,
    f.recent_absence_rate,
    f.before_absence_rate,
    f.absence_streak,
    f.absence_trend,
    f.mark_change,
    f.failing_subjects,
    f.known_to_centre,
    f.services,
    case f.top_flag
        when 'extended_absence' then s.next_step_extended_absence
        when 'severe_absence' then s.next_step_severe_absence
        when 'long_absence' then s.next_step_long_absence
        when 'chronic_absence' then s.next_step_chronic_absence
        when 'rising_absence' then s.next_step_rising_absence
        when 'worsening_trend' then s.next_step_worsening_trend
        when 'hidden_dropout' then s.next_step_hidden_dropout
        when 'never_arrived' then s.next_step_never_arrived
        when 'falling_marks' then s.next_step_falling_marks
        when 'failing_subjects' then s.next_step_failing_subjects
        when 'over_age' then s.next_step_over_age
        when 'many_moves' then s.next_step_many_moves
        when 'left_centre' then s.next_step_left_centre
        else s.next_step_other
    end as next_step,
    case f.top_flag
        when 'extended_absence' then s.suggested_service_extended_absence
        when 'severe_absence' then s.suggested_service_severe_absence
        when 'long_absence' then s.suggested_service_long_absence
        when 'chronic_absence' then s.suggested_service_chronic_absence
        when 'rising_absence' then s.suggested_service_rising_absence
        when 'worsening_trend' then s.suggested_service_worsening_trend
        when 'hidden_dropout' then s.suggested_service_hidden_dropout
        when 'never_arrived' then s.suggested_service_never_arrived
        when 'falling_marks' then s.suggested_service_falling_marks
        when 'failing_subjects' then s.suggested_service_failing_subjects
        when 'over_age' then s.suggested_service_over_age
        when 'many_moves' then s.suggested_service_many_moves
        when 'left_centre' then s.suggested_service_left_centre
        else s.suggested_service_other
    end as suggested_service,
    f.last_contact,
    f.contact_by,
    f.review_date,
    case
        when f.recent_recorded < s.confidence_thin_recent or f.days_recorded < s.confidence_thin_days then 'thin'
        when f.hangs_on_one then 'borderline'
        else 'clear'
    end as confidence,
    f.rank <= s.caseload_per_school as on_list,
    f.data_through,
    f.attendance_hash,
    f.marks_hash
from rank_pupils f
inner join read_policy s on s.school_id = f.school_id
